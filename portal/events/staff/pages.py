"""`/staff/events`: the list, and one event's time, place and state. Changes are told to those who hold a place."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.duties import Queue
from portal.accounts.guards import SignedIn, staff
from portal.accounts.staff import POSTMASTERS
from portal.accounts.tables import StaffRole
from portal.calendars import queries as calendars
from portal.core import countries, times
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.text import one_line
from portal.events import commands
from portal.events.permissions import EDITORS, can_edit_events
from portal.events.queries import history, single
from portal.events.queries import staff as queries
from portal.events.rules import changes, states
from portal.events.rules.words import FORMATS
from portal.events.staff.forms import CancelForm, Schedule, ScheduleForm, VersionForm, filled, schedule
from portal.events.staff.inputs import Audience, Sold
from portal.events.tables import EventKind, EventState
from portal.web.asking import wants_fragment
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.query_strings import may_be_slug, page_number, pairs
from portal.web.rendering import page, see_other

EVENTS = Queue("events", "Events", "/staff/events", can_edit_events)
FIELD_OF = {"starts_at": "starts", "ends_at": "ends"}
_MOST_ID = 2**62
_MOST_HOLDERS = 200


@get("/staff", guards=[staff(*POSTMASTERS)], include_in_schema=False)
async def staff_home(actor: SignedIn) -> Response[Any]:
    """Staff start where they may do something."""
    return see_other("/staff/events" if can_edit_events(actor) else "/staff/mail")


@get("/staff/events/of/{slug:str}", guards=[staff(*StaffRole)], include_in_schema=False)
async def staff_link(request: Request[Any, Any, Any], slug: FromPath[str], actor: SignedIn) -> Response[Any]:
    """The event that a public page is about; for the page itself the link to it, if it leads anywhere."""
    fragment = wants_fragment(request.scope)
    if fragment and not can_edit_events(actor):
        return Response("", status_code=204)
    found = await single.id_and_title(slug) if may_be_slug(slug) else None
    if found is None:
        raise NotFound("There is no such event.")
    if not fragment:
        return see_other(f"/staff/events/{found[0]}")
    return page(request, "events/staff/link.html", private=True, event_id=found[0])


class StaffEventPages(Controller):
    path = "/staff/events"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now, sold: Sold) -> Response[str]:
        given = dict(reversed(pairs(request)))
        number = page_number(request)
        asks = {
            "words": one_line(given.get("q", ""))[:120],
            "state": given.get("state", "") if given.get("state") in list(EventState) else "",
            "kind": given.get("kind", "") if given.get("kind") in list(EventKind) else "",
        }
        past = given.get("when") == "all"
        rows, at = await queries.events(**asks, past=past, now=now, number=number)
        if number > 1 and not rows:
            raise NotFound("There is no such page of this list.")
        return page(
            request, "events/staff/index.html", block="rows", private=True, rows=rows, at=at, past=past,
            asks=asks, states=list(EventState), kinds=list(EventKind), now=now,
            address=lambda n: _list_address(asks, past, n), time_words=states.time_words,
            sold=await sold([row.id for row in rows if row.kind is EventKind.OWN]),
        )  # fmt: skip

    @get("/{event_id:int}")
    async def edit(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], now: Now, audience: Audience
    ) -> Response[str]:
        stored = await stored_event(event_id)
        return await _edit(request, stored, filled(stored), now=now, audience=audience)

    @post("/{event_id:int}/preview", status_code=200)
    async def preview(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], now: Now, audience: Audience
    ) -> Response[str]:
        """What attendees would be told, without saving anything."""
        stored = await stored_event(event_id)
        form = await read(request, ScheduleForm)
        wanted = schedule(form, stored, now=now)
        if wanted is None:
            return await _edit(request, stored, form, now=now, audience=audience, status=422)
        told = changes.told(changes.plan_of(stored), _after(stored, wanted))
        return await _edit(request, stored, form, now=now, audience=audience, told=told)

    @post("/{event_id:int}/schedule")
    async def move(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now, audience: Audience
    ) -> Response[Any]:
        stored = await stored_event(event_id)
        form = await read(request, ScheduleForm)
        wanted = schedule(form, stored, now=now)
        if wanted is None or form.data is None:
            return await _edit(request, stored, form, now=now, audience=audience, status=422)
        try:
            await commands.move_event(
                actor=actor,
                event_id=event_id,
                version=form.data.version,
                starts_at=wanted.starts_at,
                ends_at=wanted.ends_at,
                timezone=wanted.timezone,
                all_day=wanted.all_day,
                format=wanted.format,
                venue=wanted.venue,
                online_url=wanted.online_url,
                tell_over=bool(form.data.tell_over),
                now=now,
            )
        except Invalid as refused:
            form.errors.update({FIELD_OF.get(name, name): words for name, words in refused.fields.items()})
            return await _edit(request, stored, form, now=now, audience=audience, status=422)
        except Conflict as overtaken:
            # Somebody was faster: what they changed, what was typed here, and the choice to save all the same.
            stored = await stored_event(event_id)
            kept: Filled[Any] = Filled({**form.values, "version": stored["version"]}, form.errors)
            return await _edit(
                request, stored, kept, now=now, audience=audience, status=409, conflict=overtaken.message
            )
        return see_other(f"/staff/events/{event_id}", notice="Saved. The calendar entry follows.")

    @post("/{event_id:int}/cancellation")
    async def cancel(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now, audience: Audience
    ) -> Response[Any]:
        form = await read(request, CancelForm)
        stored = await stored_event(event_id)
        typed = form.data
        if typed is None:
            return await _edit(request, stored, filled(stored), now=now, audience=audience, status=422, cancelling=form)
        try:
            await commands.cancel_event(
                actor=actor, event_id=event_id, version=typed.version, reason=typed.reason,
                tell_over=bool(typed.tell_anyway), now=now,
            )  # fmt: skip
        except Conflict as overtaken:
            stored = await stored_event(event_id)
            form = Filled({**form.values, "version": stored["version"]})
            return await _edit(
                request, stored, filled(stored), now=now, audience=audience, status=409, cancelling=form,
                conflict=overtaken.message,
            )  # fmt: skip
        told = stored["ends_at"] > now or typed.tell_anyway
        done = "Cancelled. Whoever holds a place is told." if told else "Cancelled. It was over, so nobody is told."
        return see_other(f"/staff/events/{event_id}", notice=done)

    @post("/{event_id:int}/reinstatement")
    async def reinstate(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        version = await _version(request)
        await commands.reinstate_event(actor=actor, event_id=_known(event_id), version=version, now=now)
        return see_other(f"/staff/events/{event_id}", notice="The event is on again.")

    @post("/{event_id:int}/publication")
    async def publish(self, event_id: FromPath[int], actor: SignedIn, now: Now) -> Response[Any]:
        await commands.publish_event(actor=actor, event_id=_known(event_id), now=now)
        return see_other(f"/staff/events/{event_id}", notice="The event is public.")

    @post("/{event_id:int}/withdrawal")
    async def withdraw(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:
        version = await _version(request)
        await commands.withdraw_event(actor=actor, event_id=_known(event_id), version=version, now=now)
        return see_other(f"/staff/events/{event_id}", notice="The event is a draft again and not public.")


def _known(event_id: int) -> int:
    """An id the database can hold."""
    if not 0 < event_id < _MOST_ID:
        raise NotFound("There is no such event.")
    return event_id


async def _version(request: Request[Any, Any, Any]) -> int:
    form = await read(request, VersionForm)
    if form.data is None:
        raise Invalid(form.errors, "This page is out of date. Please open it again.")
    return form.data.version


async def stored_event(event_id: int) -> Mapping[str, Any]:
    stored = await queries.one(_known(event_id))
    if stored is None:
        raise NotFound("There is no such event.")
    return stored


def _after(stored: Mapping[str, Any], wanted: Schedule) -> changes.Plan:
    before = changes.plan_of(stored)
    return changes.Plan(
        title=before.title,
        state=before.state,
        **{name: getattr(wanted, name) for name in Schedule.__struct_fields__},
    )


async def _edit(
    request: Request[Any, Any, Any],
    stored: Mapping[str, Any],
    form: Filled[Any],
    *,
    now: Any,
    audience: Callable[[int], Awaitable[int]],
    status: int = 200,
    told: list[changes.Change] | None = None,
    conflict: str = "",
    cancelling: Filled[Any] | None = None,
) -> Response[str]:
    key = str(stored["id"])
    plan = changes.plan_of(stored)
    ledger, holders = await calendars.ledger_and_holders("event", key, limit=_MOST_HOLDERS)
    return page(
        request,
        "events/staff/edit.html",
        private=True,
        status=status,
        e=stored,
        plan=plan,
        form=form,
        told=told,
        conflict=conflict,
        cancelling=cancelling or blank(version=stored["version"]),
        ledger=ledger,
        told_by={held.number: _entry_words(held.entry) for held in ledger.held},
        holders=holders,
        people=await audience(stored["id"]),
        acts=await history.acts(stored["id"]),
        can={
            act: not states.why_not(act, plan.state) for act in ("move", "cancel", "reinstate", "publish", "withdraw")
        },
        formats=[(form_.value, words) for form_, words in FORMATS.items()],
        countries=list(countries.names().items()),
        zones=times.zone_names(),
        is_past=stored["ends_at"] <= now,
        most_holders=_MOST_HOLDERS,
    )


def _entry_words(entry: Any) -> str:
    """When and where, as a calendar entry told it."""
    time = states.time_words(entry.starts_at, entry.ends_at, entry.timezone, all_day=entry.all_day)
    parts = [time, entry.location, "cancelled" if entry.cancelled else ""]
    return ", ".join(part for part in parts if part)


def _list_address(asks: Mapping[str, str], past: bool, number: int) -> str:
    given = {"q": asks["words"], "state": asks["state"], "kind": asks["kind"], "when": "all" if past else ""}
    given["page"] = str(number) if number > 1 else ""
    kept = {name: value for name, value in given.items() if value}
    return "/staff/events" + (f"?{urlencode(kept)}" if kept else "")
