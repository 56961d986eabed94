"""`/webinars/{slug}/room`: the room, for those with a place in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

import msgspec
from litestar import Controller, Request, get
from litestar.di import NamedDependency, Provide
from litestar.response import Response

from portal.core.errors import DomainError, Invalid
from portal.media import queries as files
from portal.media.pages import MediaStore, content_of
from portal.web import forms
from portal.web.asking import wants_fragment
from portal.web.errors import headers_of, status_of
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import markup, page, render, see_other
from portal.webinars.guards import ROOM, InRoom, MaybeInRoom, TheRoom, in_room
from portal.webinars.live import stage as live_stage
from portal.webinars.live import taking_part
from portal.webinars.live.hub import Hub
from portal.webinars.live.inputs import TheHub
from portal.webinars.live.presence import Presence
from portal.webinars.live.regions import Audience
from portal.webinars.live.taking_part import Reader, Refused
from portal.webinars.pages.films import films, wants_film
from portal.webinars.pages.gate import gate
from portal.webinars.pages.minutes import minutes
from portal.webinars.pages.parts import parts as parts_of
from portal.webinars.pages.presence import ThePresence, loaded
from portal.webinars.queries import own, questions, recordings, stage
from portal.webinars.queries.questions import Order
from portal.webinars.rules import stage as rules
from portal.webinars.rules import words
from portal.webinars.rules.taking_part import MUTED, open_parts
from portal.webinars.rules.transcripts import written
from portal.webinars.values import Participant, Room

_BLANK: forms.Filled[Any] = forms.blank()


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at a room's page at a moment, with the forms as they stand."""

    request: Request[Any, Any, Any]
    room: Room
    who: Participant
    hub: Hub
    presence: Presence
    now: datetime
    ask: forms.Filled[Any] = _BLANK
    say: forms.Filled[Any] = _BLANK
    poll: Refused | None = None

    async def ask_part(self) -> str:
        """The form to ask with, and one's own questions: nobody else's business, so no region."""
        return render(
            "webinars/room/ask.html", room=self.room, ask=self.ask, muted=MUTED if self.who.muted else "",
            own=await questions.own(self.room.id, self.who.seat_id), words=words.of_own_question,
        )  # fmt: skip

    def say_part(self) -> str:
        return render("webinars/room/say.html", room=self.room, say=self.say, muted=MUTED if self.who.muted else "")

    async def reader(self) -> Reader:
        """What is marked as this person's own, and the order they want."""
        order = dict(pairs(self.request)).get("order", "") if self.request.method == "GET" else ""
        return Reader(
            mine=await own.mine(self.room.id, self.who.seat_id),
            order=Order.NEW if order == Order.NEW else Order.TOP,
            refused=self.poll,
        )

    async def whole(self, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[str]:
        """The page as it is for this person, without scripts too: marked with what they did themselves."""
        now = await self.hub.look(self.room.id, Audience.ROOM)
        reader = await self.reader()
        marked = {
            "questions": await taking_part.questions(self.room, self.now, reader),
            "polls": await taking_part.polls(self.room, self.now, reader),
            # Whoever has just said something sees it, although the page that all share is some moments old.
            "chat": await taking_part.chat(self.room, self.now),
            "ask": await self.ask_part(),
            "say": self.say_part(),
        }
        if wants_film(self.request):
            marked["stage"] = await live_stage.stage(self.room, self.now, allowed=True)
        shared = {name: piece.html for name, piece in now.pieces.items()}
        film = await recordings.of_room(self.room.id)
        speakers = await stage.on_stage(self.room.id)
        answer = page(
            self.request, "webinars/room.html", status=status, private=True,
            headers={**films(self.room.source_url, film.source_url if film else ""), **(headers or {})},
            room=self.room, me=self.who, have=now.vector, now=self.now, mine=_told(reader), open=open_parts(self.room),
            regions={name: markup(html) for name, html in {**shared, **marked}.items()},
            speakers=speakers, photos=await files.by_keys([one.photo for one in speakers if one.photo]),
            sponsors=await stage.sponsors(self.room.id), initials=words.initials,
            **await minutes(self.room, self.who, self.now),
        )  # fmt: skip
        loaded(self.request, answer, self.room, self.who, self.presence, self.now)
        return answer

    async def done(self, *, at: str, parts: Mapping[str, str] | None = None, page: str = "") -> Response[Any]:
        """The answer to a form that worked: to a script those parts of the page, if any; else the page again, or another
        `page` of the room.
        """
        if not wants_fragment(self.request.scope):
            return see_other(f"{self.room.path}{f'/{page}' if page else ''}#{at}")
        return parts_of(parts) if parts else Response(None, status_code=204)

    async def refused(self, parts: Mapping[str, str], error: DomainError) -> Response[Any]:
        """The answer to a form that was refused, with everything that was typed; the parts say why."""
        if wants_fragment(self.request.scope):
            return parts_of(parts, status=status_of(error), headers=headers_of(error))
        return await self.whole(status=status_of(error), headers=headers_of(error))


def checked(form: forms.Filled[Any]) -> Any:
    """What was typed; raises Invalid with what is wrong."""
    if form.data is None:
        raise Invalid(form.errors)
    return form.data


def said_of(form: forms.Filled[Any], name: str, error: DomainError) -> forms.Filled[Any]:
    """The form with a refusal beside the field it is about."""
    return form.refuse(error if isinstance(error, Invalid) else Invalid({name: error.message}))


def _told(reader: Reader) -> str:
    """What the page's script marks as one's own."""
    mine = reader.mine
    answers = {
        str(poll): {"options": sorted(one.options), "rating": one.rating, "words": one.words}
        for poll, one in mine.answers.items()
    }
    return msgspec.json.encode({"votes": sorted(mine.votes), "answers": answers}).decode()


async def provide_visit(
    request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, hub: TheHub, presence: ThePresence, now: Now
) -> Visit:
    """The dependency `visit`; raises Forbidden for whoever has no place."""
    return Visit(request=request, room=room, who=participant, hub=hub, presence=presence, now=now)


TheVisit: TypeAlias = NamedDependency[Visit]
"""Somebody at a room's page: `visit: TheVisit`."""
VISIT = {**ROOM, "visit": Provide(provide_visit)}
"""What controllers of a room's pages declare as their `dependencies`."""


class RoomPage(Controller):
    """Open to whoever comes: without a place, one is told the ways to one."""

    path = "/webinars/{slug:str}/room"
    opt = {"public": True}
    dependencies = ROOM
    include_in_schema = False

    @get("/")
    async def show(
        self, request: Request[Any, Any, Any], room: TheRoom, visitor: MaybeInRoom, hub: TheHub, presence: ThePresence,
        now: Now,
    ) -> Response[Any]:  # fmt: skip
        """The room; once its recording is shown, the way there."""
        if room.replays:
            return see_other(room.replay_path)
        if visitor is None or visitor.removed:
            return await gate(request, room, visitor, now)
        return await Visit(request=request, room=room, who=visitor, hub=hub, presence=presence, now=now).whole()


class RoomCaptions(Controller):
    path = "/webinars/{slug:str}/room/captions.vtt"
    dependencies = VISIT
    guards = [in_room]
    include_in_schema = False

    @get("/")
    async def captions(self, visit: TheVisit, media: MediaStore) -> Response[Any]:
        """What is said in the picture that is shown: of a film shown as if it were live its own words, else the stored file."""
        film = await recordings.of_room(visit.room.id)
        shown = rules.shown(visit.room, film)
        if shown is not None and shown.begun is not None and film is not None:
            body: str | bytes = written(await recordings.cues(film.id))
        else:
            body = await content_of(media, visit.room.captions)
        return Response(body, media_type="text/vtt", headers={"Cache-Control": "private, no-cache"})
