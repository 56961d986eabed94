"""Two companies made one profile: by choice field by field, and everything of both in lists."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from slugify import slugify

from portal.directory.rules import profiles
from portal.directory.rules.merging import ADDRESS, FIELDS, LISTS, key_of
from portal.directory.tables.companies import FactSource, NameKind
from portal.directory.values import OtherName, Profile, ProfileFact, ProfileSite

_BLOCK = "address"
_PLACE = (*ADDRESS, "latitude", "longitude")
_TOGETHER = {"action_label": "action_url", "action_url": "action_label"}
_RANK = {FactSource.COMPANY: 0, FactSource.EDITOR: 1, FactSource.REGISTER: 2}


def differing(kept: Profile, merged: Profile) -> list[str]:
    """Fields that both fill in, differently: a person chooses. What only one says is taken as it is.

    The address is one of them, as a whole (`address`).
    """
    found = [
        name for name in FIELDS
        if name not in ADDRESS
        and getattr(kept, name) and getattr(merged, name) and getattr(kept, name) != getattr(merged, name)
    ]  # fmt: skip
    return found if _agreed(kept, merged) is not None else [*found, _BLOCK]


def united(kept: Profile, merged: Profile, *, of_merged: Iterable[str] = (), was_renamed: bool = False) -> Profile:
    """The profile that stands for both. `of_merged` are the fields in which the merged company's word counts.

    The name that is not taken becomes another name, or a former one where the company `was_renamed`.
    """
    chosen = set(of_merged)
    fields: dict[str, Any] = {}
    for name in FIELDS:
        if name in ADDRESS:
            continue
        mine, theirs = getattr(kept, name), getattr(merged, name)
        alone = not mine and not getattr(kept, _TOGETHER.get(name, name))
        fields[name] = theirs if name in chosen or alone else mine
    address = _agreed(kept, merged)
    here, away = (merged, kept) if _BLOCK in chosen else (kept, merged)
    fields |= address if address is not None else {name: getattr(here, name) for name in _PLACE}
    other = kept.name if fields["name"] == merged.name else merged.name
    renamed = OtherName(other, NameKind.FORMER if was_renamed else NameKind.ALIAS)
    fields["names"] = _names(fields["name"], [*kept.names, renamed, *merged.names])
    sites, moved = _sites(kept.sites, merged.sites)
    if address is None:
        sites, _ = _sites(sites, _as_site(away))
    fields["sites"] = sites
    theirs_at = [msgspec.structs.replace(fact, site=moved.get(fact.site, fact.site)) for fact in merged.facts]
    fields["facts"] = _facts(kept.facts, theirs_at)
    for name in LISTS.keys() - {"names", "sites", "facts"}:
        fields[name] = _listed(getattr(kept, name), getattr(merged, name))
    return Profile(**{name: _cut(name, value) for name, value in fields.items()})


def written(side: Profile, name: str) -> Any:
    """A field as a person looks at it, the address as a whole."""
    if name != _BLOCK:
        return getattr(side, name)
    return {part: value for part in ADDRESS if (value := getattr(side, part))}


def _agreed(kept: Profile, merged: Profile) -> dict[str, Any] | None:
    """The address that both mean, with its place on the map: the fuller one. None where they mean two."""
    sides = [kept, merged]
    if not all(any(getattr(side, name) for name in ADDRESS) for side in sides):
        return {name: getattr(max(sides, key=_fullness), name) for name in _PLACE}
    told = {name: [slugify(getattr(side, name) or "") for side in sides] for name in ADDRESS}
    compared = [name for name in ADDRESS if name != "region" or not all(told["city"])]
    if any(all(told[name]) and told[name][0] != told[name][1] for name in compared):
        return None
    streets = [bool(side.street or side.postal_code) for side in sides]
    if all(streets):
        if not any(told[name][0] and told[name][0] == told[name][1] for name in ("street", "postal_code")):
            return None
    elif any(street and not side.city for street, side in zip(streets, sides, strict=True)):
        return None
    fuller = max(sides, key=_fullness)
    other = merged if fuller is kept else kept
    address = {name: getattr(fuller, name) for name in _PLACE}
    if address["latitude"] is None and told["city"][0] == told["city"][1]:
        address |= {name: getattr(other, name) for name in ("latitude", "longitude")}
    return address | {name: getattr(other, name) for name in ("region", "country") if not address[name]}


def _fullness(side: Profile) -> tuple[bool, bool, int]:
    return bool(side.street), bool(side.city), sum(bool(getattr(side, name)) for name in ADDRESS)


def _as_site(company: Profile) -> list[ProfileSite]:
    """Where the company is by its address; without a city it goes by its street, and a country alone is no place."""
    given = {name: getattr(company, name) or "" for name in ADDRESS}
    name = "" if company.city else company.street
    return [ProfileSite(id=_BLOCK, name=name, **given)] if company.city or name else []


def _cut(name: str, value: Any) -> Any:
    most = profiles.MOST_FACTS if name in {"facts", "names"} else profiles.MOST_ITEMS
    return value[:most] if name in LISTS else value


def _names(name: str, others: Iterable[OtherName]) -> tuple[OtherName, ...]:
    found: dict[str, OtherName] = {}
    for other in others:
        if other.name.casefold() != name.casefold():
            found.setdefault(other.name.casefold(), other)
    return tuple(found.values())


def _sites(
    mine: Iterable[ProfileSite], theirs: Iterable[ProfileSite]
) -> tuple[tuple[ProfileSite, ...], Mapping[str, str]]:
    """All sites, each place once, and the ids under which theirs stand in it."""
    found, moved = list(mine), {}
    places = {_place(site): site.id for site in found}
    for site in theirs:
        if (known := places.get(_place(site))) is not None:
            moved[site.id] = known
            continue
        moved[site.id] = free = _free(site.id, {one.id for one in found})
        found.append(msgspec.structs.replace(site, id=free))
    return tuple(found), moved


def _place(site: ProfileSite) -> tuple[str, ...]:
    return tuple(part.casefold() for part in (site.name, site.street, site.postal_code, site.city, site.country))


def _facts(mine: Iterable[ProfileFact], theirs: Iterable[ProfileFact]) -> tuple[ProfileFact, ...]:
    """Every statement once; of two that say the same, the company's own before a register's, then the newer."""
    found: dict[tuple[str, ...], ProfileFact] = {}
    ids: set[str] = set()
    for fact in (*mine, *theirs):
        said = (fact.term, fact.value, fact.site, fact.reference)
        known = found.get(said)
        if known is None:
            free = _free(fact.id, ids)
            found[said] = msgspec.structs.replace(fact, id=free)
            ids.add(free)
        elif _better(fact) > _better(known):
            found[said] = msgspec.structs.replace(fact, id=known.id)
    return tuple(found.values())


def _better(fact: ProfileFact) -> tuple[int, str]:
    return -_RANK[fact.source], str(fact.confirmed_on or "")


def _listed(mine: tuple[Any, ...], theirs: tuple[Any, ...]) -> tuple[Any, ...]:
    """All items; theirs under another id where theirs is taken, and not at all where they say the same."""
    found = list(mine)
    said = {_bare(item) for item in mine}
    for item in theirs:
        if _bare(item) in said:
            continue
        said.add(_bare(item))
        found.append(msgspec.structs.replace(item, id=_free(key_of(item), {one.id for one in found})))
    return tuple(found)


def _bare(item: Any) -> str:
    return str({name: value for name, value in msgspec.structs.asdict(item).items() if name != "id"})


def _free(wished: str, taken: set[str]) -> str:
    """An id that is not taken: the wished one, else with a number behind."""
    if wished not in taken:
        return wished
    return next(free for n in range(2, 10_000) if (free := f"{wished[:16]}-{n}") not in taken)
