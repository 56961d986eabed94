"""What pages of rooms are allowed to load, and where their forms may lead."""

from typing import Any

from litestar import Request

from portal.web.query_strings import pairs
from portal.web.security import with_films
from portal.webinars.rules.sources import FRAMES

ELSEWHERE = ("https:",)
"""The other service’s room, what a sponsor offers: any address that staff wrote down."""


def films(*addresses: str) -> dict[str, str]:
    """Headers that let a page play from these addresses, and from the players it may embed.

    A playlist elsewhere may name films on any of its service’s machines, so it opens all of them.
    """
    outside = any(address.startswith("https://") for address in addresses)
    return with_films(media=ELSEWHERE if outside else (), frames=FRAMES, forms=ELSEWHERE)


def leads_elsewhere() -> dict[str, str]:
    """Headers of a page whose form ends at another service."""
    return with_films(forms=ELSEWHERE)


def wants_film(request: Request[Any, Any, Any]) -> bool:
    """Whether somebody without scripts asks for the film of another service, which sees them then."""
    return request.method == "GET" and dict(pairs(request)).get("film") == "shown"
