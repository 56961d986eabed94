"""Who is at the desk: whoever proved an address by a code (a signed cookie for each), or is signed in with it.

A browser that proved two addresses is let to the people of both. What is somebody’s is decided by the address that the
speaker has at that moment: when staff give another, the old one opens nothing any more.
"""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import actor_of
from portal.core import clock
from portal.core.tokens import signature, signature_matches
from portal.web import cookies
from portal.web.asking import header
from portal.web.forms import sent
from portal.web.rendering import page, see_other

OPEN_FOR = timedelta(hours=12)
DESK = "/speaking"
_COOKIE = "speaking"
_MOST_KEPT = 100_000


class Desk(msgspec.Struct, frozen=True):
    """The addresses this browser proved. `by_code` are those of its cookies, by the name of each."""

    addresses: frozenset[str]
    by_code: Mapping[str, str]
    actor: Actor | None

    def acting(self, speaker_id: int, email: str) -> Actor:
        """Who the audit trail names: the account that is signed in with the address, else the speaker."""
        if self.actor is not None and self.actor.email == email:
            return self.actor
        return Actor(account_id=0, email=email, name=f"speaker {speaker_id}")


AtDesk: TypeAlias = NamedDependency[Desk]
"""Who is at the desk, on a route behind `only_open`: `desk: AtDesk`."""


def let_in(answer: Response[Any], email: str, *, now: datetime) -> Response[Any]:
    """Open the desk to this browser for half a day."""
    packed = f"{base64.urlsafe_b64encode(email.encode()).decode()}.{int((now + OPEN_FOR).timestamp())}"
    # One for each address: the page that takes codes is elsewhere, and does not see which are there.
    name = f"{_COOKIE}-{signature('desk', email)[:12]}"
    cookies.give(
        answer, name, f"{packed}.{signature(_COOKIE, packed)}", path=DESK, seconds=int(OPEN_FOR.total_seconds())
    )
    return answer


def let_out(answer: Response[Any], desk: Desk | None) -> Response[Any]:
    for name in desk.by_code if desk else ():
        cookies.take_away(answer, name, path=DESK)
    return answer


async def desk_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Desk | None:
    """The desk of this browser; None where it proved no address. Read once per request."""
    state = connection.scope["state"]
    if "desk" not in state:
        actor = await actor_of(connection)
        given, now = cookies.read_all(connection, f"{_COOKIE}-", path=DESK), clock.now()
        proved = {name: email for name, value in given.items() if (email := _proved(value, now))}
        addresses = frozenset((*proved.values(), *([actor.email] if actor else [])))
        state["desk"] = Desk(addresses, proved, actor) if addresses else None
    found: Desk | None = state["desk"]
    return found


async def provide_desk(request: ASGIConnection[Any, Any, Any, Any]) -> Desk | None:
    """The dependency `desk`."""
    return await desk_of(request)


def _proved(value: str, now: datetime) -> str:
    packed, _, given = value.rpartition(".")
    if not packed or not packed.isascii() or not signature_matches(_COOKIE, packed, given):
        return ""
    encoded, _, until = packed.partition(".")
    try:
        return base64.urlsafe_b64decode(encoded).decode() if int(until) > now.timestamp() else ""
    except (ValueError, binascii.Error):
        return ""


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
