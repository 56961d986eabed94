"""`…/meetings/people`: attendees who are open to meetings, without a name, and asking one of them."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Conflict, Invalid, NotFound
from portal.exhibitors.guards import AtDesk, Desk, desk, desk_page
from portal.exhibitors.meetings import rules, showing
from portal.exhibitors.meetings.commands import approaching
from portal.exhibitors.meetings.forms import AskForm
from portal.exhibitors.meetings.pages.desk import MEETINGS
from portal.exhibitors.meetings.pages.inputs import Engagements
from portal.exhibitors.meetings.permissions import can_act_for
from portal.exhibitors.meetings.queries import openings, willing
from portal.exhibitors.meetings.queries.willing import Asked
from portal.exhibitors.staff.frame import Number
from portal.exhibitors.tables.exhibiting import Right
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.query_strings import page_number
from portal.web.rendering import see_other

_LONGEST = 120


class DeskPeople(Controller):
    path = f"{MEETINGS}/people"
    guards = [signed_in]
    dependencies = desk(right=Right.MEETINGS)
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now, q: FromQuery[str] = ""
    ) -> Response[str]:
        words, root = " ".join(q.replace("\x00", " ").split())[:_LONGEST], f"{at_desk.exhibitor.address}/meetings"
        found, at = await willing.page_of(at_desk.exhibitor.id, words, page_number(request), now)
        return desk_page(
            request, "exhibitors/meetings/people.html", at_desk, here="meetings", tab="people", found=found, at=at, words=words,
            address=lambda number: f"{root}/people?{urlencode({'q': words, 'page': number})}",
        )  # fmt: skip

    @get("/{person_id:int}")
    async def one(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, person_id: Number, now: Now, engagements: Engagements
    ) -> Response[str]:
        return await _approach(request, at_desk, person_id, blank(), now, engagements)

    @post("/{person_id:int}")
    async def ask(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, person_id: Number, now: Now, engagements: Engagements
    ) -> Response[Any]:
        form = await read(request, AskForm)
        if form.data is None:
            return await _approach(request, at_desk, person_id, form, now, engagements, status=422)
        try:
            await approaching.approach(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, person_id=person_id, keys=form.data.slots,
                topic=form.data.topic, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _approach(request, at_desk, person_id, form.refuse(refused), now, engagements, status=422)
        except Conflict as refused:
            wrong = form.refuse(Invalid({"": refused.message}))
            return await _approach(request, at_desk, person_id, wrong, now, engagements, status=409)
        return see_other(
            f"{at_desk.exhibitor.address}/meetings", notice="Asked. We write to you when there is an answer."
        )


async def _approach(
    request: Request[Any, Any, Any], at_desk: Desk, person_id: int, form: Filled[Any], now: Now, engagements: Engagements, *,
    status: int = 200,
) -> Response[str]:  # fmt: skip
    here = at_desk.exhibitor
    found: Asked | None = await willing.one(here.id, person_id, now)
    if found is None:
        raise NotFound("They are not open to meetings (any more).")
    openly = await openings.of(here.id, now=now, seat_id=found.seat_id)
    theirs = [one for one in openly.slots if can_act_for(at_desk.actor, here, one.account_id)]
    [engaged] = await engagements(here.event_id, found.email) if theirs else [[]]
    busy = showing.clashing(theirs, engaged)
    slots = [one for one in theirs if one.key not in busy]
    return desk_page(
        request, "exhibitors/meetings/approach.html", at_desk, here="meetings", tab="people", status=status, form=form,
        person_id=person_id, person=found, waits=openly.waits, slots=showing.by_day(slots, here.timezone),
        several=len(openly.hosts) > 1, span=rules.time_words,
    )  # fmt: skip
