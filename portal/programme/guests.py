"""Whose place at an event a browser comes with: by the cookie that the place’s own link gave it, else by account.

The cookie is signed together with the place’s secret: when the place is passed on, it opens nothing any more.
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.response import Response

from portal.accounts.guards import actor_of
from portal.core.tokens import signature, signature_matches
from portal.programme.queries.places import guest_by_address, guest_by_seat
from portal.programme.workshops import Guest
from portal.web import cookies

_COOKIE = "workshops"
_SECONDS = 60 * 24 * 3600


def keep_guest(answer: Response[Any], guest: Guest) -> None:
    """Have the browser come with this place from now on."""
    value = f"{guest.seat_id}.{_signed(guest)}"
    cookies.give(answer, _COOKIE, value, seconds=_SECONDS, path=_path(guest.event_slug))


async def guest_of(connection: ASGIConnection[Any, Any, Any, Any], slug: str) -> Guest | None:
    """Whoever comes to the event with that address of its page; None for everybody else."""
    if (found := await _by_cookie(connection, slug)) is not None:
        return found
    actor = await actor_of(connection)
    return None if actor is None else await guest_by_address(slug, actor.email)


def _path(slug: str) -> str:
    """Each event has a cookie of its own, which only its workshops are sent."""
    return f"/events/{slug}/workshops"


def _signed(guest: Guest) -> str:
    return signature("workshops", f"{guest.seat_id}:{guest.claim}")


async def _by_cookie(connection: ASGIConnection[Any, Any, Any, Any], slug: str) -> Guest | None:
    seat, _, signed = cookies.read(connection, _COOKIE, path=_path(slug)).partition(".")
    if not (seat.isdecimal() and len(seat) < 19):
        return None
    found = await guest_by_seat(int(seat))
    if found is None or found.event_slug != slug:
        return None
    return found if signature_matches("workshops", f"{found.seat_id}:{found.claim}", signed) else None
