"""Rooms and tracks: their order, what they are called, and taking one away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Invalid, NotFound
from portal.programme.commands import rooms as commands
from portal.programme.desk.rules import by_day, spans_typed
from portal.programme.editing import Desk, Room, Track
from portal.programme.permissions import EDITORS
from portal.programme.queries import editing
from portal.programme.staff.forms import RoomForm, TrackForm, room_form, track_form
from portal.programme.staff.frame import Id, goes_up, staff_page, the_desk
from portal.web.asking import wants_fragment
from portal.web.forms import Filled, bind, read, sent
from portal.web.inputs import Now
from portal.web.rendering import see_other


class StaffRooms(Controller):
    path = "/staff/events/{event_id:int}/programme/rooms"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], event_id: Id) -> Response[str]:
        return await _rooms(request, await the_desk(event_id), room_form())

    @post("/")
    async def add(self, request: Request[Any, Any, Any], event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk, form = await the_desk(event_id), await read(request, RoomForm)
        if (refused := await _save_room(form, event_id, None, actor, now)) is not None:
            return await _rooms(request, desk, refused, status=422)
        return see_other(f"{desk.path}/rooms", notice="Added. It stands behind the others.")

    @get("/{room_id:int}")
    async def show(self, request: Request[Any, Any, Any], event_id: Id, room_id: Id) -> Response[str]:
        desk, room = await the_desk(event_id), await _room(event_id, room_id)
        form = room_form(room, by_day(await editing.hours(room_id), desk.timezone))
        return staff_page(request, "room.html", desk, "rooms", room=room, form=form)

    @post("/{room_id:int}")
    async def change(
        self, request: Request[Any, Any, Any], event_id: Id, room_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        desk, room, given = await the_desk(event_id), await _room(event_id, room_id), await sent(request)
        form = bind(given, RoomForm)
        typed = {
            name: str(values[0]).strip()[:8] for name, values in given.items() if name.startswith(("from-", "to-"))
        }
        hours, faults = spans_typed(typed, desk.days, desk.timezone, dict.fromkeys(desk.days, 1))
        form.values |= typed
        form.errors |= faults
        if (refused := await _save_room(form, event_id, room_id, actor, now, hours=hours)) is not None:
            return staff_page(request, "room.html", desk, "rooms", room=room, form=refused, status=422)
        return see_other(f"{desk.path}/rooms", notice=_at_once(desk, room.released))

    @post("/{room_id:int}/place", status_code=200)
    async def move(
        self, request: Request[Any, Any, Any], event_id: Id, room_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        desk, up = await the_desk(event_id), await goes_up(request)
        await commands.shift(actor=actor, event_id=event_id, table=commands.ROOMS, row_id=room_id, up=up, now=now)
        if wants_fragment(request.scope):
            return await _rooms(request, desk, room_form())
        return see_other(f"{desk.path}/rooms", notice="Ordered.")

    @get("/{room_id:int}/removal")
    async def ask(self, request: Request[Any, Any, Any], event_id: Id, room_id: Id) -> Response[str]:
        return await _ask(request, event_id, await _room(event_id, room_id), "rooms")

    @post("/{room_id:int}/removal")
    async def remove(self, event_id: Id, room_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk = await the_desk(event_id)
        await commands.remove(actor=actor, event_id=event_id, table=commands.ROOMS, row_id=room_id, now=now)
        return see_other(f"{desk.path}/rooms", notice="The room is gone. Its sessions keep their times.")


class StaffTracks(Controller):
    path = "/staff/events/{event_id:int}/programme/tracks"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], event_id: Id) -> Response[str]:
        return await _tracks(request, await the_desk(event_id), track_form())

    @post("/")
    async def add(self, request: Request[Any, Any, Any], event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk, form = await the_desk(event_id), await read(request, TrackForm)
        if (refused := await _save_track(form, event_id, None, actor, now)) is not None:
            return await _tracks(request, desk, refused, status=422)
        return see_other(f"{desk.path}/tracks", notice="Added.")

    @get("/{track_id:int}")
    async def show(self, request: Request[Any, Any, Any], event_id: Id, track_id: Id) -> Response[str]:
        track = await _track(event_id, track_id)
        return staff_page(
            request, "track.html", await the_desk(event_id), "tracks", track=track, form=track_form(track)
        )

    @post("/{track_id:int}")
    async def change(
        self, request: Request[Any, Any, Any], event_id: Id, track_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        desk, track, form = await the_desk(event_id), await _track(event_id, track_id), await read(request, TrackForm)
        if (refused := await _save_track(form, event_id, track_id, actor, now)) is not None:
            return staff_page(request, "track.html", desk, "tracks", track=track, form=refused, status=422)
        return see_other(f"{desk.path}/tracks", notice=_at_once(desk, track.released))

    @post("/{track_id:int}/place", status_code=200)
    async def move(
        self, request: Request[Any, Any, Any], event_id: Id, track_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        desk, up = await the_desk(event_id), await goes_up(request)
        await commands.shift(actor=actor, event_id=event_id, table=commands.TRACKS, row_id=track_id, up=up, now=now)
        if wants_fragment(request.scope):
            return await _tracks(request, desk, track_form())
        return see_other(f"{desk.path}/tracks", notice="Ordered.")

    @get("/{track_id:int}/removal")
    async def ask(self, request: Request[Any, Any, Any], event_id: Id, track_id: Id) -> Response[str]:
        return await _ask(request, event_id, await _track(event_id, track_id), "tracks")

    @post("/{track_id:int}/removal")
    async def remove(self, event_id: Id, track_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk = await the_desk(event_id)
        await commands.remove(actor=actor, event_id=event_id, table=commands.TRACKS, row_id=track_id, now=now)
        return see_other(f"{desk.path}/tracks", notice="The track is gone. Its sessions stay where they are.")


def _at_once(desk: Desk, released: int) -> str:
    return "Saved, and public at once." if desk.release and released else "Saved."


async def _room(event_id: int, room_id: int) -> Room:
    found = next((one for one in await editing.rooms(event_id) if one.id == room_id), None)
    if found is None:
        raise NotFound("This room is not there any more.")
    return found


async def _track(event_id: int, track_id: int) -> Track:
    found = next((one for one in await editing.tracks(event_id) if one.id == track_id), None)
    if found is None:
        raise NotFound("This track is not there any more.")
    return found


async def _save_room(
    form: Filled[RoomForm], event_id: int, room_id: int | None, actor: SignedIn, now: Now,
    hours: Sequence[tuple[datetime, datetime]] | None = None,
) -> Filled[Any] | None:  # fmt: skip
    """None where it is saved, else the form with what is wrong."""
    data = form.data
    if data is None or form.errors:
        return form
    try:
        await commands.save_room(
            actor=actor,
            event_id=event_id,
            room_id=room_id,
            name=data.name,
            note=data.note,
            capacity=data.capacity,
            hours=hours,
            now=now,
        )
    except Invalid as refused:
        return form.refuse(refused)
    return None


async def _save_track(
    form: Filled[TrackForm], event_id: int, track_id: int | None, actor: SignedIn, now: Now
) -> Filled[Any] | None:
    data = form.data
    if data is None:
        return form
    try:
        await commands.save_track(
            actor=actor, event_id=event_id, track_id=track_id, name=data.name, colour=data.colour, now=now
        )
    except Invalid as refused:
        return form.refuse(refused)
    return None


async def _rooms(request: Request[Any, Any, Any], desk: Desk, form: Filled[Any], *, status: int = 200) -> Response[str]:
    rooms = await editing.rooms(desk.id)
    return staff_page(request, "rooms.html", desk, "rooms", block="rows", form=form, rooms=rooms, status=status)


async def _tracks(
    request: Request[Any, Any, Any], desk: Desk, form: Filled[Any], *, status: int = 200
) -> Response[str]:
    tracks = await editing.tracks(desk.id)
    return staff_page(request, "tracks.html", desk, "tracks", block="rows", form=form, tracks=tracks, status=status)


async def _ask(request: Request[Any, Any, Any], event_id: int, one: Room | Track, here: str) -> Response[str]:
    return staff_page(request, "removal.html", await the_desk(event_id), here, one=one, noun=here[:-1])
