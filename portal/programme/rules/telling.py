"""Which speakers a release concerns, and how."""

from portal.programme.tables import ChangeKind

WORDS = {
    ChangeKind.ADDED: "On the programme", ChangeKind.MOVED: "Moved", ChangeKind.CANCELLED: "Cancelled",
    ChangeKind.RESTORED: "On again", ChangeKind.REMOVED: "Off the programme",
}  # fmt: skip
_OF_ALL = (ChangeKind.MOVED, ChangeKind.CANCELLED, ChangeKind.RESTORED)


def concerns(change: ChangeKind, *, was_in: bool, is_in: bool) -> ChangeKind | None:
    """What a changed session is to somebody who was in it, is in it, or both; None where it is nothing they must know."""
    if change is ChangeKind.REMOVED or not is_in:
        return ChangeKind.REMOVED if was_in else None
    if not was_in:
        return None if change is ChangeKind.CANCELLED else ChangeKind.ADDED
    return change if change in _OF_ALL else None
