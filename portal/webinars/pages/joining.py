"""`/join/{claim}`: the way into the online part of an event, the same address whatever room it leads to.

Opening it changes nothing and counts nothing: mail programs and calendars fetch addresses by themselves. Whoever goes in
presses a button. `/events/{slug}/join`, which calendars carry that people share, leads there whoever signs in.
"""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, signed_in
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.events.tables import EventFormat
from portal.registration.queries.orders import order_by_claim
from portal.registration.queries.people import claim_at
from portal.registration.tables import SeatState
from portal.registration.values.orders import OrderRecord
from portal.web import forms
from portal.web.inputs import Now
from portal.web.query_strings import may_be_slug
from portal.web.rendering import page, see_other
from portal.webinars.commands.entering import hand_over
from portal.webinars.guards import let_in
from portal.webinars.pages.films import leads_elsewhere
from portal.webinars.queries import people, rooms
from portal.webinars.rules.entering import Way, way
from portal.webinars.rules.taking_part import REMOVED
from portal.webinars.rules.words import what_now
from portal.webinars.values import Participant, Room


@get("/events/{slug:str}/join", guards=[signed_in], include_in_schema=False)
async def join_signed_in(slug: FromPath[str], actor: SignedIn) -> Response[Any]:
    """To the link of one's own."""
    claim = await claim_at(slug, actor.email) if may_be_slug(slug) else None
    if claim is None:
        raise NotFound(
            f"There is no place in your name at this event. You are signed in as {actor.email}; the link in the confirmation "
            "works whoever is signed in."
        )
    return see_other(f"/join/{claim}")


class JoinPages(Controller):
    path = "/join"
    opt = {"public": True}
    include_in_schema = False

    @get("/{claim:str}")
    async def show(self, request: Request[Any, Any, Any], claim: FromPath[str], now: Now) -> Response[str]:
        order, place, room = await _found(claim)
        return page(
            request, "webinars/join.html", private=True, headers={"X-Robots-Tag": "noindex", **leads_elsewhere()},
            order=order, place=place, room=room, way=way(order, room, now), what_now=what_now(room) if room else "", now=now,
        )  # fmt: skip

    @post("/{claim:str}")
    async def enter(self, request: Request[Any, Any, Any], claim: FromPath[str], now: Now) -> Response[Any]:
        """Go in. Where the picture is in another service’s room, `to=room` asks for ours, with its questions and polls."""
        order, place, room = await _found(claim)
        here = (await forms.sent(request)).get("to") == ["room"]
        match way(order, room, now):
            case Way.ROOM if room is not None:
                return _in(room.path, place)
            case Way.REPLAY if room is not None:
                return _in(room.replay_path, place)
            case Way.ELSEWHERE if room is not None and here:
                return _in(room.path, place)
            case Way.ELSEWHERE if room is not None:
                await hand_over(webinar_id=room.id, seat_id=place.seat_id, now=now)
                return _in(room.source_url, place)
            case Way.ELSEWHERE:
                return see_other(order.online_url)
            case _:
                raise Conflict("There is no way in at this moment. The page says when there will be.")


def _in(address: str, place: Participant) -> Response[Any]:
    """There, with the way into our own room and to its recording kept by the browser."""
    answer = see_other(address)
    let_in(answer, place)
    return answer


async def _found(claim: str) -> tuple[OrderRecord, Participant, Room | None]:
    found = await order_by_claim(claim) if may_be_slug(claim) or len(claim) == 32 else None
    if found is None or found[0].event_format == EventFormat.IN_PERSON:
        raise NotFound("This link opens nothing any more. If your place was passed on or cancelled, its mail says so.")
    order, seat = found
    place = await people.by_claim(claim)
    if seat.state is not SeatState.CONFIRMED or place is None:
        raise NotFound("This place was cancelled, or is not confirmed yet.")
    if place.removed:
        raise Forbidden(REMOVED)
    return order, place, await rooms.by_id(place.webinar_id) if place.webinar_id is not None else None
