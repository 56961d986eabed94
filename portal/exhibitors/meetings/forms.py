"""What forms about meetings ask for."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from portal.web.forms import field

_SECONDS = re.compile(r"\d{9,11}")
_CODE = re.compile(r"[^A-Z0-9]+")


class TimesForm(msgspec.Struct):
    slot_minutes: Annotated[
        int, field("A meeting takes", kind="choice", wrong="Please choose one of the offered lengths.")
    ]
    pause_minutes: Annotated[int, field("Between two", kind="choice", wrong="Please choose one of the offered pauses.")]
    about: Annotated[str, field("What to talk to you about", max_length=200)] = ""
    host: Annotated[int, field("Whose times")] = 0
    box: Annotated[list[str], field("Times")] = []
    whole: Annotated[str, field("Day", max_length=10)] = ""


class TableForm(msgspec.Struct):
    name: Annotated[str, field("Name of the table", max_length=80)]
    place: Annotated[str, field("Where it is", max_length=200)] = ""


class AcceptForm(msgspec.Struct):
    offer: Annotated[
        int, field("Time", missing="Please choose one of the times.", wrong="Please choose one of the times.")
    ]
    table: Annotated[int, field("Table")] = 0


class ReasonForm(msgspec.Struct):
    reason: Annotated[str, field("A word with it", kind="text", max_length=500)] = ""


class DeclineForm(ReasonForm):
    final: Annotated[bool, field("No more requests")] = False


class ProposeForm(msgspec.Struct):
    slots: Annotated[list[str], field("Times")] = []
    words: Annotated[str, field("A word", kind="text", max_length=500)] = ""


class MoveForm(msgspec.Struct):
    slot: Annotated[str, field("Time", max_length=40)] = ""
    table: Annotated[int, field("Table")] = 0


class SitForm(msgspec.Struct):
    minutes: Annotated[int, field("How long", kind="choice", wrong="Please choose one of the offered lengths.")] = 20
    name: Annotated[str, field("Who", kind="name", max_length=120)] = ""
    code: Annotated[str, field("Ticket code", max_length=20)] = ""
    table: Annotated[int, field("Table")] = 0


class AskForm(msgspec.Struct):
    topic: Annotated[
        str,
        field(
            "What you would like to talk about", kind="text", max_length=1000, missing="Please say what it is about."
        ),
    ]
    slots: Annotated[list[str], field("Times")] = []


class OpenForm(msgspec.Struct):
    about: Annotated[str, field("What you look for", kind="text", max_length=300)] = ""


class AgreeForm(msgspec.Struct):
    offer: Annotated[
        int, field("Time", missing="Please choose one of the times.", wrong="Please choose one of the times.")
    ]


class OwnMoveForm(msgspec.Struct):
    slot: Annotated[str, field("New time", max_length=40, missing="Please choose a new time.")]


class AreaForm(msgspec.Struct):
    name: Annotated[str, field("Name", max_length=80)]
    answer_hours: Annotated[int, field("Hours to answer", ge=1, le=336, wrong="Please give between 1 and 336 hours.")]
    place: Annotated[str, field("Where it is", max_length=200)] = ""
    box: Annotated[list[str], field("Times")] = []
    whole: Annotated[str, field("Day", max_length=10)] = ""


class TablesForm(msgspec.Struct):
    names: Annotated[str, field("Tables", kind="text", max_length=4000, missing="Please name at least one table.")]
    place: Annotated[str, field("Where they are", max_length=200)] = ""


def moments(typed: Iterable[str]) -> list[datetime]:
    """The boxes that were ticked; what is none of ours is passed over."""
    return [datetime.fromtimestamp(int(one), UTC) for one in typed if _SECONDS.fullmatch(one)]


def with_day(ticked: Iterable[str], day: str, boxes: Sequence[datetime], zone: ZoneInfo) -> list[str]:
    """What is ticked once all half hours of a day (`2027-02-09`) are, or none where all were: a button of the grid."""
    there = {str(int(one.timestamp())) for one in boxes if one.astimezone(zone).date().isoformat() == day}
    before = set(ticked)
    return sorted(before - there if there <= before else before | there)


def code(typed: str) -> str:
    """A ticket's code, however it was typed."""
    return _CODE.sub("", typed.upper())


_ROW = re.compile(r"(.*?)(\d{1,3})\s*[-–]\s*(\d{1,3})")


def table_names(typed: str) -> Sequence[str]:
    """Names, one a line; `Table 1-12` stands for twelve."""
    found: list[str] = []
    for line in filter(None, (one.strip() for one in typed.splitlines())):
        row = _ROW.fullmatch(line)
        if row and int(row[2]) <= int(row[3]):
            found += [f"{row[1]}{number}" for number in range(int(row[2]), int(row[3]) + 1)]
        else:
            found.append(line[:80])
    return list(dict.fromkeys(found))
