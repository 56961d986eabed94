"""What is typed and clicked in agendas."""

from typing import Annotated

import msgspec

from portal.agenda.tables import Kind, Mark
from portal.web.forms import field

_MOST_DIGITS = 15
# Of 300 entries and 1,000 stands that are several rows each.
_MOST_MARKS = 100_000


class Click(msgspec.Struct):
    """A save button: it saves or takes out what it names, such as `session-12`, or notes a stand."""

    save: Annotated[str, field("What to save", max_length=40)] = ""
    drop: Annotated[str, field("What to take out", max_length=40)] = ""
    back: Annotated[str, field("Page", max_length=500)] = ""


class Rank(msgspec.Struct):
    """Another rank for an entry: second to the entry of that number, or nothing for a first choice."""

    instead_of: Annotated[str, field("First choice", max_length=_MOST_DIGITS)] = ""


class Noted(msgspec.Struct):
    """What its reader has seen: marks of the news that the page told, with blanks between them."""

    seen: Annotated[str, field("What was seen", max_length=_MOST_MARKS)] = ""


class Address(msgspec.Struct):
    """Where to write when something changes."""

    email: Annotated[str, field("Your address", kind="email")]


def key(text: str) -> tuple[Kind | Mark, int] | None:
    """What a button names; None for anything else."""
    kind, _, number = text.partition("-")
    if not whole(number):
        return None
    named = next((one for one in (*Kind, *Mark) if one.value == kind), None)
    return None if named is None else (named, int(number))


def whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
