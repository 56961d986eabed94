"""What one version of a programme changes in the one before, as the public log tells it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.programme.tables import ChangeKind

# What is said of each, in this order; of long texts only that they are others.
_SHOWN = (
    "title",
    "subtitle",
    "room",
    "starts_at",
    "ends_at",
    "track",
    "kind",
    "language",
    "level",
    "speakers",
    "capacity",
    "label",
    "recorded",
)
_TEXTS = ("abstract_html", "description_html", "links", "url")
_PLACING = ("room", "starts_at", "ends_at")


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A session in one version. `room`, `track` and `speakers` are names, as people read them."""

    id: int
    slug: str
    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    cancelled: bool = False
    subtitle: str = ""
    room: str = ""
    track: str = ""
    language: str = ""
    level: str = ""
    label: str = ""
    speakers: str = ""
    capacity: int | None = None
    recorded: bool = True
    url: str = ""
    links: str = ""
    abstract_html: str = ""
    description_html: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log. `before` and `after` have what differs; moments are ISO 8601 in UTC; a text is `other`."""

    session: int
    slug: str
    title: str
    kind: ChangeKind
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}


def changes(before: Sequence[Version], after: Sequence[Version]) -> list[Change]:
    """One line for each session that is another than before, in the order of `after`; what is gone comes last."""
    old = {one.id: one for one in before}
    told = [change for one in after if (change := _change(old.get(one.id), one))]
    kept = {one.id for one in after}
    return told + [_line(one, ChangeKind.REMOVED) for one in before if one.id not in kept]


def _change(old: Version | None, new: Version) -> Change | None:
    if old is None:
        return _line(new, ChangeKind.ADDED)
    if old == new:
        return None
    before, after = _differing(old, new)
    if old.cancelled != new.cancelled:
        kind = ChangeKind.CANCELLED if new.cancelled else ChangeKind.RESTORED
    else:
        kind = ChangeKind.MOVED if any(name in after for name in _PLACING) else ChangeKind.EDITED
    return _line(new, kind, before, after)


def _differing(old: Version, new: Version) -> tuple[dict[str, Any], dict[str, Any]]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name in _SHOWN:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            before[name], after[name] = msgspec.to_builtins(was), msgspec.to_builtins(now)
    for name in _TEXTS:
        if getattr(old, name) != getattr(new, name):
            after[name] = "other"
    return before, after


def _line(
    of: Version, kind: ChangeKind, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
) -> Change:
    return Change(
        session=of.id, slug=of.slug, title=of.title, kind=kind, before=dict(before or {}), after=dict(after or {})
    )
