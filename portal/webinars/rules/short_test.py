"""The short test: what counts as right, and when it is over for somebody."""

from collections.abc import Mapping, Sequence

import msgspec

from portal.webinars.rules.earning import MOST_TRIES

Chosen = Mapping[int, frozenset[int]]
"""Ids of the options chosen, by question."""


class Option(msgspec.Struct, frozen=True):
    id: int
    label: str
    is_right: bool


class TestQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the test. With `several` all right options are to be chosen, and no other."""

    __test__ = False

    id: int
    question: str
    several: bool
    options: tuple[Option, ...]

    @property
    def right(self) -> frozenset[int]:
        return frozenset(option.id for option in self.options if option.is_right)


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One go at it."""

    number: int
    asked: int
    correct: int
    answers: dict[int, frozenset[int]]

    @property
    def percent(self) -> int:
        return 100 * self.correct // self.asked


def faults(questions: Sequence[TestQuestion], chosen: Chosen) -> dict[str, str]:
    """What is wrong with answers, by the field of the question."""
    found = {}
    for question in questions:
        given = chosen.get(question.id, frozenset())
        if not given:
            found[field(question.id)] = "Please choose an answer."
        elif not given <= {option.id for option in question.options} or (len(given) > 1 and not question.several):
            found[field(question.id)] = "This question has changed. Please choose again."
    return found


def field(question_id: int) -> str:
    """What the question is called in the form."""
    return f"q{question_id}"


def correct(questions: Sequence[TestQuestion], chosen: Chosen) -> int:
    """How many are answered right."""
    return sum(chosen.get(question.id) == question.right for question in questions)


def best(tries: Sequence[Try]) -> int | None:
    """The best of somebody's tries, in per cent."""
    return max((one.percent for one in tries), default=None)


def is_done(tries: Sequence[Try], needed: int) -> bool:
    """Whether nothing is to be gained any more; only then the right answers are shown. `needed` per cent; 0 for none."""
    reached = best(tries)
    return len(tries) >= MOST_TRIES or (reached is not None and reached >= (needed or 100))
