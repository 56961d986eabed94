"""What is typed at the desk and on the pages about it."""

from typing import Annotated, Literal

import msgspec

from portal.web.forms import Upload, field

MOST_NOTE = 2000
MOST_WORDING = 3000


class AvailabilityForm(msgspec.Struct):
    """`any` or named spans; those are read apart (`rules.spans_typed`)."""

    when: Annotated[
        Literal["any", "spans"], field("When", kind="choice", missing="Please choose one of the two answers.")
    ]


class ComingForm(msgspec.Struct):
    """`without` are the sessions that a partial yes (`some`) does not hold for."""

    coming: Annotated[Literal["yes", "some", "no"], field("Coming", kind="choice", missing="Please choose yes or no.")]
    without: Annotated[list[int], field("Sessions", wrong="Please choose among your sessions.")] = []
    why: Annotated[str, field("Why not", kind="text", max_length=400)] = ""


class RecordingForm(msgspec.Struct):
    """`wording` is the id of the words that were read, `unseen` the sessions that a partial yes (`some`) does not hold for."""

    answer: Annotated[
        Literal["yes", "some", "no"],
        field("Answer", kind="choice", missing="Please choose yes or no. No is an answer."),
    ]
    wording: Annotated[
        int, field("Wording", wrong="This page is out of date. Please read it once more.", ge=0, le=2**62)
    ]
    unseen: Annotated[list[int], field("Sessions", wrong="Please choose among your sessions.")] = []


class NoteForm(msgspec.Struct):
    note: Annotated[str, field("Note", kind="text", max_length=MOST_NOTE)] = ""


class SlidesForm(msgspec.Struct):
    slides: Annotated[Upload, field("Slides", kind="file", missing="Please choose a file.")]


class AddressForm(msgspec.Struct):
    """Where a speaker is reached."""

    email: Annotated[str, field("Email address", kind="email", missing="Please type the address.")]


class SettingsForm(msgspec.Struct):
    """What an organiser sets for the desk; `due` is a local time of the event."""

    wording: Annotated[
        str,
        field(
            "What speakers are asked", kind="text", max_length=MOST_WORDING, missing="Please say what they are asked."
        ),
    ]
    briefing: Annotated[str, field("What speakers should know", kind="text", max_length=6000)] = ""
    due: Annotated[str, field("Slides are due", max_length=32)] = ""
    at_once: Annotated[str, field("Public at once")] = ""
    shows_draft: Annotated[str, field("Draft times")] = ""
    reminds: Annotated[str, field("Reminders")] = ""
    seen: Annotated[str, field("", max_length=40)] = ""
