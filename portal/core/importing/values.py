"""What readers hand over: refusals with reasons, and what a record's own words look like in a message."""

import re

import msgspec

STRAY = re.compile(r"[\udc80-\udcff]")
"""A byte that is not UTF-8, as it stands in a text."""


class Unreadable(Exception):
    """A record, or a whole file, cannot be taken. The text is shown to the person who imports."""


def stray(text: str) -> Unreadable | None:
    """Why a record cannot be taken whose bytes are not all UTF-8."""
    found = STRAY.search(text)
    return Unreadable(f"it is not UTF-8: there is a byte {ord(found[0]) & 0xFF:02X}") if found else None


class Refusal(msgspec.Struct, frozen=True):
    """A record that was not taken, and why. `name` says which one in the file's own words."""

    line: int
    name: str
    reason: str


class Reading(msgspec.Struct):
    """What a reader found in one file, besides its rows. `records` counts what the file holds.

    `merged` has the lines of records that only say again, or say older, what another one says.
    """

    records: int = 0
    refusals: list[Refusal] = []
    notes: list[Refusal] = []
    merged: list[int] = []

    def refuse(self, line: int, name: str, reason: str) -> None:
        self.refusals.append(Refusal(line, shortened(name, 80), reason))

    def note(self, line: int, name: str, remark: str) -> None:
        self.notes.append(Refusal(line, shortened(name, 80), remark))


def shortened(value: object, most: int = 60) -> str:
    """A value as it can be shown in a message: one printable line of bounded length."""
    text = value if isinstance(value, str) else repr(value) if isinstance(value, int | float | bool) else ""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: most * 4]).split())
    return line if len(line) <= most else line[: most - 1] + "…"
