"""What an import of events came to."""

from typing import ClassVar

from portal.core.importing import outcomes


class FileReport(outcomes.FileReport):
    """One file. A repeating entry is one record and many events.

    `called_off` are those of the changed ones that the file does not have any more.
    """

    called_off: int = 0


class ImportReport(outcomes.ImportReport):
    """All files of one import."""

    nouns: ClassVar = ("event", "events")
    sums: ClassVar = ("created", "changed", "called_off", "unchanged", "merged", "refused")

    files: list[FileReport] = []

    @property
    def called_off(self) -> int:
        return self.total("called_off")

    @property
    def aside(self) -> str:
        return f" ({self.called_off:,} of them called off)" if self.called_off else ""
