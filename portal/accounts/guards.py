"""Who may use a route. The actor is read once per request, from the session cookie."""

from collections.abc import Awaitable, Callable

from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler

from portal.accounts.actors import Actor
from portal.accounts.queries import actor_by_session
from portal.accounts.tables import StaffRole
from portal.core import clock
from portal.core.errors import Forbidden, SignInNeeded
from portal.core.tokens import hashed

SESSION_COOKIE = "session"
Guard = Callable[[ASGIConnection, BaseRouteHandler], Awaitable[None]]


async def actor_of(connection: ASGIConnection) -> Actor | None:
    """The signed-in person behind a request, if there is one."""
    state = connection.scope["state"]
    if "actor" not in state:
        secret = connection.cookies.get(SESSION_COOKIE, "")
        state["actor"] = await actor_by_session(hashed(secret), now=clock.now()) if secret else None
    found: Actor | None = state["actor"]
    return found


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
