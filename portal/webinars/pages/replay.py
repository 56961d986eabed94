"""`/webinars/{slug}/replay`: the recording with its chapters, what was said, and what was asked.

Every jump is a link (`?t=` seconds), so it works without scripts too; `?q=` looks for words in what was said.
"""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.core.errors import Forbidden, NotFound
from portal.core.text import one_line
from portal.media import queries as files
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import page
from portal.webinars.guards import ROOM, MaybeInRoom, TheRoom
from portal.webinars.pages.films import films, wants_film
from portal.webinars.pages.gate import gate
from portal.webinars.pages.minutes import told
from portal.webinars.queries import recordings, resources
from portal.webinars.queries.standing import standing
from portal.webinars.rules import stage
from portal.webinars.rules.transcripts import clock, written
from portal.webinars.tables.rooms import ReplayAccess, RoomState
from portal.webinars.values import Film, Participant, Room


class ReplayPages(Controller):
    path = "/webinars/{slug:str}/replay"
    opt = {"public": True}
    dependencies = ROOM
    include_in_schema = False

    @get("/")
    async def show(
        self, request: Request[Any, Any, Any], room: TheRoom, visitor: MaybeInRoom, now: Now
    ) -> Response[str]:
        film = await _film(room)
        if not may_watch(room, visitor):
            return await gate(request, room, visitor, now, film=film)
        given = dict(reversed(pairs(request)))
        words = one_line(given.get("q", ""))[:120]
        left_at = await recordings.resumes_at(room.id, visitor.seat_id) if visitor is not None else 0
        wanted = given.get("t", "")
        begins = min(int(wanted), film.seconds - 1) if wanted.isdecimal() and len(wanted) < 7 else None
        offered = await resources.offered(room.id, now) if visitor is not None else []
        return page(
            request, "webinars/replay.html", block="transcript", private=True, headers=films(film.source_url), room=room,
            film=film, me=visitor, begins=begins, left_at=left_at if 5 < left_at < film.seconds - 5 else 0, words=words,
            chapters=await recordings.chapters(film.id), asked=await recordings.asked(room.id), clock=clock,
            cues=await recordings.said(film.id, words) if words else await recordings.cues(film.id),
            timed=stage.timed, allowed=wants_film(request),
            offered=offered, files=await files.by_keys([one.file for one in offered if one.file]),
            **told(await standing(room, visitor, now) if visitor is not None else None),
        )  # fmt: skip

    @get("/captions.vtt")
    async def captions(self, room: TheRoom, visitor: MaybeInRoom) -> Response[str]:
        """What was said, as the player's captions."""
        film = await _film(room)
        if not may_watch(room, visitor):
            raise Forbidden("The recording is for those who registered.")
        return Response(
            written(await recordings.cues(film.id)),
            media_type="text/vtt",
            headers={"Cache-Control": "private, no-cache"},
        )


def may_watch(room: Room, visitor: Participant | None) -> bool:
    """Whether the recording is shown to somebody, once it is shown at all."""
    return room.replay is ReplayAccess.OPEN or (visitor is not None and not visitor.removed)


async def _film(room: Room) -> Film:
    film = await recordings.of_room(room.id)
    if room.state is not RoomState.REPLAY or film is None or film.published_at is None:
        raise NotFound("There is no recording here, or not any more.")
    return film
