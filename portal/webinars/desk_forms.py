"""What the crew sends."""

from typing import Annotated

import msgspec

from portal.web.forms import field
from portal.webinars.tables.rooms import CrewRole, VideoSource
from portal.webinars.tables.taking_part import PollKind, QuestionState


class NoteForm(msgspec.Struct):
    """A note among the crew."""

    note: Annotated[str, field("Tell the crew", kind="text", max_length=1000, missing="Please write something first.")]


class LineForm(msgspec.Struct):
    """A line of chat in the crew's name."""

    line: Annotated[str, field("Say something to everybody", max_length=600, missing="Please write something first.")]


class Seen(msgspec.Struct):
    """What a question was when somebody decided about it; what was on stage then."""

    was: Annotated[QuestionState, field("State", wrong="Please use the buttons of the desk.")]
    instead: Annotated[int | None, field("On stage")] = None


class MergeForm(msgspec.Struct):
    """Which question this one becomes part of."""

    was: Annotated[QuestionState, field("State", wrong="Please use the buttons of the desk.")]
    into: Annotated[
        int, field("Merge into", missing="Please choose the question it becomes part of.", ge=1, le=2**63 - 1)
    ]


class AnswerForm(msgspec.Struct):
    """A typed answer; `had` is the one that stood there when typing began."""

    answer: Annotated[str, field("Answer in writing", kind="text", max_length=2000)] = ""
    had: Annotated[str, field("Answer before", kind="text", max_length=2000)] = ""


class ReasonForm(msgspec.Struct):
    """Why somebody is muted or removed."""

    reason: Annotated[str, field("Reason", max_length=300)] = ""


class SourceForm(msgspec.Struct):
    """Where the picture comes from, and where it came from when the host began."""

    source: Annotated[VideoSource, field("Picture from", wrong="Please choose where the picture comes from.")]
    had_source: Annotated[VideoSource, field("Before", wrong="Please open this form again.")]
    source_url: Annotated[str, field("Address", max_length=1000)] = ""
    had_url: Annotated[str, field("Address before", max_length=1000)] = ""


class PollForm(msgspec.Struct):
    """A poll; answers to choose from stand on a line each, the minute is one of being live."""

    kind: Annotated[PollKind, field("Kind", wrong="Please choose what kind of answer you want.")]
    question: Annotated[str, field("Question", max_length=300, missing="Please write what you ask.")]
    options: Annotated[str, field("Answers to choose from", kind="text", max_length=3000)] = ""
    minute: Annotated[
        int | None, field("Opens by itself at minute", wrong="Please give minutes from 0 to 1440.", ge=0, le=1440)
    ] = None
    shows_results: Annotated[str, field("Show the bars to everybody")] = ""
    seen: Annotated[str, field("Seen", max_length=32)] = ""


class CrewForm(msgspec.Struct):
    """Somebody for the crew."""

    email: Annotated[str, field("Email address", kind="email")]
    role: Annotated[CrewRole, field("Role", wrong="Please choose a role.")]
    name: Annotated[str, field("Name, as shown", kind="name")] = ""


class RoleForm(msgspec.Struct):
    """Another role for somebody of the crew."""

    role: Annotated[CrewRole, field("Role", wrong="Please choose a role.")]


class SwitchForm(msgspec.Struct):
    """On, or off without a value."""

    on: Annotated[str, field("On")] = ""
