"""`/staff/webinars/{id}/attendance`: who was there how long, for a spreadsheet too, and minutes added or taken off."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Invalid, NotFound
from portal.core.text import one_line
from portal.core.times import zone
from portal.events.permissions import EDITORS
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.open_data import table
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import plural, see_other
from portal.webinars.commands.corrections import correct
from portal.webinars.commands.ledger import note_export
from portal.webinars.queries import ledger, ledger_pages
from portal.webinars.queries.ledger import Entry, Measure
from portal.webinars.queries.ledger_pages import Show
from portal.webinars.staff.frame import staff_page
from portal.webinars.staff.inputs import the_room, wants_list
from portal.webinars.values import Room

SHOWS = {
    Show.EVERYBODY: "Everybody",
    Show.CAME: "Who came",
    Show.MISSED: "Who did not",
    Show.CERTIFIED: "With a certificate",
    Show.WITHOUT: "Came, without one",
    Show.REVOKED: "Taken back",
    Show.CORRECTED: "Corrected",
}
_COLUMNS = (
    "name", "company", "job_title", "email", "registered_at", "joined_at", "left_at", "stays", "live_minutes",
    "replay_minutes", "corrected_minutes", "minutes_that_count", "minutes_needed", "polls_answered", "test_percent",
    "test_tries", "missing", "certificate", "issued_at", "revoked_at",
)  # fmt: skip
_MOST_ID = 2**62


class CorrectionForm(msgspec.Struct):
    minutes: Annotated[int, field("Minutes", missing="Please give minutes, such as 5 or -10.")]
    reason: Annotated[str, field("Reason", max_length=300, missing="Please say why: the attendee reads it.")]
    whom: Annotated[Literal["chosen", "found"], field("Whose")] = "chosen"
    seats: Annotated[list[int], field("People")] = []


class Asked(msgspec.Struct, frozen=True):
    """What is looked for in the ledger."""

    words: str
    show: Show

    @property
    def address(self) -> dict[str, str]:
        return {key: value for key, value in (("q", self.words), ("show", self.show.value)) if value}


class StaffAttendance(Controller):
    path = "/staff/webinars/{webinar_id:int}/attendance"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], webinar_id: FromPath[int], now: Now) -> Response[str]:
        return await _list(request, await the_room(webinar_id), now)

    @get("/attendance.csv")
    async def spreadsheet(
        self, request: Request[Any, Any, Any], webinar_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[bytes]:
        room, asked = await the_room(webinar_id), _asked(request)
        people = await ledger_pages.everybody(room.id, words=asked.words, show=asked.show, now=now)
        measure = await ledger.measure(room)
        await note_export(webinar_id=room.id, people=len(people), actor=actor, now=now)
        return Response(
            table(_COLUMNS, (_cells(one, measure, room) for one in people)).encode(),
            media_type="text/csv",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": f'attachment; filename="attendance-{room.slug}-{now:%Y-%m-%d}.csv"',
            },
        )

    @post("/corrections")
    async def correct(
        self, request: Request[Any, Any, Any], webinar_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        room, asked = await the_room(webinar_id), _asked(request)
        form = await read(request, CorrectionForm)
        if form.data is None:
            return await _list(request, room, now, form=form, status=422)
        seats = [seat for seat in form.data.seats if 0 < seat < _MOST_ID]
        if form.data.whom == "found":
            found = await ledger_pages.everybody(room.id, words=asked.words, show=asked.show, now=now)
            seats = [one.seat_id for one in found]
        try:
            number = await correct(
                webinar_id=room.id,
                seat_ids=seats,
                minutes=form.data.minutes,
                reason=form.data.reason,
                actor=actor,
                now=now,
            )
        except Invalid as refused:
            return await _list(request, room, now, form=form.refuse(refused), status=422)
        done = f"Corrected for {plural(number, 'person', 'people')}. Certificates that were issued already stay as they are."
        return see_other(_address(room, asked)(1), notice=done)


def _asked(request: Request[Any, Any, Any]) -> Asked:
    given = dict(reversed(pairs(request)))
    show = given.get("show", "")
    return Asked(one_line(given.get("q", ""))[:120], Show(show) if show in list(Show) else Show.EVERYBODY)


def _address(room: Room, asked: Asked) -> Callable[[int], str]:
    def of(number: int) -> str:
        kept = urlencode({**asked.address, **({"page": number} if number > 1 else {})})
        return f"/staff/webinars/{room.id}/attendance{f'?{kept}' if kept else ''}"

    return of


async def _list(
    request: Request[Any, Any, Any], room: Room, now: datetime, *, form: Filled[Any] | None = None, status: int = 200
) -> Response[str]:
    asked, number = _asked(request), page_number(request)
    rows, at = await ledger_pages.listed(room.id, words=asked.words, show=asked.show, number=number, now=now)
    if number > 1 and not rows:
        raise NotFound("There is no such page of this list.")
    measure = await ledger.measure(room)
    return staff_page(
        request, "webinars/staff/attendance.html", room, "attendance", block="rows", status=status, asked=asked,
        rows=[(one, measure.verdict(one)) for one in rows], at=at, measure=measure, shows=SHOWS,
        totals=None if wants_list(request) else await ledger_pages.totals(room.id, now), address=_address(room, asked),
        query=urlencode(asked.address),
        form=form or blank(), chosen=set(form.value("seats", [])) if form else set(),
    )  # fmt: skip


def _cells(one: Entry, measure: Measure, room: Room) -> list[object]:
    """Moments as spreadsheets read them, in the event's zone."""

    def moment(at: datetime | None) -> str:
        return at.astimezone(zone(room.timezone)).strftime("%Y-%m-%d %H:%M:%S") if at else ""

    verdict = measure.verdict(one)
    return [
        one.name, one.company, one.job_title, one.email, moment(one.confirmed_at), moment(one.joined_at),
        moment(one.left_at), one.stays, int(one.live_seconds // 60), (one.replay_seconds or 0) // 60, one.corrected,
        verdict.minutes, verdict.rule.minutes if verdict.rule else "", one.polls_answered, one.best, one.tries,
        " ".join(missing.words for missing in verdict.missing), one.number, moment(one.issued_at), moment(one.revoked_at),
    ]  # fmt: skip
