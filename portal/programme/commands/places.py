"""Places in workshops: signing up, standing in line, giving back, and moving up.

Locks are taken in one order: the place at the event, then the programme’s row; all else follows from the second.
"""

from collections.abc import Sequence
from datetime import datetime

from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.core.jobs import enqueue, enqueue_many
from portal.programme.commands.locking import locked
from portal.programme.queries import places as queries
from portal.programme.rules import places as rules
from portal.programme.tables import PlaceEnd, PlaceState
from portal.programme.workshops import Guest, Workshop

_TAKE = """
INSERT INTO session_place (session, seat, state, since, given_at, end_reason) VALUES ($1, $2, $3, $4, $5, '')
ON CONFLICT (session, seat) DO UPDATE SET state = excluded.state, since = excluded.since, given_at = excluded.given_at,
    ended_at = NULL, end_reason = ''
"""
_END = """
UPDATE session_place SET state = 'ended', ended_at = $4, end_reason = $3
WHERE seat = $1 AND session = ANY($2) AND state <> 'ended' RETURNING session
"""
_NEXT = """
SELECT p.id, p.seat, p.session, lower(s.email) AS address
FROM session_place p JOIN released_session r ON r.session = p.session JOIN seat s ON s.id = p.seat
JOIN event e ON e.id = r.event
WHERE r.event = $1 AND p.state = 'waiting' AND r.cancelled_at IS NULL AND r.starts_at > $2 AND r.taken < r.capacity
    AND s.state = 'confirmed' AND s.named_at IS NOT NULL AND s.watching = 'live' AND e.state IN ('published', 'moved')
ORDER BY p.since, p.id LIMIT 1
"""
_END_LINES = """
UPDATE session_place p SET state = 'ended', ended_at = $2, end_reason = 'session'
FROM seat s, released_session r WHERE p.session = ANY($1) AND p.state = 'waiting' AND s.id = p.seat AND r.session = p.session
RETURNING p.session, r.title, lower(s.email) AS address, trim(s.first_name || ' ' || s.last_name) AS name
"""


async def sign_up(*, seat_id: int, session_id: int, now: datetime, instead: bool = False) -> PlaceState:
    """Take a place in a workshop, or the next one in its line. Done twice, the first time counts.

    Raises Conflict while there is a place in another one at the same time, unless this is taken `instead`; where the
    place at the event opens no workshop; and where the workshop takes nobody any more.
    """
    async with db.transaction():
        state = await _signed_up(seat_id, session_id, now, instead=instead)
    return state  # noqa: RET504


async def give_back(*, seat_id: int, session_id: int, now: datetime) -> None:
    """Leave a workshop or its line. Raises Conflict where there is nothing to leave, or it is over."""
    async with db.transaction():
        guest, workshop = await _held(seat_id, session_id, now)
        if workshop.ends_at <= now:
            raise Conflict("This workshop is over.")
        ended = await _end(guest, [session_id], PlaceEnd.RETURNED, now)
        if not ended:
            raise Conflict("You have no place in this workshop.")
        await _tell(ended, guest.email)
        await _fill(guest.event_id, now)


async def fill(*, event_id: int, now: datetime) -> int:
    """Let those in line move up into what is free, in their order; gives how many did."""
    async with db.transaction():
        await locked(event_id, now=now)
        moved = await _fill(event_id, now)
    return moved  # noqa: RET504


async def end_lines(*, sessions: Sequence[int], now: datetime) -> None:
    """Nobody waits any more for what is cancelled or taken out, and all who did are told. Called by a release, before it
    takes sessions out. Who has a place keeps it: it may take place after all.
    """
    rows = await db.fetch(_END_LINES, list(sessions), now)
    told = ("title", "address", "name", "session")
    payloads = [{name: row[name] for name in told} for row in rows if row["address"]]
    await enqueue_many("programme.tell_line_ended", payloads)


async def _signed_up(seat_id: int, session_id: int, now: datetime, *, instead: bool) -> PlaceState:
    guest, workshop = await _held(seat_id, session_id, now)
    if reason := rules.why_not(guest):
        raise Conflict(reason)
    rules.check_open(workshop, now)
    mine = await queries.own(seat_id)
    if (before := next((one.state for one in mine if one.session == session_id), None)) is not None:
        return before
    clashing = rules.clashing(workshop, mine)
    state = PlaceState.GIVEN if workshop.left else PlaceState.WAITING
    hinders = [one for one in clashing if one.state is state]
    if hinders and state is PlaceState.WAITING:
        raise Conflict(f"You are in line for “{hinders[0].title}” at the same time. Leave that line first.")
    if hinders and not instead:
        raise Conflict(f"You have a place in “{hinders[0].title}” at the same time.")
    ended = await _end(guest, [one.session for one in hinders], PlaceEnd.SWAPPED, now)
    given_at = now if state is PlaceState.GIVEN else None
    await db.execute(_TAKE, session_id, seat_id, state.value, now, given_at)
    await _tell([session_id, *ended] if given_at else ended, guest.email)
    # Whoever stands before may not be able to come: the line then moves at once.
    await _fill(guest.event_id, now)
    return next(one.state for one in await queries.own(seat_id) if one.session == session_id)


async def _held(seat_id: int, session_id: int, now: datetime) -> tuple[Guest, Workshop]:
    """Both as they are and stay until commit."""
    guest = await queries.guest_by_seat(seat_id, hold=True)
    if guest is None:
        raise NotFound("This place at the event was passed on or cancelled.")
    await locked(guest.event_id, now=now)
    workshop = await queries.workshop_by_id(session_id)
    if workshop is None or workshop.event_id != guest.event_id:
        raise NotFound("There is no such workshop at this event.")
    return guest, workshop


async def _end(guest: Guest, sessions: Sequence[int], why: PlaceEnd, now: datetime) -> list[int]:
    rows = await db.fetch(_END, guest.seat_id, list(sessions), why.value, now) if sessions else []
    return [row["session"] for row in rows]


async def _fill(event_id: int, now: datetime) -> int:
    """Each turn makes one who waited one who has a place, so it ends."""
    moved = 0
    while (row := await db.fetch_one(_NEXT, event_id, now)) is not None:
        workshop = await queries.workshop_by_id(row["session"])
        assert workshop is not None
        mine = await queries.own(row["seat"])
        given_up = [one.session for one in rules.clashing(workshop, mine) if one.given]
        if given_up:
            await db.fetch(_END, row["seat"], given_up, PlaceEnd.MOVED_UP.value, now)
        await db.execute("UPDATE session_place SET state = 'given', given_at = $2 WHERE id = $1", row["id"], now)
        await _tell([row["session"], *given_up], row["address"])
        moved += 1
    return moved


async def _tell(sessions: Sequence[int], address: str) -> None:
    for session in sessions:
        await enqueue("programme.tell_place", session=session, address=address.lower())
