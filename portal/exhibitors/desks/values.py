"""Plain values of desks."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.exhibitors.desks import rules
from portal.exhibitors.desks.rules import Column, Standing
from portal.exhibitors.tables.desk import TaskKind


class TaskDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A task as the organiser writes it; `text` is Markdown, `packages` none for all, `paper` what is to be read."""

    kind: TaskKind
    title: str
    due_at: datetime
    text: str = ""
    packages: tuple[int, ...] = ()
    link: str = ""
    options: tuple[str, ...] = ()
    paper: int | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task of an event. Where it was counted, with how many exhibitors it is for and how many of them are where. `moved`: by
    how many days the event was since deadlines were set.
    """

    id: int
    event_id: int
    draft: TaskDraft
    text_html: str
    exhibitors: int
    done: int
    waiting: int
    answered: bool
    moved: int = 0


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A task as it is for one exhibitor, and what that has answered. `file` is the key of what was handed in, `who` did
    what is done by somebody of the company.
    """

    id: int
    exhibitor_id: int
    company: str
    slug: str
    kind: TaskKind
    title: str
    text_html: str
    due_at: datetime
    link: str
    options: tuple[str, ...]
    paper: int | None
    standing: Standing
    answer: str
    note: str
    file: str | None
    by: str
    at: datetime | None
    decided_at: datetime | None
    done_at: datetime | None
    passes: int
    given: int
    who: str = ""

    def column(self, now: datetime) -> Column:
        return rules.column(self.standing, self.due_at, now)

    @property
    def mark(self) -> str:
        return answer_mark(self.at)

    @property
    def kind_words(self) -> str:
        return rules.KINDS[self.kind]


def answer_mark(at: datetime | None) -> str:
    """By which an answer is told from a later one."""
    return "" if at is None else at.isoformat()


def board(tasks: Sequence[Answered], now: datetime) -> dict[Column, list[Answered]]:
    """The tasks of an exhibitor by column, all columns there."""
    return {column: [one for one in tasks if one.column(now) is column] for column in Column}
