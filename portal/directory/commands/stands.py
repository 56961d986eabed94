"""Two parts in one event made one, and made two again.

Of two parts that count, one does from now on: an accepted one before an application, else the kept company's; the other is
`joined`. Where both were accepted, the kept company's part has what either had: places and rights add up, and what hangs on the
other part goes over, unless the kept one has the same. Chains of leads stay two: `leads.chain`.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import audit, db
from portal.core.jobs import enqueue
from portal.media import commands as media
from portal.media.values import Owner

# As those take it who fix, move and end meetings: none of theirs is half done meanwhile.
_TURNS = """
SELECT pg_advisory_xact_lock(hashtext('meetings'), hashint8(e.event)) FROM (
    SELECT DISTINCT event FROM exhibitor WHERE company IN ($1, $2) ORDER BY event) e
"""
_GIVE_WAY = """
UPDATE exhibitor d SET state = 'joined', version = version + 1 WHERE company = $2 AND state = 'applied'
    AND EXISTS (SELECT FROM exhibitor s WHERE s.company = $1 AND s.event = d.event AND s.state = 'accepted') RETURNING id
"""
_WAIT = """
UPDATE exhibitor s SET state = 'joined', version = version + 1 WHERE company = $1 AND state = 'applied'
    AND EXISTS (SELECT FROM exhibitor d WHERE d.company = $2 AND d.event = s.event AND d.state IN ('applied', 'accepted'))
RETURNING id
"""
_GO_ON = """
UPDATE exhibitor x SET state = 'applied', version = version + 1 WHERE id = ANY($1::bigint[]) AND state = 'joined'
    AND NOT EXISTS (SELECT FROM exhibitor o WHERE o.company = x.company AND o.event = x.event
        AND o.state IN ('applied', 'accepted'))
"""
_STATE = "UPDATE exhibitor SET state = $2, version = version + 1 WHERE id = $1"
_PAIRS = """
SELECT d.id AS kept, s.id AS merged, s.passes,
    ARRAY(SELECT unnest(s.rights) EXCEPT SELECT unnest(d.rights) ORDER BY 1) AS rights
FROM exhibitor s JOIN exhibitor d ON d.event = s.event AND d.company = $2 AND d.state = 'accepted'
WHERE s.company = $1 AND s.state = 'accepted' ORDER BY d.id FOR UPDATE
"""
_MORE = (
    "UPDATE exhibitor SET passes = passes + $2, rights = rights || $3::varchar[], version = version + 1 WHERE id = $1"
)
_LESS = """
UPDATE exhibitor SET passes = greatest(0, passes - $2), version = version + 1,
    rights = ARRAY(SELECT one FROM unnest(rights) WITH ORDINALITY AS r (one, at) WHERE one <> ALL($3::varchar[]) ORDER BY at)
WHERE id = $1
"""
# Badges that say the former company by itself say the other one; what a holder wrote stays.
_BADGES = """
WITH badge AS (SELECT x.id, coalesce(nullif(x.badge_name, ''), c.name) AS says
    FROM exhibitor x JOIN company c ON c.id = x.company)
UPDATE seat s SET company = now.says FROM exhibitor_pass p, badge was, badge now
WHERE p.id = ANY($3::bigint[]) AND p.exhibitor = $2 AND s.id = p.seat AND s.state = 'confirmed' AND was.id = $1 AND now.id = $2
    AND s.company = was.says
"""
# What hangs on a part, and what of `o`, the other part's, is the same as `t`.
_HANGING = {
    "exhibitor_pass": "",
    "exhibitor_item": "o.source <> '' AND o.kind = t.kind AND o.source = t.source",
    "exhibitor_file": "",
    "paper_reading": "o.version = t.version AND o.account IS NOT DISTINCT FROM t.account",
    "exhibitor_task_answer": "o.task = t.task",
    "lead_question": "o.text = t.text",
    "lead_key": "true",
    "exhibitor_host": "o.account = t.account",
    "meeting_table": "o.active AND t.active AND lower(o.name) = lower(t.name)",
    "meeting_request": "o.state = 'asked' AND t.state = 'asked' AND o.seat = t.seat",
    "meeting": "",
}
_GO = """
UPDATE {table} t SET exhibitor = $2 WHERE t.exhibitor = $1 AND ($3::bigint[] IS NULL OR t.id = ANY($3))
    AND NOT EXISTS (SELECT FROM {table} o WHERE o.exhibitor = $2 AND {same}) RETURNING t.id
"""
# Of two answers to one task the better one is the kept company's: the two change places.
_BETTER = """
WITH pair AS (
    SELECT t.id AS theirs, o.id AS ours FROM exhibitor_task_answer t
    JOIN exhibitor_task_answer o ON o.task = t.task AND o.exhibitor = $2 WHERE t.exhibitor = $1 AND CASE WHEN $3::bigint[] IS NULL
        THEN array_position('{accepted,given,again}', t.state::text) < array_position('{accepted,given,again}', o.state::text)
        ELSE t.id = ANY($3) END),
gone AS (DELETE FROM exhibitor_task_answer a USING pair WHERE a.id IN (theirs, ours) RETURNING a.*)
INSERT INTO exhibitor_task_answer (id, task, exhibitor, state, text, file, note, at, by, account, decided_at, decided_by)
SELECT id, task, CASE exhibitor WHEN $1 THEN $2::bigint ELSE $1 END, state, text, file, note, at, by, account, decided_at,
    decided_by FROM gone ORDER BY id RETURNING id
"""
# Somebody who could be met for both: one host, with the meetings and the times of both.
_ONE_HOST = """
UPDATE {table} t SET host = b.id FROM exhibitor_host a JOIN exhibitor_host b ON b.account = a.account AND b.exhibitor = $2
WHERE a.exhibitor = $1 AND t.host = a.id AND ($3::bigint[] IS NULL OR t.id = ANY($3)) {free} RETURNING t.id
"""
_FREE = """
AND NOT EXISTS (SELECT FROM meeting_availability o WHERE o.host = b.id
    AND tstzrange(o.starts_at, o.ends_at) && tstzrange(t.starts_at, t.ends_at))
"""
_STEPS = {
    "exhibitor_task_answer.better": _BETTER,
    **{table: _GO.format(table=table, same=same or "false") for table, same in _HANGING.items()},
    "meeting.host": _ONE_HOST.format(table="meeting", free=""),
    "meeting_offer.host": _ONE_HOST.format(table="meeting_offer", free=""),
    "meeting_availability.host": _ONE_HOST.format(table="meeting_availability", free=_FREE),
}


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """A part in an event that another was joined to: the places and rights it got, and what went over, by table."""

    kept: int
    merged: int
    passes: int
    rights: list[str]
    rows: dict[str, list[int]]


async def take_turns(*companies: int) -> None:
    """Hold meetings back, until commit, at every event where one of two companies takes part."""
    await db.fetch(_TURNS, *companies)


async def give_way(*, source: int, target: int) -> list[int]:
    """Let a company's applications wait where another's part, which it is about to get, is accepted already; which."""
    return sorted(row["id"] for row in await db.fetch(_GIVE_WAY, source, target))


async def wait(*, source: int, target: int) -> list[int]:
    """Let a company's applications wait where another asks for the same, or has it; which."""
    return sorted(row["id"] for row in await db.fetch(_WAIT, source, target))


async def go_on(waiting: Sequence[int]) -> None:
    """Applications that waited are to be decided again, where nothing else counts by now."""
    await db.execute(_GO_ON, waiting)


async def join(*, source: int, target: int, actor: str, now: datetime) -> list[Joined]:
    """Let the parts of one company be those of another, where both take part. In the caller's transaction."""
    made = []
    for pair in await db.fetch(_PAIRS, source, target):
        await db.execute(_MORE, pair["kept"], pair["passes"], pair["rights"])
        rows = {name: await _went(sql, pair["merged"], pair["kept"], None) for name, sql in _STEPS.items()}
        await _bring(pair["merged"], pair["kept"], rows)
        await db.execute(_STATE, pair["merged"], "joined")
        await audit.record(
            actor=actor, verb="join exhibitor", kind="exhibitor", key=pair["kept"], now=now, merged=pair["merged"],
            passes=pair["passes"], rights=pair["rights"],
        )  # fmt: skip
        made.append(Joined(**pair, rows=rows))
    return made


async def part(joined: Sequence[Joined]) -> None:
    """Give back what was joined; what the kept company's people made since stays with it."""
    for one in joined:
        await db.execute(_LESS, one.kept, one.passes, one.rights)
        await db.execute(_STATE, one.merged, "accepted")
        for name, sql in _STEPS.items():
            await _went(sql, one.kept, one.merged, one.rows.get(name, []))
        await _bring(one.kept, one.merged, one.rows)


async def _went(sql: str, source: int, target: int, ids: list[int] | None) -> list[int]:
    return sorted(row["id"] for row in await db.fetch(sql, source, target, ids))


async def _bring(source: int, target: int, rows: dict[str, list[int]]) -> None:
    """What follows what went over: stored files belong to whoever may read them, badges and invitations say the company."""
    found = await db.fetch(
        "SELECT file FROM exhibitor_file WHERE id = ANY($1::bigint[]) AND exhibitor = $2",
        rows["exhibitor_file"],
        target,
    )
    keys = [row["file"] for row in found]
    await media.hand_over(source=Owner("exhibitor", str(source)), target=Owner("exhibitor", str(target)), keys=keys)
    await db.execute(_BADGES, source, target, rows["exhibitor_pass"])
    if meetings := rows.get("meeting"):
        await enqueue("meetings.announce", meetings=meetings)
