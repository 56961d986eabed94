"""Which way leads on from the join page."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from portal.webinars.tables.rooms import ReplayAccess, RoomState, VideoSource
from portal.webinars.values import Room

_BEFORE = timedelta(hours=1)
_AFTER = timedelta(hours=2)


class Way(StrEnum):
    """Where the button goes; the others have none."""

    ROOM = "room"
    ELSEWHERE = "elsewhere"
    REPLAY = "replay"
    NOT_YET = "not_yet"
    OVER = "over"
    OFF = "off"


class _Order(Protocol):
    @property
    def is_on(self) -> bool: ...
    @property
    def online_url(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


def way(order: _Order, room: Room | None, now: datetime) -> Way:
    """The way on for somebody with a place."""
    if not order.is_on:
        return Way.OFF
    if room is None:
        if now >= order.ends_at + _AFTER:
            return Way.OVER
        return Way.ELSEWHERE if order.online_url and now >= order.starts_at - _BEFORE else Way.NOT_YET
    match room.state:
        case RoomState.SCHEDULED:
            return Way.NOT_YET
        case RoomState.LOBBY | RoomState.LIVE:
            return Way.ELSEWHERE if room.source is VideoSource.HAND_OVER else Way.ROOM
        case RoomState.ENDED:
            return Way.OVER if room.source is VideoSource.HAND_OVER else Way.ROOM
        case RoomState.REPLAY:
            return Way.REPLAY if room.replay is not ReplayAccess.NONE else Way.OVER
        case RoomState.CLOSED:
            return Way.OVER
