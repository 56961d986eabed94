"""`/staff/events/{id}/exhibitors/setup`: on what terms companies exhibit at an event."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid
from portal.core.settings import current
from portal.exhibitors.commands import offering
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.staff.forms import filled_terms, read_terms
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.web.forms import Filled, sent
from portal.web.inputs import Now
from portal.web.rendering import see_other

_TEMPLATE = "exhibitors/staff/setup.html"


class StaffTerms(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/setup"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], event_id: Number) -> Response[Any]:
        offer = await the_offer(event_id)
        return staff_page(
            request, _TEMPLATE, offer, "setup", form=filled_terms(offer, current().site_currency), conflict=""
        )

    @post()
    async def save(self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        form, terms = read_terms(await sent(request), offer.timezone)
        if terms is None:
            return staff_page(request, _TEMPLATE, offer, "setup", status=422, form=form, conflict="")
        version = form.value("version")
        try:
            await offering.set_up(
                actor=actor, event_id=event_id, terms=terms, now=now, version=int(version) if version else None
            )
        except Invalid as refused:
            return staff_page(request, _TEMPLATE, offer, "setup", status=422, form=form.refuse(refused), conflict="")
        except Conflict as overtaken:
            stored = await the_offer(event_id)
            kept: Filled[Any] = Filled({**form.values, "version": stored.version})
            return staff_page(request, _TEMPLATE, stored, "setup", status=409, form=kept, conflict=overtaken.message)
        return see_other(offer.path if offer.packages else f"{offer.path}/packages", notice="The terms are saved.")
