"""Where a visitor came from: the campaign an address names (`utm_source`), else the site that linked here.

No cookie and nothing else is stored on the visitor's device. What is known is read from the request for the ticket form
and travels with the form, as a hidden field, into the order. With scripts the form is part of the event's page: htmx
tells that page's address, and `portal.js` which site had linked to it. Without scripts the form is a page of its own: its
Referer is the event's page, or the other site where that linked to the form itself.
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from litestar.connection import Request

from portal.core.settings import current
from portal.registration.rules.sources import campaign, host, tidied


def source_of(request: Request[Any, Any, Any]) -> str:
    """The source of whoever asks for the ticket form; empty when nothing is known."""
    given = request.query_params
    referer = request.headers.get("referer", "")
    pages = [dict(given), _query(request.headers.get("hx-current-url", "")), _query(referer)]
    named = next((found for query in pages if (found := campaign(query))), "")
    return (
        named or tidied(given.get("source", "")) or host(given.get("from", ""), own=_own()) or host(referer, own=_own())
    )


def _query(address: str) -> dict[str, str]:
    """The query of a page of ours; those of other sites are none of our business."""
    try:
        parts = urlsplit(address)
        return dict(parse_qsl(parts.query, max_num_fields=100)) if (parts.hostname or "") == _own() else {}
    except ValueError:
        return {}


def _own() -> str:
    return urlsplit(current().base_url).hostname or ""
