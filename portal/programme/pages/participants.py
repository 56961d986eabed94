"""`/staff/events/{id}/workshops`: how full each is, who comes to one, the same as CSV, and a mail to all of them."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import audit
from portal.core.errors import NotFound
from portal.programme.commands.writing import write_to_participants
from portal.programme.permissions import EDITORS
from portal.programme.queries import places as queries
from portal.programme.tables import PlaceState
from portal.programme.workshops import Workshop
from portal.registration.staff.setup import known_event
from portal.registration.values.setup import StaffEvent
from portal.web import forms
from portal.web.files import private_file
from portal.web.forms import field
from portal.web.inputs import Now
from portal.web.open_data import table
from portal.web.rendering import page, plural, see_other

_COLUMNS = (
    "State",
    "Number in line",
    "First name",
    "Last name",
    "Email",
    "Company",
    "Job title",
    "Order",
    "Ticket",
    "Since",
)
_STATES = {PlaceState.GIVEN.value: "Has a place", PlaceState.WAITING.value: "Waits"}


class Letter(msgspec.Struct):
    """A mail to whoever has a place, or waits as well."""

    subject: Annotated[str, field("Subject", max_length=150)]
    body: Annotated[str, field("What you write", kind="text", max_length=5000)]
    waiting: Annotated[str, field("Those in line")] = ""


class StaffWorkshops(Controller):
    path = "/staff/events/{event_id:int}/workshops"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], event_id: FromPath[int]) -> Response[str]:
        event = await known_event(event_id)
        return page(
            request,
            "programme/staff_workshops.html",
            private=True,
            event=event,
            workshops=await queries.workshops(event.slug),
        )

    @get("/{session_id:int}")
    async def show(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], session_id: FromPath[int]
    ) -> Response[str]:
        event = await known_event(event_id)
        return await _show(request, event, await _workshop(event, session_id), forms.blank())

    @get("/{session_id:int}/participants.csv")
    async def export(
        self, event_id: FromPath[int], session_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[bytes]:
        """Who took it away is written down."""
        event = await known_event(event_id)
        workshop = await _workshop(event, session_id)
        people = await queries.participants(workshop.id)
        await audit.record(
            actor=actor.label, verb="export participants", kind="event", key=event.id, now=now, session=workshop.id,
            people=len(people),
        )  # fmt: skip
        lines = [
            (
                _STATES[one.state], one.position if one.state == PlaceState.WAITING else "", one.first_name, one.last_name,
                one.email, one.company, one.job_title, one.order, one.ticket, one.since.isoformat(timespec="seconds"),
            )
            for one in people
        ]  # fmt: skip
        # Excel takes a file without the mark for one in its own country's letters.
        content = "\ufeff" + table(_COLUMNS, lines)
        return private_file(content.encode(), "text/csv", f"{event.slug}-{workshop.slug}-participants.csv")

    @post("/{session_id:int}/mails")
    async def write(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], session_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:  # fmt: skip
        event = await known_event(event_id)
        workshop = await _workshop(event, session_id)
        form = await forms.read(request, Letter)
        if form.data is None:
            return await _show(request, event, workshop, form, status=422)
        sent = await write_to_participants(
            actor=actor, workshop=workshop, subject=form.data.subject, body=form.data.body,
            waiting=form.data.waiting == "yes", now=now,
        )  # fmt: skip
        return see_other(_path(event, workshop), notice=f"On its way to {plural(sent, 'person', 'people')}.")


def _path(event: StaffEvent, workshop: Workshop) -> str:
    return f"{event.path}/workshops/{workshop.id}"


async def _workshop(event: StaffEvent, session_id: int) -> Workshop:
    found = await queries.workshop_by_id(session_id) if 0 < session_id < 2**62 else None
    if found is None or found.event_id != event.id:
        raise NotFound("There is no such workshop in the released programme of this event.")
    return found


async def _show(
    request: Request[Any, Any, Any],
    event: StaffEvent,
    workshop: Workshop,
    form: forms.Filled[Any],
    *,
    status: int = 200,
) -> Response[str]:
    people = await queries.participants(workshop.id)
    return page(
        request, "programme/staff_workshop.html", private=True, status=status, event=event, w=workshop, form=form,
        base=_path(event, workshop), there=[one for one in people if one.state == PlaceState.GIVEN],
        waiting=[one for one in people if one.state == PlaceState.WAITING],
    )  # fmt: skip
