"""What one person’s agenda consists of, read once for page, calendar and feed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from portal.accounts import queries as accounts
from portal.agenda.queries import items
from portal.agenda.values import Entry, Held, Item, Mine, Owner, Place, Source


class Read(msgspec.Struct, frozen=True):
    """Entries, what one has a place in, and what all of it is, by key."""

    entries: list[Entry]
    held: list[Held]
    known: dict[str, Item]


async def read(entries: Sequence[Entry], owner: Owner | None, sources: Sequence[Source], now: datetime) -> Read:
    """One statement for each source, and one for all that is saved or booked, whatever their number."""
    found = [one for source in sources for one in await source(owner, now)] if owner else []
    booked = [one.key for one in found if isinstance(one, Place)]
    known = await items.by_keys([*((one.kind.value, one.item) for one in entries), *booked])
    held = [_held(one, known) if isinstance(one, Place) else one for one in found]
    return Read(list(entries), [one for one in held if one is not None], known)


def _held(place: Place, known: Mapping[str, Item]) -> Held | None:
    item = known.get(f"{place.key[0]}-{place.key[1]}")
    return None if item is None else Held(item, place.words, place.address, place.given)


async def owner_of(mine: Mine) -> Owner | None:
    """Whose agenda it is, for somebody who only has its secret."""
    account = await accounts.account(mine.account) if mine.account is not None else None
    return None if account is None else Owner(account.id, account.email)
