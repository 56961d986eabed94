"""`/staff/events/new` and an event's texts: what it is about, by hand."""

from typing import Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import countries, times
from portal.core.errors import Conflict, Invalid
from portal.core.settings import current
from portal.events.commands import describe_event, save_event
from portal.events.permissions import EDITORS
from portal.events.queries.staff import topic_names
from portal.events.rules.words import FORMATS
from portal.events.staff.forms import ScheduleForm, TextsForm, filled_texts, schedule
from portal.events.staff.pages import FIELD_OF, stored_event
from portal.events.tables import EventFormat, EventState
from portal.events.values import EventFacts
from portal.web.forms import Filled, bind, blank, read, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other


class StaffMaking(Controller):
    path = "/staff/events"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/new")
    async def new(self, request: Request[Any, Any, Any]) -> Response[str]:
        start = blank(version=0, timezone=current().site_timezone, format=EventFormat.IN_PERSON.value)
        return _new(request, start)

    @post("/new")
    async def add(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        """A draft of ours: tickets and rules come next, then it is published."""
        given = await sent(request)
        about, place = bind(given, TextsForm), bind(given, ScheduleForm)
        wanted = schedule(place, None, now=now)
        form: Filled[Any] = Filled({**place.values, **about.values}, {**about.errors, **place.errors})
        if about.data is None or wanted is None:
            return _new(request, form, status=422)
        facts = EventFacts(
            **msgspec.structs.asdict(about.data.texts()), organiser_name=current().site_name, starts_at=wanted.starts_at,
            ends_at=wanted.ends_at, timezone=wanted.timezone, all_day=wanted.all_day, format=wanted.format,
            venue=wanted.venue, online_url=wanted.online_url, state=EventState.DRAFT,
        )  # fmt: skip
        try:
            made = await save_event(actor=actor, facts=facts, now=now)
        except Invalid as refused:
            faults = {FIELD_OF.get(name, name): words for name, words in refused.fields.items()}
            return _new(request, form.refuse(Invalid(faults)), status=422)
        return see_other(
            f"/staff/events/{made}/registration", notice="The draft is there. What is sold comes next; then publish it."
        )

    @get("/{event_id:int}/texts")
    async def texts(self, request: Request[Any, Any, Any], event_id: FromPath[int]) -> Response[str]:
        stored = await stored_event(event_id)
        return _texts(request, stored, filled_texts(stored, await topic_names(event_id)))

    @post("/{event_id:int}/texts")
    async def save(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        stored = await stored_event(event_id)
        form = await read(request, TextsForm)
        if form.data is None:
            return _texts(request, stored, form, status=422)
        try:
            await describe_event(
                actor=actor,
                event_id=event_id,
                version=form.data.version,
                texts=form.data.texts(stored["image"]),
                now=now,
            )
        except Invalid as refused:
            return _texts(request, stored, form.refuse(refused), status=422)
        except Conflict as overtaken:
            stored = await stored_event(event_id)
            kept: Filled[Any] = Filled({**form.values, "version": stored["version"]}, form.errors)
            return _texts(request, stored, kept, status=409, conflict=overtaken.message)
        return see_other(f"/staff/events/{event_id}/texts", notice="Saved.")


def _new(request: Request[Any, Any, Any], form: Filled[Any], *, status: int = 200) -> Response[str]:
    return page(
        request, "events/staff/new.html", private=True, status=status, form=form, zones=times.zone_names(),
        formats=[(form_.value, words) for form_, words in FORMATS.items()], countries=list(countries.names().items()),
    )  # fmt: skip


def _texts(
    request: Request[Any, Any, Any], stored: Any, form: Filled[Any], *, status: int = 200, conflict: str = ""
) -> Response[str]:
    return page(request, "events/staff/texts.html", private=True, status=status, e=stored, form=form, conflict=conflict)
