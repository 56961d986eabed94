"""The parts of an exhibitor's desk, in the order of its navigation. Whoever adds one adds a line."""

import msgspec

from portal.exhibitors.tables.exhibiting import Right


class DeskPart(msgspec.Struct, frozen=True):
    """One part; `key` is the last step of its address, empty for the desk itself. Open where the organiser gave `right`, to
    owners and editors alone where it is for `editing`; what is `accepted` waits for the organiser, as all with a right does.
    """

    key: str
    name: str
    right: Right | None = None
    editing: bool = False
    accepted: bool = False


PARTS: tuple[DeskPart, ...] = (
    DeskPart("", "Overview"),
    DeskPart("booth", "Booth", editing=True),
    DeskPart("tasks", "Tasks", accepted=True),
    DeskPart("profile", "Profile", accepted=True),
    DeskPart("documents", "Documents", Right.DOCUMENTS),
    DeskPart("passes", "Passes", Right.PASSES),
    DeskPart("scan", "Scan", Right.SCAN),
    DeskPart("leads", "Leads", Right.LEADS),
    DeskPart("export", "Export", Right.EXPORT),
    DeskPart("api", "API", Right.API),
    DeskPart("meetings", "Meetings", Right.MEETINGS),
)
