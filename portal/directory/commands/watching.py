"""Keeping searches, and noting what somebody has been told of them."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Invalid, NotFound
from portal.core.settings import current
from portal.core.times import zone
from portal.directory.rules.filters import Filters
from portal.directory.rules.watching import next_due
from portal.directory.tables.searches import Frequency
from portal.notifications.commands.outbox import queue_mail
from portal.notifications.values import Message

_MOST = 50


async def save_search(
    *, actor: Actor, name: str, filters: Filters, frequency: Frequency, seen: Sequence[int], now: datetime
) -> int:
    """Keep a search under a name; one that is kept already gets the new name. Raises Invalid with fields by name."""
    if not filters.pairs():
        raise Invalid({"": "Please choose at least one filter, or type a word, before you save a search."})
    async with db.transaction():
        await db.execute("SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE", actor.account_id)
        kept = await db.fetch_value(
            "SELECT count(*) FROM saved_search WHERE account = $1 AND query <> $2", actor.account_id, filters.query()
        )
        if kept >= _MOST:
            raise Invalid({"": f"At most {_MOST} searches can be kept. Please delete one first."})
        made: int = await db.fetch_value(
            """
            INSERT INTO saved_search (account, name, query, frequency, seen, saved_at, looked_at, due_at)
            VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
            ON CONFLICT (account, query) DO UPDATE
            SET name = excluded.name, frequency = excluded.frequency, due_at = excluded.due_at RETURNING id
            """,
            actor.account_id, name, filters.query(), frequency.value, list(seen), now, _due(frequency, now),
        )  # fmt: skip
    return made


async def change_search(*, actor: Actor, search_id: int, name: str, frequency: Frequency, now: datetime) -> None:
    """Call it otherwise, or hear of it more or less often. What is new counts from what was last told."""
    done = await db.execute(
        "UPDATE saved_search SET name = $3, frequency = $4, due_at = $5 WHERE id = $1 AND account = $2",
        search_id, actor.account_id, name, frequency.value, _due(frequency, now),
    )  # fmt: skip
    if not db.affected(done):
        raise NotFound("There is no such search.")


async def drop_search(*, actor: Actor, search_id: int) -> None:
    done = await db.execute("DELETE FROM saved_search WHERE id = $1 AND account = $2", search_id, actor.account_id)
    if not db.affected(done):
        raise NotFound("There is no such search.")


async def tell_news(*, search_id: int, found: Sequence[int], message: Message | None, now: datetime) -> bool:
    """Note what a search finds now, and queue the mail about it; False where somebody has done so already."""
    async with db.transaction():
        row = await db.fetch_one("SELECT frequency, due_at FROM saved_search WHERE id = $1 FOR UPDATE", search_id)
        if row is None or row["due_at"] is None or row["due_at"] > now:
            return False
        await db.execute(
            "UPDATE saved_search SET seen = $2, looked_at = $3, due_at = $4 WHERE id = $1",
            search_id, list(found), now, _due(Frequency(row["frequency"]), now),
        )  # fmt: skip
        if message is not None:
            await queue_mail(message=message, now=now)
    return True


async def forget(email: str, now: datetime) -> str:
    """Delete the searches kept with an address."""
    done = await db.execute(
        "DELETE FROM saved_search WHERE account IN (SELECT id FROM account WHERE email = $1)", email
    )
    count = db.affected(done)
    return f"{count} saved {'search is' if count == 1 else 'searches are'} deleted."


def _due(frequency: Frequency, now: datetime) -> datetime | None:
    return next_due(frequency, now, zone(current().site_timezone))
