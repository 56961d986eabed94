"""`…/passes`: a company gives its people their passes, and its guests a code."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Conflict, Invalid, NotFound, RateLimited
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.exhibitors.desks.commands import guests as guest_commands
from portal.exhibitors.desks.commands import passes as commands
from portal.exhibitors.desks.commands.passes import Holder
from portal.exhibitors.desks.forms import BadgeForm, HolderForm, PeopleForm
from portal.exhibitors.desks.people import read_people
from portal.exhibitors.desks.queries import passes as queries
from portal.exhibitors.desks.queries.passes import Pass
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.tables.exhibiting import Right
from portal.web.errors import status_of
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import plural, see_other

_EDITING = desk(right=Right.PASSES, editing=True)
_MAILS = Limit("exhibitor-passes", tries=400, per=timedelta(hours=1))


class DeskPasses(Controller):
    """Everybody of the company sees who has a pass; owners and editors give them."""

    path = f"{DESK}/passes"
    guards = [signed_in]
    dependencies = desk(right=Right.PASSES)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[str]:
        return await _list(request, at_desk, now)

    @post(dependencies=_EDITING)
    async def give(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        form = await read(request, HolderForm)
        if form.data is None:
            return await _list(request, at_desk, now, form=form, status=422)
        try:
            await _spend(at_desk, now)
            await commands.give_pass(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, holder=_holder(form.data), now=now
            )
        except Invalid as refused:
            return await _list(request, at_desk, now, form=form.refuse(refused), status=422)
        except (Conflict, RateLimited) as refused:
            wrong = form.refuse(Invalid({"": refused.message}))
            return await _list(request, at_desk, now, form=wrong, status=status_of(refused))
        return _back(at_desk, f"{form.data.first_name} has a pass. The ticket is on its way to {form.data.email}.")

    @post("/several", dependencies=_EDITING)
    async def several(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        form = await read(request, PeopleForm)
        if form.data is None:
            return await _list(request, at_desk, now, several=form, status=422)
        try:
            people = await read_people(form.data.people)
            await _spend(at_desk, now, len(people))
            await commands.give_passes(actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, holders=people, now=now)
        except Invalid as refused:
            return await _list(request, at_desk, now, several=form.refuse(refused), status=422)
        except (Conflict, RateLimited) as refused:
            wrong = form.refuse(Invalid({"people": refused.message}))
            return await _list(request, at_desk, now, several=wrong, status=status_of(refused))
        return _back(at_desk, f"{plural(len(people), 'pass', 'passes')} given. The tickets are on their way.")

    @get("/{pass_id:int}", dependencies=_EDITING)
    async def one(self, request: Request[Any, Any, Any], at_desk: AtDesk, pass_id: FromPath[int]) -> Response[str]:
        return _one(request, at_desk, await _pass(at_desk, pass_id), None)

    @post("/{pass_id:int}", dependencies=_EDITING)
    async def pass_on(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, pass_id: FromPath[int], now: Now
    ) -> Response[Any]:
        this, form = await _pass(at_desk, pass_id), await read(request, HolderForm)
        if form.data is None:
            return _one(request, at_desk, this, form, status=422)
        try:
            await _spend(at_desk, now)
            moved = await commands.pass_on(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, pass_id=this.id, holder=_holder(form.data), now=now
            )  # fmt: skip
        except Invalid as refused:
            return _one(request, at_desk, this, form.refuse(refused), status=422)
        except (Conflict, RateLimited) as refused:
            return _one(request, at_desk, this, form.refuse(Invalid({"": refused.message})), status=status_of(refused))
        told = f"The pass went from {this.name} to {form.data.first_name} {form.data.last_name}." if moved else "Saved."
        return _back(at_desk, f"{told} The ticket is on its way to {form.data.email}.")

    @post("/{pass_id:int}/removal", dependencies=_EDITING)
    async def take_back(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, pass_id: FromPath[int], now: Now
    ) -> Response[Any]:
        this = await _pass(at_desk, pass_id)
        try:
            await commands.take_back(actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, pass_id=this.id, now=now)
        except Conflict as refused:
            wrong: Filled[Any] = _known(this).refuse(Invalid({"": refused.message}))
            return _one(request, at_desk, this, wrong, status=409)
        return _back(at_desk, f"The pass of {this.name} has ended; {this.email} is told.")

    @post("/{pass_id:int}/mail", dependencies=_EDITING)
    async def mail(self, at_desk: AtDesk, pass_id: FromPath[int], now: Now) -> Response[Any]:
        this = await _pass(at_desk, pass_id)
        await _spend(at_desk, now)
        await commands.send_again(actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, pass_id=this.id, now=now)
        return _back(at_desk, f"The ticket is on its way to {this.email} once more.")

    @post("/badge", dependencies=_EDITING)
    async def badge(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        form = await read(request, BadgeForm)
        if form.data is None:
            return await _list(request, at_desk, now, badge=form, status=422)
        await commands.set_badge(actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, name=form.data.badge, now=now)
        return _back(at_desk, "Saved. Badges say so from now on.")

    @post("/guests", dependencies=_EDITING)
    async def guests(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        try:
            code = await guest_commands.make_guest_code(actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, now=now)
        except Conflict as refused:
            wrong: Filled[Any] = Filled({}, {"": refused.message})
            return await _list(request, at_desk, now, form=wrong, status=409)
        return _back(at_desk, f"Your guests’ code is {code}.")


async def _list(
    request: Request[Any, Any, Any], at_desk: Desk, now: Now, *, form: Filled[Any] | None = None,
    badge: Filled[Any] | None = None, several: Filled[Any] | None = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    here = at_desk.exhibitor
    codes = await queries.guests(here.id, now=now)
    guests = next((one for one in codes if not one.company), None)
    return desk_page(
        request, "exhibitors/desk/passes.html", at_desk, here="passes", status=status, form=form or blank(),
        several=several or blank(),
        badge=badge or blank(badge="" if here.badge == here.company_name else here.badge),
        passes=await queries.of_exhibitor(here.id), guests=guests,
        discount=guests.discount if guests else await queries.discount(here.id),
        former=[one for one in codes if one.company],
        invitation=lambda code: f"{current().base_url}/events/{here.event_slug}/register?code={code}",
    )  # fmt: skip


def _one(
    request: Request[Any, Any, Any], at_desk: Desk, this: Pass, form: Filled[Any] | None, *, status: int = 200
) -> Response[str]:
    return desk_page(
        request,
        "exhibitors/desk/pass.html",
        at_desk,
        here="passes",
        status=status,
        form=form or _known(this),
        this=this,
    )


def _known(this: Pass) -> Filled[Any]:
    return blank(first_name=this.first_name, last_name=this.last_name, email=this.email, role=this.role)


async def _pass(at_desk: Desk, pass_id: int) -> Pass:
    found = next((one for one in await queries.of_exhibitor(at_desk.exhibitor.id) if one.id == pass_id), None)
    if found is None:
        raise NotFound("There is no such pass (any more).")
    return found


def _holder(form: HolderForm) -> Holder:
    return Holder(form.first_name, form.last_name, form.email, form.role)


async def _spend(at_desk: Desk, now: Now, mails: int = 1) -> None:
    await spend(_MAILS, str(at_desk.exhibitor.id), now=now, count=mails)


def _back(at_desk: Desk, notice: str) -> Response[Any]:
    return see_other(f"{at_desk.exhibitor.address}/passes", notice=notice)
