"""What staff type about tasks and documents. Shape and syntax only."""

from typing import Annotated, Any

import msgspec

from portal.core.overtaking import mark
from portal.directory.rules.profiles import is_web_address
from portal.exhibitors.desks.commands.papers import PaperDraft
from portal.exhibitors.desks.queries.papers import Paper
from portal.exhibitors.desks.values import TaskDraft
from portal.exhibitors.tables.desk import TaskKind
from portal.web import moments
from portal.web.forms import Filled, Sent, Upload, bind, blank, field

_MOST_OPTIONS = 30


class TaskForm(msgspec.Struct):
    title: Annotated[str, field("What is asked for", max_length=200)]
    due: Annotated[str, field("Due", max_length=19, missing="Please say by when.")]
    kind: Annotated[TaskKind, field("How it is done", kind="choice")] = TaskKind.READ
    text: Annotated[str, field("In detail", kind="text", max_length=8000)] = ""
    packages: Annotated[list[int], field("Packages", wrong="Please choose from the list.")] = []
    link: Annotated[str, field("Address", max_length=500)] = ""
    options: Annotated[str, field("Choices", kind="text", max_length=6000)] = ""
    paper: Annotated[int | None, field("Document", ge=1, le=2**62, wrong="Please choose from the list.")] = None
    seen: Annotated[str, field("", max_length=40)] = ""


def filled_task(draft: TaskDraft, timezone: str) -> Filled[Any]:
    """The form as a task is stored."""
    return blank(
        title=draft.title, due=moments.shown(draft.due_at, timezone), kind=draft.kind.value, text=draft.text,
        packages=[str(one) for one in draft.packages], link=draft.link, options="\n".join(draft.options),
        paper=draft.paper or "", seen=mark(draft),
    )  # fmt: skip


def read_task(sent: Sent, timezone: str) -> tuple[Filled[TaskForm], TaskDraft | None]:
    """The form, and what was meant; None when something is wrong."""
    form = bind(sent, TaskForm)
    errors = dict(form.errors)
    due, why = moments.moment(str(form.value("due")), timezone)
    if why and "due" not in errors:
        errors["due"] = why
    if form.value("link") and not is_web_address(str(form.value("link"))):
        errors["link"] = "Please give an address that begins with https://."
    options = tuple(dict.fromkeys(line for line in str(form.value("options")).split("\n") if line))
    if len(options) > _MOST_OPTIONS or any(len(line) > 200 for line in options):
        errors["options"] = f"Please give {_MOST_OPTIONS} choices at most, of 200 characters each."
    filled = Filled(form.values, errors, form.data)
    given = form.data
    if errors or given is None or due is None:
        return filled, None
    kind = given.kind
    return filled, TaskDraft(
        kind=kind, title=given.title, due_at=due, text=given.text, packages=tuple(sorted(set(given.packages))),
        link=given.link, options=options if kind is TaskKind.CHOOSE else (),
        paper=given.paper if kind is TaskKind.READ else None,
    )  # fmt: skip


class DecisionForm(msgspec.Struct):
    """What staff make of an answer."""

    decision: Annotated[str, field("Decision", max_length=10, missing="Please choose one.")]
    note: Annotated[str, field("What to change", kind="text", max_length=1000)] = ""
    seen: Annotated[str, field("", max_length=40)] = ""


class PracticalForm(msgspec.Struct):
    practical: Annotated[str, field("On every desk", kind="text", max_length=8000)] = ""
    seen: Annotated[str, field("", max_length=40)] = ""


class PaperForm(msgspec.Struct):
    title: Annotated[str, field("Title", max_length=200)]
    note: Annotated[str, field("In a sentence", max_length=400)] = ""
    packages: Annotated[list[int], field("Packages", wrong="Please choose from the list.")] = []
    upload: Annotated[Upload | None, field("File", kind="file")] = None
    file: Annotated[str, field("", max_length=40)] = ""
    changes: Annotated[str, field("What is new", max_length=400)] = ""
    seen: Annotated[str, field("", max_length=40)] = ""

    @property
    def draft(self) -> PaperDraft:
        return PaperDraft(title=self.title, note=self.note, packages=tuple(sorted(set(self.packages))))


def filled_paper(paper: Paper) -> Filled[Any]:
    """The form as a document is stored."""
    draft = PaperDraft(title=paper.title, note=paper.note, packages=paper.packages)
    return blank(
        title=paper.title, note=paper.note, packages=[str(one) for one in paper.packages], file="", seen=mark(draft)
    )
