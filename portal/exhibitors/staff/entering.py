"""`/staff/events/{id}/exhibitors/new`: a company of the directory that agreed elsewhere, entered by staff."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid
from portal.core.text import one_line
from portal.directory.queries import named
from portal.exhibitors.commands.applying import enter
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

_NOBODY = "Please find a company and choose it."


class EntryForm(msgspec.Struct):
    company: Annotated[int, field("Company", ge=1, le=2**62, missing=_NOBODY, wrong=_NOBODY)]
    package: Annotated[str, field("Package", max_length=80, missing="Please choose a package.")]
    contact_name: Annotated[str, field("Contact", kind="name", max_length=120)]
    contact_email: Annotated[str, field("Their email", kind="email")]
    words: Annotated[str, field("Name", max_length=120)] = ""


class StaffEntering(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/new"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], event_id: Number) -> Response[Any]:
        words = one_line(request.query_params.get("q", ""))[:120]
        return await _page(request, await the_offer(event_id), blank(words=words))

    @post()
    async def add(self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        form = await read(request, EntryForm)
        if form.data is None:
            return await _page(request, offer, form, status=422)
        given = form.data
        try:
            made = await enter(
                actor=actor, event_id=event_id, package=given.package, company_id=given.company,
                contact_name=given.contact_name, contact_email=given.contact_email, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _page(request, offer, form.refuse(refused), status=422)
        except Conflict as refused:
            return await _page(request, offer, form.refuse(Invalid({"company": refused.message})), status=409)
        return see_other(f"{offer.path}/{made}", notice="It exhibits. Its contact and its owners are told by mail.")


async def _page(
    request: Request[Any, Any, Any], offer: Offer, form: Filled[Any], *, status: int = 200
) -> Response[Any]:
    words = str(form.value("words"))
    return staff_page(
        request, "exhibitors/staff/new.html", offer, "list", status=status, form=form, words=words,
        found=await named.like(words) if words else [], packages=[(one.slug, one.name) for one in offer.packages],
    )  # fmt: skip
