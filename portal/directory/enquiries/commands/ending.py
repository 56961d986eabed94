"""What happens by the clock: reminders, running out, response times, and the list of who was passed over."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from portal.core import db
from portal.core.settings import current
from portal.core.times import today
from portal.directory.enquiries.commands.telling import tell
from portal.directory.enquiries.rules import missing, times
from portal.directory.enquiries.values import Line, Notice
from portal.directory.values import Profile

LEAST_ANSWERS = 3
AT_ONCE = 200
"""So many profiles are read at a time."""
MEASURED = timedelta(days=365)
_WAITING = """
SELECT r.id, r.enquiry, r.reminders, e.sent_at FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry
JOIN company c ON c.id = r.company
WHERE e.state = 'open' AND r.state IN ('sent', 'seen') AND r.reminders < $1 AND e.sent_at < $2 AND c.organisation IS NOT NULL
ORDER BY r.id LIMIT 1000 FOR UPDATE OF r SKIP LOCKED
"""


async def remind(*, now: datetime) -> None:
    """Remind companies that have not answered, after two and after five working days."""
    zone = current().site_timezone
    async with db.transaction():
        for row in await db.fetch(_WAITING, len(times.REMIND_AFTER), now - timedelta(days=times.REMIND_AFTER[0])):
            due = times.reminders_due(row["sent_at"], now, zone)
            if due > row["reminders"]:
                await db.execute("UPDATE enquiry_recipient SET reminders = $2 WHERE id = $1", row["id"], due)
                await tell(Notice.REMINDER, enquiry=row["enquiry"], recipient=row["id"], mark=str(due))


_DUE = """
SELECT id, sent_at, reminded_at FROM enquiry WHERE state = 'open' AND sent_at <= $1 AND (reminded_at IS NULL OR reminded_at <= $1)
ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
"""
_RUN_OUT = """
UPDATE enquiry_recipient SET state = 'expired' WHERE enquiry = $1 AND state IN ('sent', 'seen', 'question') RETURNING id
"""
_TALKS = "SELECT EXISTS (SELECT FROM enquiry_recipient WHERE enquiry = $1 AND state = 'yes')"


async def expire(*, now: datetime) -> None:
    """After 30 days answers are no longer waited for, and both sides are told. Without a yes the enquiry is over; with one
    the buyer is asked every 30 days to close it, and after 90 it ends by itself.
    """
    async with db.transaction():
        for row in await db.fetch(_DUE, now - times.EXPIRES_AFTER):
            for one in await db.fetch(_RUN_OUT, row["id"]):
                await tell(Notice.RAN_OUT, enquiry=row["id"], recipient=one["id"])
            goes_on = await db.fetch_value(_TALKS, row["id"]) and row["sent_at"] > now - times.ENDS_AFTER
            if goes_on:
                await db.execute("UPDATE enquiry SET reminded_at = $2 WHERE id = $1", row["id"], now)
                await tell(Notice.TO_CLOSE, enquiry=row["id"], mark=f"{now:%Y-%m-%d}")
            else:
                await db.execute(
                    "UPDATE enquiry SET state = 'expired', closed_at = $2, reminded_at = $2 WHERE id = $1",
                    row["id"],
                    now,
                )
                await tell(Notice.OVER, enquiry=row["id"])


_MEASURE = """
WITH answers AS (
    SELECT r.company, e.sender, extract(epoch FROM r.answered_at - e.sent_at) / 3600 AS hours
    FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry
    WHERE r.answered_at > $1::timestamptz - $2::interval AND r.answered_at <= $1),
median AS (
    SELECT company, greatest(1, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY hours)::numeric))::int AS hours
    FROM answers GROUP BY company HAVING count(*) >= $3 AND count(DISTINCT sender) >= $3)
SELECT c.id, m.hours FROM company c LEFT JOIN median m ON m.company = c.id WHERE c.response_hours IS DISTINCT FROM m.hours
"""
_MEASURED = """
UPDATE company c SET response_hours = m.hours FROM unnest($1::bigint[], $2::int[]) AS m (id, hours) WHERE c.id = m.id
"""


async def measure_response_times(*, now: datetime) -> int:
    """Note for each company the median time to its first answers of the last 12 months, from at least three senders; how
    many changed.
    """
    changed = await db.fetch(_MEASURE, now, MEASURED, LEAST_ANSWERS)
    # Kept pages are made anew whenever the table is written to, even without a row.
    if changed:
        await db.execute(_MEASURED, [row["id"] for row in changed], [row["hours"] for row in changed])
    return len(changed)


_PASSED_OVER = """
SELECT c.id, c.profile, c.response_hours FROM company c
WHERE c.id > $3 AND c.state = 'public' AND c.organisation IS NOT NULL
  AND NOT EXISTS (SELECT FROM enquiry_recipient r WHERE r.enquiry = $1 AND r.company = c.id)
  AND EXISTS (SELECT FROM fact f JOIN term t ON t.id = f.term WHERE f.company = c.id AND t.kind || ':' || t.slug = ANY($2))
ORDER BY c.id LIMIT $4
"""
_NOTE = """
INSERT INTO enquiry_missed (enquiry, company, reason, term, at)
SELECT $1, m.company, m.reason, m.term, $3 FROM jsonb_to_recordset($2::jsonb) AS m (company bigint, reason text, term text)
ON CONFLICT DO NOTHING
"""


async def note_missed(*, enquiry_id: int, now: datetime) -> None:
    """Note which claimed companies came close and why they were not asked; for their reports, in numbers."""
    row = await db.fetch_one(
        "SELECT lines, asked, sent_at FROM enquiry WHERE id = $1 AND sent_at IS NOT NULL", enquiry_id
    )
    if row is None:
        return
    want = missing.wanted(msgspec.json.decode(row["lines"], type=list[Line]), row["asked"])
    if not want.terms:
        return
    chosen = [
        found["response_hours"]
        for found in await db.fetch(
            "SELECT c.response_hours FROM enquiry_recipient r JOIN company c ON c.id = r.company "
            "WHERE r.enquiry = $1 AND c.response_hours IS NOT NULL",
            enquiry_id,
        )
    ]
    last = 0
    while companies := await db.fetch(_PASSED_OVER, enquiry_id, list(want.terms), last, AT_ONCE):
        last = companies[-1]["id"]
        noted = _missed(companies, want, today(row["sent_at"]), chosen)
        await db.execute(_NOTE, enquiry_id, msgspec.json.encode(noted).decode(), row["sent_at"])


def _missed(companies: Sequence[Any], want: missing.Wanted, sent_on: date, chosen: list[int]) -> list[dict[str, Any]]:
    noted = []
    for company in companies:
        profile = msgspec.json.decode(company["profile"], type=Profile)
        found = missing.miss(profile, want, sent_on, own_hours=company["response_hours"], chosen_hours=chosen)
        if found is not None:
            noted.append({"company": company["id"], "reason": found.reason, "term": found.term})
    return noted
