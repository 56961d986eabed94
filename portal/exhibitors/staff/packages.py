"""`/staff/events/{id}/exhibitors/packages`: what companies can take part with."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.overtaking import mark
from portal.exhibitors.commands import deciding, offering
from portal.exhibitors.permissions import ORGANISERS
from portal.exhibitors.queries.offers import Offer, Package, package_facts
from portal.exhibitors.rules.words import RIGHTS
from portal.exhibitors.staff.forms import filled_package, read_package
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.exhibitors.tables.exhibiting import Right
from portal.web.asking import wants_fragment
from portal.web.forms import Filled, blank, field, read, sent
from portal.web.inputs import Now
from portal.web.rendering import plural, see_other


class WayForm(msgspec.Struct):
    way: Annotated[Literal["up", "down"], field("Way", kind="choice")] = "up"


class StaffPackages(Controller):
    path = "/staff/events/{event_id:int}/exhibitors/packages"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], event_id: Number) -> Response[Any]:
        return _list(request, await the_offer(event_id))

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], event_id: Number) -> Response[Any]:
        offer = await the_offer(event_id)
        if not offer.version:
            return see_other(f"{offer.path}/setup", notice="Please say first on what terms companies exhibit.")
        start = blank(passes=2, guest_discount=100, on_offer="yes", rights=[right.value for right in Right])
        return _form(request, offer, None, start)

    @post()
    async def add(self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        return await _save(request, await the_offer(event_id), None, actor, now)

    @get("/{package_id:int}")
    async def show(self, request: Request[Any, Any, Any], event_id: Number, package_id: Number) -> Response[Any]:
        offer = await the_offer(event_id)
        package = _known(offer, package_id)
        seen = await package_facts(event_id, package_id)
        return _form(request, offer, package, filled_package(package, offer.currency, seen))

    @post("/{package_id:int}")
    async def change(
        self, request: Request[Any, Any, Any], event_id: Number, package_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        offer = await the_offer(event_id)
        return await _save(request, offer, _known(offer, package_id), actor, now)

    @post("/{package_id:int}/place", status_code=200)
    async def move(
        self, request: Request[Any, Any, Any], event_id: Number, package_id: Number, actor: SignedIn, now: Now
    ) -> Response[Any]:
        form = await read(request, WayForm)
        up = form.data is None or form.data.way == "up"
        await offering.move_package(actor=actor, event_id=event_id, package_id=package_id, up=up, now=now)
        offer = await the_offer(event_id)
        return _list(request, offer) if wants_fragment(request.scope) else see_other(f"{offer.path}/packages")

    @post("/{package_id:int}/removal")
    async def remove(self, event_id: Number, package_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        offer = await the_offer(event_id)
        await offering.remove_package(actor=actor, event_id=event_id, package_id=package_id, now=now)
        return see_other(f"{offer.path}/packages", notice="The package is gone.")

    @post("/{package_id:int}/rights")
    async def hand_out(self, event_id: Number, package_id: Number, actor: SignedIn, now: Now) -> Response[Any]:
        """Those accepted in it get what it gives now."""
        offer = await the_offer(event_id)
        package = _known(offer, package_id)
        changed = await deciding.hand_out(actor=actor, event_id=event_id, package_id=package_id, now=now)
        said = f"{plural(changed, 'exhibitor has', 'exhibitors have')} the rights and passes of {package.name} now."
        return see_other(f"{offer.path}/packages", notice=said if changed else "All of them had these already.")


def _known(offer: Offer, package_id: int) -> Package:
    found = next((one for one in offer.packages if one.id == package_id), None)
    if found is None:
        raise NotFound("There is no such package any more.")
    return found


def _list(request: Request[Any, Any, Any], offer: Offer) -> Response[Any]:
    return staff_page(request, "exhibitors/staff/packages.html", offer, "packages", block="packages", names=RIGHTS)


def _form(
    request: Request[Any, Any, Any], offer: Offer, package: Package | None, form: Filled[Any], *, status: int = 200,
    conflict: str = "",
) -> Response[Any]:  # fmt: skip
    return staff_page(
        request, "exhibitors/staff/package.html", offer, "packages", status=status, package=package, form=form, names=RIGHTS,
        conflict=conflict,
    )  # fmt: skip


async def _save(
    request: Request[Any, Any, Any], offer: Offer, package: Package | None, actor: Actor, now: Now
) -> Response[Any]:
    form, facts = read_package(await sent(request), offer.currency or "EUR")
    if facts is None:
        return _form(request, offer, package, form, status=422)
    package_id = None if package is None else package.id
    try:
        await offering.save_package(
            actor=actor,
            event_id=offer.event_id,
            facts=facts,
            now=now,
            package_id=package_id,
            seen=str(form.value("seen")),
        )
    except Invalid as refused:
        return _form(request, offer, package, form.refuse(refused), status=422)
    except Conflict as overtaken:
        stored = await package_facts(offer.event_id, package_id) if package_id is not None else None
        kept: Filled[Any] = Filled({**form.values, "seen": mark(stored)})
        return _form(request, offer, package, kept, status=409, conflict=overtaken.message)
    return see_other(f"{offer.path}/packages", notice=f"{facts.name} is saved.")
