"""What an address asks for: its query string, page numbers, slugs."""

import re
from typing import Any
from urllib.parse import parse_qsl

from litestar.connection import Request

from portal.core.errors import Invalid, NotFound

_MOST_FIELDS = 100
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 120
_MOST_DIGITS = 6


def may_be_slug(text: str) -> bool:
    """False for what cannot be the last part of an address, and need not be looked up."""
    return len(text) <= _LONGEST_SLUG and _SLUG.fullmatch(text) is not None


def pairs(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """The query string's pairs; bytes that are no UTF-8 become replacement characters."""
    raw: bytes = request.scope["query_string"]
    try:
        return parse_qsl(raw.decode("latin-1"), max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError as error:
        raise Invalid({}, f"Please ask for at most {_MOST_FIELDS} things at once.") from error


def only(request: Request[Any, Any, Any], known: frozenset[str]) -> None:
    """Refuse keys that mean nothing here: a misspelt filter would give everything."""
    raw: bytes = request.scope["query_string"]
    try:
        names = [name for name, _ in parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace")]
    except ValueError:
        names = []
    if unknown := next((name for name in names if name not in known), None):
        raise Invalid({}, f"Please check the parameters. There is none called “{unknown[:60]}”.")


def page_number(request: Request[Any, Any, Any]) -> int:
    """The page asked for. What is no page number leads nowhere (404)."""
    given = [value for name, value in pairs(request) if name == "page"]
    if not given:
        return 1
    if not given[0].isascii() or not given[0].isdigit() or len(given[0]) > _MOST_DIGITS or int(given[0]) < 1:
        raise NotFound("There is no such page of this list.")
    return int(given[0])
