"""What an address asks for: its query string, page numbers, slugs."""

import re
from typing import Any
from urllib.parse import parse_qsl

from litestar.connection import ASGIConnection, Request

from portal.core.errors import DomainError, Invalid, NotFound

_MOST_FIELDS = 100
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 120
_MOST_DIGITS = 6
# What programs that send newsletters and advertisements hang on every address they see.
_CAMPAIGN_KEYS = frozenset({
    "_ga", "_gl", "_hsenc", "_hsmi", "dclid", "fbclid", "gad_source", "gbraid", "gclid", "gclsrc", "igshid", "li_fat_id",
    "mc_cid", "mc_eid", "mkt_tok", "msclkid", "srsltid", "ttclid", "twclid", "vero_id", "wbraid", "yclid",
})  # fmt: skip
_CAMPAIGN_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_")


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


def is_of_campaign(key: str) -> bool:
    """Whether a key says where a reader came from, and means nothing to us."""
    return key in _CAMPAIGN_KEYS or key.startswith(_CAMPAIGN_PREFIXES)


def only(request: ASGIConnection[Any, Any, Any, Any], known: frozenset[str]) -> None:
    """Refuse (400) keys that mean nothing here: a misspelt filter would give everything."""
    raw: bytes = request.scope["query_string"]
    given = parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace")
    unknown = next((name for name, _ in given if name not in known and not is_of_campaign(name)), None)
    if unknown is not None:
        raise DomainError(f"Please check the parameters. There is none called “{unknown[:60]}”.")


def page_number(request: Request[Any, Any, Any]) -> int:
    """The page asked for. What is no page number leads nowhere (404)."""
    given = [value for name, value in pairs(request) if name == "page"]
    if not given:
        return 1
    if not given[0].isascii() or not given[0].isdigit() or len(given[0]) > _MOST_DIGITS or int(given[0]) < 1:
        raise NotFound("There is no such page of this list.")
    return int(given[0])
