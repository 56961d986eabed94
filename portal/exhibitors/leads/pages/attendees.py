"""“Who scanned me”: `/account/scans`, and for people without an account the page of their place, at its own secret address."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, PathParameter
from litestar.response import Response

from portal.accounts.guards import SignedIn, signed_in
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.exhibitors.leads.scanned import Scan, scans_of, take_back
from portal.registration.queries.orders import order_by_claim
from portal.registration.rules.badges import badge_address, badge_code
from portal.registration.rules.ticket_codes import grouped, qr_inline
from portal.registration.tables import SeatState, Watching
from portal.registration.values.orders import OrderRecord, SeatRecord
from portal.web.inputs import Now
from portal.web.rendering import markup, page, render, see_other

_HERE = "/account/scans"
Id = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]


class AccountScans(Controller):
    path = _HERE
    guards = [signed_in]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], actor: SignedIn) -> Response[str]:
        return page(
            request, "exhibitors/leads/scans.html", private=True, here="scans", actor=actor,
            scans=await scans_of(actor.email), base=_HERE,
        )  # fmt: skip

    @post("/{number:int}/withdrawal")
    async def withdraw(self, number: Id, actor: SignedIn, now: Now) -> Response[Any]:
        company = await take_back(email=actor.email, consent_id=number, mine=await scans_of(actor.email), now=now)
        return see_other(_HERE, notice=_taken_back(company))


class SeatScans(Controller):
    """For whoever has a place's own link."""

    path = "/seats/{claim:str}/scans"
    opt = {"public": True}
    include_in_schema = False

    @post("/{number:int}/withdrawal")
    async def withdraw(self, claim: FromPath[str], number: Id, now: Now) -> Response[Any]:
        found = await order_by_claim(claim)
        if found is None or not found[1].email:
            raise NotFound(
                "This link opens nothing any more. If your place was passed on or cancelled, its mail says so."
            )
        order, seat = found
        company = await take_back(email=seat.email, consent_id=number, mine=await _of_place(order, seat), now=now)
        return see_other(f"/seats/{claim}", notice=_taken_back(company))


async def seat_part(order: OrderRecord, seat: SeatRecord) -> str:
    """On the page of an order or a place: its badge, and who scanned it. Empty where nobody comes in person."""
    if not order.on_site or seat.named_at is None or not seat.email or seat.state is not SeatState.CONFIRMED:
        return ""
    comes = seat.watching is not Watching.RECORDING and order.is_on
    address = badge_address(current().base_url, seat.claim_secret)
    return markup(
        render(
            "exhibitors/leads/_badge.html", scans=await _of_place(order, seat), seat=seat, comes=comes,
            code=grouped(badge_code(seat.claim_secret)), base=f"/seats/{seat.claim_secret}/scans",
            drawn=markup(qr_inline(address, f"QR code of the badge of {seat.name}")) if comes else "",
        )
    )  # fmt: skip


async def _of_place(order: OrderRecord, seat: SeatRecord) -> list[Scan]:
    """Who scanned the one whose place this is: others with the same address have pages of their own."""
    return await scans_of(
        seat.email, order.event_id, badge=badge_code(seat.claim_secret), name=seat.name, first=seat.first_name
    )


def _taken_back(company: str) -> str:
    return f"Taken back. You are off the list of {company}, who were told to delete what they took along."
