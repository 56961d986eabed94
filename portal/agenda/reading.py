"""What one person’s agenda consists of, read once for page, calendar and feed."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.accounts import queries as accounts
from portal.agenda.queries import agendas, items
from portal.agenda.values import Entry, Held, Item, Mine, Owner, Source


class Read(msgspec.Struct, frozen=True):
    """Entries, what one has a place in, and what all of it is, by key."""

    entries: list[Entry]
    held: list[Held]
    known: dict[str, Item]


async def read(mine: Mine | None, owner: Owner | None, sources: Sequence[Source], now: datetime) -> Read:
    """The same number of statements whatever the number of entries."""
    entries = await agendas.entries(mine.id) if mine else []
    known = await items.by_keys((one.kind.value, one.item) for one in entries)
    held = [one for source in sources for one in await source(owner, now)] if owner else []
    return Read(entries, held, known)


async def owner_of(mine: Mine) -> Owner | None:
    """Whose agenda it is, for somebody who only has its secret."""
    account = await accounts.account(mine.account) if mine.account is not None else None
    return None if account is None else Owner(account.id, account.email)
