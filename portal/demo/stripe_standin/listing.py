"""Lists: newest first, a page at a time, `starting_after` and `ending_before` by id."""

from collections.abc import Iterator
from typing import Any

import msgspec

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.faults import missing_thing
from portal.demo.stripe_standin.params import DatedListing, Listing, Range
from portal.demo.stripe_standin.store import Thing

_GENERAL = {"expand", "limit", "starting_after", "ending_before", "created"}
_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page(
    account: Account, kind: str, params: Listing, url: str, *, one_of: dict[str, list[str]] | None = None
) -> Thing:
    """A page of stored objects; every other parameter of the listing filters by the property of its name or path."""
    found = account.store.find(
        kind,
        equal={params.paths.get(path, path): value for path, value in _filters(params) if path not in params.choices},
        one_of={params.choices[name]: value for name, value in _filters(params) if name in params.choices and value}
        | (one_of or {}),
        created=_span(params),
        before=_position(account, kind, params.starting_after, "starting_after"),
        after=_position(account, kind, params.ending_before, "ending_before"),
        limit=params.limit + 1,
    )
    more = len(found) > params.limit
    if params.ending_before is not None:
        return _list(found[-params.limit :], more, url)
    return _list(found[: params.limit], more, url)


def _filters(given: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    """What was asked for, by property; those of an inner object by their path."""
    for field in msgspec.structs.fields(given):
        value = getattr(given, field.name)
        if field.name in _GENERAL or value is None:
            continue
        if isinstance(value, msgspec.Struct):
            yield from ((f"{field.name}.{path}", inner) for path, inner in _filters(value))
        else:
            yield field.name, value


def slice_of(things: list[Thing], params: Listing, url: str) -> Thing:
    """A page of a list that is kept whole, such as a session's lines, in its own order."""
    ids = [thing["id"] for thing in things]
    first, last = 0, len(things)
    if params.starting_after is not None:
        first = _index(ids, params.starting_after, "starting_after") + 1
    if params.ending_before is not None:
        last = _index(ids, params.ending_before, "ending_before")
        first = max(first, last - params.limit)
        return _list(things[first:last], first > 0, url)
    return _list(things[first : first + params.limit], first + params.limit < last, url)


def _list(data: list[Thing], more: bool, url: str) -> Thing:
    return {"object": "list", "data": data, "has_more": more, "url": url}


def _span(params: Listing) -> dict[str, int] | None:
    created: Any = params.created if isinstance(params, DatedListing) else None
    if isinstance(created, Range):
        return {sign: value for name, sign in _SIGNS.items() if (value := getattr(created, name)) is not None}
    return None if created is None else {"=": created}


def _position(account: Account, kind: str, thing_id: str | None, param: str) -> int | None:
    if thing_id is None:
        return None
    account.fetch(kind, thing_id, param, status=400)
    return account.store.position(thing_id)


def _index(ids: list[str], thing_id: str, param: str) -> int:
    if thing_id not in ids:
        raise missing_thing("item", thing_id, param, status=400)
    return ids.index(thing_id)
