"""`…/events/{event}/api`: the key by which the exhibitor’s own programs read its leads. Owners and editors of the company."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core import db
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.leads.commands import revoke_key, rotate_key
from portal.exhibitors.tables.exhibiting import Right
from portal.web.inputs import Now
from portal.web.rendering import see_other

_KEY = "SELECT starts, made_at, used_at FROM lead_key WHERE exhibitor = $1"


class KeyPages(Controller):
    path = f"{DESK}/api"
    guards = [signed_in]
    dependencies = desk(right=Right.API, editing=True)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk) -> Response[Any]:
        return await _page(request, at_desk)

    @post("/rotation")
    async def rotate(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        """The only page that ever shows the key; nothing of it is kept that could show it again."""
        made = await rotate_key(exhibitor=at_desk.exhibitor, actor=at_desk.actor, now=now)
        return await _page(request, at_desk, made=made)

    @post("/revocation")
    async def revoke(self, at_desk: AtDesk, now: Now) -> Response[Any]:
        await revoke_key(exhibitor=at_desk.exhibitor, actor=at_desk.actor, now=now)
        return see_other(f"{at_desk.exhibitor.address}/api", notice="No program reads your leads any more.")


async def _page(request: Request[Any, Any, Any], at_desk: Desk, *, made: str = "") -> Response[Any]:
    key = await db.fetch_one(_KEY, at_desk.exhibitor.id)
    return desk_page(request, "exhibitors/leads/api.html", at_desk, here="api", status=200, key=key, made=made)
