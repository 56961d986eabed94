"""Answers to what an event asks of everybody who registers."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from portal.core.text import many_lines, one_line
from portal.registration.tables import QuestionKind, Watching
from portal.registration.values.orders import OrderRecord, SeatRecord
from portal.registration.values.questions import Question
from portal.web.forms import Filled, Sent

_MOST = {QuestionKind.TEXT: 300, QuestionKind.LONG_TEXT: 2000}
_TICKED = "yes"
_SHORT = 80


class Answers(msgspec.Struct, frozen=True):
    """What is answered, by the question's id, and how somebody will watch; None: it was not asked."""

    given: Mapping[int, str]
    watching: Watching | None = None


def read_answers(sent: Sent, questions: Sequence[Question], *, recording: bool, asked: bool = True) -> Filled[Answers]:
    """The answers of one seat, with its fields' plain names; `asked` is false where they are not due yet. With `recording`
    there is a choice between that and being there.
    """
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    given: dict[int, str] = {}
    for question in questions:
        typed = _READ[question.kind](
            question, [value for value in sent.get(question.field, ()) if isinstance(value, str)]
        )
        values[question.field] = typed
        if why := _fault(question, typed):
            errors[question.field] = why
        elif typed:
            given[question.id] = typed
    watching = None
    if recording:
        values["watching"] = one_line(str((sent.get("watching") or [""])[0])) or Watching.LIVE
        if values["watching"] in list(Watching):
            watching = Watching(values["watching"])
        else:
            errors["watching"] = "Please choose one of the offered values."
    if not asked:
        return Filled(values, {}, Answers({}))
    return Filled(values, errors, None if errors else Answers(given, watching))


def known_answers(order: OrderRecord, seat: SeatRecord) -> dict[str, str]:
    """The fields as a seat fills them."""
    by_question = {answer.question: answer.answer for answer in seat.answers}
    known = {question.field: by_question.get(question.id, "") for question in order.questions}
    return {**known, "watching": seat.watching}


def _line(_: Question, typed: Sequence[str]) -> str:
    return one_line(typed[0]) if typed else ""


def _lines(_: Question, typed: Sequence[str]) -> str:
    return many_lines(typed[0]) if typed else ""


def _choices(question: Question, typed: Sequence[str]) -> str:
    """What was chosen, in the order of the question; what is no choice comes last, to be refused."""
    chosen = list(dict.fromkeys(line for value in typed for line in map(one_line, value.split("\n")) if line))
    known = [option for option in question.options if option in chosen]
    return "\n".join([*known, *(value for value in chosen if value not in question.options)])


def _tick(_: Question, typed: Sequence[str]) -> str:
    return _TICKED if any(typed) else ""


_READ: Mapping[QuestionKind, Callable[[Question, Sequence[str]], str]] = {
    QuestionKind.TEXT: _line,
    QuestionKind.LONG_TEXT: _lines,
    QuestionKind.CHOICE: _line,
    QuestionKind.CHOICES: _choices,
    QuestionKind.AGREEMENT: _tick,
}


def _fault(question: Question, typed: str) -> str:
    """Why an answer will not do; empty when it will."""
    chosen = question.kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
    if not typed:
        asks = "agree to" if question.kind is QuestionKind.AGREEMENT else "choose an answer to" if chosen else "answer"
        return f"Please {asks}: {_shortened(question.label)}" if question.required else ""
    if chosen and not set(typed.split("\n")) <= set(question.options):
        return "Please choose among the offered answers."
    most = _MOST.get(question.kind)
    if most is not None and len(typed) > most:
        return f"Please keep this under {most:,} characters; it has {len(typed):,}."
    return ""


def _shortened(label: str) -> str:
    return label if len(label) <= _SHORT else f"{label[:_SHORT].rstrip()}…"
