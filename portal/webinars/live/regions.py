"""The regions of room and desk: the parts of a page that follow what happens."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from portal.core.errors import NotFound
from portal.webinars.live.pieces import Piece, piece
from portal.webinars.queries import rooms
from portal.webinars.values import Room


class Audience(StrEnum):
    """Whom a page is for. Everybody of an audience is shown the same regions.

    At the desk there is one for each role (a `CrewRole` of the same value): nobody is sent a button that is not theirs.
    """

    ROOM = "room"
    HOST = "host"
    MODERATOR = "moderator"
    SPEAKER = "speaker"


Render: TypeAlias = Callable[[Room, datetime], Awaitable[str]]
"""Makes a region's HTML with a few queries, however many pages show it."""
Regions: TypeAlias = Mapping[Audience, Mapping[str, Render]]


async def rendered(
    regions: Regions, webinar_id: int, audience: Audience, now: datetime, names: Iterable[str] | None = None
) -> tuple[Room, dict[str, Piece]]:
    """The room, and those regions of the audience (all, without `names`) as they are now."""
    room = await rooms.by_id(webinar_id)
    if room is None:
        raise NotFound("There is no such webinar.")
    known = regions[audience]
    wanted = known if names is None else [name for name in names if name in known]
    return room, {name: piece(await known[name](room, now)) for name in wanted}
