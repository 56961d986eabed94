"""`/staff/webinars/{id}/series`: which series a webinar belongs to. `/staff/webinars/series`: the series themselves."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.overtaking import mark
from portal.events.permissions import EDITORS
from portal.web.forms import Filled, blank, differences, field, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other
from portal.webinars.commands.preparing import series as commands
from portal.webinars.preparing import SeriesFacts
from portal.webinars.queries import series as queries
from portal.webinars.queries.series import SeriesRow
from portal.webinars.staff.frame import saved, staff_page
from portal.webinars.staff.inputs import the_room
from portal.webinars.values import Room

_ALL = "/staff/webinars/series"


class ChoiceForm(msgspec.Struct):
    series: Annotated[int, field("Series", ge=0, le=2**62, wrong="Please choose a series from the list.")] = 0


class SeriesForm(msgspec.Struct):
    title: Annotated[str, field("Title")]
    summary: Annotated[str, field("Summary", max_length=400)] = ""
    one_registration: Annotated[str, field("One registration")] = ""
    seen: Annotated[str, field("", max_length=40)] = ""

    @property
    def facts(self) -> SeriesFacts:
        return SeriesFacts(title=self.title, summary=self.summary, one_registration=bool(self.one_registration))


class StaffSeries(Controller):
    """The series of one webinar."""

    path = "/staff/webinars/{webinar_id:int}/series"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], webinar_id: Id) -> Response[str]:
        room = await the_room(webinar_id)
        return await _of_webinar(request, room, blank(series=room.series_id or 0), blank())

    @post("/")
    async def choose(self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        room = await the_room(webinar_id)
        form = await read(request, ChoiceForm)
        if form.data is None:
            return await _of_webinar(request, room, form, blank(), status=422)
        try:
            await commands.put_in_series(actor=actor, webinar_id=room.id, series_id=form.data.series or None, now=now)
        except NotFound as gone:
            return await _of_webinar(request, room, Filled(form.values, {"series": gone.message}), blank(), status=409)
        done = "In the series." if form.data.series else "It stands for itself."
        return saved(room, "/series", f"{done} The event’s page shows it at once.")

    @post("/new")
    async def make(self, request: Request[Any, Any, Any], webinar_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        """Make a series that begins with this webinar."""
        room = await the_room(webinar_id)
        form = await read(request, SeriesForm)
        if form.data is None:
            return await _of_webinar(request, room, blank(series=room.series_id or 0), form, status=422)
        await commands.begin_series(actor=actor, webinar_id=room.id, facts=form.data.facts, now=now)
        return saved(room, "/series", "A new series that begins with this webinar.")


class StaffAllSeries(Controller):
    path = _ALL
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any]) -> Response[str]:
        return page(request, "webinars/staff/all_series.html", private=True, rows=await queries.everyone())

    @get("/{series_id:int}")
    async def edit(self, request: Request[Any, Any, Any], series_id: Id) -> Response[str]:
        return _one(request, await _series(series_id), None)

    @post("/{series_id:int}")
    async def save(self, request: Request[Any, Any, Any], series_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        known = await _series(series_id)
        form = await read(request, SeriesForm)
        if form.data is None:
            return _one(request, known, form, status=422)
        try:
            await commands.save_series(
                actor=actor, facts=form.data.facts, now=now, series_id=series_id, seen=form.data.seen
            )
        except Invalid as refused:
            return _one(request, known, form.refuse(refused), status=422)
        except Conflict as overtaken:
            return _one(request, await _series(series_id), form, status=409, conflict=overtaken.message)
        return see_other(f"{_ALL}/{series_id}", notice="Saved. Its page, and those of its webinars, show it at once.")

    @post("/{series_id:int}/removal")
    async def remove(self, series_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        await commands.remove_series(actor=actor, series_id=series_id, now=now)
        return see_other(_ALL, notice="The series is gone; its webinars stand for themselves.")


async def _series(series_id: int) -> SeriesRow:
    found = await queries.by_id(series_id)
    if found is None:
        raise NotFound("There is no such series.")
    return found


def _filled(known: SeriesRow) -> Filled[SeriesForm]:
    facts = SeriesFacts(title=known.title, summary=known.summary, one_registration=known.one_registration)
    return blank(
        title=known.title,
        summary=known.summary,
        one_registration="yes" if known.one_registration else "",
        seen=mark(facts),
    )


def _one(
    request: Request[Any, Any, Any],
    known: SeriesRow,
    form: Filled[Any] | None,
    *,
    status: int = 200,
    conflict: str = "",
) -> Response[str]:
    stored = _filled(known)
    if form is not None and conflict:
        form = Filled({**form.values, "seen": stored.value("seen")})
    return page(
        request, "webinars/staff/one_series.html", private=True, status=status, series=known, form=form or stored,
        conflict=conflict, stored=differences(form, stored, SeriesForm) if form is not None and conflict else [],
    )  # fmt: skip


async def _of_webinar(
    request: Request[Any, Any, Any], room: Room, choice: Filled[Any], form: Filled[Any], *, status: int = 200
) -> Response[str]:
    every = await queries.everyone()
    return staff_page(
        request, "webinars/staff/series.html", room, "series", status=status, choice=choice, form=form,
        choices=[(one.id, one.title) for one in every], mine=next((s for s in every if s.id == room.series_id), None),
    )  # fmt: skip
