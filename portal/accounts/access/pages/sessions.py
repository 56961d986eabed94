"""Where somebody is signed in, and ending it."""

from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.connection import Request
from litestar.params import PathParameter
from litestar.response import Response

from portal.accounts.access import cookies, queries
from portal.accounts.access.commands import sessions
from portal.accounts.guards import SignedIn, signed_in
from portal.web.clients import browser
from portal.web.inputs import Now
from portal.web.rendering import page, plural, see_other

_HERE = "/account/sessions"


class SessionPages(Controller):
    path = _HERE
    guards = [signed_in]
    include_in_schema = False

    @get()
    async def index(self, request: Request, actor: SignedIn, now: Now) -> Response[Any]:
        found = await queries.sessions(actor.account_id, now=now)
        return page(
            request, "accounts/sessions.html", private=True, here="sessions", actor=actor,
            sessions=[(session, browser(session.user_agent)) for session in found],
        )  # fmt: skip

    @post("/{session_id:int}/revocation", status_code=200)
    async def revoke(
        self, actor: SignedIn, session_id: Annotated[int, PathParameter(ge=1, le=2**63 - 1)], now: Now
    ) -> Response[Any]:
        await sessions.revoke(actor=actor, session_id=session_id, now=now)
        if session_id == actor.session_id:
            return cookies.let_out(see_other("/account/sign-in", notice="You are signed out."))
        return see_other(_HERE, notice="Signed out there. It took effect at once.")

    @post("/revocations", status_code=200)
    async def revoke_others(self, actor: SignedIn, now: Now) -> Response[Any]:
        ended = await sessions.revoke_others(actor=actor, now=now)
        notice = f"Signed out in {plural(ended, 'other browser')}." if ended else "You were signed in nowhere else."
        return see_other(_HERE, notice=notice)
