"""`…/events/{event}/scan/offline`: the scanning page as it opens without a connection, and the worker that keeps it on a device.

The copy has nothing of anybody: neither who is signed in nor the team. Its worker asks for it; people are led to the page itself.
"""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import NotFound
from portal.exhibitors.guards import DESK, AtDesk, desk
from portal.exhibitors.leads import queries, rules, wordings
from portal.exhibitors.leads.pages.scanning import CAMERA, emptied_at
from portal.exhibitors.leads.values import RATINGS, Asking
from portal.exhibitors.tables.exhibiting import Right
from portal.web.assets import STATIC
from portal.web.forms import blank
from portal.web.inputs import Now
from portal.web.rendering import render

_WORKER = STATIC / "js/scan-worker.js"


class OfflinePages(Controller):
    path = f"{DESK}/scan"
    guards = [signed_in]
    dependencies = desk(right=Right.SCAN)
    include_in_schema = False

    @get("/offline")
    async def copy(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        """Gone once nobody can be scanned any more. Without notices: they wait for a page that somebody sees."""
        exhibitor = at_desk.exhibitor
        if rules.over(now, exhibitor.ends_at):
            raise NotFound("Badges were scanned until a day after the event.")
        made = render(
            "exhibitors/leads/scan.html", path=request.url.path, notices=[], fragment=False, exhibitor=exhibitor,
            copied=True, by="", closed=None, over=False, form=blank(), ratings=RATINGS, until=emptied_at(exhibitor),
            sentence=await wordings.shown(exhibitor.company_id, exhibitor.company_name, now),
            asking=Asking([], await queries.questions(exhibitor.id)),
        )  # fmt: skip
        return Response(made, media_type="text/html", headers={**CAMERA, "Cache-Control": "no-store"})

    @get("/worker.js", sync_to_thread=False)
    def worker(self, at_desk: AtDesk) -> Response[bytes]:
        """Of this exhibitor’s scanning page and what lies below it, nothing else."""
        scope = f"{at_desk.exhibitor.address}/scan"
        headers = {"Cache-Control": "private, no-cache", "Service-Worker-Allowed": scope}
        return Response(_WORKER.read_bytes(), media_type="text/javascript", headers=headers)
