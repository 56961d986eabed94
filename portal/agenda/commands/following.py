"""What agendas do when something they hold changes: second choices move up, and a mail becomes due."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from portal.agenda.commands.opening import held_sessions, settle
from portal.agenda.queries import agendas, following, items, stands
from portal.agenda.rules import stands as rules
from portal.agenda.rules import telling, timing
from portal.agenda.values import Item, Mine
from portal.core import db, times
from portal.core.jobs import enqueue_many
from portal.core.settings import current
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """Something of which its reader is to be told, and what: `facts` are of entries, `stands` of stands, by number; `known`
    is what they knew.
    """

    item: Item
    news: list[telling.News]
    known: Mapping[str, str] = {}
    facts: Mapping[int, Mapping[str, str]] = {}
    stands: Mapping[int, Mapping[str, str]] = {}


async def follow(*, agenda_id: int, now: datetime) -> int:
    """Move second choices up as far as needed, and note when its reader is to be told; how many moved. Safe to repeat."""
    async with db.transaction():
        mine = await _held(agenda_id)
        if mine is None:
            return 0
        next_ = msgspec.structs.replace(mine, edition=mine.edition + 1)
        moves = await settle(next_)
        if moves:
            await db.execute("UPDATE agenda SET edition = edition + 1 WHERE id = $1", mine.id)
        await set_due(mine, now)
    return len(moves)


async def _held(agenda_id: int) -> Mine | None:
    await db.execute("SELECT 1 FROM agenda WHERE id = $1 FOR UPDATE", agenda_id)
    return await agendas.by_id(agenda_id)


async def pending(agenda_id: int, now: datetime) -> list[Changed]:
    """What its reader was not told yet, by time; what is over is no news."""
    mine = await agendas.by_id(agenda_id)
    if mine is None:
        return []
    entries = await agendas.entries(mine.id)
    known = await items.by_keys((one.kind.value, one.item) for one in entries)
    holds = await held_sessions(mine)
    fairs = rules.changed(await stands.of_agenda(mine.id), now)
    found = [Changed(item=one.item, news=one.news, stands=one.facts) for one in fairs]
    for one in entries:
        if one.key not in known or telling.is_past(one.told, known[one.key], now):
            continue
        item, second, has = known[one.key], one.instead_of is not None, one.kind == "session" and one.item in holds
        if news := telling.news(one.told, item, second=second, why=one.why, because=one.because, holds=has):
            facts = {one.id: telling.facts(item, second=second, holds=has)}
            found.append(Changed(item=item, news=news, known=one.told, facts=facts))
    return sorted(found, key=lambda changed: (changed.item.starts_at, changed.item.title))


async def set_due(mine: Mine, now: datetime) -> None:
    """At once for what is within a day, else with the next morning’s; never where there is nobody or nothing to tell."""
    told = await pending(mine.id, now) if await following.reader(mine.id) else []
    due = None
    if told:
        soon = any(telling.is_soon(one.known, one.item, now) for one in told)
        due = now if soon else timing.next_morning(now, times.zone(current().site_timezone))
    await db.execute(
        "UPDATE agenda SET digest_due_at = CASE WHEN $2::timestamptz IS NULL THEN NULL ELSE least(digest_due_at, $2) END "
        "WHERE id = $1",
        mine.id, due,
    )  # fmt: skip


async def tell(
    *, agenda_id: int, digests: int, changed: Sequence[Changed], message: Message | None, now: datetime
) -> bool:
    """Queue the mail and note what it said, by entry; False where another has been queued since it was composed. What
    changed in the meantime is told with the next one.
    """
    async with db.transaction():
        mine = await _held(agenda_id)
        done = mine is not None and db.affected(await db.execute(
            "UPDATE agenda SET digests = digests + $3, digest_due_at = NULL "
            "WHERE id = $1 AND digests = $2 AND digest_due_at <= $4",
            agenda_id, digests, int(message is not None), now,
        ))  # fmt: skip
        if mine is None or not done:
            return False
        if message is not None:
            for table, told in (
                ("agenda_entry", [one.facts for one in changed]),
                ("agenda_stand", [one.stands for one in changed]),
            ):
                facts = {id_: msgspec.json.encode(one).decode() for known in told for id_, one in known.items()}
                await db.execute(
                    f"UPDATE {table} e SET told = x.facts::jsonb FROM unnest($2::bigint[], $3::text[]) AS x (id, facts) "
                    "WHERE e.id = x.id AND e.agenda = $1",
                    agenda_id, list(facts), list(facts.values()),
                )  # fmt: skip
            await queue_mail(message=message, now=now)
        await set_due(mine, now)
    return True


async def pass_signals_on() -> int:
    """One job for each event of which a workshop became full or free again; how many."""
    async with db.transaction():
        events = [row["event"] for row in await db.fetch("DELETE FROM agenda_signal RETURNING event")]
        await enqueue_many("agenda.follow", [{"event": event} for event in events])
    return len(events)
