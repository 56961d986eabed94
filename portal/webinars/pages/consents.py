"""`/webinars/{slug}/consents` and `/join/{claim}/consents`: who gets somebody's details, sponsor by sponsor.

Nothing is ticked beforehand, and nothing else depends on it. The second address is for those who come with their place's
own link and have no account; it also stands on the order's and the place's page, as a part.
"""

import re
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath, PathParameter
from litestar.response import Response

from portal.core.errors import Conflict, Invalid, NotFound
from portal.registration.values.orders import OrderRecord, SeatRecord
from portal.web import forms
from portal.web.forms import field
from portal.web.inputs import Now
from portal.web.query_strings import may_be_slug
from portal.web.rendering import markup, page, render, see_other
from portal.webinars.commands.consents import agree, take_back
from portal.webinars.guards import ROOM, InRoom, TheRoom, in_room
from portal.webinars.queries import people, rooms
from portal.webinars.queries.consents import choices
from portal.webinars.rules.consent import How
from portal.webinars.tables.rooms import RoomState
from portal.webinars.values import Participant, Room

Id = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
_CHOICE = re.compile(r"(\d{1,18})\.([0-9a-f]{16})")


class AgreeForm(msgspec.Struct):
    agree: Annotated[list[str], field("Whom", max_length=50)] = []
    how: Annotated[How | None, field("Where", kind="choice")] = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody with a place, at `base`, the address of their consents."""

    request: Request[Any, Any, Any]
    room: Room
    who: Participant
    base: str
    how: How
    back: tuple[str, str]
    """Words and address of the way back."""


class RoomConsents(Controller):
    """For whoever is in the room, by its cookie or their account."""

    path = "/webinars/{slug:str}/consents"
    dependencies = ROOM
    guards = [in_room]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom) -> Response[Any]:
        return await _page(_in_room(request, room, participant))

    @post("/")
    async def agree(
        self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, now: Now
    ) -> Response[Any]:
        return await _agree(_in_room(request, room, participant), now)

    @post("/{number:int}/withdrawal")
    async def withdraw(
        self, request: Request[Any, Any, Any], room: TheRoom, participant: InRoom, number: Id, now: Now
    ) -> Response[Any]:
        return await _take_back(_in_room(request, room, participant), number, now)


class SeatConsents(Controller):
    """For whoever has a place's own link."""

    path = "/join/{claim:str}/consents"
    opt = {"public": True}
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], claim: FromPath[str]) -> Response[Any]:
        return await _page(await _by_claim(request, claim))

    @post("/")
    async def agree(self, request: Request[Any, Any, Any], claim: FromPath[str], now: Now) -> Response[Any]:
        return await _agree(await _by_claim(request, claim), now)

    @post("/{number:int}/withdrawal")
    async def withdraw(
        self, request: Request[Any, Any, Any], claim: FromPath[str], number: Id, now: Now
    ) -> Response[Any]:
        return await _take_back(await _by_claim(request, claim), number, now)


async def seat_part(order: OrderRecord, seat: SeatRecord) -> str:
    """What the page of an order or a place says of sponsors; empty where there are none, or nobody is named yet."""
    place = await people.by_seat(seat.id) if seat.named_at is not None and order.joins else None
    room = await rooms.by_id(place.webinar_id) if place is not None and place.webinar_id is not None else None
    if room is None or place is None:
        return ""
    found = await choices(room.id, place.email)
    if not found.sponsors and not found.former:
        return ""
    return markup(
        render(
            "webinars/_consents.html", found=found, who=place, room=room, base=f"/join/{place.claim}/consents",
            how=How.REGISTRATION, form=forms.blank(),
        )
    )  # fmt: skip


def _in_room(request: Request[Any, Any, Any], room: Room, who: Participant) -> Asked:
    watching = room.state is RoomState.REPLAY
    address = f"/webinars/{room.slug}/replay" if watching else room.path
    return Asked(
        request=request, room=room, who=who, base=f"/webinars/{room.slug}/consents",
        how=How.REPLAY if watching else How.ROOM, back=("The recording" if watching else "The room", address),
    )  # fmt: skip


async def _by_claim(request: Request[Any, Any, Any], claim: str) -> Asked:
    who = await people.by_claim(claim) if may_be_slug(claim) or len(claim) == 32 else None
    room = await rooms.by_id(who.webinar_id) if who is not None and who.webinar_id is not None else None
    if who is None or room is None:
        raise NotFound("This link opens nothing any more. If your place was passed on or cancelled, its mail says so.")
    return Asked(
        request=request, room=room, who=who, base=f"/join/{claim}/consents", how=How.REGISTRATION,
        back=("Your place", f"/seats/{claim}"),
    )  # fmt: skip


async def _agree(asked: Asked, now: Now) -> Response[Any]:
    form = await forms.read(asked.request, AgreeForm)
    if form.data is None:
        return await _page(asked, form, status=422)
    try:
        names = await agree(
            room=asked.room, who=asked.who, choices=_chosen(form.data.agree), how=form.data.how or asked.how, now=now
        )
    except Invalid as refused:
        return await _page(asked, form.refuse(refused), status=422)
    except (Conflict, NotFound) as refused:
        return await _page(asked, form.refuse(Invalid({"agree": refused.message})), status=409)
    told = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    return see_other(asked.base, notice=f"{told} may be told of you. You can take it back here at any time.")


def _chosen(ticked: list[str]) -> dict[int, str]:
    """Companies and the sentences that were read. Raises Invalid for nothing, and for what no box of ours says."""
    if not ticked:
        raise Invalid({"agree": "Nobody is ticked. You need not tick anybody."})
    found = [_CHOICE.fullmatch(value) for value in ticked]
    if not all(found):
        raise Invalid({"agree": "This choice could not be read. Please tick the boxes once more."})
    return {int(one[1]): one[2] for one in found if one}


async def _take_back(asked: Asked, number: int, now: Now) -> Response[Any]:
    company = await take_back(who=asked.who, consent_id=number, now=now)
    return see_other(asked.base, notice=f"Taken back. You are off the list of {company}.")


async def _page(asked: Asked, form: forms.Filled[Any] | None = None, *, status: int = 200) -> Response[Any]:
    return page(
        asked.request, "webinars/consents.html", status=status, private=True,
        headers={"X-Robots-Tag": "noindex"}, room=asked.room, who=asked.who,
        found=await choices(asked.room.id, asked.who.email), base=asked.base, how=asked.how, form=form or forms.blank(),
        back=asked.back,
    )  # fmt: skip
