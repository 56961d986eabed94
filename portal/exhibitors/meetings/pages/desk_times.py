"""`…/meetings/times`: when somebody of the company can be met, as half hours to tick."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core import times
from portal.core.errors import Forbidden, Invalid
from portal.exhibitors.guards import AtDesk, Desk, desk, desk_page
from portal.exhibitors.meetings import rules, showing
from portal.exhibitors.meetings.commands.publishing import publish_times
from portal.exhibitors.meetings.commands.turns import NOT_YOURS
from portal.exhibitors.meetings.forms import TimesForm, moments, with_day
from portal.exhibitors.meetings.pages.desk import MEETINGS
from portal.exhibitors.meetings.pages.inputs import Engagements
from portal.exhibitors.meetings.permissions import can_act_for
from portal.exhibitors.meetings.queries import openings, people
from portal.exhibitors.meetings.values import Host, Span
from portal.exhibitors.tables.exhibiting import Right
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import plural, see_other


class DeskTimes(Controller):
    path = f"{MEETINGS}/times"
    guards = [signed_in]
    dependencies = desk(right=Right.MEETINGS)
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, engagements: Engagements, host: FromQuery[str] = ""
    ) -> Response[str]:
        account_id = _whose(at_desk, int(host) if host.isascii() and host.isdigit() and len(host) < 19 else 0)
        found = await _host(at_desk, account_id)
        known = blank(
            slot_minutes=str(found.slot_minutes if found else 30), pause_minutes=str(found.pause_minutes if found else 0),
            about=found.about if found else "",
        )  # fmt: skip
        return await _page(request, at_desk, account_id, found, known, engagements)

    @post()
    async def publish(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now, engagements: Engagements
    ) -> Response[Any]:
        form = await read(request, TimesForm)
        typed = form.value("host")
        account_id = _whose(at_desk, int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0)
        found = await _host(at_desk, account_id)
        here = at_desk.exhibitor
        if day := form.value("whole"):
            zone = times.zone(here.timezone)
            boxes = rules.all_boxes(Span(here.starts_at, here.ends_at), zone)
            typed_so_far = blank(**{**form.values, "box": with_day(form.value("box", []), day, boxes, zone)})
            return await _page(request, at_desk, account_id, found, typed_so_far, engagements)
        if form.data is None:
            return await _page(request, at_desk, account_id, found, form, engagements, status=422)
        try:
            await publish_times(
                actor=at_desk.actor, exhibitor_id=here.id, account_id=account_id, boxes=moments(form.data.box),
                slot_minutes=form.data.slot_minutes, pause_minutes=form.data.pause_minutes, about=form.data.about, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _page(request, at_desk, account_id, found, form.refuse(refused), engagements, status=422)
        saved = await _host(at_desk, account_id)
        count = len(rules.slots(saved)) if saved else 0
        told = (
            f"Saved: {plural(count, 'meeting fits', 'meetings fit')} into these times." if count else "Saved: no times."
        )
        whose = "" if account_id == at_desk.actor.account_id else f"?host={account_id}"
        return see_other(f"{here.address}/meetings/times{whose}", notice=told)


def _whose(at_desk: Desk, account_id: int) -> int:
    """Whose times are meant: one's own unless another's are asked for. Raises Forbidden for a colleague's."""
    wanted = account_id or at_desk.actor.account_id
    if not can_act_for(at_desk.actor, at_desk.exhibitor, wanted):
        raise Forbidden(NOT_YOURS)
    return wanted


async def _host(at_desk: Desk, account_id: int) -> Host | None:
    return next((one for one in await openings.hosts(at_desk.exhibitor.id) if one.account_id == account_id), None)


async def _page(
    request: Request[Any, Any, Any], at_desk: Desk, account_id: int, found: Host | None, form: Filled[Any],
    engagements: Engagements, *, status: int = 200,
) -> Response[str]:  # fmt: skip
    here = at_desk.exhibitor
    event = Span(here.starts_at, here.ends_at)
    ticked = moments(form.value("box")) if "box" in form.values else showing.ticked_by(found, event, here.timezone)
    colleagues = await people.colleagues(here.id)
    email = next((one.email for one in colleagues if one.id == account_id), "")
    [engaged] = await engagements(here.event_id, email)
    return desk_page(
        request, "exhibitors/meetings/times.html", at_desk, here="meetings", tab="times", status=status, form=form,
        days=showing.grid(event, here.timezone, ticked, engaged), account_id=account_id, engaged=engaged, moment=showing.moment,
        colleagues=colleagues if at_desk.may_edit else [],
        lengths=[(str(n), f"{n} minutes") for n in rules.LENGTHS],
        pauses=[(str(n), f"{n} minutes" if n else "Nothing") for n in rules.PAUSES],
    )  # fmt: skip
