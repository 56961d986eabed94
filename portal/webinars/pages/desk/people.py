"""The people of a room: finding them, muting and removing them, letting them back."""

from typing import Any

from litestar import Controller, get, post
from litestar.response import Response

from portal.core.errors import DomainError, NotFound
from portal.core.text import one_line
from portal.web import forms
from portal.web.query_strings import page_number, pairs
from portal.webinars.commands import restricting
from portal.webinars.desk_forms import ReasonForm
from portal.webinars.guards import at_desk, moderators
from portal.webinars.pages.desk.frame import DESK, Desk, Id, TheDesk
from portal.webinars.queries import attendance, crowd
from portal.webinars.tables.rooms import Restriction

_DECIDES = [moderators]


class DeskPeople(Controller):
    path = "/webinars/{slug:str}/desk/people"
    dependencies = DESK
    guards = [at_desk]
    include_in_schema = False

    @get("/")
    async def find(self, desk: TheDesk) -> Response[Any]:
        words = one_line(dict(pairs(desk.request)).get("q", ""))[:100]
        shown, found = await crowd.found(desk.room.id, words, page_number(desk.request), desk.now)
        return desk.panel(
            "webinars/desk/panels/people.html", shown=shown, found=found, words=words,
            here=await attendance.here(desk.room.id, desk.now),
        )  # fmt: skip

    @get("/{number:int}")
    async def person(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _person(desk, number, forms.blank())

    @post("/{number:int}/mute", guards=_DECIDES)
    async def mute(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _restricted(desk, number, Restriction.MUTED)

    @post("/{number:int}/removal", guards=_DECIDES)
    async def remove(self, number: Id, desk: TheDesk) -> Response[Any]:
        return await _restricted(desk, number, Restriction.REMOVED)

    @post("/{number:int}/restrictions/{restriction:int}/lifting", guards=_DECIDES)
    async def lift(self, number: Id, restriction: Id, desk: TheDesk) -> Response[Any]:
        act = restricting.lift(webinar_id=desk.room.id, restriction_id=restriction, actor=desk.crew.actor, now=desk.now)
        return await desk.did(act, at=f"dn-{number}")


async def _restricted(desk: Desk, number: int, kind: Restriction) -> Response[Any]:
    form = await forms.read(desk.request, ReasonForm)
    if form.data is None:
        return await _person(desk, number, form, kind=kind)
    try:
        await restricting.restrict(
            webinar_id=desk.room.id, seat_id=number, kind=kind, reason=form.data.reason, actor=desk.crew.actor,
            now=desk.now,
        )  # fmt: skip
    except NotFound:
        raise
    except DomainError as error:
        return await _person(desk, number, form, error, kind=kind)
    return desk.done(at=f"dn-{number}")


async def _person(
    desk: Desk,
    number: int,
    form: forms.Filled[Any],
    error: DomainError | None = None,
    *,
    kind: Restriction | None = None,
) -> Response[Any]:
    known = await crowd.known(desk.room.id, number, desk.now)
    if known is None:
        raise NotFound("Nobody with this place is registered for this webinar.")
    return desk.panel(
        "webinars/desk/panels/person.html", form=form, error=error, known=known, one=known.person, kind=kind
    )
