"""What people in a room send."""

from typing import Annotated

import msgspec

from portal.web.forms import field


class AskForm(msgspec.Struct):
    """A question to the stage."""

    question: Annotated[
        str, field("Ask the speakers", kind="text", max_length=600, missing="Please write your question first.")
    ]
    anonymous: Annotated[str, field("Ask anonymously")] = ""


class SayForm(msgspec.Struct):
    """A line of chat."""

    line: Annotated[str, field("Say something to everybody", max_length=600, missing="Please write something first.")]


class AnswerForm(msgspec.Struct):
    """An answer to a poll of any kind; which one it has to be, the poll says."""

    option: Annotated[list[int], field("Your answer", wrong="Please choose one of the answers.")] = []
    rating: Annotated[int | None, field("Your rating", wrong="Please choose a number from 1 to 5.")] = None
    words: Annotated[str, field("Your answer", kind="text", max_length=1000)] = ""


class TakeForm(msgspec.Struct):
    """Consent to be passed on to a sponsor, in the wording that was read."""

    agree: Annotated[str, field("I agree", missing="Please tick the box: without it, this stays here.")]
    read: Annotated[str, field("Wording")] = ""
