"""The times of a request. Inside the event's turn."""

from collections.abc import Sequence
from datetime import datetime

from portal.core import db
from portal.core.errors import Conflict, Invalid
from portal.core.jobs import enqueue
from portal.exhibitors.meetings import rules
from portal.exhibitors.meetings.queries.openings import Openings
from portal.exhibitors.meetings.values import RequestRecord, Slot
from portal.exhibitors.tables.meetings import Side

_ROUND = """
UPDATE meeting_request SET round = round + 1, waits_for = $2, words = $3, expires_at = $4 WHERE id = $1 RETURNING round
"""
_OFFERS = """
INSERT INTO meeting_offer (request, round, position, host, starts_at, ends_at)
SELECT $1, $2, o.position, o.host, o.starts_at, o.ends_at
FROM unnest($3::bigint[], $4::timestamptz[], $5::timestamptz[]) WITH ORDINALITY AS o (host, starts_at, ends_at, position)
"""
_HOURS = "SELECT coalesce((SELECT answer_hours FROM meeting_area WHERE event = $1), 48)"


def chosen(found: Openings, keys: Sequence[str]) -> list[Slot]:
    """The open slots of these keys, by time. Raises Invalid for none, for too many, and for what is not open."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        raise Invalid({"slots": "Please choose at least one time."})
    if len(wanted) > rules.MOST_OFFERS:
        raise Invalid({"slots": f"Please choose up to {rules.MOST_OFFERS} times; you chose {len(wanted)}."})
    slots = [one for one in found.slots if one.key in wanted]
    if len(slots) < len(wanted):
        raise Invalid({"slots": "One of these times is not open any more. Please choose again."})
    return slots


async def offer(
    request_id: int, event_id: int, slots: Sequence[Slot], *, waits_for: Side, words: str,
    until: datetime | None = None, now: datetime,
) -> None:  # fmt: skip
    """The next round of a request: these times, for the other side to answer, not after `until`."""
    hours = await db.fetch_value(_HOURS, event_id)
    ends = rules.expires_at(now, [slot.starts_at for slot in slots], hours)
    ends = min(ends, until) if until else ends
    number = await db.fetch_value(_ROUND, request_id, waits_for.value, words, ends)
    await db.execute(
        _OFFERS, request_id, number, [one.host_id for one in slots], [one.starts_at for one in slots],
        [one.ends_at for one in slots],
    )  # fmt: skip
    await enqueue("meetings.tell_request", request=request_id, mark=f"round-{number}")


def slot_of(request: RequestRecord, offer_id: int, now: datetime) -> Slot:
    """One of the times that stand in an open request. Raises Conflict for others, and for what has begun."""
    found = next((one for one in request.offers if one.id == offer_id), None)
    if not request.is_open(now):
        raise Conflict("This request is answered already, or has run out.")
    if found is None or found.starts_at <= now:
        raise Conflict("This time is not offered any more.")
    return Slot(
        host_id=found.host_id, account_id=found.account_id, host_name=found.host_name, starts_at=found.starts_at,
        ends_at=found.ends_at,
    )  # fmt: skip
