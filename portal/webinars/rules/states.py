"""How a room goes through its states (house rule 29): by the clock, by the host's buttons, by a new time of its event."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from portal.core.errors import Conflict
from portal.webinars.tables.rooms import ReplayAccess, RoomState

OVERTIME = timedelta(hours=1)
"""A room that nobody ends ends so long after its event."""
SECOND_THOUGHTS = timedelta(hours=2)
"""So long after the end a host may go on air again."""
_NO_REPLAY_CLOSES = timedelta(days=1)
_NO_RECORDING_CLOSES = timedelta(days=30)

OPEN_STATES = (RoomState.LOBBY, RoomState.LIVE)


class HostAction(StrEnum):
    """A host's buttons."""

    OPEN_LOBBY = "open_lobby"
    GO_LIVE = "go_live"
    END = "end"
    GO_ON = "go_on"
    CLOSE = "close"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides what follows. `film_seconds`: of a recording shown as if it were live."""

    state: RoomState
    starts_at: datetime
    ends_at: datetime
    planned_start: datetime
    is_on: bool
    lobby_minutes: int
    starts_itself: bool
    ends_itself: bool
    live_at: datetime | None
    ended_at: datetime | None
    replay: ReplayAccess
    replay_until: datetime | None
    recording_at: datetime | None
    film_seconds: int | None = None

    @property
    def lobby_at(self) -> datetime:
        return self.starts_at - timedelta(minutes=self.lobby_minutes)


class Due(msgspec.Struct, frozen=True):
    """What follows by the clock, and when."""

    state: RoomState
    at: datetime


def next_due(plan: Plan) -> Due | None:
    """The next step that needs nobody; None while one waits for a person, or for ever."""
    match plan.state:
        case RoomState.SCHEDULED:
            return Due(RoomState.LOBBY, plan.lobby_at) if plan.is_on else None
        case RoomState.LOBBY:
            if not plan.is_on:
                return None
            if plan.starts_itself:
                return Due(RoomState.LIVE, plan.starts_at)
            return Due(RoomState.ENDED, plan.ends_at + OVERTIME)
        case RoomState.LIVE:
            return Due(RoomState.ENDED, _end_of(plan))
        case RoomState.ENDED:
            return _after(plan)
        case RoomState.REPLAY:
            return Due(RoomState.CLOSED, plan.replay_until) if plan.replay_until is not None else None
        case RoomState.CLOSED:
            return None


def _end_of(plan: Plan) -> datetime:
    assert plan.live_at is not None
    if plan.film_seconds is not None:
        return plan.live_at + timedelta(seconds=plan.film_seconds)
    end = plan.ends_at if plan.ends_itself else plan.ends_at + OVERTIME
    # Went live after all was to be over: it gets its time.
    return end if end > plan.live_at else plan.live_at + OVERTIME


def _after(plan: Plan) -> Due | None:
    ended = plan.ended_at or plan.ends_at
    if plan.replay is ReplayAccess.NONE:
        return Due(RoomState.CLOSED, ended + _NO_REPLAY_CLOSES)
    if plan.recording_at is None:
        return Due(RoomState.CLOSED, ended + _NO_RECORDING_CLOSES)
    if plan.replay_until is not None and plan.replay_until <= plan.recording_at:
        return Due(RoomState.CLOSED, max(ended, plan.replay_until))
    return Due(RoomState.REPLAY, max(ended, plan.recording_at))


def settled(plan: Plan, now: datetime) -> Plan:
    """The plan with every step taken that is due, however long nobody looked; after a new time or a recording that came
    late, in the state that fits it.
    """
    plan = _back(plan, now)
    while (due := next_due(plan)) is not None and due.at <= now:
        plan = _entered(plan, due.state, due.at)
    return msgspec.structs.replace(plan, planned_start=plan.starts_at)


def _back(plan: Plan, now: datetime) -> Plan:
    """Where what was decided by the clock does not hold any more: the event moved, or there is a replay after all."""
    moved = plan.starts_at != plan.planned_start
    if moved and plan.state is RoomState.LOBBY and now < plan.lobby_at:
        return msgspec.structs.replace(plan, state=RoomState.SCHEDULED)
    never_live = plan.live_at is None
    if moved and never_live and plan.state in (RoomState.ENDED, RoomState.CLOSED) and now < plan.ends_at:
        return msgspec.structs.replace(plan, state=RoomState.SCHEDULED, ended_at=None)
    shown = plan.recording_at is not None and plan.replay is not ReplayAccess.NONE
    if plan.state is RoomState.CLOSED and shown and (plan.replay_until is None or now < plan.replay_until):
        return msgspec.structs.replace(plan, state=RoomState.ENDED)
    if plan.state is RoomState.REPLAY and not shown:
        return msgspec.structs.replace(plan, state=RoomState.ENDED)
    return plan


def _entered(plan: Plan, state: RoomState, at: datetime) -> Plan:
    if state is RoomState.LIVE:
        return msgspec.structs.replace(plan, state=state, live_at=plan.live_at or at, ended_at=None)
    if state is RoomState.ENDED:
        return msgspec.structs.replace(plan, state=state, ended_at=at)
    return msgspec.structs.replace(plan, state=state)


def actions(plan: Plan, now: datetime) -> list[HostAction]:
    """The buttons a host has now."""
    return [action for action in HostAction if _allowed(plan, action, now)]


def _allowed(plan: Plan, action: HostAction, now: datetime) -> bool:
    match action:
        case HostAction.OPEN_LOBBY:
            return plan.is_on and plan.state is RoomState.SCHEDULED
        case HostAction.GO_LIVE:
            return plan.is_on and plan.state in (RoomState.SCHEDULED, RoomState.LOBBY)
        case HostAction.END:
            return plan.state is RoomState.LIVE
        case HostAction.GO_ON:
            ended = plan.ended_at
            return plan.is_on and plan.state is RoomState.ENDED and ended is not None and now < ended + SECOND_THOUGHTS
        case HostAction.CLOSE:
            return plan.state in (RoomState.ENDED, RoomState.REPLAY)


_REFUSALS = {
    HostAction.OPEN_LOBBY: "The lobby is open already, or the event is off.",
    HostAction.GO_LIVE: "The webinar is live already, or over, or its event is off.",
    HostAction.END: "The webinar is not live.",
    HostAction.GO_ON: "It ended too long ago to go on air again.",
    HostAction.CLOSE: "Only what is over can be closed.",
}


def acted(plan: Plan, action: HostAction, now: datetime) -> Plan:
    """The plan after a host's button; raises Conflict where there is no such button now."""
    if not _allowed(plan, action, now):
        raise Conflict(_REFUSALS[action])
    match action:
        case HostAction.OPEN_LOBBY:
            return _entered(plan, RoomState.LOBBY, now)
        case HostAction.GO_LIVE:
            return _entered(plan, RoomState.LIVE, now)
        case HostAction.END:
            return _entered(plan, RoomState.ENDED, now)
        case HostAction.GO_ON:
            # Its own end has passed: from here on the host ends it.
            return msgspec.structs.replace(_entered(plan, RoomState.LIVE, now), ends_itself=False, film_seconds=None)
        case HostAction.CLOSE:
            return msgspec.structs.replace(plan, state=RoomState.CLOSED, replay=ReplayAccess.NONE)


def position(live_at: datetime | None, now: datetime) -> int | None:
    """Seconds since the room went live; None before."""
    return None if live_at is None else max(0, int((now - live_at).total_seconds()))
