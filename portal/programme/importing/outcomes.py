"""What an import of a programme came to."""

from typing import ClassVar

import msgspec

from portal.core.importing import outcomes
from portal.core.importing.values import Refusal
from portal.programme.rules.changes import Change
from portal.programme.rules.words import changed


class Line(msgspec.Struct, frozen=True):
    """A session that is other than before, and how: what of it, as it was, as it is."""

    kind: str
    title: str
    slug: str
    told: list[tuple[str, str, str]]

    @property
    def words(self) -> str:
        """On one line."""
        said = (f"{what}: {f'{was} → ' if was else ''}{now}" for what, was, now in self.told)
        return "; ".join([self.kind, *said])


def line(change: Change, zone: str) -> Line:
    return Line(change.kind.value, change.title, change.slug, changed(change, zone))


class FileReport(outcomes.FileReport):
    """One file: the address of its event, sessions its source has no more, and the release it became (0: none was due)
    with the number of lines in its log.
    """

    event: str = ""
    cancelled: int = 0
    release: int = 0
    log: int = 0
    changes: list[Line] = []
    """What is other in a draft that had sessions before."""


class ImportReport(outcomes.ImportReport):
    """The one file of an import."""

    nouns: ClassVar = ("session", "sessions")
    sums: ClassVar = ("created", "changed", "cancelled", "unchanged", "merged", "refused")

    files: list[FileReport] = []

    @property
    def cancelled(self) -> int:
        return self.total("cancelled")

    @property
    def lists(self) -> list[tuple[str, list[Refusal]]]:
        found = [Refusal(0, one.title, one.words) for file in self.files for one in file.changes]
        return [("What is other than before", found)]

    @property
    def aside(self) -> str:
        return f", {self.cancelled:,} cancelled" if self.cancelled else ""

    @property
    def more(self) -> str:
        told = [
            f" Release {file.release} of /events/{file.event} {'has' if file.release == 1 else 'changes'} {file.log:,}."
            for file in self.files
            if file.release
        ]
        return "".join(told) or "".join(
            f" /events/{file.event} stays as released." for file in self.files if file.event
        )
