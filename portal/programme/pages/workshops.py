"""`/events/{slug}/workshops`: places in workshops as they are now, signing up and giving back; the same at
`/seats/{claim}/workshops` for whoever comes with the link of their place.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import actor_of
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.rate_limits import Limit, spend
from portal.programme.commands.places import give_back, sign_up
from portal.programme.guests import guest_of, keep_guest
from portal.programme.queries import places as queries
from portal.programme.rules.places import clashing, why_not
from portal.programme.tables import PlaceState
from portal.programme.workshops import Guest, OwnPlace, Workshop
from portal.registration.queries.tickets import is_open
from portal.registration.values.orders import OrderRecord, SeatRecord
from portal.web import forms
from portal.web.asking import wants_fragment
from portal.web.clients import network
from portal.web.errors import status_of
from portal.web.inputs import Now
from portal.web.query_strings import may_be_slug, pairs
from portal.web.rendering import markup, page, render, see_other

_ACTS = Limit("workshops", tries=120, per=timedelta(minutes=10))
_UNLISTED = {"X-Robots-Tag": "noindex"}
_NOTICES = {
    PlaceState.GIVEN: "You have a place in “{title}”. Its calendar entry comes by mail.",
    PlaceState.WAITING: "You are in line for “{title}”. We write as soon as a place is yours.",
}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A workshop as somebody sees it: `mine` what they have of it, `others` what they have at the same time, and
    `can_change` whether anything can still be done.
    """

    workshop: Workshop
    mine: OwnPlace | None
    others: list[OwnPlace]
    is_open: bool
    can_leave: bool

    @property
    def clash(self) -> list[OwnPlace]:
        """What taking a place now would cost."""
        return [one for one in self.others if one.given] if self.workshop.left else []

    @property
    def would_go(self) -> list[OwnPlace]:
        """What moving up from the line would cost."""
        return [] if self.workshop.left else [one for one in self.others if one.given]

    @property
    def hindered(self) -> OwnPlace | None:
        """Another line at the same time, which forbids this one."""
        return next((one for one in self.others if not one.given and not self.workshop.left), None)


class WorkshopPages(Controller):
    path = "/events/{slug:str}/workshops"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now) -> Response[str]:
        """All of them; for htmx, how many places those of `ids` have left, for wherever a page names them."""
        found = await queries.workshops(slug) if may_be_slug(slug) else []
        if not found:
            raise NotFound("There are no workshops at such an event.")
        if wants_fragment(request.scope):
            wanted = dict(pairs(request)).get("ids", "").split(",")
            return page(
                request, "programme/left.html", private=True, workshops=[one for one in found if str(one.id) in wanted]
            )
        guest = await guest_of(request, slug)
        return await _list(request, found, guest, now, base="")

    @get("/{session_slug:str}")
    async def show(
        self, request: Request[Any, Any, Any], slug: FromPath[str], session_slug: FromPath[str], now: Now
    ) -> Response[str]:
        return await _show(request, await _workshop(slug, session_slug), await guest_of(request, slug), now)

    @post("/{session_slug:str}")
    async def act(
        self, request: Request[Any, Any, Any], slug: FromPath[str], session_slug: FromPath[str], now: Now
    ) -> Response[Any]:
        workshop, guest = await _workshop(slug, session_slug), await guest_of(request, slug)
        if guest is None:
            return await _show(request, workshop, None, now, status=403)
        try:
            notice = await _act(request, guest, workshop, now)
        except (Conflict, NotFound) as refused:
            return await _show(request, workshop, guest, now, refused=refused)
        if wants_fragment(request.scope):
            return await _show(request, await _workshop(slug, session_slug), guest, now, said=notice)
        return see_other(workshop.places_path, notice=notice)


class SeatWorkshops(Controller):
    path = "/seats/{claim:str}/workshops"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], claim: FromPath[str], now: Now) -> Response[str]:
        guest = await _claimed(claim)
        return await _list(request, await queries.workshops(guest.event_slug), guest, now, base=guest.path)

    @post("/{session_slug:str}")
    async def act(
        self, request: Request[Any, Any, Any], claim: FromPath[str], session_slug: FromPath[str], now: Now
    ) -> Response[Any]:
        """From here on the pages of the event’s workshops know whose browser it is."""
        guest = await _claimed(claim)
        workshop = await _workshop(guest.event_slug, session_slug)
        try:
            notice = await _act(request, guest, workshop, now)
        except (Conflict, NotFound) as refused:
            found = await queries.workshops(guest.event_slug)
            return await _list(request, found, guest, now, base=guest.path, refused=refused, about=workshop.id)
        answer = see_other(guest.path, notice=notice)
        keep_guest(answer, guest)
        return answer


async def seat_part(order: OrderRecord, seat: SeatRecord) -> str:
    """What the page of an order or a place says of workshops; empty where the event has none."""
    guest = await queries.guest_by_seat(seat.id)
    if guest is None or guest.extra or not guest.workshops or not order.is_on:
        return ""
    found = await queries.workshops(order.event_slug)
    mine = await queries.own(seat.id)
    return markup(render("programme/_seat_part.html", guest=guest, mine=mine, workshops=found, why_not=why_not(guest)))


async def _act(request: Request[Any, Any, Any], guest: Guest, workshop: Workshop, now: datetime) -> str:
    """Take a place or the next one in line, or leave; gives what to say of it."""
    given = await forms.sent(request)
    await spend(_ACTS, network(request), now=now)
    if given.get("act") == ["leave"]:
        await give_back(seat_id=guest.seat_id, session_id=workshop.id, now=now)
        return f"Given back: “{workshop.title}”."
    instead = given.get("instead") == ["yes"]
    state = await sign_up(seat_id=guest.seat_id, session_id=workshop.id, instead=instead, now=now)
    return _NOTICES[state].format(title=workshop.title)


async def _email(request: Request[Any, Any, Any]) -> str:
    """Whose account the browser is signed in to, if any."""
    actor = await actor_of(request)
    return actor.email if actor is not None else ""


async def _claimed(claim: str) -> Guest:
    guest = await queries.guest_by_claim(claim) if len(claim) <= 64 else None
    if guest is None:
        raise NotFound("This link opens nothing any more. If your place was passed on or cancelled, its mail says so.")
    return guest


async def _workshop(slug: str, session_slug: str) -> Workshop:
    found = await queries.workshop(slug, session_slug) if may_be_slug(slug) and may_be_slug(session_slug) else None
    if found is None:
        raise NotFound("There is no such workshop with places of its own.")
    return found


def _shown(workshop: Workshop, mine: list[OwnPlace], now: datetime) -> Shown:
    return Shown(
        workshop=workshop, mine=next((one for one in mine if one.session == workshop.id), None),
        others=clashing(workshop, mine), is_open=workshop.is_on and workshop.starts_at > now,
        can_leave=workshop.ends_at > now,
    )  # fmt: skip


async def _show(
    request: Request[Any, Any, Any], workshop: Workshop, guest: Guest | None, now: datetime, *, status: int = 200,
    refused: DomainError | None = None, said: str = "",
) -> Response[str]:  # fmt: skip
    """One workshop, live; htmx shows no refusals but 422."""
    one = _shown(workshop, await queries.own(guest.seat_id) if guest is not None else [], now)
    if refused is not None and not one.clash:
        said = refused.message
    if refused is not None or status != 200:
        status = 422 if wants_fragment(request.scope) else status_of(refused) if refused else status
    return page(
        request, "programme/workshop.html", block="places", status=status, private=True, headers=_UNLISTED,
        section="events", email=await _email(request),
        one=one, guest=guest, said=said, wrong=refused is not None, action=workshop.places_path,
        why_not=why_not(guest) if guest else "",
        can_register=guest is None and await is_open(workshop.event_id, now=now),
    )  # fmt: skip


async def _list(
    request: Request[Any, Any, Any], found: list[Workshop], guest: Guest | None, now: datetime, *, base: str,
    refused: DomainError | None = None, about: int = 0,
) -> Response[str]:  # fmt: skip
    if not found:
        raise NotFound("There are no workshops at this event.")
    mine = await queries.own(guest.seat_id) if guest is not None else []
    return page(
        request, "programme/workshops.html", status=status_of(refused) if refused else 200, private=True, headers=_UNLISTED,
        section="events", email=await _email(request),
        event=found[0], workshops=[_shown(one, mine, now) for one in found], guest=guest, base=base,
        refused=refused.message if refused else "", about=about, why_not=why_not(guest) if guest else "",
        can_register=guest is None and await is_open(found[0].event_id, now=now),
    )  # fmt: skip
