"""One agenda at a time: whoever changes it holds its row, so that saving, joining and following never cross."""

from collections.abc import Container, Sequence
from datetime import datetime

import msgspec

from portal.agenda.queries import agendas, items
from portal.agenda.rules import choices, telling
from portal.agenda.values import Entry, Item, Mine
from portal.core import db
from portal.core.tokens import secret

_COLUMNS = "id, name, account, email, edition"


class Visitor(msgspec.Struct, frozen=True):
    """Who asks: an account, or a browser by the name in its cookie; neither, before anything was saved."""

    account: int | None = None
    name: str = ""


async def opened(visitor: Visitor, *, now: datetime, make: bool = True) -> Mine | None:
    """Hold the visitor’s agenda until the transaction ends, and give it its next edition; made where there is none."""
    if visitor.account is not None:
        if make:
            await db.execute(
                "INSERT INTO agenda (name, account, email, edition, digests, created_at, used_at) "
                "VALUES ($1, $2, '', 0, 0, $3, $3) ON CONFLICT (account) DO NOTHING",
                secret(), visitor.account, now,
            )  # fmt: skip
        return await _held("account = $1", visitor.account, now)
    found = await _held("name = $1 AND account IS NULL AND joined IS NULL", visitor.name, now) if visitor.name else None
    if found is not None or not make:
        return found
    row = await db.fetch_one(
        "INSERT INTO agenda (name, email, edition, digests, created_at, used_at) VALUES ($1, '', 1, 0, $2, $2) "
        f"RETURNING {_COLUMNS}",
        secret(), now,
    )  # fmt: skip
    assert row is not None
    return Mine(**dict(row))


async def _held(which: str, value: object, now: datetime) -> Mine | None:
    row = await db.fetch_one(
        f"UPDATE agenda SET edition = edition + 1, used_at = greatest(used_at, $2) WHERE {which} RETURNING {_COLUMNS}",
        value,
        now,
    )
    return None if row is None else Mine(**dict(row))


_MOVE = """
UPDATE agenda_entry e SET instead_of = x.instead_of, edition = $2, why = x.why, because = x.because
FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[]) AS x (id, instead_of, why, because)
WHERE e.id = x.id AND e.agenda = $1
"""


async def settle(mine: Mine, *, without: Sequence[int] = ()) -> dict[int, choices.Move]:
    """Let second choices move up as far as what is public now has them do; `without` are entries about to be taken out.
    The agenda is held. Writes nothing where nothing moves.
    """
    entries = await agendas.entries(mine.id)
    if not any(one.instead_of for one in entries):
        return {}
    known = await items.by_keys((one.kind.value, one.item) for one in entries)
    holds = await held_sessions(mine)
    moves = choices.settled([
        choice(one, known[one.key], holds) for one in entries if one.id not in without and one.key in known
    ])  # fmt: skip
    await move(mine, moves)
    return moves


async def move(mine: Mine, moves: dict[int, choices.Move]) -> None:
    """Write new ranks down."""
    if not moves:
        return
    told = list(moves.values())
    await db.execute(
        _MOVE, mine.id, mine.edition, list(moves), [one.instead_of for one in told], [one.why for one in told],
        [one.because[:250] for one in told],
    )  # fmt: skip


def choice(entry: Entry, item: Item, holds: frozenset[int]) -> choices.Choice:
    full = item.is_full and not (item.kind == "session" and item.id in holds)
    return choices.Choice(
        id=entry.id, starts_at=item.starts_at, ends_at=item.ends_at, title=item.title, instead_of=entry.instead_of,
        lost=item.off or ("full" if full else ""),
    )  # fmt: skip


_HOLDS = """
SELECT p.session FROM account a JOIN seat s ON s.email = a.email AND s.state = 'confirmed'
JOIN session_place p ON p.seat = s.id AND p.state = 'given' WHERE a.id = $1 AND a.email <> ''
UNION SELECT p.session FROM account a JOIN seat_order o ON o.email = a.email
JOIN seat s ON s.seat_order = o.id AND s.email = '' AND s.state = 'confirmed'
JOIN session_place p ON p.seat = s.id AND p.state = 'given' WHERE a.id = $1 AND a.email <> ''
"""


async def held_sessions(mine: Mine) -> frozenset[int]:
    """The workshops in which the owner of the agenda has a place."""
    if mine.account is None:
        return frozenset()
    return frozenset(row["session"] for row in await db.fetch(_HOLDS, mine.account))


async def note_known(
    mine: Mine,
    which: Sequence[int] | None = None,
    *,
    shown: Container[str] | None = None,
    seen: bool = True,
    told: bool = True,
    now: datetime,
) -> list[int]:
    """Its reader knows how entries are now: these, or all; of those, if marks of what they were shown are given, the ones that
    are still so. Returns which.
    """
    entries = [one for one in await agendas.entries(mine.id) if which is None or one.id in which]
    known = await items.by_keys((one.kind.value, one.item) for one in entries)
    holds = await held_sessions(mine)
    rows = []
    for one in entries:
        has = {"second": one.instead_of is not None, "holds": one.kind == "session" and one.item in holds}
        if one.key in known and (shown is None or telling.mark(known[one.key], **has) in shown):
            rows.append((one.id, msgspec.json.encode(telling.facts(known[one.key], **has)).decode()))
    if rows:
        ids, facts = map(list, zip(*rows, strict=True))
        await db.execute(
            "UPDATE agenda_entry e SET seen = CASE WHEN $4 THEN x.facts::jsonb ELSE seen END, "
            "told = CASE WHEN $5 THEN x.facts::jsonb ELSE told END "
            "FROM unnest($2::bigint[], $3::text[]) AS x (id, facts) WHERE e.id = x.id AND e.agenda = $1",
            mine.id, ids, facts, seen, told,
        )  # fmt: skip
    return [id_ for id_, _ in rows]
