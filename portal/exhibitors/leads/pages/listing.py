"""`…/events/{event}/leads`: everybody who agreed to be known to the company at this event, one lead’s page, its history."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.paging import Page
from portal.core.settings import current
from portal.core.text import one_line
from portal.core.times import zone
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.leads import commands, queries
from portal.exhibitors.leads.forms import (
    LeadForm,
    QuestionsForm,
    filled,
    noted,
    read_lead,
    read_questions,
    written_questions,
)
from portal.exhibitors.leads.queries import Wanted
from portal.exhibitors.leads.values import RATINGS, Asking, LeadRow
from portal.exhibitors.leads.words import steps
from portal.exhibitors.rules.keeping import kept_until
from portal.exhibitors.tables.exhibiting import Right
from portal.web.forms import Filled, blank, differences, read
from portal.web.inputs import Now
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import see_other

SIZE = 50
FOLLOW_UPS = {"open": "Still to do", "due": "Due", "done": "Done"}


class LeadsOfExhibitor(Controller):
    path = f"{DESK}/leads"
    guards = [signed_in]
    dependencies = desk(right=Right.LEADS)
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        exhibitor = at_desk.exhibitor
        company, event = exhibitor.company_id, exhibitor.event_id
        wanted, number = _wanted(request), page_number(request)
        today = now.astimezone(zone(exhibitor.timezone)).date()
        found, total = await queries.some(company, event, wanted, today=today, size=SIZE, offset=(number - 1) * SIZE)
        at = Page(number, SIZE, total)
        if number > at.last:
            raise NotFound("There is no such page of this list.")
        me = at_desk.actor.account_id
        tags, shares, due = await queries.whole(company, event, today, exhibitor.timezone, me)
        asked = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value}
        address = f"{exhibitor.address}/leads"
        return desk_page(
            request, "exhibitors/leads/index.html", at_desk, here="leads", leads=found, at=at, wanted=wanted, asked=asked,
            ratings=RATINGS, follow_ups=FOLLOW_UPS, today=today, base=address,
            tag_pairs=[(tag, tag) for tag in tags],
            team=await queries.team(exhibitor.organisation_id), may_ask=at_desk.may_edit,
            shares=shares, due=0 if wanted.follow_up == "due" else due, due_address=f"{address}?follow_up=due&person={me}",
            page_of=lambda n: f"{address}?{urlencode({**asked, 'page': n})}",
        )  # fmt: skip

    @get("/questions")
    async def questions(self, request: Request[Any, Any, Any], at_desk: AtDesk) -> Response[Any]:
        _must_edit(at_desk)
        asked = await queries.questions(at_desk.exhibitor.id)
        return _questions_page(request, at_desk, blank(questions=written_questions(asked)))

    @post("/questions")
    async def ask(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        _must_edit(at_desk)
        form = await read(request, QuestionsForm)
        if form.data is None:
            return _questions_page(request, at_desk, form, status=422)
        try:
            asked = read_questions(form.data.questions)
        except Invalid as refused:
            return _questions_page(request, at_desk, form.refuse(refused), status=422)
        await commands.save_questions(exhibitor=at_desk.exhibitor, actor=at_desk.actor, questions=asked, now=now)
        return see_other(
            f"{at_desk.exhibitor.address}/leads/questions", notice="Saved. They stand on every phone’s next page."
        )

    @get("/{code:str}")
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk, code: FromPath[str]) -> Response[Any]:
        lead = await _lead(at_desk, code)
        asking = await queries.asking(at_desk.exhibitor)
        return await _page(request, at_desk, lead, filled(lead, asking.questions), asking)

    @post("/{code:str}")
    async def save(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, code: FromPath[str], now: Now
    ) -> Response[Any]:
        lead = await _lead(at_desk, code)
        asking = await queries.asking(at_desk.exhibitor)
        form, answers = await read_lead(request, lead, asking.questions)
        if form.data is None:
            return await _page(request, at_desk, lead, form, asking, status=422)
        try:
            changed = await commands.note(
                exhibitor=at_desk.exhibitor, actor=at_desk.actor, code=lead.code, noted=noted(form.data, answers), now=now,
                version=form.data.version,
            )  # fmt: skip
        except Invalid as refused:
            return await _page(request, at_desk, lead, form.refuse(refused), asking, status=422)
        except Conflict as refused:
            return await _page(request, at_desk, lead, form, asking, status=409, conflict=refused.message)
        notice = "Saved." if changed else "Nothing was changed."
        return see_other(f"{at_desk.exhibitor.address}/leads/{lead.code}", notice=notice)

    @post("/{code:str}/removal")
    async def remove(self, at_desk: AtDesk, code: FromPath[str], now: Now) -> Response[Any]:
        lead = await _lead(at_desk, code)
        if not _may_remove(at_desk, lead):
            raise Forbidden("Owners and editors of the company take somebody off the list, and whoever scanned them.")
        await commands.remove(exhibitor=at_desk.exhibitor, actor=at_desk.actor, code=lead.code, now=now)
        return see_other(f"{at_desk.exhibitor.address}/leads", notice=f"Lead {lead.code} is off your list.")


def _wanted(request: Request[Any, Any, Any]) -> Wanted:
    """The filters of the address; what means nothing narrows nothing."""
    given = {name: one_line(value)[:120] for name, value in reversed(pairs(request))}
    person = given.get("person", "")
    return Wanted(
        q=given.get("q", ""),
        rating=given.get("rating", "") if given.get("rating") in (*RATINGS, "none") else "",
        tag=given.get("tag", ""),
        person=int(person) if person.isascii() and person.isdigit() and len(person) < 18 else None,
        follow_up=given.get("follow_up", "") if given.get("follow_up") in FOLLOW_UPS else "",
    )


def _must_edit(at_desk: Desk) -> None:
    if not at_desk.may_edit:
        raise Forbidden("Owners and editors of the company say what is asked at the stand.")


def _questions_page(
    request: Request[Any, Any, Any], at_desk: Desk, form: Filled[Any], *, status: int = 200
) -> Response[Any]:
    return desk_page(request, "exhibitors/leads/questions.html", at_desk, here="leads", status=status, form=form)


def _may_remove(at_desk: Desk, lead: LeadRow) -> bool:
    return at_desk.may_edit or (lead.visits == 1 and lead.last_by == at_desk.actor.account_id)


async def _lead(at_desk: Desk, code: str) -> LeadRow:
    exhibitor = at_desk.exhibitor
    found = await queries.one(exhibitor.company_id, exhibitor.event_id, code[:20])
    if found is None:
        raise NotFound("There is no such lead of your company. Whoever takes their consent back is gone from the list.")
    return found


async def _page(
    request: Request[Any, Any, Any], at_desk: Desk, lead: LeadRow, form: Filled[Any], asking: Asking, *,
    status: int = 200, conflict: str = "",
) -> Response[Any]:  # fmt: skip
    exhibitor = at_desk.exhibitor
    stored = differences(form, filled(lead, asking.questions), LeadForm) if conflict else []
    if conflict:
        form = Filled({**form.values, "version": lead.version}, form.errors)
    asked = {one.text for one in asking.questions}
    history = await queries.history(exhibitor.company_id, exhibitor.event_id, lead.code)
    return desk_page(
        request, "exhibitors/leads/lead.html", at_desk, here="leads", status=status, lead=lead, form=form, ratings=RATINGS,
        conflict=conflict, stored=stored, asking=asking, may_remove=_may_remove(at_desk, lead),
        until=kept_until(exhibitor.ends_at, current().leads_keep_months),
        earlier=[pair for pair in lead.answers.items() if pair[0] not in asked],
        steps=steps(history, asking.team, exhibitor.timezone),
    )  # fmt: skip
