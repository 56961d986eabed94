"""Who may use a route. The actor is read once per request, from the session cookie."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from litestar.connection import ASGIConnection, Request
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from portal.accounts import rules
from portal.accounts.actors import Actor
from portal.accounts.commands import touch_session
from portal.accounts.queries import actor_by_session
from portal.accounts.tables import StaffRole
from portal.core import clock
from portal.core.errors import Forbidden, SignInNeeded
from portal.core.tokens import hashed
from portal.web import cookies

SESSION_COOKIE = "session"
SignedIn: TypeAlias = NamedDependency[Actor]
"""Who is signed in, on a guarded route: `actor: SignedIn`."""
MaybeActor: TypeAlias = NamedDependency[Actor | None]
"""Who is signed in, if anybody: `actor: MaybeActor`."""
Guard = Callable[[ASGIConnection, BaseRouteHandler], Awaitable[None]]


async def actor_of(connection: ASGIConnection) -> Actor | None:
    """The signed-in person behind a request, if there is one."""
    state = connection.scope["state"]
    if "actor" not in state:
        state["actor"] = await _read_actor(cookies.read(connection, SESSION_COOKIE))
    found: Actor | None = state["actor"]
    return found


async def _read_actor(secret: str) -> Actor | None:
    if not secret:
        return None
    now = clock.now()
    actor = await actor_by_session(hashed(secret), now=now)
    if actor is not None and actor.seen_at is not None and now - actor.seen_at >= rules.SEEN_EVERY:
        await touch_session(session_id=actor.session_id, now=now)
    return actor


async def provide_actor(request: Request) -> Actor | None:
    """The dependency `actor`: None for a visitor. Ask for `Actor` only on guarded routes."""
    return await actor_of(request)


async def signed_in(connection: ASGIConnection, _: BaseRouteHandler) -> None:
    """Guard: somebody is signed in."""
    if await actor_of(connection) is None:
        raise SignInNeeded("Please sign in first.")


def staff(*roles: StaffRole) -> Guard:
    """Guard: a member of staff with one of the roles (an admin has all)."""

    async def guard(connection: ASGIConnection, _: BaseRouteHandler) -> None:
        actor = await actor_of(connection)
        if actor is None:
            raise SignInNeeded("Please sign in first.")
        if not actor.has_role(*roles):
            raise Forbidden("Your account is not set up for this part of the portal.")

    return guard
