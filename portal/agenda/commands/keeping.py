"""Saving, taking out, choosing between what overlaps, and joining what a browser has to an account."""

from collections.abc import Container
from datetime import datetime

import msgspec

from portal.agenda.commands import following, stands
from portal.agenda.commands.opening import Visitor, choice, held_sessions, move, note_known, opened, settle
from portal.agenda.queries import agendas, items
from portal.agenda.rules import choices
from portal.agenda.tables import Kind
from portal.agenda.values import Item, Mine
from portal.calendars import personal
from portal.core import db
from portal.core.errors import Conflict, Invalid, NotFound

MOST = 300
"""Entries of one agenda."""
_MOST_JOINED = 1000


class Saved(msgspec.Struct, frozen=True):
    """What saving came to: the agenda it is in, the entry, what it overlaps, and whether it was there before."""

    mine: Mine
    entry: int
    item: Item
    overlaps: list[tuple[int, Item]]
    was_there: bool


_ADD = """
INSERT INTO agenda_entry (agenda, kind, item, event, edition, saved_at, why, because, seen, told)
VALUES ($1, $2, $3, $4, $5, $6, '', '', '{}', '{}') ON CONFLICT (agenda, kind, item) DO NOTHING RETURNING id
"""


async def save(*, visitor: Visitor, kind: Kind, item_id: int, now: datetime) -> Saved:
    """Put something into the visitor’s agenda. What is there already stays as it is."""
    key = f"{kind.value}-{item_id}"
    async with db.transaction():
        mine = await opened(visitor, now=now)
        assert mine is not None
        there = await agendas.entries(mine.id)
        known = await items.by_keys([(kind.value, item_id), *((one.kind.value, one.item) for one in there)])
        item = known.get(key)
        if item is None or item.off == "gone":
            raise NotFound("There is no such thing to save. It may have left the programme.")
        if len(there) >= MOST and all(one.key != key for one in there):
            raise Conflict(f"An agenda holds {MOST} entries, and yours is full. Please take something out first.")
        added = await db.fetch_value(_ADD, mine.id, kind.value, item_id, item.event_id, mine.edition, now)
        entry = added or next(one.id for one in there if one.key == key)
        if added:
            await note_known(mine, [entry], now=now)
        overlaps: list[tuple[int, Item]] = [
            (one.id, known[one.key])
            for one in there
            if one.key != key
            and one.instead_of is None
            and one.key in known
            and choices.clashes([item, known[one.key]])
        ]
        done = Saved(mine, entry, item, overlaps, not added)
    return done  # noqa: RET504 — a return inside the block is none for mypy


async def drop(*, visitor: Visitor, key: tuple[Kind, int], now: datetime) -> Mine | None:
    """Take something out; what waited for it moves up. Nothing happens where it is not in."""
    async with db.transaction():
        mine = await opened(visitor, now=now, make=False)
        if mine is None:
            return None
        entry = await db.fetch_value(
            "SELECT id FROM agenda_entry WHERE agenda = $1 AND kind = $2 AND item = $3", mine.id, key[0].value, key[1]
        )
        if entry is None:
            return mine
        await settle(mine, without=[entry])
        # Whoever takes it out sees what moves up, so that no mail need tell of it.
        freed = [row["id"] for row in await db.fetch(
            "UPDATE agenda_entry SET instead_of = NULL, edition = $3 WHERE agenda = $1 AND instead_of = $2 RETURNING id",
            mine.id, entry, mine.edition,
        )]  # fmt: skip
        moved = await db.fetch("SELECT id FROM agenda_entry WHERE agenda = $1 AND edition = $2", mine.id, mine.edition)
        await note_known(mine, [*freed, *(row["id"] for row in moved)], seen=False, now=now)
        await db.execute("DELETE FROM agenda_entry WHERE id = $1", entry)
    return mine


async def choose(*, visitor: Visitor, entry_id: int, instead_of: int | None, now: datetime) -> None:
    """Make an entry a first choice, or the second one to another that it overlaps; if that waited for it, they change
    places.
    """
    async with db.transaction():
        mine = await opened(visitor, now=now, make=False)
        entries = {one.id: one for one in await agendas.entries(mine.id)} if mine else {}
        if mine is None or entry_id not in entries or (instead_of is not None and instead_of not in entries):
            raise NotFound("This is no longer in your agenda.")
        known = await items.by_keys((one.kind.value, one.item) for one in entries.values())
        holds = await held_sessions(mine)
        at = {one.id: choice(one, known[one.key], holds) for one in entries.values() if one.key in known}
        moves: dict[int, choices.Move] = {entry_id: choices.Move(instead_of)}
        if instead_of is not None:
            first, second = at.get(instead_of), at.get(entry_id)
            if first is None or second is None or entry_id == instead_of or not choices.meet(first, second):
                raise Invalid({"instead_of": "The two do not overlap, so that both can be first choices."})
            if first.lost:
                raise Invalid({"instead_of": "What cannot be had is no first choice to wait for."})
            if first.instead_of not in (None, entry_id):
                raise Invalid({"instead_of": "That is a second choice itself. Make it your first one before."})
            moves[instead_of] = choices.Move(None)
            for one in at.values():
                if one.instead_of == entry_id and one.id != instead_of:
                    moves[one.id] = choices.Move(instead_of if choices.meet(one, first) else None)
        await move(mine, moves)
        moves |= await settle(mine)
        await note_known(mine, list(moves), now=now)


async def note_seen(*, visitor: Visitor, shown: Container[str], now: datetime) -> None:
    """Its reader has read what changed, of which they were `shown` these marks: neither page nor mail says it again. What has
    become something else meanwhile they have not read.
    """
    async with db.transaction():
        mine = await opened(visitor, now=now, make=False)
        if mine is not None:
            read = await note_known(mine, shown=shown, now=now)
            await db.execute("UPDATE agenda_entry SET why = '', because = '' WHERE id = ANY($1)", read)
            await stands.note_known(mine, shown)


_JOIN = """
INSERT INTO agenda_entry (agenda, kind, item, event, edition, saved_at, why, because, seen, told)
SELECT $1, kind, item, event, $3, saved_at, why, because, seen, told FROM agenda_entry theirs
WHERE agenda = $2 AND NOT EXISTS (
    SELECT 1 FROM agenda_entry own WHERE own.agenda = $1 AND own.kind = theirs.kind AND own.item = theirs.item)
ORDER BY id LIMIT greatest(0, $4 - (SELECT count(*) FROM agenda_entry WHERE agenda = $1))
ON CONFLICT (agenda, kind, item) DO NOTHING
"""
# A rank comes along with what was new; what was in the account’s agenda keeps its own.
_RANKS = """
UPDATE agenda_entry mine SET instead_of = first.id
FROM agenda_entry theirs
JOIN agenda_entry their_first ON their_first.id = theirs.instead_of
JOIN agenda_entry first ON first.agenda = $1 AND first.kind = their_first.kind AND first.item = their_first.item
WHERE theirs.agenda = $2 AND mine.agenda = $1 AND mine.kind = theirs.kind AND mine.item = theirs.item
    AND mine.edition = $3 AND mine.id <> first.id AND first.instead_of IS NULL
"""


async def join(*, account_id: int, name: str, now: datetime) -> int:
    """Put what a browser saved into the agenda of whoever signs in there, and close the browser’s own; how many entries
    were new.

    The account’s entries stay as they are; new ones bring their ranks, also past what may be saved one by one. Two browsers
    of one account wait for each other; a browser’s agenda is joined once. What changed while nobody could be written to is
    told now.
    """
    async with db.transaction():
        theirs = await opened(Visitor(name=name), now=now, make=False)
        if theirs is None:
            return 0
        mine = await opened(Visitor(account=account_id), now=now)
        assert mine is not None
        added = db.affected(await db.execute(_JOIN, mine.id, theirs.id, mine.edition, _MOST_JOINED))
        await db.execute(_RANKS, mine.id, theirs.id, mine.edition)
        await stands.join(source=theirs, target=mine)
        await personal.carry(source=theirs.feed, target=mine.feed, now=now)
        await db.execute(
            "UPDATE agenda SET joined = $2, email = '', digest_due_at = NULL WHERE id = $1", theirs.id, mine.id
        )
        await settle(mine)
        await following.set_due(mine, now)
    return added
