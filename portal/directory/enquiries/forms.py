"""What buyers, companies and staff type about enquiries."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from portal.core.text import one_line
from portal.directory.enquiries.tables import Decided, EnquiryKind, MessageKind, NoReason, Outcome
from portal.directory.enquiries.values import Line
from portal.web.forms import Upload, field

MOST_FILES = 5
NO_EMAIL = "Please type your email address. We send a code to it before anything goes out."
LINE_ROWS = 5
_LONGEST_NAME, _LONGEST_QUANTITY = 160, 120
_MOST_ID, _MOST_PLACE = 2**63 - 1, 99
_ONE_OF = "Please choose one of the offered values."
_TEXT = {"kind": "text", "max_length": 4000}


class New(msgspec.Struct):
    """An enquiry. `website` is a field that people do not see."""

    kind: Annotated[EnquiryKind, field("What it is", kind="choice", missing="Please choose what it is.")]
    need: Annotated[str, field("What you need", missing="Please say what you need.", **_TEXT)]
    name: Annotated[str, field("Your name", kind="name", max_length=120, missing="Please type your name.")]
    token: Annotated[str, field("Form", max_length=200)] = ""
    company: Annotated[str, field("Your company", kind="name", max_length=160)] = ""
    email: Annotated[str, field("Your email address", kind="email")] = ""
    needed_by: Annotated[dt.date | None, field("Needed by")] = None
    item: Annotated[list[str], field("What")] = []
    quantity: Annotated[list[str], field("How much")] = []
    files: Annotated[list[Upload], field("Files", kind="file", max_length=MOST_FILES)] = []
    files_after_yes: Annotated[str, field("Files only after a yes")] = ""
    blind: Annotated[str, field("Hide my name")] = ""
    c: Annotated[list[str], field("Companies")] = []
    asked: Annotated[str, field("Filters", max_length=2000)] = ""
    website: Annotated[str, field("Website", max_length=2000)] = ""
    more: Annotated[str, field("Add a line", max_length=10)] = ""


class Answer(msgspec.Struct):
    """A company's first word, or its next after a question."""

    kind: Annotated[MessageKind, field("Your answer", kind="choice", missing="Please choose yes, no or a question.")]
    version: Annotated[int, field("Version")] = 0
    text: Annotated[str, field("Your words", **_TEXT)] = ""
    reason: Annotated[NoReason | None, field("Why not", kind="choice")] = None
    token: Annotated[str, field("Form", max_length=200)] = ""


class Message(msgspec.Struct):
    text: Annotated[str, field("Message", missing="Please type a message.", **_TEXT)]
    token: Annotated[str, field("Form", max_length=200)] = ""


class Assign(msgspec.Struct):
    assignee: Annotated[int | None, field("Who looks after it", kind="choice", ge=1, le=_MOST_ID, wrong=_ONE_OF)] = None


class Report(msgspec.Struct):
    text: Annotated[str, field("What is wrong", kind="text", max_length=1000, missing="Please say what is wrong.")]


class Close(msgspec.Struct):
    outcome: Annotated[Outcome, field("What came of it", kind="choice", missing="Please choose what came of it.")]
    winner: Annotated[int | None, field("Awarded to", kind="choice", ge=0, le=_MOST_PLACE, wrong=_ONE_OF)] = None
    decided: Annotated[Decided | None, field("What decided it", kind="choice")] = None


def lines_of(form: New, keys: dict[str, str]) -> tuple[list[Line], dict[str, str]]:
    """The lines that were filled in, and what is wrong with them. `keys` names words of the vocabulary by their name."""
    found: list[Line] = []
    for name, quantity in pairs(form.item, form.quantity):
        if not name and not quantity:
            continue
        if not name:
            return [], {"item": f"Please say what “{quantity[:60]}” is of."}
        if len(name) > _LONGEST_NAME or len(quantity) > _LONGEST_QUANTITY:
            return [], {
                "item": f"Please keep each line under {_LONGEST_NAME} characters, amounts under {_LONGEST_QUANTITY}."
            }
        found.append(Line(name, quantity, keys.get(name.lower(), "")))
    if len(found) > LINE_ROWS:
        return [], {"item": f"Please use {LINE_ROWS} lines at most, and the text for the rest."}
    return found, {}


def pairs(items: Sequence[str], quantities: Sequence[str]) -> list[tuple[str, str]]:
    """The rows of the table of lines, as typed."""
    count = min(50, max(len(items), len(quantities)))
    return [(_at(items, n), _at(quantities, n)) for n in range(count)]


def _at(values: Sequence[str], n: int) -> str:
    return one_line(values[n]) if n < len(values) else ""


def answer_faults(form: Answer) -> dict[str, str]:
    """What is missing for each answer."""
    if form.kind is MessageKind.QUESTION and not form.text:
        return {"text": "Please type your question."}
    if form.kind is MessageKind.NO and form.reason is None:
        return {"reason": "Please choose why. Buyers and companies both learn from it."}
    if form.kind not in {MessageKind.YES, MessageKind.NO, MessageKind.QUESTION}:
        return {"kind": "Please choose yes, no or a question."}
    return {}


def new_faults(form: New, *, signed_in: bool, today: dt.date) -> dict[str, Any]:
    """What fields cannot see alone."""
    faults = {}
    if not signed_in and not form.email:
        faults["email"] = NO_EMAIL
    if form.needed_by is not None and form.needed_by < today:
        faults["needed_by"] = "This date has passed."
    if form.website:
        faults["website"] = "Please leave this field empty. It is there to find programs."
    return faults
