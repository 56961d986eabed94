"""Three versions of a profile made one: nobody's edit is lost, and only what two people wrote differently is asked.

`base` is what both began from, `mine` and `theirs` what became of it. Fields are merged one by one, items of lists by
their ids; of a list, what was added, taken away and put in another order are edits of their own. Fields that only make
sense together, such as an address, are one: half of one person's and half of another's is nobody's word.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from portal.core.errors import Conflict
from portal.directory.values import (
    OtherName,
    Profile,
    ProfileContact,
    ProfileDocument,
    ProfileFact,
    ProfilePicture,
    ProfilePost,
    ProfileProduct,
    ProfileRelation,
    ProfileSite,
    ProfileVideo,
)

LISTS: dict[str, type[Any]] = {
    "names": OtherName, "facts": ProfileFact, "sites": ProfileSite, "contacts": ProfileContact,
    "products": ProfileProduct, "documents": ProfileDocument, "videos": ProfileVideo, "gallery": ProfilePicture,
    "posts": ProfilePost, "relations": ProfileRelation,
}  # fmt: skip
_POSITION = ("latitude", "longitude")
ADDRESS = ("street", "postal_code", "city", "region", "country")
TOGETHER: dict[str, tuple[str, tuple[str, ...]]] = {
    "facts": (
        "statement", ("term", "site", "value", "number", "issuer", "reference", "expires_on", "document"),
    ),
    "sites": ("address", ADDRESS),
}  # fmt: skip
"""By list, the fields of an item that are one, and what they are called together."""
FIELDS = tuple(name for name in Profile.__struct_fields__ if name not in LISTS and name not in _POSITION)
ORDER = "order"


class Clash(msgspec.Struct, frozen=True):
    """What two people wrote differently. `field` is empty where one changed an item and the other removed it (None),
    and `order` where both put a list in another order.
    """

    of: str
    item: str
    field: str
    was: Any
    mine: Any
    theirs: Any

    @property
    def path(self) -> str:
        return ".".join(filter(None, (self.of, self.item, self.field)))

    @property
    def seen(self) -> str:
        """Stands for their version: a choice made against another one does not count."""
        return hashlib.sha256(msgspec.json.encode(self.theirs)).hexdigest()[:12]

    def chosen(self, choices: Mapping[str, str]) -> str:
        """`mine`, `theirs`, `was`, or nothing where no choice was made against this version."""
        choice, _, seen = choices.get(self.path, "").partition(":")
        return choice if seen == self.seen and choice in {"mine", "theirs", "was"} else ""


class Merged(msgspec.Struct, frozen=True):
    """The one version; `clashes` are still to be decided, and stand in it as mine."""

    profile: Profile
    clashes: tuple[Clash, ...] = ()


class Overtaken(Conflict):
    """Somebody else wrote something different meanwhile; nothing is saved until it is decided."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__("Somebody else changed the same meanwhile. Please choose what is to stand.")
        self.clashes = tuple(clashes)


def merge(base: Profile, mine: Profile, theirs: Profile, choices: Mapping[str, str] | None = None) -> Merged:
    """One profile of three. `choices` are by path: `mine:SEEN`, `theirs:SEEN` or `was:SEEN`."""
    work = _Merging(choices or {})
    made: dict[str, Any] = {
        name: work.field(name, "", "", *(getattr(p, name) for p in (base, mine, theirs)))
        for name in FIELDS
        if name not in ADDRESS
    }
    made |= work.address(*(_address(p) for p in (base, mine, theirs)))
    for name, kind in LISTS.items():
        versions = [_items(getattr(p, name)) for p in (base, mine, theirs)]
        made[name] = tuple(kind(**item) for item in work.items(name, *versions))
    return Merged(Profile(**made), tuple(work.clashes))


def _address(profile: Profile) -> dict[str, Any]:
    written = {name: getattr(profile, name) for name in ADDRESS}
    return {**written, "position": (profile.latitude, profile.longitude)}


def key_of(item: Any) -> str:
    """What an item of a list is known by."""
    return f"{item.kind.value}:{item.language}:{item.name}" if isinstance(item, OtherName) else str(item.id)


_Items = dict[str, dict[str, Any]]


def _items(listed: Sequence[Any]) -> _Items:
    return {key_of(item): msgspec.structs.asdict(item) for item in listed}


class _Merging:
    def __init__(self, choices: Mapping[str, str]) -> None:
        self.choices = choices
        self.clashes: list[Clash] = []

    def field(self, of: str, item: str, name: str, was: Any, mine: Any, theirs: Any) -> Any:
        if mine in (theirs, was) or theirs == was:
            return theirs if mine == was else mine
        if settled := _settled(name or of, mine, theirs):
            return settled[0]
        clash = Clash(of, item, name, was, mine, theirs)
        chosen = clash.chosen(self.choices)
        if not chosen:
            self.clashes.append(clash)
        return {"theirs": theirs, "was": was}.get(chosen, mine)

    def address(self, *versions: dict[str, Any]) -> dict[str, Any]:
        """The address with its place on the map; the place alone is settled by itself."""
        was, mine, theirs = ({name: side[name] for name in ADDRESS} for side in versions)
        if was == mine == theirs:
            found = {**was, "position": self.field("position", "", "", *(side["position"] for side in versions))}
        elif mine == theirs:
            place = _settled("position", versions[1]["position"], versions[2]["position"])
            found = {**mine, "position": place[0] if place else (None, None)}
        else:
            found = dict(self.field("address", "", "", *versions))
        found["latitude"], found["longitude"] = found.pop("position")
        return found

    def items(self, of: str, was: _Items, mine: _Items, theirs: _Items) -> Iterator[dict[str, Any]]:
        kept = {}
        for key in dict.fromkeys([*mine, *theirs, *was]):
            found = self._item(of, key, was.get(key), mine.get(key), theirs.get(key))
            if found is not None:
                kept[key] = found
        return (kept[key] for key in self._order(of, kept, list(was), list(mine), list(theirs)))

    def _item(self, of: str, key: str, *versions: dict[str, Any] | None) -> dict[str, Any] | None:
        was, mine, theirs = versions
        if mine is None or theirs is None:
            found: dict[str, Any] | None = self.field(of, key, "", was, mine, theirs)
            return found
        before = was or {}
        together, names = TOGETHER.get(of, ("", ()))
        sides = [{name: side.get(name) for name in names} for side in (before, mine, theirs)]
        made: dict[str, Any] = self.field(of, key, together, *sides) if names else {}
        alone = {
            name: self.field(of, key, name, before.get(name), mine[name], theirs[name])
            for name in mine
            if name not in names
        }
        return {**alone, **made}

    def _order(self, of: str, kept: _Items, was: list[str], mine: list[str], theirs: list[str]) -> list[str]:
        """Those that stay, in the order of whoever changed it; what was added follows what it was put behind."""
        first = self._leading(of, was, mine, theirs)
        old = {*was, *(set(mine) & set(theirs))}
        core = [key for key in dict.fromkeys([*first, *mine, *theirs, *was]) if key in kept and key in old]
        behind: dict[str, list[list[str]]] = {}
        placed: set[str] = set()
        for keys in (mine, theirs):
            for anchor, run in _runs(keys, core):
                added = [key for key in run if key in kept and key not in placed]
                placed.update(added)
                if added:
                    behind.setdefault(anchor, []).append(added)
        return [key for anchor in ("", *core) for key in [*_bare(anchor), *_joined(behind.get(anchor, []))]]

    def _leading(self, of: str, was: list[str], mine: list[str], theirs: list[str]) -> list[str]:
        """The list whose order stands for what all have in common."""
        ours, other = [key for key in mine if key in theirs], [key for key in theirs if key in mine]
        before = [key for key in was if key in ours and key in other]
        moved_ours, moved_other = ([key for key in keys if key in before] for keys in (ours, other))
        if moved_ours == moved_other:
            return mine if ours <= other else theirs
        chosen = self.field(of, "", ORDER, before, moved_ours, moved_other)
        return next(
            keys for keys, order in ((theirs, moved_other), (mine, moved_ours), (was, before)) if order == chosen
        )


def _bare(anchor: str) -> list[str]:
    return [anchor] if anchor else []


def _joined(runs: list[list[str]]) -> list[str]:
    return [key for run in sorted(runs) for key in run]


def _runs(keys: Sequence[str], core: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """What stands behind each key of the core that is there, and before the first one (behind nothing)."""
    anchor, run = "", list[str]()
    for key in keys:
        if key in core:
            yield anchor, run
            anchor, run = key, []
        else:
            run.append(key)
    yield anchor, run


def _settled(name: str, mine: Any, theirs: Any) -> tuple[Any] | None:
    """What needs no person: the later confirmation, the company's own word, the position that is known."""
    match name:
        case "confirmed_on":
            return (max(filter(None, (mine, theirs))),)
        case "source":
            return (min(mine, theirs),)
        case "position":
            return (max((place for place in (mine, theirs) if None not in place), default=(None, None)),)
        case _:
            return None
