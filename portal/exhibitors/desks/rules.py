"""Where a task stands, and in which words. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from babel import Locale

from portal.exhibitors.tables.desk import TaskKind


class Standing(StrEnum):
    """`again`: the organiser asked for changes. `waiting`: it is the organiser’s turn."""

    OPEN = "open"
    AGAIN = "again"
    WAITING = "waiting"
    DONE = "done"


class Column(StrEnum):
    """The columns of the board, in their order."""

    OVERDUE = "overdue"
    TO_DO = "to do"
    WAITING = "waiting"
    DONE = "done"


COLUMNS = {
    Column.OVERDUE: "Overdue", Column.TO_DO: "To do", Column.WAITING: "With the organiser", Column.DONE: "Done",
}  # fmt: skip
KINDS = {
    TaskKind.READ: "Read", TaskKind.UPLOAD: "Hand in a file", TaskKind.FILL: "Fill in", TaskKind.CHOOSE: "Choose",
    TaskKind.PASSES: "Name your people", TaskKind.PAY: "Pay",
}  # fmt: skip
REVIEWED = frozenset({TaskKind.UPLOAD, TaskKind.FILL, TaskKind.PAY})
"""What the organiser looks at before it is done."""
REMIND_BEFORE = timedelta(days=7)
"""So long before it is due an exhibitor is reminded of a task that is open."""


def column(standing: Standing, due_at: datetime, now: datetime) -> Column:
    """Where a task is on the board: what waits for the organiser is nobody’s delay."""
    if standing is Standing.DONE:
        return Column.DONE
    if standing is Standing.WAITING:
        return Column.WAITING
    return Column.OVERDUE if due_at <= now else Column.TO_DO


LANGUAGES = {
    code: Locale("en").languages[code]
    for code in ("en", "de", "fr", "it", "es", "pt", "nl", "da", "sv", "nb", "fi", "pl", "cs", "sk", "sl", "hu", "hr", "ro", "tr",
                 "ja", "ko", "zh", "ar", "hi")
}  # fmt: skip
"""Languages that may be spoken on a stand, by their code."""
