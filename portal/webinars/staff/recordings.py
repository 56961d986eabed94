"""`/staff/webinars/{id}/recording`: where the film is, its chapters, what was said, and when it is shown."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Invalid
from portal.events.permissions import EDITORS
from portal.web.forms import Filled, Upload, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import see_other
from portal.webinars.commands import recordings as commands
from portal.webinars.queries import recordings as queries
from portal.webinars.rules import transcripts
from portal.webinars.rules.sources import stored
from portal.webinars.staff.frame import staff_page
from portal.webinars.staff.inputs import the_room
from portal.webinars.tables.rooms import VideoSource
from portal.webinars.values import Room

_SOURCES = [
    (VideoSource.HLS, "A playlist (HLS, .m3u8)"), (VideoSource.YOUTUBE, "YouTube"), (VideoSource.VIMEO, "Vimeo"),
]  # fmt: skip


class RecordingForm(msgspec.Struct):
    source: Annotated[VideoSource, field("Where it is", kind="choice")]
    url: Annotated[str, field("Address", max_length=1000)]
    length: Annotated[str, field("Length", max_length=10)]
    language: Annotated[str, field("Language", max_length=10)] = "en"
    begins: Annotated[str, field("Goes live at", max_length=10)] = ""
    chapters: Annotated[str, field("Chapters", kind="text", max_length=20_000)] = ""


class TranscriptForm(msgspec.Struct):
    file: Annotated[Upload, field("WebVTT file", kind="file", missing="Please choose a file.")]


class StaffRecording(Controller):
    path = "/staff/webinars/{webinar_id:int}/recording"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], webinar_id: FromPath[int]) -> Response[str]:
        return await _page(request, await the_room(webinar_id))

    @post("/")
    async def save(
        self, request: Request[Any, Any, Any], webinar_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, RecordingForm)
        if form.data is None:
            return await _page(request, room, form=form)
        seconds = transcripts.second(form.data.length) or 0
        try:
            await commands.save_recording(
                webinar_id=room.id, source=form.data.source, url=stored(form.data.source, form.data.url), seconds=seconds,
                language=form.data.language, actor=actor, now=now,
                live_second=transcripts.signed(form.data.begins, field="begins"),
                chapters=transcripts.chapters(form.data.chapters, field="chapters", seconds=seconds or 24 * 3600),
            )  # fmt: skip
        except Invalid as refused:
            fields = {"url" if name == "source_url" else name: words for name, words in refused.fields.items()}
            return await _page(request, room, form=form.refuse(Invalid(fields)))
        return _back(room, "The recording is saved.")

    @post("/transcript", request_max_body_size=transcripts.MOST_BYTES + 100_000)
    async def transcript(
        self, request: Request[Any, Any, Any], webinar_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, TranscriptForm)
        film = await queries.of_room(room.id)
        if form.data is None or film is None:
            missing = form if film else form.refuse(Invalid({"file": "Please say first where the recording is."}))
            return await _page(request, room, upload=missing)
        try:
            cues = transcripts.read(form.data.file.file.read(), field="file", seconds=film.seconds)
        except Invalid as refused:
            return await _page(request, room, upload=form.refuse(refused))
        await commands.save_transcript(webinar_id=room.id, cues=cues, actor=actor, now=now)
        return _back(room, f"{len(cues):,} cues are kept, as captions and to be searched.")

    @post("/publication")
    async def publish(self, webinar_id: FromPath[int], actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        await commands.publish_recording(webinar_id=room.id, actor=actor, now=now)
        return _back(room, "The recording is shown from now on, once the webinar is over.")

    @post("/withdrawal")
    async def withdraw(self, webinar_id: FromPath[int], actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        await commands.withdraw_recording(webinar_id=room.id, actor=actor, now=now)
        return _back(room, "The recording is shown no more.")


def _back(room: Room, notice: str) -> Response[Any]:
    return see_other(f"/staff/webinars/{room.id}/recording", notice=notice)


async def _page(
    request: Request[Any, Any, Any], room: Room, *, form: Filled[Any] | None = None, upload: Filled[Any] | None = None
) -> Response[str]:
    film = await queries.of_room(room.id)
    chapters = await queries.chapters(film.id) if film else []
    cues = await queries.cues(film.id) if film else []
    known = blank(source=VideoSource.HLS.value, language="en")
    if film is not None:
        known = blank(
            source=film.source.value, url=film.source_url, length=transcripts.clock(film.seconds), language=film.language,
            begins=transcripts.signed_clock(film.live_second),
            chapters=transcripts.typed(chapters),
        )  # fmt: skip
    return staff_page(
        request, "webinars/staff/recording.html", room, "recording", status=422 if form or upload else 200, film=film,
        form=form or known, upload=upload or blank(), sources=_SOURCES, cues=cues,
    )  # fmt: skip
