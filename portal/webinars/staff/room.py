"""`/staff/webinars/{id}/room`: when the room opens and closes, where its picture comes from, what one can do in it."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict, Invalid
from portal.events.permissions import EDITORS
from portal.events.staff.forms import Version
from portal.media import commands as media_commands
from portal.media import queries as media_queries
from portal.media.flows import Media
from portal.media.pages import MediaStore
from portal.media.tables import Visibility
from portal.media.values import Owner
from portal.web import moments
from portal.web.forms import Filled, Upload, blank, differences, field, read
from portal.web.inputs import Now
from portal.webinars.commands.making import save_settings
from portal.webinars.commands.preparing.resources import FILES
from portal.webinars.queries import recordings
from portal.webinars.rules import transcripts
from portal.webinars.rules.public import ACCESS
from portal.webinars.rules.sources import stored
from portal.webinars.staff.frame import saved, staff_page
from portal.webinars.staff.inputs import the_room
from portal.webinars.tables.rooms import ReplayAccess, VideoSource
from portal.webinars.values import Room, RoomSettings

SOURCES = [
    (VideoSource.NONE, "Nothing yet"), (VideoSource.HLS, "A live stream (HLS, .m3u8)"), (VideoSource.YOUTUBE, "YouTube"),
    (VideoSource.VIMEO, "Vimeo"), (VideoSource.HAND_OVER, "Another service’s room (Zoom, Teams, Meet)"),
]  # fmt: skip
_LENGTH = 24 * 3600
_BOXES = ("starts_itself", "ends_itself", "simulated", "questions_on", "chat_on", "reactions_on")


class SettingsForm(msgspec.Struct):
    """`captions` is kept unless another file comes or `no_captions` is ticked. Boxes that are not sent are off."""

    version: Version
    lobby_minutes: Annotated[int, field("Lobby", ge=0, le=1440, wrong="Please give minutes from 0 to 1440.")]
    source: Annotated[VideoSource, field("Where the picture comes from", kind="choice")] = VideoSource.NONE
    source_url: Annotated[str, field("Address", max_length=1000)] = ""
    starts_itself: Annotated[str, field("Goes live by itself")] = ""
    ends_itself: Annotated[str, field("Ends by itself")] = ""
    simulated: Annotated[str, field("Recording as if live")] = ""
    captions: Annotated[Upload | None, field("Captions", kind="file")] = None
    no_captions: Annotated[str, field("")] = ""
    questions_on: Annotated[str, field("Questions")] = ""
    chat_on: Annotated[str, field("Chat")] = ""
    reactions_on: Annotated[str, field("Reactions")] = ""
    replay: Annotated[ReplayAccess, field("Recording afterwards", kind="choice")] = ReplayAccess.GATED
    replay_until: Annotated[str, field("Shown until", max_length=32)] = ""


class StaffRoom(Controller):
    path = "/staff/webinars/{webinar_id:int}/room"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        return await _show(request, await the_room(webinar_id), None)

    @post("/", request_max_body_size=transcripts.MOST_BYTES + 100_000)
    async def save(
        self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now, media: MediaStore
    ) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, SettingsForm)
        settings = await _settings(form, room)
        if settings is None or form.data is None:
            return await _show(request, room, form, status=422)
        try:
            captions = await _captions(form.data, room, media=media, actor=actor, now=now)
            await save_settings(
                webinar_id=room.id, version=form.data.version, actor=actor, now=now,
                settings=msgspec.structs.replace(settings, captions=captions),
            )  # fmt: skip
            if room.captions not in ("", captions):
                owner = Owner(FILES, str(room.id))
                await media_commands.delete(keys=[room.captions], owner=owner, actor=actor, now=now)
        except Invalid as refused:
            return await _show(request, room, form.refuse(refused), status=422)
        except Conflict as overtaken:
            return await _show(request, await the_room(webinar_id), form, status=409, conflict=overtaken.message)
        return saved(room, "/room", "Saved.", in_room="its picture and what one can do")


async def _settings(form: Filled[SettingsForm], room: Room) -> RoomSettings | None:
    """What the form says, but for the captions; None, with the errors beside their fields, where it cannot be."""
    data = form.data
    if data is None:
        return None
    until, wrong = moments.moment(data.replay_until, room.timezone)
    if wrong:
        form.errors["replay_until"] = wrong
    if data.simulated and await recordings.of_room(room.id) is None:
        form.errors["simulated"] = "There is no recording yet. Please say on its page where it is, then tick this."
    if form.errors:
        return None
    ticked: dict[str, Any] = {name: bool(getattr(data, name)) for name in _BOXES}
    return RoomSettings(
        **ticked,
        lobby_minutes=data.lobby_minutes,
        source=data.source,
        source_url="" if data.source is VideoSource.NONE else stored(data.source, data.source_url),
        replay=data.replay,
        replay_until=until,
    )


async def _captions(data: SettingsForm, room: Room, *, media: Media, actor: Actor, now: datetime) -> str:
    """The key of the captions’ file: what was sent, once it reads as WebVTT; what is kept; or none."""
    upload = data.captions
    if upload is None:
        return "" if data.no_captions else room.captions
    transcripts.read(upload.file.read(), field=upload.field, seconds=_LENGTH)
    upload.file.seek(0)
    owner = Owner(FILES, str(room.id))
    kept = await media.store_document(upload, owner=owner, actor=actor, now=now, visibility=Visibility.PRIVATE)
    return kept.key


def _filled(room: Room) -> Filled[SettingsForm]:
    return blank(
        version=room.version, lobby_minutes=room.lobby_minutes, source=room.source.value, source_url=room.source_url,
        replay=room.replay.value, replay_until=moments.shown(room.replay_until, room.timezone),
        **{name: "yes" if getattr(room, name) else "" for name in _BOXES},
    )  # fmt: skip


async def _show(
    request: Request[Any, Any, Any], room: Room, form: Filled[Any] | None, *, status: int = 200, conflict: str = ""
) -> Response[str]:
    now_stored = _filled(room)
    if form is not None and conflict:
        form = Filled({**form.values, "version": room.version})
    captions = (await media_queries.by_keys([room.captions])).get(room.captions) if room.captions else None
    return staff_page(
        request, "webinars/staff/room.html", room, "room", status=status, form=form or now_stored, conflict=conflict,
        stored=differences(form, now_stored, SettingsForm) if form is not None and conflict else [], sources=SOURCES,
        accesses=[(access.value, words) for access, words in ACCESS.items()], captions=captions,
        film=await recordings.of_room(room.id),
    )  # fmt: skip
