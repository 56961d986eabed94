"""Two parts in one event made one, and made two again.

Where both companies were accepted at an event, the kept company's part has what either had: places and rights add up, and
what hangs on the other part goes over, unless the kept one has the same. Chains of leads stay two: `leads.chain`.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import audit, db
from portal.core.jobs import enqueue
from portal.media import commands as media
from portal.media.values import Owner

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


async def join(*, source: int, target: int, actor: str, now: datetime) -> list[Joined]:
    """Let the parts of one company be those of another, where both take part. In the caller's transaction."""
    made = []
    for pair in await db.fetch(_PAIRS, source, target):
        await db.execute(_MORE, pair["kept"], pair["passes"], pair["rights"])
        rows = {name: await _went(sql, pair["merged"], pair["kept"], None) for name, sql in _STEPS.items()}
        await _bring_files(pair["merged"], pair["kept"], rows)
        await _announce(rows)
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
        for name, sql in _STEPS.items():
            await _went(sql, one.kept, one.merged, one.rows.get(name, []))
        await _bring_files(one.kept, one.merged, one.rows)
        await _announce(one.rows)


async def _went(sql: str, source: int, target: int, ids: list[int] | None) -> list[int]:
    return sorted(row["id"] for row in await db.fetch(sql, source, target, ids))


async def _bring_files(source: int, target: int, rows: dict[str, list[int]]) -> None:
    """Stored files belong to whoever may read them."""
    found = await db.fetch(
        "SELECT file FROM exhibitor_file WHERE id = ANY($1::bigint[]) AND exhibitor = $2",
        rows["exhibitor_file"],
        target,
    )
    keys = [row["file"] for row in found]
    await media.hand_over(source=Owner("exhibitor", str(source)), target=Owner("exhibitor", str(target)), keys=keys)


async def _announce(rows: dict[str, list[int]]) -> None:
    """Invitations say with which company somebody meets."""
    if meetings := rows.get("meeting"):
        await enqueue("meetings.announce", meetings=meetings)
