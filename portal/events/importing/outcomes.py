"""What an import came to: per file and altogether."""

from enum import IntEnum
from typing import Protocol

import msgspec

from portal.events.importing.values import Refusal


class Progress(Protocol):
    """Told what is being done, how much of it is done, and how much there is (0 while that is not known)."""

    def __call__(self, doing: str, done: int, of: int) -> None: ...


class ExitCode(IntEnum):
    """What the command line answers with."""

    FINE = 0
    SOME_REFUSED = 1
    NOTHING_READ = 2


class FileReport(msgspec.Struct):
    """One file; `fault` says why none of it could be read. A repeating entry is one record and many events.

    `called_off` are those of the changed ones that the file does not have any more.
    """

    name: str
    format: str = ""
    source: str = ""
    records: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    called_off: int = 0
    merged: int = 0
    refusals: list[Refusal] = []
    notes: list[Refusal] = []
    fault: str = ""

    @property
    def events(self) -> int:
        return self.created + self.changed + self.unchanged


class ImportReport(msgspec.Struct):
    """All files of one import."""

    files: list[FileReport] = []
    dry_run: bool = False
    seconds: float = 0.0

    def _sum(self, name: str) -> int:
        return sum(getattr(file, name) for file in self.files)

    @property
    def created(self) -> int:
        return self._sum("created")

    @property
    def changed(self) -> int:
        return self._sum("changed")

    @property
    def unchanged(self) -> int:
        return self._sum("unchanged")

    @property
    def called_off(self) -> int:
        return self._sum("called_off")

    @property
    def merged(self) -> int:
        return self._sum("merged")

    @property
    def refused(self) -> int:
        """Records that were not taken, and files of which none was read."""
        return sum(len(file.refusals) + bool(file.fault) for file in self.files)

    @property
    def exit_code(self) -> ExitCode:
        if not any(file.events for file in self.files):
            return ExitCode.NOTHING_READ
        return ExitCode.SOME_REFUSED if self.refused else ExitCode.FINE
