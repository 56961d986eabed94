"""What one person’s agenda consists of, read once for page, calendar and feed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from portal.accounts import queries as accounts
from portal.agenda.queries import items
from portal.agenda.values import Entry, Held, Item, Owner, Place, Source


class Read(msgspec.Struct, frozen=True):
    """Entries, what one has a place in, and what all of it is, by key; the keys of what one had a place in."""

    entries: list[Entry]
    held: list[Held]
    known: dict[str, Item]
    gone: frozenset[str]


async def read(entries: Sequence[Entry], owner: Owner | None, sources: Sequence[Source], now: datetime) -> Read:
    """One statement for each source, and one for all that is saved or booked, whatever their number."""
    found = [one for source in sources for one in await source(owner, now)] if owner else []
    gone = frozenset("{}-{}".format(*one.key) for one in found if isinstance(one, Place) and one.over)
    found = [one for one in found if not (isinstance(one, Place) and one.over)]
    booked = [one.key for one in found if isinstance(one, Place)]
    known = await items.by_keys([*((one.kind.value, one.item) for one in entries), *booked])
    held = [_held(one, known) if isinstance(one, Place) else one for one in found]
    there = [one for one in held if one is not None]
    return Read(list(entries), there, known, gone - {one.item.key for one in there})


def _held(place: Place, known: Mapping[str, Item]) -> Held | None:
    item = known.get(f"{place.key[0]}-{place.key[1]}")
    return None if item is None else Held(item, place.words, place.address, place.given)


async def owner(account_id: int) -> Owner | None:
    """Whose calendar it is, for somebody who only has its secret."""
    account = await accounts.account(account_id)
    return None if account is None or not account.email else Owner(account.id, account.email)
