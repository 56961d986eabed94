"""Who is in a session: added, ordered, given a role, taken out."""

from typing import Any

from litestar import Controller, Request, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid
from portal.programme.commands import seating
from portal.programme.permissions import EDITORS
from portal.programme.staff.forms import NewSeatForm, RoleForm, SeatForm, filled
from portal.programme.staff.frame import Id, goes_up, the_desk
from portal.programme.staff.sessions import show_session, the_session
from portal.speakers.values import SpeakerFacts
from portal.web.asking import wants_fragment
from portal.web.forms import Filled, read
from portal.web.inputs import Now
from portal.web.rendering import see_other


class StaffSeating(Controller):
    path = "/staff/events/{event_id:int}/programme/sessions/{session_id:int}/people"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @post("/")
    async def add(
        self, request: Request[Any, Any, Any], event_id: Id, session_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        form = await read(request, SeatForm)
        if form.data is None:
            return await _show(request, event_id, session_id, refused=" ".join(form.errors.values()), status=422)
        try:
            await seating.seat(
                actor=actor, event_id=event_id, session_id=session_id, speaker_id=form.data.speaker, role=form.data.role, now=now
            )  # fmt: skip
        except Conflict as refused:
            return await _show(request, event_id, session_id, refused=refused.message, status=409)
        return _back(event_id, session_id, "In the session.")

    @post("/new")
    async def make(
        self, request: Request[Any, Any, Any], event_id: Id, session_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        """Make a person and put them into the session."""
        form = await read(request, NewSeatForm)
        if form.data is None:
            return await _show(request, event_id, session_id, form=form, status=422)
        facts = SpeakerFacts(name=form.data.name, job_title=form.data.job_title, company_name=form.data.company_name)
        try:
            await seating.seat_new(
                actor=actor, event_id=event_id, session_id=session_id, facts=facts, role=form.data.role, now=now
            )
        except Invalid as refused:
            return await _show(request, event_id, session_id, form=form.refuse(refused), status=422)
        return _back(
            event_id, session_id, f"{facts.name} is in the session. Photo and text are added on the person’s own page."
        )

    @post("/{speaker_id:int}/role")
    async def role(
        self, request: Request[Any, Any, Any], event_id: Id, session_id: Id, speaker_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        form = await read(request, RoleForm)
        if form.data is None:
            return await _show(request, event_id, session_id, refused=form.error("role"), status=422)
        await seating.set_role(
            actor=actor, event_id=event_id, session_id=session_id, speaker_id=speaker_id, role=form.data.role, now=now
        )
        return _back(event_id, session_id, f"{form.data.role.value.capitalize()} from now on.")

    @post("/{speaker_id:int}/place", status_code=200)
    async def move(
        self, request: Request[Any, Any, Any], event_id: Id, session_id: Id, speaker_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        up = await goes_up(request)
        await seating.shift_speaker(
            actor=actor, event_id=event_id, session_id=session_id, speaker_id=speaker_id, up=up, now=now
        )
        if wants_fragment(request.scope):
            return await _show(request, event_id, session_id)
        return _back(event_id, session_id, "Ordered.")

    @post("/{speaker_id:int}/removal")
    async def remove(self, event_id: Id, session_id: Id, speaker_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        await seating.unseat(actor=actor, event_id=event_id, session_id=session_id, speaker_id=speaker_id, now=now)
        return _back(event_id, session_id, "Out of this session. The person stays known.")


def _back(event_id: int, session_id: int, notice: str) -> Response[Any]:
    return see_other(f"/staff/events/{event_id}/programme/sessions/{session_id}#seated", notice=notice)


async def _show(
    request: Request[Any, Any, Any], event_id: int, session_id: int, *, form: Filled[Any] | None = None, refused: str = "",
    status: int = 200,
) -> Response[Any]:  # fmt: skip
    desk, stored = await the_desk(event_id), await the_session(event_id, session_id)
    return await show_session(
        request,
        desk,
        stored,
        filled(stored, desk.timezone),
        seating=form,
        refused=refused,
        status=status,
        block="seated",
    )
