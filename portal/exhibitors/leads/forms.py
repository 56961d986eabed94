"""Forms of leads."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request

from portal.core.errors import Invalid
from portal.core.text import one_line
from portal.exhibitors.leads import rules
from portal.exhibitors.leads.values import LeadRow, Question
from portal.leads.chain.tables import Rating
from portal.leads.chain.values import Noted
from portal.web.forms import Filled, bind, blank, field, sent

_LONGEST_TAG = 40
LONGEST_ANSWER = 500


class BadgeForm(msgspec.Struct):
    badge: Annotated[str, field("Badge code", max_length=300, missing="Please type the code that stands on the badge.")]


class ConsentForm(msgspec.Struct):
    read: Annotated[str, field("Wording", max_length=40)] = ""
    number: Annotated[str, field("Number", max_length=36)] = ""
    """Of this scan: the form sent twice is one."""


class QuestionsForm(msgspec.Struct):
    questions: Annotated[str, field("Questions", kind="text", max_length=4000)] = ""


class LeadForm(msgspec.Struct):
    rating: Annotated[Rating | None, field("Rating", kind="choice")] = None
    note: Annotated[str, field("Note", kind="text", max_length=5000)] = ""
    tags: Annotated[str, field("Tags", max_length=900)] = ""
    follow_up: Annotated[str, field("What is to be done", max_length=200)] = ""
    follow_up_by: Annotated[dt.date | None, field("By when", kind="choice")] = None
    follow_up_who: Annotated[
        int | None, field("Who", kind="choice", wrong="Please choose somebody of your team.", ge=1, le=2**63 - 1)
    ] = None
    done: Annotated[bool, field("Done", kind="choice")] = False
    version: Annotated[int | None, field("Version", ge=1, le=2**62)] = None


async def read_lead(
    request: Request[Any, Any, Any], lead: LeadRow, questions: Sequence[Question]
) -> tuple[Filled[LeadForm], dict[str, str]]:
    """The form, and the answers by the question’s text. Those to questions nobody asks any more stay."""
    given = await sent(request)
    form = bind(given, LeadForm)
    values, errors, answers = {}, {}, {}
    asked = {one.text for one in questions}
    for one in questions:
        values[one.field] = text = one_line(
            next((value for value in given.get(one.field, ()) if isinstance(value, str)), "")
        )
        if len(text) > LONGEST_ANSWER:
            errors[one.field] = f"Please keep this under {LONGEST_ANSWER} characters; it has {len(text)}."
        elif one.choices and text not in ("", *one.choices, lead.answers.get(one.text)):
            errors[one.field] = "Please choose one of the offered answers."
        elif text:
            answers[one.text] = text
    errors = {**form.errors, **errors}
    stays = {text: answer for text, answer in lead.answers.items() if text not in asked}
    return Filled({**form.values, **values}, errors, None if errors else form.data), {**stays, **answers}


def read_questions(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Questions as they are typed: one on a line, `Volume a year: under 1 million | more`. Raises Invalid."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for line in filter(None, map(one_line, text.splitlines())):
        question, colon, rest = line.partition(":") if "|" in line else (line, "", "")
        question, choices = question.strip(), tuple(dict.fromkeys(filter(None, map(str.strip, rest.split("|")))))
        if not question or (colon and len(choices) < 2):
            raise _wrong(f"Please write the question, a colon, and at least two answers with | between: “{line[:60]}”.")
        if len(question) > 120 or any(len(choice) > 80 for choice in choices):
            raise _wrong(f"Please keep questions under 120 characters and answers under 80: “{line[:60]}…”.")
        if len(choices) > rules.MOST_CHOICES:
            raise _wrong(f"Please offer {rules.MOST_CHOICES} answers at most: “{line[:60]}”.")
        if question.casefold() in found:
            raise _wrong(f"Please ask only once: “{question}”.")
        found[question.casefold()] = question, choices
    if len(found) > rules.MOST_QUESTIONS:
        raise _wrong(f"Please ask {rules.MOST_QUESTIONS} questions at most; these are {len(found)}.")
    return list(found.values())


def written_questions(questions: Sequence[Question]) -> str:
    """As they are typed."""
    return "\n".join(f"{one.text}: {' | '.join(one.choices)}" if one.choices else one.text for one in questions)


def _wrong(words: str) -> Invalid:
    return Invalid({"questions": words})


def noted(form: LeadForm, answers: dict[str, str]) -> Noted:
    return Noted(
        rating=form.rating.value if form.rating else None, note=form.note, tags=split(form.tags), answers=answers,
        follow_up=form.follow_up, follow_up_by=form.follow_up_by, follow_up_who=form.follow_up_who,
        done=form.done and bool(form.follow_up),
    )  # fmt: skip


def filled(lead: LeadRow, questions: Sequence[Question]) -> Filled[LeadForm]:
    """The form as the lead stands."""
    return blank(
        rating=lead.rating.value if lead.rating else "", note=lead.note, tags=", ".join(lead.tags), follow_up=lead.follow_up,
        follow_up_by=lead.follow_up_by.isoformat() if lead.follow_up_by else "", follow_up_who=lead.follow_up_who or "",
        done="true" if lead.follow_up_done_at else "", version=lead.version,
        **{one.field: lead.answers.get(one.text, "") for one in questions},
    )  # fmt: skip


def split(text: str) -> tuple[str, ...]:
    """Tags that were typed with commas between: each once, whatever its case, in the order they came."""
    found: dict[str, str] = {}
    for part in text.split(","):
        if tag := one_line(part)[:_LONGEST_TAG].strip():
            found.setdefault(tag.casefold(), tag)
    return tuple(found.values())
