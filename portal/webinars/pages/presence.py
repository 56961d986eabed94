"""`/webinars/{slug}/room/presence`: signs of life, by script or by a button, and those that loading a page gives."""

from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias

import msgspec
from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.response import Response

from portal.core.errors import Invalid
from portal.core.rate_limits import Limit, spend
from portal.core.tokens import secret
from portal.web import cookies
from portal.web.forms import field, read
from portal.web.inputs import Now
from portal.web.rendering import see_other
from portal.webinars.guards import ROOM, InRoom, TheRoom, in_room
from portal.webinars.live.presence import Presence
from portal.webinars.pages.minutes import fragment
from portal.webinars.rules import presence as rules
from portal.webinars.tables.rooms import RoomState
from portal.webinars.values import Participant, Room

ThePresence: TypeAlias = NamedDependency[Presence]
"""Who is there, as this process hears of it: `presence: ThePresence`."""

_COOKIE = "here"
_PATH = "/webinars"
_DAY = 24 * 3600
_SCRIPTED = "scripts"
_OWN = {"Cache-Control": "private, no-store"}
_PAGES = Limit("room pages", 120, timedelta(hours=1))


class Sign(msgspec.Struct):
    """What a page says of itself. Without `page` it is the button of a page without scripts."""

    page: Annotated[str, field("Page", max_length=32)] = ""
    visible: Annotated[int, field("Looked at since the last sign")] = 1
    playing: Annotated[int | None, field("Sound or picture on; empty where nobody knows")] = None
    second: Annotated[int | None, field("Second of the recording", ge=0, le=999_999)] = None
    played: Annotated[str, field("Seconds played since the last sign, as 12-32,40-60", max_length=1000)] = ""


class PresencePages(Controller):
    path = "/webinars/{slug:str}/room/presence"
    dependencies = ROOM
    guards = [in_room]
    include_in_schema = False

    @post("/")
    async def here(
        self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, presence: ThePresence, now: Now
    ) -> Response[Any]:
        sign = (await read(request, Sign)).data
        if sign is None or (sign.page and not rules.may_be_page(sign.page)):
            raise Invalid({}, "This says nothing about a page of ours.")
        if not sign.page:
            answer = see_other(f"/webinars/{room.slug}/replay" if room.state is RoomState.REPLAY else room.path)
            _without_scripts(request, answer, room, participant, presence, now)
            return answer
        page = (room.id, participant.seat_id, sign.page)
        if not presence.knows(page):
            await spend(_PAGES, f"{room.id}:{participant.seat_id}", now=now)
        playing = None if sign.playing is None else bool(sign.playing)
        if rules.counts(visible=bool(sign.visible), playing=playing):
            presence.heard(
                page, gap_seconds=rules.GAP_SECONDS, at=now, played=rules.parts(sign.played), second=sign.second
            )
        own = await fragment(room, participant, now) if presence.tells(page, now) else ""
        answer = Response(own, status_code=200 if own else 204, media_type="text/html", headers=_OWN)
        if cookies.read(request, _COOKIE, path=_PATH) != _SCRIPTED:
            cookies.give(answer, _COOKIE, _SCRIPTED, seconds=_DAY, path=_PATH)
        return answer


def loaded(
    request: Request[Any, Any, Any], answer: Response[Any], room: Room, participant: Participant, presence: Presence,
    now: datetime,
) -> None:  # fmt: skip
    """A page of the room was loaded: a sign of life from whoever’s browser speaks by no script."""
    if cookies.read(request, _COOKIE, path=_PATH) != _SCRIPTED:
        _without_scripts(request, answer, room, participant, presence, now)


def _without_scripts(
    request: Request[Any, Any, Any], answer: Response[Any], room: Room, participant: Participant, presence: Presence,
    now: datetime,
) -> None:  # fmt: skip
    """All pages of one browser are one page here: each is there until the next one is loaded."""
    page = cookies.read(request, _COOKIE, path=_PATH)
    if page == _SCRIPTED or not rules.may_be_page(page):
        page = secret()
        cookies.give(answer, _COOKIE, page, seconds=_DAY, path=_PATH)
    presence.heard((room.id, participant.seat_id, page), gap_seconds=rules.SCRIPTLESS_GAP_SECONDS, at=now)
