"""The mails of the demo, in a Maildir."""

import mailbox
from collections.abc import Sequence
from pathlib import Path

from portal.core.settings import current
from portal.demo.mailbox.reading import Letter, letter


class MailStore:
    """A folder of mails. Files are never changed, so what was read of one is kept in memory."""

    def __init__(self, folder: str | Path) -> None:
        """Open or make the folder; raises RuntimeError in production."""
        if current().production:
            raise RuntimeError("the demo mailbox never runs in production")
        Path(folder).parent.mkdir(parents=True, exist_ok=True)
        self._box = mailbox.Maildir(str(folder), create=True)
        self._new = Path(folder) / "new"
        self._read: dict[str, Letter] = {}

    def keep(self, content: bytes, *, sender: str, recipients: Sequence[str]) -> str:
        """Store a mail as a mail server does, with the envelope on top; gives its key."""
        envelope = [f"Return-Path: <{sender}>", *(f"Delivered-To: {address}" for address in recipients)]
        return self._box.add("".join(f"{line}\r\n" for line in envelope).encode() + content)

    def source(self, key: str) -> bytes | None:
        """A mail as it came; None for a key that is not that of a mail here."""
        if key not in self._keys():
            return None
        try:
            return (self._new / key).read_bytes()
        except FileNotFoundError:
            return None

    def letters(self) -> list[Letter]:
        """All mails, newest first."""
        keys = self._keys()
        for key in keys - self._read.keys():
            if (content := self.source(key)) is not None:
                self._read[key] = letter(key, content)
        for key in self._read.keys() - keys:
            del self._read[key]
        return sorted(self._read.values(), key=lambda one: (one.kept_at, one.key), reverse=True)

    def _keys(self) -> set[str]:
        return {entry.name for entry in self._new.iterdir() if not entry.name.startswith(".")}
