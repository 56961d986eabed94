"""`/seats/{claim}/meetings`: the meetings of whoever has a place, at its own secret address; asking for one, answering what
was proposed, moving and calling off. `/events/{slug}/meetings…` and `/account/meetings` lead there whoever signs in.
"""

from datetime import timedelta
from operator import itemgetter
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.rate_limits import Limit, spend
from portal.exhibitors.meetings import rules, showing
from portal.exhibitors.meetings.commands import approaching, asking, ending
from portal.exhibitors.meetings.forms import AgreeForm, AskForm, OpenForm, OwnMoveForm, ReasonForm
from portal.exhibitors.meetings.pages.inputs import Engagements
from portal.exhibitors.meetings.queries import meetings, openings, requests, visitors, willing
from portal.exhibitors.meetings.values import Engagement, MeetingRecord, Visitor
from portal.exhibitors.queries import desks
from portal.exhibitors.staff.frame import Number
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.values import AtEvent
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.query_strings import may_be_slug
from portal.web.rendering import page, see_other

_ASKS = Limit("meeting-asks", tries=40, per=timedelta(minutes=10))
_PRIVATE = {"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
TOLD_FOR = timedelta(days=7)
"""So long a request that came to nothing is shown."""


class SeatMeetings(Controller):
    path = "/seats/{claim:str}/meetings"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], claim: FromPath[str], now: Now) -> Response[str]:
        return await _list(request, await the_visitor(claim), now)

    @post("/openness")
    async def open_up(self, request: Request[Any, Any, Any], claim: FromPath[str], now: Now) -> Response[Any]:
        visitor, form = await the_visitor(claim), await read(request, OpenForm)
        if form.data is None:
            return await _list(request, visitor, now, wish_form=form, status=422)
        await approaching.open_up(visitor=visitor, about=form.data.about, now=now)
        return see_other(visitor.path, notice="Saved: exhibitors may ask you for a meeting.")

    @post("/openness/removal")
    async def close(self, claim: FromPath[str], now: Now) -> Response[Any]:
        visitor = await the_visitor(claim)
        await approaching.close(visitor=visitor, now=now)
        return see_other(visitor.path, notice="Saved: no exhibitor can ask you any more.")

    @get("/companies/{company:str}")
    async def ask(
        self, request: Request[Any, Any, Any], claim: FromPath[str], company: FromPath[str], now: Now,
        engagements: Engagements,
    ) -> Response[str]:  # fmt: skip
        visitor = await the_visitor(claim)
        return await _ask(request, visitor, await _company(visitor, company), blank(), now, engagements)

    @post("/companies/{company:str}")
    async def send(
        self, request: Request[Any, Any, Any], claim: FromPath[str], company: FromPath[str], now: Now,
        engagements: Engagements,
    ) -> Response[Any]:  # fmt: skip
        visitor = await the_visitor(claim)
        here, form = await _company(visitor, company), await read(request, AskForm)
        if form.data is None:
            return await _ask(request, visitor, here, form, now, engagements, status=422)
        await spend(_ASKS, str(visitor.seat_id), now=now)
        try:
            await asking.ask(
                visitor=visitor, exhibitor_id=here.id, keys=form.data.slots, topic=form.data.topic, now=now
            )
        except Invalid as refused:
            return await _ask(request, visitor, here, form.refuse(refused), now, engagements, status=422)
        except Conflict as refused:
            wrong = form.refuse(Invalid({"": refused.message}))
            return await _ask(request, visitor, here, wrong, now, engagements, status=409)
        return see_other(visitor.path, notice=f"{here.company_name} is asked. We write to you when there is an answer.")

    @post("/requests/{request_id:int}/return")
    async def take_back(self, claim: FromPath[str], request_id: Number, now: Now) -> Response[Any]:
        visitor = await the_visitor(claim)
        await asking.take_back(visitor=visitor, request_id=request_id, now=now)
        return see_other(visitor.path, notice="Taken back.")

    @post("/requests/{request_id:int}/refusal")
    async def turn_down(self, claim: FromPath[str], request_id: Number, now: Now) -> Response[Any]:
        visitor = await the_visitor(claim)
        await asking.turn_down(visitor=visitor, request_id=request_id, now=now)
        return see_other(visitor.path, notice="Turned down; they are told.")

    @post("/requests/{request_id:int}/agreement")
    async def agree(
        self, request: Request[Any, Any, Any], claim: FromPath[str], request_id: Number, now: Now
    ) -> Response[Any]:
        visitor, form = await the_visitor(claim), await read(request, AgreeForm)
        if form.data is None:
            return await _list(request, visitor, now, form=form, about=request_id, status=422)
        try:
            await asking.agree(visitor=visitor, request_id=request_id, offer_id=form.data.offer, now=now)
        except Conflict as refused:
            wrong = form.refuse(Invalid({"offer": refused.message}))
            return await _list(request, visitor, now, form=wrong, about=request_id, status=409)
        return see_other(visitor.path, notice="Fixed. Both of you get it as a calendar invitation.")

    @get("/{meeting_id:int}")
    async def one(
        self,
        request: Request[Any, Any, Any],
        claim: FromPath[str],
        meeting_id: Number,
        now: Now,
        engagements: Engagements,
    ) -> Response[str]:
        visitor = await the_visitor(claim)
        return await _one(request, visitor, await _own(visitor, meeting_id), blank(), now, engagements)

    @post("/{meeting_id:int}/move")
    async def move(
        self,
        request: Request[Any, Any, Any],
        claim: FromPath[str],
        meeting_id: Number,
        now: Now,
        engagements: Engagements,
    ) -> Response[Any]:
        visitor, form = await the_visitor(claim), await read(request, OwnMoveForm)
        found = await _own(visitor, meeting_id)
        if form.data is None:
            return await _one(request, visitor, found, form, now, engagements, status=422)
        try:
            await asking.move_own(visitor=visitor, meeting_id=meeting_id, key=form.data.slot, now=now)
        except Invalid as refused:
            return await _one(request, visitor, found, form.refuse(refused), now, engagements, status=422)
        return see_other(visitor.path, notice="Moved. Both calendars are told.")

    @post("/{meeting_id:int}/cancellation")
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        claim: FromPath[str],
        meeting_id: Number,
        now: Now,
        engagements: Engagements,
    ) -> Response[Any]:
        visitor, form = await the_visitor(claim), await read(request, ReasonForm)
        if form.data is None:
            found = await _own(visitor, meeting_id)
            return await _one(request, visitor, found, form, now, engagements, status=422)
        await ending.cancel_own(visitor=visitor, meeting_id=meeting_id, words=form.data.reason, now=now)
        return see_other(visitor.path, notice="Called off. Both calendars are told.")

    @post("/{meeting_id:int}/absence")
    async def absent(self, claim: FromPath[str], meeting_id: Number, now: Now) -> Response[Any]:
        visitor = await the_visitor(claim)
        await ending.note_absence_own(visitor=visitor, meeting_id=meeting_id, now=now)
        return see_other(f"{visitor.path}/{meeting_id}", notice="Noted. You are free again.")

    @post("/{meeting_id:int}/arrival")
    async def came(self, claim: FromPath[str], meeting_id: Number, now: Now) -> Response[Any]:
        visitor = await the_visitor(claim)
        await ending.note_arrival_own(visitor=visitor, meeting_id=meeting_id, now=now)
        return see_other(f"{visitor.path}/{meeting_id}", notice="Noted: they were there after all.")


async def the_visitor(claim: str) -> Visitor:
    """Whoever has the place at this address. Raises NotFound for nobody."""
    found = await visitors.by_claim(claim) if len(claim) <= 64 and claim.isascii() else None
    if found is None:
        raise NotFound("There is no place in anybody’s name at this address (any more).")
    return found


async def _company(visitor: Visitor, slug: str) -> AtEvent:
    here = await desks.at_event(slug, visitor.event_slug) if may_be_slug(slug) else None
    if here is None or not here.may(Right.MEETINGS):
        raise NotFound("This company takes no meetings at this event.")
    return here


async def _own(visitor: Visitor, meeting_id: int) -> MeetingRecord:
    found = await meetings.by_id(meeting_id)
    if found is None or (found.seat_id, found.email) != (visitor.seat_id, visitor.email):
        raise NotFound("There is no such meeting (any more).")
    return found


async def _list(
    request: Request[Any, Any, Any], visitor: Visitor, now: Now, *, form: Filled[Any] | None = None, about: int = 0,
    wish_form: Filled[Any] | None = None, status: int = 200,
) -> Response[str]:  # fmt: skip
    own = await meetings.of_seat(visitor.seat_id, visitor.email)
    asked = await requests.of_seat(visitor.seat_id, visitor.email, now - TOLD_FOR)
    over = visitor.ends_at <= now or not visitor.event_is_on
    companies = [] if over else await visitors.companies(visitor.event_id, now)
    wish = await willing.wish_of(visitor.seat_id)
    busy = {one.exhibitor_id for one in asked if one.state == "asked"}
    return page(
        request, "exhibitors/meetings/mine.html", status=status, private=True, headers=_PRIVATE, visitor=visitor, own=own,
        asked=asked, companies=companies, busy=busy, now=now, over=over, form=form or blank(), about=about,
        left=showing.left, span=rules.time_words, wish=wish, wish_form=wish_form or blank(about=wish.about if wish else ""),
    )  # fmt: skip


async def _ask(
    request: Request[Any, Any, Any], visitor: Visitor, here: AtEvent, form: Filled[Any], now: Now, engagements: Engagements,
    *, status: int = 200,
) -> Response[str]:  # fmt: skip
    found = await openings.of(here.id, now=now, seat_id=visitor.seat_id)
    engaged = await _engaged(visitor, engagements) if found.slots else []
    return page(
        request, "exhibitors/meetings/ask.html", status=status, private=True, headers=_PRIVATE, visitor=visitor, here=here,
        form=form, hosts=[one for one in found.hosts if one.spans], slots=showing.by_day(found.slots, here.timezone),
        several=len(found.hosts) > 1, waiting=found.waits,
        engaged=engaged, clashing=showing.clashing(found.slots, engaged), moment=showing.moment, span=rules.time_words,
        over=visitor.ends_at <= now or not visitor.event_is_on,
    )  # fmt: skip


async def _engaged(visitor: Visitor, engagements: Engagements) -> list[Engagement]:
    """What the visitor has already: own meetings, and what is in the programme for them."""
    own = await meetings.of_seat(visitor.seat_id, visitor.email)
    known = [(f"meeting {one.company_name}", one.starts_at, one.ends_at) for one in own if one.is_planned]
    [engaged] = await engagements(visitor.event_id, visitor.email)
    return sorted([*known, *engaged], key=itemgetter(1, 2))


async def _one(
    request: Request[Any, Any, Any], visitor: Visitor, found: MeetingRecord, form: Filled[Any], now: Now,
    engagements: Engagements, *, status: int = 200,
) -> Response[str]:  # fmt: skip
    can_move = found.is_planned and found.starts_at > now
    openly = (
        await openings.of(found.exhibitor_id, now=now, seat_id=visitor.seat_id, meeting_id=found.id)
        if can_move
        else None
    )
    slots = (
        [one for one in openly.slots if one.starts_at != found.starts_at or one.host_id != found.host_id]
        if openly
        else []
    )
    engaged = await _engaged(visitor, engagements) if slots else []
    engaged = [one for one in engaged if one[1:] != (found.starts_at, found.ends_at)]
    return page(
        request, "exhibitors/meetings/own.html", status=status, private=True, headers=_PRIVATE, visitor=visitor, found=found,
        form=form, now=now, can_move=can_move, slots=showing.by_day(slots, found.timezone), span=rules.time_words,
        several=openly is not None and len(openly.hosts) > 1,
        engaged=engaged, clashing=showing.clashing(slots, engaged), moment=showing.moment,
        can_note=found.is_planned and found.starts_at <= now <= found.ends_at + rules.LATE,
    )  # fmt: skip
