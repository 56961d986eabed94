"""`/staff/events/{id}/exhibitors/{exhibitor}`: one application or exhibitor: deciding, rights and passes, ending it."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.exhibitors.commands import deciding
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries import applications
from portal.exhibitors.queries.applications import Dossier
from portal.exhibitors.rules.words import RIGHTS, STATES, TONES
from portal.exhibitors.staff.forms import DecisionForm, OtherPackageForm, RightsForm, read_rights
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import see_other


class StaffReview(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/{exhibitor_id:int}"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number) -> Response[Any]:
        return await review_page(request, event_id, await the_dossier(event_id, exhibitor_id))

    @post("/acceptance")
    async def accept(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        done = "{} exhibits. Its people are told by mail, and their desk is open."
        return await _decide(request, event_id, exhibitor_id, deciding.accept, done, actor=actor, now=now)

    @post("/refusal")
    async def decline(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        done = "{} is declined, and told so by mail."
        return await _decide(request, event_id, exhibitor_id, deciding.decline, done, actor=actor, now=now)

    @post("/cancellation")
    async def cancel(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        done = "{} no longer exhibits, and is told so by mail."
        return await _decide(request, event_id, exhibitor_id, deciding.cancel_exhibitor, done, actor=actor, now=now)

    @post("/package")
    async def package(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        found, form = await the_dossier(event_id, exhibitor_id), await read(request, OtherPackageForm)
        if form.data is None:
            return await review_page(request, event_id, found, other=form, status=422)
        try:
            await deciding.change_package(actor=actor, exhibitor_id=exhibitor_id, package=form.data.package, now=now)
        except Invalid as refused:
            return await review_page(request, event_id, found, other=form.refuse(refused), status=422)
        except Conflict as refused:
            told: Filled[Any] = Filled(form.values, {"package": refused.message})
            return await review_page(
                request, event_id, await the_dossier(event_id, exhibitor_id), other=told, status=409
            )
        return see_other(_address(event_id, exhibitor_id), notice="The package is changed.")

    @post("/rights")
    async def rights(
        self, request: Request[Any, Any, Any], event_id: Number, exhibitor_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        found = await the_dossier(event_id, exhibitor_id)
        form = await read(request, RightsForm)
        rights, unknown = read_rights(form.value("rights", []))
        if form.data is None or unknown:
            errors = {**form.errors, **({"rights": "Please choose from the list."} if unknown else {})}
            return await review_page(request, event_id, found, rights=Filled(form.values, errors), status=422)
        try:
            await deciding.set_rights(
                actor=actor, exhibitor_id=exhibitor_id, rights=rights, passes=form.data.passes, guests=form.data.guests,
                version=form.data.version,
                now=now,
            )  # fmt: skip
        except Conflict as overtaken:
            found = await the_dossier(event_id, exhibitor_id)
            kept: Filled[Any] = Filled({**form.values, "version": found.version}, {"": overtaken.message})
            return await review_page(request, event_id, found, rights=kept, status=409)
        return see_other(
            _address(event_id, exhibitor_id), notice="Saved. It holds from now on, on every page and export."
        )


def _address(event_id: int, exhibitor_id: int) -> str:
    return f"/staff/events/{event_id}/exhibitors/{exhibitor_id}"


async def the_dossier(event_id: int, exhibitor_id: int) -> Dossier:
    found = await applications.dossier(event_id, exhibitor_id)
    if found is None:
        raise NotFound("There is no such application or exhibitor of this event.")
    return found


async def _decide(
    request: Request[Any, Any, Any], event_id: int, exhibitor_id: int, act: Callable[..., Any], done: str, **by: Any
) -> Response[Any]:
    found = await the_dossier(event_id, exhibitor_id)
    form = await read(request, DecisionForm)
    if form.data is None:
        return await review_page(request, event_id, found, form=form, status=422)
    try:
        await act(exhibitor_id=exhibitor_id, note=form.data.note, **by)
    except Conflict as overtaken:
        found = await the_dossier(event_id, exhibitor_id)
        kept: Filled[Any] = Filled(form.values, {"": overtaken.message})
        return await review_page(request, event_id, found, form=kept, status=409)
    return see_other(_address(event_id, exhibitor_id), notice=done.format(found.company_name))


async def review_page(
    request: Request[Any, Any, Any], event_id: int, found: Dossier, *, form: Filled[Any] | None = None,
    rights: Filled[Any] | None = None, other: Filled[Any] | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    given = blank(
        passes=found.passes,
        guests="" if found.guests is None else found.guests,
        version=found.version,
        rights=[right.value for right in found.rights],
    )
    offer = await the_offer(event_id)
    return staff_page(
        request, "exhibitors/staff/review.html", offer, "list", status=status, x=found, other=other or blank(),
        packages=[(one.slug, one.name) for one in offer.packages if one.id != found.package_id],
        form=form or blank(), rights_form=rights or given, names=RIGHTS, words=STATES, tones=TONES,
        at=_address(event_id, found.id),
    )  # fmt: skip
