"""What an import of a programme came to."""

from typing import ClassVar

from portal.core.importing import outcomes


class FileReport(outcomes.FileReport):
    """One file: the address of its event, sessions its source has no more, and the release it became (0: none was due)
    with the number of lines in its log.
    """

    event: str = ""
    cancelled: int = 0
    release: int = 0
    log: int = 0


class ImportReport(outcomes.ImportReport):
    """The one file of an import."""

    nouns: ClassVar = ("session", "sessions")
    sums: ClassVar = ("created", "changed", "cancelled", "unchanged", "merged", "refused")

    files: list[FileReport] = []

    @property
    def cancelled(self) -> int:
        return self.total("cancelled")

    @property
    def aside(self) -> str:
        return f", {self.cancelled:,} cancelled" if self.cancelled else ""

    @property
    def more(self) -> str:
        told = [
            f" Release {file.release} of /events/{file.event} changes {file.log:,}."
            for file in self.files
            if file.release
        ]
        return "".join(told) or "".join(
            f" /events/{file.event} stays as released." for file in self.files if file.event
        )
