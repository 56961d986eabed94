"""`…/meetings/requests/{id}` and `…/meetings/{id}`: one request to answer, one meeting to move, call off or note."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Conflict, Invalid, NotFound
from portal.exhibitors.guards import AtDesk, Desk, desk, desk_page
from portal.exhibitors.meetings import rules, showing
from portal.exhibitors.meetings.commands import answering, ending
from portal.exhibitors.meetings.forms import AcceptForm, DeclineForm, MoveForm, ProposeForm, ReasonForm
from portal.exhibitors.meetings.pages.desk import MEETINGS
from portal.exhibitors.meetings.pages.inputs import Engagements
from portal.exhibitors.meetings.permissions import can_act_for
from portal.exhibitors.meetings.queries import meetings, openings, requests
from portal.exhibitors.meetings.values import MeetingRecord, RequestRecord
from portal.exhibitors.staff.frame import Number
from portal.exhibitors.tables.exhibiting import Right
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import see_other


class DeskRequest(Controller):
    """What an attendee wrote and when they can; yes to one of the times, no with a word, or others."""

    path = f"{MEETINGS}/requests/{{request_id:int}}"
    guards = [signed_in]
    dependencies = desk(right=Right.MEETINGS)
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, request_id: Number, now: Now, engagements: Engagements
    ) -> Response[str]:
        return await _request(request, at_desk, await _of_desk(at_desk, request_id), blank(), now, engagements)

    @post("/acceptance")
    async def accept(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, request_id: Number, now: Now, engagements: Engagements
    ) -> Response[Any]:
        found, form = await _of_desk(at_desk, request_id), await read(request, AcceptForm)
        if form.data is None:
            return await _request(request, at_desk, found, form, now, engagements, status=422)
        try:
            made = await answering.accept(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, request_id=request_id, offer_id=form.data.offer,
                table_id=form.data.table or None, now=now,
            )  # fmt: skip
        except Conflict as refused:
            wrong = form.refuse(Invalid({"offer": refused.message}))
            return await _request(
                request, at_desk, await _of_desk(at_desk, request_id), wrong, now, engagements, status=409
            )
        return see_other(f"{_home(at_desk)}/{made}", notice="Fixed. Both of you get it as a calendar invitation.")

    @post("/refusal")
    async def decline(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, request_id: Number, now: Now, engagements: Engagements
    ) -> Response[Any]:
        found, form = await _of_desk(at_desk, request_id), await read(request, DeclineForm)
        if form.data is None:
            return await _request(request, at_desk, found, form, now, engagements, status=422)
        try:
            await answering.decline(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, request_id=request_id, words=form.data.reason,
                final=form.data.final, now=now,
            )  # fmt: skip
        except Conflict as refused:
            wrong = form.refuse(Invalid({"reason": refused.message}))
            return await _request(
                request, at_desk, await _of_desk(at_desk, request_id), wrong, now, engagements, status=409
            )
        return see_other(_home(at_desk), notice=f"{found.name} is told.")

    @post("/return")
    async def take_back(self, at_desk: AtDesk, request_id: Number, now: Now) -> Response[Any]:
        found = await _of_desk(at_desk, request_id)
        await answering.take_back(
            actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, request_id=request_id, now=now
        )
        return see_other(_home(at_desk), notice=f"Taken back; {found.who} is told.")

    @post("/forgiveness")
    async def forgive(self, at_desk: AtDesk, request_id: Number, now: Now) -> Response[Any]:
        found = await _of_desk(at_desk, request_id)
        await answering.forgive(actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, request_id=request_id, now=now)
        return see_other(found.desk, notice=f"{found.name or 'They'} can ask you again.")

    @post("/proposal")
    async def propose(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, request_id: Number, now: Now, engagements: Engagements
    ) -> Response[Any]:
        found, form = await _of_desk(at_desk, request_id), await read(request, ProposeForm)
        if form.data is None:
            return await _request(request, at_desk, found, form, now, engagements, status=422)
        try:
            await answering.propose(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, request_id=request_id, keys=form.data.slots,
                words=form.data.words, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _request(request, at_desk, found, form.refuse(refused), now, engagements, status=422)
        except Conflict as refused:
            wrong = form.refuse(Invalid({"slots": refused.message}))
            return await _request(
                request, at_desk, await _of_desk(at_desk, request_id), wrong, now, engagements, status=409
            )
        return see_other(_home(at_desk), notice=f"{found.name} is asked whether one of these times suits.")


class DeskMeeting(Controller):
    """One meeting of the company."""

    path = f"{MEETINGS}/{{meeting_id:int}}"
    guards = [signed_in]
    dependencies = desk(right=Right.MEETINGS)
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, meeting_id: Number, now: Now, engagements: Engagements
    ) -> Response[str]:
        return await _meeting(request, at_desk, await _own(at_desk, meeting_id), blank(), now, engagements)

    @post("/move")
    async def move(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, meeting_id: Number, now: Now, engagements: Engagements
    ) -> Response[Any]:
        found, form = await _own(at_desk, meeting_id), await read(request, MoveForm)
        if form.data is None:
            return await _meeting(request, at_desk, found, form, now, engagements, status=422)
        try:
            await answering.move(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, meeting_id=meeting_id, key=form.data.slot,
                table_id=form.data.table or None, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _meeting(request, at_desk, found, form.refuse(refused), now, engagements, status=422)
        except Conflict as refused:
            wrong = form.refuse(Invalid({"slot": refused.message}))
            return await _meeting(
                request, at_desk, await _own(at_desk, meeting_id), wrong, now, engagements, status=409
            )
        return see_other(found.desk, notice="Moved. Both calendars are told.")

    @post("/proposal")
    async def propose(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, meeting_id: Number, now: Now, engagements: Engagements
    ) -> Response[Any]:
        found, form = await _own(at_desk, meeting_id), await read(request, ProposeForm)
        if form.data is None:
            return await _meeting(request, at_desk, found, form, now, engagements, status=422)
        try:
            await answering.propose_move(
                actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, meeting_id=meeting_id, keys=form.data.slots,
                words=form.data.words, now=now,
            )  # fmt: skip
        except Invalid as refused:
            return await _meeting(request, at_desk, found, form.refuse(refused), now, engagements, status=422)
        except Conflict as refused:
            wrong = form.refuse(Invalid({"slots": refused.message}))
            return await _meeting(request, at_desk, found, wrong, now, engagements, status=409)
        return see_other(found.desk, notice=f"{found.name} is asked. Until then the meeting stands as it is.")

    @post("/cancellation")
    async def cancel(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, meeting_id: Number, now: Now, engagements: Engagements
    ) -> Response[Any]:
        found, form = await _own(at_desk, meeting_id), await read(request, ReasonForm)
        if form.data is None:
            return await _meeting(request, at_desk, found, form, now, engagements, status=422)
        await ending.cancel(
            actor=at_desk.actor,
            exhibitor_id=at_desk.exhibitor.id,
            meeting_id=meeting_id,
            words=form.data.reason,
            now=now,
        )
        return see_other(_home(at_desk), notice="Called off. Both calendars are told.")

    @post("/absence")
    async def absent(self, at_desk: AtDesk, meeting_id: Number, now: Now) -> Response[Any]:
        await ending.note_absence(
            actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, meeting_id=meeting_id, now=now
        )
        return see_other(f"{_home(at_desk)}/{meeting_id}", notice="Noted. The table is free from now on.")

    @post("/end")
    async def finish(self, at_desk: AtDesk, meeting_id: Number, now: Now) -> Response[Any]:
        await ending.finish(actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, meeting_id=meeting_id, now=now)
        return see_other(f"{_home(at_desk)}/{meeting_id}", notice="Noted. You and the table are free from now on.")

    @post("/arrival")
    async def came(self, at_desk: AtDesk, meeting_id: Number, now: Now) -> Response[Any]:
        await ending.note_arrival(
            actor=at_desk.actor, exhibitor_id=at_desk.exhibitor.id, meeting_id=meeting_id, now=now
        )
        return see_other(f"{_home(at_desk)}/{meeting_id}", notice="Noted: they came after all.")


def _home(at_desk: Desk) -> str:
    return f"{at_desk.exhibitor.address}/meetings"


async def _of_desk(at_desk: Desk, request_id: int) -> RequestRecord:
    found = await requests.by_id(request_id)
    if found is None or found.exhibitor_id != at_desk.exhibitor.id:
        raise NotFound("There is no such request.")
    return found


async def _own(at_desk: Desk, meeting_id: int) -> MeetingRecord:
    found = await meetings.by_id(meeting_id)
    if found is None or found.exhibitor_id != at_desk.exhibitor.id:
        raise NotFound("There is no such meeting.")
    return found


async def _request(
    request: Request[Any, Any, Any],
    at_desk: Desk,
    found: RequestRecord,
    form: Filled[Any],
    now: Now,
    engagements: Engagements,
    *,
    status: int = 200,
) -> Response[str]:
    here = at_desk.exhibitor
    theirs = [one for one in found.offers if can_act_for(at_desk.actor, here, one.account_id)]
    openly = await openings.of(here.id, now=now, seat_id=found.seat_id)
    engaged, own = await engagements(here.event_id, found.email, at_desk.actor.email)
    busy = showing.clashing(openly.slots, engaged)
    slots = [one for one in openly.slots if one.key not in busy]
    free = {(one.host_id, one.starts_at) for one in openly.slots}
    # Why a time cannot be had, or not by whoever looks.
    notes = {
        one.id: "over" if one.starts_at <= now else "no longer open" if (one.host_id, one.starts_at) not in free
        else "who answers" if one not in theirs else "" for one in found.offers
    }  # fmt: skip
    hosted = [one for one in theirs if one.account_id == at_desk.actor.account_id]
    return desk_page(
        request, "exhibitors/meetings/request.html", at_desk, here="meetings", tab="home", status=status, form=form,
        found=found, meanwhile=showing.meanwhile(hosted, own), mine={one.id for one in theirs}, notes=notes,
        free=[key for key, note in notes.items() if not note],
        now=now, left=showing.left, tables=openly.tables,
        slots=showing.by_day(slots, here.timezone), several=len(openly.hosts) > 1, span=rules.time_words,
    )  # fmt: skip


async def _meeting(
    request: Request[Any, Any, Any],
    at_desk: Desk,
    found: MeetingRecord,
    form: Filled[Any],
    now: Now,
    engagements: Engagements,
    *,
    status: int = 200,
) -> Response[str]:
    here = at_desk.exhibitor
    may = can_act_for(at_desk.actor, here, found.account_id)
    can_move = may and found.is_planned and found.ends_at > now
    openly = await openings.of(here.id, now=now, seat_id=found.seat_id, meeting_id=found.id) if can_move else None
    theirs = [one for one in openly.slots if can_act_for(at_desk.actor, here, one.account_id)] if openly else []
    [engaged] = await engagements(here.event_id, found.email) if theirs else [[]]
    busy = showing.clashing(theirs, engaged)
    slots = [one for one in theirs if one.key not in busy]
    return desk_page(
        request, "exhibitors/meetings/meeting.html", at_desk, here="meetings", tab="home", status=status, form=form,
        found=found, may=may, now=now, can_move=can_move, slots=showing.by_day(slots, here.timezone),
        tables=openly.tables if openly else (), several=openly is not None and len(openly.hosts) > 1,
        can_note=may and found.is_planned and found.starts_at <= now <= found.ends_at + rules.LATE, span=rules.time_words,
    )  # fmt: skip
