"""What an import came to: per file and altogether."""

from collections.abc import Sequence
from enum import IntEnum
from typing import ClassVar, Protocol

import msgspec

from portal.core.importing.values import Refusal


class Progress(Protocol):
    """Told what is being done, how much of it is done, and how much there is (0 while that is not known)."""

    def __call__(self, doing: str, done: int, of: int) -> None: ...


def silent(doing: str, done: int, of: int) -> None:
    """Progress that nobody watches."""


class ExitCode(IntEnum):
    """What the command line answers with."""

    FINE = 0
    SOME_REFUSED = 1
    NOTHING_READ = 2


class FileReport(msgspec.Struct):
    """One file; `fault` says why none of it could be read."""

    name: str
    format: str = ""
    source: str = ""
    records: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    merged: int = 0
    refusals: list[Refusal] = []
    notes: list[Refusal] = []
    fault: str = ""

    @property
    def taken(self) -> int:
        return self.created + self.changed + self.unchanged


class ImportReport(msgspec.Struct):
    """All files of one import. `nouns` names what is imported, one and several of it."""

    nouns: ClassVar[tuple[str, str]] = ("record", "records")
    sums: ClassVar[tuple[str, ...]] = ("created", "changed", "unchanged", "merged", "refused")

    files: Sequence[FileReport] = []
    dry_run: bool = False
    seconds: float = 0.0

    def total(self, name: str) -> int:
        """A count over all files."""
        return sum(getattr(file, name) for file in self.files)

    @property
    def created(self) -> int:
        return self.total("created")

    @property
    def changed(self) -> int:
        return self.total("changed")

    @property
    def unchanged(self) -> int:
        return self.total("unchanged")

    @property
    def merged(self) -> int:
        return self.total("merged")

    @property
    def refused(self) -> int:
        """Records that were not taken, and files of which none was read."""
        return sum(len(file.refusals) + bool(file.fault) for file in self.files)

    @property
    def lists(self) -> list[tuple[str, list[Refusal]]]:
        """What else is told record by record, under headings."""
        return []

    @property
    def aside(self) -> str:
        """What is to be said of the changed ones, in brackets."""
        return ""

    @property
    def more(self) -> str:
        """What else the last line says, as sentences with a blank before each."""
        return ""

    @property
    def exit_code(self) -> ExitCode:
        if not any(file.taken for file in self.files):
            return ExitCode.NOTHING_READ
        return ExitCode.SOME_REFUSED if self.refused else ExitCode.FINE
