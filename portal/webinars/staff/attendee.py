"""`/staff/webinars/{id}/attendance/{seat}`: one person's time in the room, corrections, tries at the test, certificates."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict, Invalid, NotFound
from portal.events.permissions import EDITORS
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.rendering import see_other
from portal.webinars.commands.certificates import issue_anew, revoke
from portal.webinars.commands.corrections import correct
from portal.webinars.pages.minutes import told
from portal.webinars.queries import certificates, ledger, ledger_pages, short_tests
from portal.webinars.queries.ledger import Entry
from portal.webinars.queries.standing import of_entry
from portal.webinars.staff.attendance import CorrectionForm
from portal.webinars.staff.frame import staff_page
from portal.webinars.staff.inputs import the_room
from portal.webinars.values import Room

_MOST_ID = 2**62


class RevocationForm(msgspec.Struct):
    number: Annotated[str, field("Number")]
    revoked_reason: Annotated[str, field("Reason", max_length=500, missing="Please say why: the holder reads it.")]
    public: Annotated[str, field("Shown to everybody")] = ""


class StaffAttendee(Controller):
    path = "/staff/webinars/{webinar_id:int}/attendance/{seat_id:int}"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(
        self, request: Request[Any, Any, Any], webinar_id: FromPath[int], seat_id: FromPath[int], now: Now
    ) -> Response[str]:
        room = await the_room(webinar_id)
        return await _person(request, room, await _entry(room, seat_id, now))

    @post("/corrections")
    async def correct(
        self,
        request: Request[Any, Any, Any],
        webinar_id: FromPath[int],
        seat_id: FromPath[int],
        actor: SignedIn,
        now: Now,
    ) -> Response[Any]:
        room = await the_room(webinar_id)
        entry = await _entry(room, seat_id, now)
        form = await read(request, CorrectionForm)
        if form.data is None:
            return await _person(request, room, entry, form=form)
        try:
            await correct(
                webinar_id=room.id,
                seat_ids=[seat_id],
                minutes=form.data.minutes,
                reason=form.data.reason,
                actor=actor,
                now=now,
            )
        except Invalid as refused:
            return await _person(request, room, entry, form=form.refuse(refused))
        stays = f" Certificate {entry.certificate} stays as it was issued." if entry.certificate else ""
        return see_other(_path(room, seat_id), notice=f"Corrected. The attendee sees it with your reason.{stays}")

    @post("/revocation")
    async def take_back(
        self,
        request: Request[Any, Any, Any],
        webinar_id: FromPath[int],
        seat_id: FromPath[int],
        actor: SignedIn,
        now: Now,
    ) -> Response[Any]:
        room = await the_room(webinar_id)
        entry = await _entry(room, seat_id, now)
        form = await read(request, RevocationForm)
        if form.data is None:
            return await _person(request, room, entry, revoking=form)
        if form.data.number != entry.certificate:
            raise Conflict("This certificate was taken back already, or replaced.")
        await revoke(
            number=form.data.number,
            reason=form.data.revoked_reason,
            public=bool(form.data.public),
            actor=actor,
            now=now,
        )
        return see_other(
            _path(room, seat_id), notice="Taken back. Its holder is told, and whoever checks the number sees it."
        )

    @post("/certificate")
    async def issue(
        self, webinar_id: FromPath[int], seat_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        room = await the_room(webinar_id)
        await _entry(room, seat_id, now)
        number = await issue_anew(webinar_id=room.id, seat_id=seat_id, actor=actor, now=now)
        return see_other(_path(room, seat_id), notice=f"Issued: {number}. It is mailed to its holder.")


def _path(room: Room, seat_id: int) -> str:
    return f"/staff/webinars/{room.id}/attendance/{seat_id}"


async def _entry(room: Room, seat_id: int, now: datetime) -> Entry:
    found = await ledger.of_seat(room.id, seat_id, now) if 0 < seat_id < _MOST_ID else None
    if found is None:
        raise NotFound("There is nobody of this number with a place here.")
    return found


async def _person(
    request: Request[Any, Any, Any], room: Room, entry: Entry, *, form: Filled[Any] | None = None,
    revoking: Filled[Any] | None = None,
) -> Response[str]:  # fmt: skip
    refused = form is not None or revoking is not None
    return staff_page(
        request, "webinars/staff/attendee.html", room, "attendance", status=422 if refused else 200, e=entry,
        form=form or blank(), revoking=revoking or blank(number=entry.certificate),
        pages=await ledger_pages.pages_of(room.id, entry.seat_id), tries=await short_tests.tries(room.id, entry.seat_id),
        certificates=await certificates.of_seat(room.id, entry.seat_id), **told(await of_entry(room, entry), inside=False),
    )  # fmt: skip
