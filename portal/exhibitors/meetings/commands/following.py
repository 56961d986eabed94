"""Meetings follow what they rest on: the event and its time, the company's part in it, the place of whoever comes, and that
the host still works for the company. Looked at by the clock: whatever changed these things, and from wherever.
"""

from datetime import datetime

from portal.core import db
from portal.core.jobs import enqueue_many
from portal.exhibitors.meetings.commands.ending import call_off
from portal.exhibitors.meetings.commands.placing import announce
from portal.exhibitors.meetings.commands.turns import turn

OFF = "The event was called off."
NO_RIGHT = "The company no longer takes meetings at this event."
GIVEN_UP = "The place at the event was given up or passed on."
LEFT = "The host no longer works for the company."
OUTSIDE = "The event’s new time leaves no room for it."
ELSEWHERE = "One of you has another meeting at the event’s new time."

# Of a place with another address and another name: somebody else has it. Of another address alone: they have a new one.
_WHY = """
CASE WHEN e.state NOT IN ('published', 'moved') THEN $OFF
    WHEN x.state <> 'accepted' OR NOT 'meetings' = ANY (x.rights) THEN $NO_RIGHT
    WHEN t.seat IS NOT NULL AND (s.state <> 'confirmed' OR o.state <> 'confirmed' OR s.email = ''
        OR (s.email <> t.email AND s.named_at IS DISTINCT FROM t.named_at)) THEN $GIVEN_UP
"""
for _name, _text in (("$OFF", OFF), ("$NO_RIGHT", NO_RIGHT), ("$GIVEN_UP", GIVEN_UP)):
    _WHY = _WHY.replace(_name, f"'{_text}'")
_IS_MEMBER = """
SELECT FROM membership y JOIN company c ON c.organisation = y.organisation WHERE c.id = x.company AND y.account = {account}
"""
_AROUND = """
JOIN event e ON e.id = t.event JOIN exhibitor x ON x.id = t.exhibitor JOIN meeting_area a ON a.event = t.event
LEFT JOIN seat s ON s.id = t.seat LEFT JOIN seat_order o ON o.id = s.seat_order
"""
_MEETINGS = f"""
SELECT * FROM (SELECT t.id, t.event, {_WHY} WHEN NOT EXISTS ({_IS_MEMBER.format(account="t.account")}) THEN '{LEFT}'
    WHEN a.event_version = e.version AND (t.starts_at < e.starts_at OR t.ends_at > e.ends_at) THEN '{OUTSIDE}' END AS why
FROM meeting t {_AROUND} WHERE t.state = 'planned' AND t.ends_at > $1) found WHERE why IS NOT NULL
"""
_REQUESTS = f"""
SELECT * FROM (SELECT t.id, t.event, {_WHY} WHEN NOT EXISTS (SELECT FROM meeting_offer f JOIN exhibitor_host h ON h.id = f.host
    WHERE f.request = t.id AND f.round = t.round AND EXISTS ({_IS_MEMBER.format(account="h.account")})) THEN '{LEFT}' END AS why
FROM meeting_request t {_AROUND} WHERE t.state = 'asked') found WHERE why IS NOT NULL
"""
_DUE = f"""
SELECT event FROM ({_MEETINGS}) m UNION SELECT event FROM ({_REQUESTS}) r
UNION SELECT a.event FROM meeting_area a JOIN event e ON e.id = a.event WHERE a.event_version <> e.version
UNION SELECT t.event FROM meeting t JOIN seat s ON s.id = t.seat WHERE t.state = 'planned' AND t.ends_at > $1
    AND (s.email, s.named_at) IS DISTINCT FROM (t.email, t.named_at)
UNION SELECT t.event FROM meeting_request t JOIN seat s ON s.id = t.seat WHERE t.state = 'asked'
    AND (s.email, s.named_at) IS DISTINCT FROM (t.email, t.named_at)
UNION SELECT t.event FROM open_to_meetings t JOIN seat s ON s.id = t.seat
    WHERE (s.email, s.named_at) IS DISTINCT FROM (t.email, t.named_at)
ORDER BY 1 LIMIT 100
"""
_END_REQUESTS = f"""
UPDATE meeting_request r SET state = 'cancelled', answered_at = $1, words = found.why FROM ({_REQUESTS}) found
WHERE found.id = r.id AND r.event = $2 RETURNING r.id
"""
# Offers of whoever has left go; a request ends when none is left.
_LEFT_OFFERS = f"""
DELETE FROM meeting_offer f USING meeting_request r, exhibitor_host h, exhibitor x
WHERE r.id = f.request AND r.state = 'asked' AND r.event = $1 AND h.id = f.host AND x.id = h.exhibitor
    AND NOT EXISTS ({_IS_MEMBER.format(account="h.account")})
"""
_SAME_PERSON = """
UPDATE {table} t SET email = s.email, named_at = s.named_at FROM seat s WHERE s.id = t.seat AND t.event = $1 AND s.email <> ''
    AND (s.email = t.email) <> (s.named_at IS NOT DISTINCT FROM t.named_at) RETURNING t.id
"""
# What somebody said to companies is nothing that whoever has the place now said.
_SOMEBODY_ELSES = """
DELETE FROM open_to_meetings t USING seat s WHERE s.id = t.seat AND t.event = $1
    AND (s.email = '' OR (s.email <> t.email AND s.named_at IS DISTINCT FROM t.named_at))
"""
_AREA = """
SELECT a.planned_start, e.starts_at, e.version, e.timezone,
    (e.ends_at AT TIME ZONE e.timezone) - (e.starts_at AT TIME ZONE e.timezone) < interval '1 day' AS is_short
FROM meeting_area a JOIN event e ON e.id = a.event
WHERE a.event = $1 AND a.event_version <> e.version
"""
# By the clock on the wall of the zone $4, so that ten o'clock stays ten o'clock on the days after a change of summer time.
_BY = "(($2::timestamptz AT TIME ZONE $4) - ($3::timestamptz AT TIME ZONE $4))"
_MOVED = "((t.{column} AT TIME ZONE $4) + " + _BY + ") AT TIME ZONE $4"
_BACK = f"(((({_MOVED}) AT TIME ZONE $4) - {_BY}) AT TIME ZONE $4)"
_SHIFTED = (
    ("meeting", "t.event = $1 AND t.state = 'planned'"),
    ("meeting_availability", "t.host IN (SELECT h.id FROM exhibitor_host h JOIN exhibitor x ON x.id = h.exhibitor "
     "WHERE x.event = $1)"),
    ("meeting_area_time", "t.area = (SELECT id FROM meeting_area WHERE event = $1)"),
    ("meeting_offer", "t.request IN (SELECT id FROM meeting_request WHERE event = $1 AND state = 'asked')"),
)  # fmt: skip
# In the night of a change an hour on the wall is left out or comes twice: two meetings would be at once, or one last longer.
# What is over within a day keeps its distance from its start anyway, so that it stands as before once it is put off again.
_TORN = "SELECT {}".format(" OR ".join(
    f"EXISTS (SELECT FROM {table} t WHERE {which} AND ({_BACK.format(column='starts_at')} <> t.starts_at "
    f"OR {_BACK.format(column='ends_at')} <> t.ends_at "
    f"OR ({_MOVED.format(column='ends_at')}) - ({_MOVED.format(column='starts_at')}) <> t.ends_at - t.starts_at))"
    for table, which in _SHIFTED
))  # fmt: skip
_EVEN = "UTC"

# People are at more than one event, on either side of a table, and the other event has not moved.
_ELSEWHERE = f"""
SELECT t.id FROM meeting t JOIN account h ON h.id = t.account JOIN meeting o ON o.event <> t.event AND o.state = 'planned'
    AND tstzrange(o.starts_at, o.ends_at) && tstzrange({_MOVED.format(column="starts_at")}, {_MOVED.format(column="ends_at")})
JOIN account g ON g.id = o.account
    AND (g.id = h.id OR o.email = h.email OR nullif(t.email, '') IN (o.email, g.email))
WHERE t.event = $1 AND t.state = 'planned' GROUP BY t.id ORDER BY t.id
"""


async def follow(*, now: datetime) -> int:
    """Bring meetings in line with what has changed. Returns at how many events something had."""
    due, failed = await db.fetch(_DUE, now), []
    for row in due:
        try:
            await _follow(row["event"], now)
        except Exception as trouble:
            failed.append(trouble)
    if failed:
        raise failed[0]
    return len(due)


async def _follow(event_id: int, now: datetime) -> None:
    async with turn(event_id):
        changed = await db.fetch(_SAME_PERSON.format(table="meeting"), event_id)
        await db.execute(_SAME_PERSON.format(table="meeting_request"), event_id)
        await db.execute(_SAME_PERSON.format(table="open_to_meetings"), event_id)
        await db.execute(_SOMEBODY_ELSES, event_id)
        # Nobody is told of what was over before and still is; it may have ended before the time that was agreed.
        coming = await _coming(event_id, now)
        touched = {row["id"] for row in changed} | await _with_event(event_id, now)
        touched &= coming | await _coming(event_id, now)
        over = await db.fetch(f"SELECT * FROM ({_MEETINGS}) m WHERE event = $2 ORDER BY id", now, event_id)
        ended = await db.fetch(_END_REQUESTS, now, event_id)
        await enqueue_many("meetings.tell_request", [{"request": one["id"], "mark": "cancelled"} for one in ended])
        await db.execute(_LEFT_OFFERS, event_id)
        for one in over:
            await call_off([one["id"]], by="", words=one["why"], now=now)
        still = await db.fetch(
            "SELECT id FROM meeting WHERE id = ANY($1::bigint[]) AND state = 'planned' ORDER BY id", list(touched)
        )
        if still:
            await announce([row["id"] for row in still], now=now)


async def _coming(event_id: int, now: datetime) -> set[int]:
    """Meetings that are not over."""
    rows = await db.fetch(
        "SELECT id FROM meeting WHERE event = $1 AND state = 'planned' AND ends_at > $2", event_id, now
    )
    return {row["id"] for row in rows}


async def _with_event(event_id: int, now: datetime) -> set[int]:
    """An event that was put off takes its meetings along, and what was offered and published; their ids."""
    area = await db.fetch_one(_AREA, event_id)
    if area is None:
        return set()
    if area["planned_start"] != area["starts_at"]:
        moved = (event_id, area["starts_at"], area["planned_start"])
        even = area["is_short"] or await db.fetch_value(_TORN, *moved, area["timezone"])
        by = (*moved, _EVEN if even else area["timezone"])
        elsewhere = [row["id"] for row in await db.fetch(_ELSEWHERE, *by)]
        if elsewhere:
            await call_off(elsewhere, by="", words=ELSEWHERE, now=now)
        for table, which in _SHIFTED:
            await db.execute(
                f"UPDATE {table} t SET starts_at = {_MOVED.format(column='starts_at')}, "
                f"ends_at = {_MOVED.format(column='ends_at')} WHERE {which}",
                *by,
            )  # fmt: skip
        await db.execute(
            f"UPDATE meeting_request t SET expires_at = greatest($5, {_MOVED.format(column='expires_at')}) "
            "WHERE t.event = $1 AND t.state = 'asked'",
            *by, now,
        )  # fmt: skip
        await db.execute(
            "UPDATE meeting SET moves = moves + 1, moved_at = $2 WHERE event = $1 AND state = 'planned'", event_id, now
        )
    await db.execute(
        "UPDATE meeting_area SET planned_start = $2, event_version = $3 WHERE event = $1",
        event_id, area["starts_at"], area["version"],
    )  # fmt: skip
    rows = await db.fetch("SELECT id FROM meeting WHERE event = $1 AND state = 'planned'", event_id)
    return {row["id"] for row in rows}
