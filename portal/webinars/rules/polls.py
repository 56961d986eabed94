"""What a poll takes as an answer, and what its bars say."""

from collections.abc import Collection

import msgspec

from portal.webinars.tables.taking_part import PollKind

STARS = range(1, 6)
LONGEST = 1000


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one person answers: options, a rating or words, by the poll's kind."""

    options: frozenset[int] = frozenset()
    rating: int | None = None
    words: str = ""


def problems(kind: PollKind, options: Collection[int], answer: Answer) -> dict[str, str]:
    """What is wrong with an answer, by field; empty when it is one."""
    match kind:
        case PollKind.SINGLE:
            fine = len(answer.options) == 1 and answer.options <= set(options)
            return {} if fine else {"option": "Please choose one answer."}
        case PollKind.MULTIPLE:
            fine = bool(answer.options) and answer.options <= set(options)
            return {} if fine else {"option": "Please choose at least one answer."}
        case PollKind.RATING:
            return {} if answer.rating in STARS else {"rating": "Please choose a number from 1 to 5."}
        case PollKind.OPEN:
            if not answer.words:
                return {"words": "Please write your answer."}
            if len(answer.words) > LONGEST:
                return {"words": f"Please keep this under {LONGEST:,} characters; it has {len(answer.words):,}."}
            return {}


def percent(part: int, whole: int) -> int:
    """How many of a hundred, for a bar and its number."""
    return round(100 * part / whole) if whole else 0
