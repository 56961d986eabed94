"""`/staff/webinars/{id}/speakers`: who is on stage, in which order, who leads through it."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict, Invalid
from portal.core.text import one_line
from portal.events.permissions import EDITORS
from portal.media import queries as media
from portal.speakers import queries as speakers
from portal.speakers.values import SpeakerFacts
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.webinars.commands.preparing import speakers as commands
from portal.webinars.queries.preparing import people
from portal.webinars.staff.frame import saved, staff_page
from portal.webinars.staff.inputs import Item, goes_up, the_room, wants_list
from portal.webinars.values import Room

_MOST_FOUND = 10
_IN_ROOM = "who is on stage"


class AddForm(msgspec.Struct):
    speaker: Annotated[int, field("Speaker", ge=1, le=2**62, wrong="Please choose a person.")]
    moderator: Annotated[str, field("Moderator")] = ""


class NewForm(msgspec.Struct):
    name: Annotated[str, field("Name", kind="name")]
    job_title: Annotated[str, field("Job title")] = ""
    company_name: Annotated[str, field("Company")] = ""
    moderator: Annotated[str, field("Moderator")] = ""


class ModeratorForm(msgspec.Struct):
    moderator: Annotated[str, field("Moderator")] = ""


class StaffStage(Controller):
    path = "/staff/webinars/{webinar_id:int}/speakers"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        return await _show(request, await the_room(webinar_id), blank())

    @post("/")
    async def add(self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, AddForm)
        if form.data is None:
            return await _show(request, room, Filled({}, {"": "Please choose a person."}), status=422)
        try:
            await commands.add_speaker(
                actor=actor,
                webinar_id=room.id,
                speaker_id=form.data.speaker,
                is_moderator=bool(form.data.moderator),
                now=now,
            )
        except Conflict as refused:
            return await _show(request, room, Filled({}, {"": refused.message}), status=409)
        return saved(room, "/speakers", "On the programme.", in_room=_IN_ROOM)

    @post("/new")
    async def make(self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        """Make a person and put them on the programme."""
        room = await the_room(webinar_id)
        form = await read(request, NewForm)
        if form.data is None:
            return await _show(request, room, form, status=422)
        facts = SpeakerFacts(name=form.data.name, job_title=form.data.job_title, company_name=form.data.company_name)
        try:
            await commands.add_new_speaker(
                actor=actor, webinar_id=room.id, facts=facts, is_moderator=bool(form.data.moderator), now=now
            )
        except Invalid as refused:
            return await _show(request, room, form.refuse(refused), status=422)
        done = f"{facts.name} is on the programme. Photo and text are added on the person’s own page."
        return saved(room, "/speakers", done, in_room=_IN_ROOM)

    @post("/{speaker_id:int}/place", status_code=200)
    async def move(
        self, request: Request[Any, Any, Any], webinar_id: Id, speaker_id: Item, actor: SignedIn, now: Now
    ) -> Response[Any]:
        room, up = await the_room(webinar_id), await goes_up(request)
        await commands.move_speaker(actor=actor, webinar_id=room.id, speaker_id=speaker_id, up=up, now=now)
        if wants_list(request):
            return await _show(request, room, blank())
        return saved(room, "/speakers", "Ordered.", in_room=_IN_ROOM)

    @post("/{speaker_id:int}/moderation")
    async def moderate(
        self, request: Request[Any, Any, Any], webinar_id: Id, speaker_id: Item, actor: SignedIn, now: Now
    ) -> Response[Any]:
        room, form = await the_room(webinar_id), await read(request, ModeratorForm)
        leads = form.data is not None and bool(form.data.moderator)
        await commands.set_moderator(
            actor=actor, webinar_id=room.id, speaker_id=speaker_id, is_moderator=leads, now=now
        )
        return saved(room, "/speakers", "Leads through it." if leads else "Speaks.", in_room=_IN_ROOM)

    @post("/{speaker_id:int}/removal")
    async def remove(self, webinar_id: Id, speaker_id: Item, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        await commands.remove_speaker(actor=actor, webinar_id=room.id, speaker_id=speaker_id, now=now)
        return saved(room, "/speakers", "Off this programme. The person stays known.", in_room=_IN_ROOM)


async def _show(request: Request[Any, Any, Any], room: Room, form: Filled[Any], *, status: int = 200) -> Response[str]:
    words = one_line(request.query_params.get("q", ""))[:120]
    placed = await people.on_stage(room.id)
    found = (await speakers.named(words, size=_MOST_FOUND))[0] if words else []
    photos = await media.by_keys(sorted({one.photo for one in (*placed, *found) if one.photo}))
    return staff_page(
        request, "webinars/staff/speakers.html", room, "speakers", block="programme", status=status, form=form,
        placed=placed, words=words, found=found, photos=photos, on={one.id for one in placed},
    )  # fmt: skip
