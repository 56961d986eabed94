"""Releases of a programme in words: their heading, and entries of an Atom feed."""

from collections import Counter
from collections.abc import Sequence

from portal.core.atom import Entry
from portal.programme.public import Logged, Programme, Release
from portal.programme.rules.words import changed

_MOST_LINES = 20


def heading(release: Release) -> str:
    """`3 moved, 1 cancelled`; of the first `everything is new`."""
    counted = Counter(one.kind for one in release.changes)
    told = ", ".join(f"{count:,} {kind}" for kind, count in counted.most_common())
    more = release.lines - len(release.changes)
    return f"{told} and {more:,} more" if more > 0 else told or "everything is new"


def entries(programme: Programme, log: Sequence[Release], *, base_url: str) -> list[Entry]:
    """The newest first, each with its first lines."""
    return [
        Entry(
            key=f"programme/{programme.event_id}/{one.number}",
            title=f"Release {one.number}: {heading(one)}",
            published=one.released_at,
            updated=one.released_at,
            address=f"{base_url}/events/{programme.slug}/programme/changes#r-{one.number}",
            summary=_summary(one, programme.timezone),
        )
        for one in log
    ]


def _summary(release: Release, zone: str) -> str:
    lines = [f"{line.kind.capitalize()}: {line.title}{_told(line, zone)}" for line in release.changes[:_MOST_LINES]]
    if release.lines > len(lines):
        lines.append(f"And {release.lines - len(lines):,} more.")
    return "\n".join([*([release.note] if release.note else []), *lines])


def _told(line: Logged, zone: str) -> str:
    """` (Room: Saal Lobau, before: Raum Prater)`; nothing where the kind says all of it."""
    told = [f"{what}: {now}{f', before: {was}' if was else ''}" for what, was, now in changed(line, zone)]
    return f" ({'; '.join(told)})" if told else ""
