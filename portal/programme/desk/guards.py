"""Who is at the desk: whoever proved an address by a code (a cookie for each), or is signed in with it.

A browser that proved two addresses is let to the people of both. What is somebody’s is decided by the address that the
speaker has at that moment: when staff give another, the old one opens nothing any more.
"""

from typing import Any, TypeAlias

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.response import Response

from portal.accounts.guards import actor_of
from portal.core import clock
from portal.core.tokens import hashed, signature
from portal.programme.desk.opening import OPEN_FOR, Desk, opened_with
from portal.web import cookies
from portal.web.asking import header
from portal.web.forms import sent
from portal.web.rendering import page, see_other

DESK = "/speaking"
_COOKIE = "speaking"
_MOST_KEPT = 100_000

AtDesk: TypeAlias = NamedDependency[Desk]
"""Who is at the desk, on a route behind `only_open`: `desk: AtDesk`."""


def let_in(answer: Response[Any], email: str, secret: str) -> Response[Any]:
    """Open the desk to this browser for half a day."""
    # One for each address: the page that takes codes is elsewhere, and does not see which are there.
    name = f"{_COOKIE}-{signature('desk', email)[:12]}"
    cookies.give(answer, name, secret, path=DESK, seconds=int(OPEN_FOR.total_seconds()))
    return answer


def let_out(answer: Response[Any], connection: ASGIConnection[Any, Any, Any, Any]) -> Response[Any]:
    for name in cookies.read_all(connection, f"{_COOKIE}-", path=DESK):
        cookies.take_away(answer, name, path=DESK)
    return answer


def hashes_of(connection: ASGIConnection[Any, Any, Any, Any]) -> list[str]:
    """What is stored of the secrets this browser has."""
    given = cookies.read_all(connection, f"{_COOKIE}-", path=DESK).values()
    return [hashed(secret) for secret in given if secret]


async def desk_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Desk | None:
    """The desk of this browser; None where it proved no address. Read once per request."""
    state = connection.scope["state"]
    if "desk" not in state:
        state["desk"] = await opened_with(hashes_of(connection), await actor_of(connection), now=clock.now())
    found: Desk | None = state["desk"]
    return found


async def provide_desk(request: ASGIConnection[Any, Any, Any, Any]) -> Desk | None:
    """The dependency `desk`."""
    return await desk_of(request)


async def only_open(request: Request[Any, Any, Any]) -> Response[Any] | None:
    """Before every page behind the door: to the door, where the desk is shut. What was typed meanwhile is kept on a page from
    which it can be sent again.
    """
    if await desk_of(request) is not None:
        return None
    if request.method == "GET":
        return see_other(DESK)
    # What is longer than all texts of the desk together is a file, and strangers’ files are not read.
    size = header(request.scope, b"content-length")
    form = await sent(request) if size.isdigit() and int(size) <= _MOST_KEPT else {}
    typed = [(name, value) for name, values in form.items() for value in values if isinstance(value, str)]
    return page(request, "programme/desk/closed.html", private=True, status=403, typed=typed)
