"""The crew's page as it is for one of them at a moment, and the ways its forms are answered."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeAlias

import msgspec
from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import PathParameter
from litestar.response import Response

from portal.core.errors import Conflict, DomainError, Invalid
from portal.web import forms
from portal.web.asking import wants_fragment
from portal.web.errors import headers_of, status_of
from portal.web.inputs import Now
from portal.web.rendering import markup, page, render, see_other
from portal.webinars.guards import ROOM, TheRoom, crew_of, judged_again
from portal.webinars.live import pieces
from portal.webinars.live.hub import Hub
from portal.webinars.live.inputs import TheHub
from portal.webinars.live.regions import Audience, rendered
from portal.webinars.pages.films import films
from portal.webinars.pages.parts import parts
from portal.webinars.permissions import Rights, can_prepare, rights
from portal.webinars.queries import people, recordings, rooms
from portal.webinars.rules.desk_words import ROLES
from portal.webinars.tables.rooms import RoomState
from portal.webinars.values import CrewMember, Room

Id: TypeAlias = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
"""A row's number in an address."""
_BLANK: forms.Filled[Any] = forms.blank()


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the crew at the desk, with the forms of the page as they stand. `told` is what just went wrong."""

    request: Request[Any, Any, Any]
    room: Room
    crew: CrewMember
    hub: Hub
    now: datetime
    note: forms.Filled[Any] = _BLANK
    say: forms.Filled[Any] = _BLANK
    told: str = ""

    @property
    def may(self) -> Rights:
        return rights(self.crew.role)

    def note_part(self) -> str:
        """The form for a note: it keeps what its writer typed, so it is no region."""
        return render("webinars/desk/note.html", room=self.room, note=self.note)

    def say_part(self) -> str:
        return render("webinars/desk/say.html", say=self.say, room=self.room, may=self.may)

    async def whole(self, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[str]:
        """The desk as it is at this moment: whoever sent a form without scripts sees what came of it."""
        _, now = await rendered(self.hub.regions, self.room.id, Audience(self.crew.role), self.now)
        film = await recordings.of_room(self.room.id)
        own = {"note": self.note_part(), "say": self.say_part(), "panel": ""}
        return page(
            self.request, "webinars/desk/desk.html", private=True, status=status,
            headers={**films(self.room.source_url, film.source_url if film else ""), **(headers or {})},
            room=self.room, crew=self.crew, may=self.may, role=ROLES[self.crew.role], told=self.told,
            has_place=await people.by_address(self.room.event_id, self.crew.actor.email) is not None,
            prepares=can_prepare(self.crew.actor), have=pieces.vector(now), now=self.now,
            is_live=self.room.state is not RoomState.CLOSED,
            regions={name: markup(html) for name, html in {**{n: p.html for n, p in now.items()}, **own}.items()},
        )  # fmt: skip

    async def did(self, doing: Awaitable[object], *, at: str = "") -> Response[Any]:
        """Do what a button asks for. Who was overtaken is told by whom, on the desk as it is now."""
        try:
            await doing
        except Conflict as error:
            if wants_fragment(self.request.scope):
                raise
            return await msgspec.structs.replace(self, told=error.message).whole(status=409)
        return self.done(at=at)

    def done(self, *, at: str = "", shown: Mapping[str, str] | None = None) -> Response[Any]:
        """The answer to a form that worked: to a script the parts of the page that change by it alone, else the desk again,
        `at` an element of it.
        """
        if wants_fragment(self.request.scope):
            return parts(shown) if shown else Response(None, status_code=204)
        return see_other(f"{self.room.desk}#{at}" if at else self.room.desk)

    async def again(self, page: str, shown: Callable[[], Awaitable[Response[Any]]]) -> Response[Any]:
        """The answer to a form of a page beside the desk that one goes on with: the page again."""
        return await shown() if wants_fragment(self.request.scope) else see_other(f"{self.room.desk}/{page}")

    async def refused(self, shown: Mapping[str, str]) -> Response[Any]:
        """The answer to a form of the page itself with something missing: those parts say what."""
        if wants_fragment(self.request.scope):
            return parts(shown, status=422)
        return await self.whole(status=422)

    async def afresh(self) -> "Desk":
        """The same desk with the room as somebody else has just made it."""
        return msgspec.structs.replace(self, room=await rooms.by_id(self.room.id) or self.room)

    def panel(
        self, template: str, *, form: forms.Filled[Any] = _BLANK, error: DomainError | None = None, **values: Any
    ) -> Response[Any]:
        """A page of its own beside the desk; for a script, what it opens in a dialog. With an `error`, the form says it."""
        if error is not None:
            form = form.refuse(error if isinstance(error, Invalid) else Invalid({"": error.message}))
        status = status_of(error) if error else (422 if form.errors else 200)
        given = {"room": self.room, "may": self.may, "form": form, **values}
        headers = headers_of(error) if error else {}
        if wants_fragment(self.request.scope):
            return parts({"panel": render(template, block="panel", **given)}, status=status, headers=headers)
        return page(self.request, template, private=True, status=status, headers=headers, **given)


async def provide_desk(request: Request[Any, Any, Any], room: TheRoom, hub: TheHub, now: Now) -> Desk:
    """The dependency `desk`; raises Forbidden for whoever is not in the crew."""
    await judged_again(request)
    return Desk(request=request, room=room, crew=await crew_of(request), hub=hub, now=now)


TheDesk: TypeAlias = NamedDependency[Desk]
"""Somebody of the crew at the desk: `desk: TheDesk`."""
DESK = {**ROOM, "desk": Provide(provide_desk)}
"""What controllers of the desk declare as their `dependencies`."""
