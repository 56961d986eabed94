"""The ways to one’s own meetings: from an event’s page, from an exhibitor’s, and from the account."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import MaybeActor, SignedIn, signed_in
from portal.core.errors import NotFound
from portal.exhibitors.meetings.queries import events, meetings, requests, visitors
from portal.exhibitors.meetings.queries.events import MeetingEvent
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import Right
from portal.registration.queries.people import claim_of_attendee
from portal.registration.queries.tickets import is_open
from portal.registration.values.orders import OrderRecord, SeatRecord
from portal.web.inputs import Now
from portal.web.query_strings import may_be_slug
from portal.web.rendering import markup, page, render, see_other


class EventMeetings(Controller):
    """Whoever is signed in and has a place goes on to it; everybody else reads how one gets a meeting."""

    path = "/events/{slug:str}/meetings"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def all(
        self, request: Request[Any, Any, Any], slug: FromPath[str], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        event = await _event(slug)
        claim = await claim_of_attendee(event.id, actor.email) if actor else None
        if claim is not None:
            return see_other(f"/seats/{claim}/meetings")
        return await _door(request, event, actor is not None, now)

    @get("/{company:str}")
    async def one(
        self, request: Request[Any, Any, Any], slug: FromPath[str], company: FromPath[str], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        event = await _event(slug)
        here = await desks.at_event(company, slug) if may_be_slug(company) else None
        if here is None or not here.may(Right.MEETINGS):
            raise NotFound("This company takes no meetings at this event.")
        claim = await claim_of_attendee(event.id, actor.email) if actor else None
        if claim is not None:
            return see_other(f"/seats/{claim}/meetings/companies/{company}")
        return await _door(request, event, actor is not None, now, company=here.company_name, then=f"/{company}")


async def _event(slug: str) -> MeetingEvent:
    found = await events.by_slug(slug) if may_be_slug(slug) else None
    if found is None:
        raise NotFound("There is no such event.")
    return found


async def _door(
    request: Request[Any, Any, Any],
    event: MeetingEvent,
    is_signed_in: bool,
    now: Now,
    *,
    company: str = "",
    then: str = "",
) -> Response[str]:
    return page(
        request, "exhibitors/meetings/door.html", private=True, headers={"X-Robots-Tag": "noindex"}, event=event,
        is_signed_in=is_signed_in, company=company, then=f"/events/{event.slug}/meetings{then}",
        companies=await visitors.companies(event.id, now), is_open=await is_open(event.id, now=now),
        over=event.ends_at <= now or not event.is_on,
    )  # fmt: skip


class AccountMeetings(Controller):
    """All of somebody's meetings, on either side, at every event."""

    path = "/account/meetings"
    guards = [signed_in]
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[str]:
        found = await meetings.of_address(actor.email)
        return page(
            request, "exhibitors/meetings/account.html", private=True, here="meetings", actor=actor, now=now,
            coming=[one for one in found if one.is_planned and one.ends_at > now],
            others=[one for one in found[::-1] if not (one.is_planned and one.ends_at > now)],
            open_requests=await requests.open_of_address(actor.email),
        )  # fmt: skip


async def seat_part(order: OrderRecord, seat: SeatRecord) -> str:
    """What the page of an order or a place says of meetings; empty where nobody is named or nobody can be met."""
    if seat.named_at is None or not order.is_on:
        return ""
    found = await events.for_seat(order.event_id, seat.id)
    if not found.companies and not found.meetings and not found.waiting:
        return ""
    return markup(render("exhibitors/meetings/_seat.html", found=found, base=f"{seat.path}/meetings"))
