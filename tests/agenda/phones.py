"""A calendar program that puts feeds and mails into one drawer and believes the newest of what it was told."""

from icalendar import Calendar, Component

TOLD = ("DTSTART", "DTEND", "STATUS", "LOCATION", "SUMMARY")


class Phone:
    """Reads a calendar again and again, and the mails between; remembers every entry it ever saw."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[int, str, bytes]] = {}
        self.drawer: dict[str, tuple[int, str]] = {}
        self.rises = 0

    def read(self, calendar: bytes | None) -> None:
        assert calendar is not None
        for entry in Calendar.from_ical(calendar).walk("VEVENT"):
            uid, sequence, whole = str(entry["UID"]), int(entry["SEQUENCE"]), entry.to_ical()
            told = " ".join(f"{entry.get(name)}" for name in TOLD)
            before = self.seen.get(uid)
            if before is not None:
                assert sequence >= before[0], f"fell from {before} to {sequence} {told}"
                assert sequence > before[0] or told == before[1], f"{before[1]} became {told}"
                assert sequence > before[0] or whole == before[2], "the same number is the same bytes"
                self.rises += sequence > before[0]
            self.seen[uid] = (sequence, told, whole)
            self._put(entry, str(entry["STATUS"]), "feed")

    def open(self, mail: Calendar) -> None:
        for entry in mail.walk("VEVENT"):
            self._put(entry, "CANCELLED" if mail["METHOD"] == "CANCEL" else str(entry["STATUS"]), "mail")

    def _put(self, entry: Component, status: str, by: str) -> None:
        """Whether it takes place, when and where: what is otherwise than the drawer has it must be newer."""
        uid, sequence = str(entry["UID"]), int(entry["SEQUENCE"])
        told = f"{status} {entry['DTSTART'].dt} {entry['DTEND'].dt} {entry.get('LOCATION')}"
        before = self.drawer.get(uid)
        if before is not None:
            assert sequence >= before[0], f"{by} fell from {before} to {sequence} {told}"
            assert sequence > before[0] or told == before[1], f"{by}: {before} became {sequence} {told}"
        self.drawer[uid] = (sequence, told)
