"""`/staff/enquiries`: first messages with links that wait, and what companies reported."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.tables import StaffRole
from portal.core.errors import Conflict, NotFound
from portal.core.settings import current
from portal.directory.enquiries.commands import answering, sending
from portal.directory.enquiries.pages.files import files_of
from portal.directory.enquiries.queries import staff as queries
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_HERE = "/staff/enquiries"


class StaffEnquiries(Controller):
    path = _HERE
    guards = [staff(StaffRole.EDITOR)]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any]) -> Response[Any]:
        held = await queries.held()
        return page(
            request, "directory/enquiries/staff.html", private=True, zone=current().site_timezone,
            held=[(enquiry, await files_of(enquiry.number)) for enquiry in held], reported=await queries.reported(),
        )  # fmt: skip

    @post("/{number:str}/release", status_code=303)
    async def release(self, number: FromPath[str], actor: SignedIn, now: Now) -> Response[Any]:
        return await _decided(
            sending.release(actor=actor, number=number[:20], now=now), f"Enquiry {number[:20]} is sent."
        )

    @post("/{number:str}/refusal", status_code=303)
    async def refuse(self, number: FromPath[str], actor: SignedIn, now: Now) -> Response[Any]:
        return await _decided(
            sending.refuse(actor=actor, number=number[:20], now=now), f"Enquiry {number[:20]} is refused."
        )

    @post("/reports/{recipient_id:int}/settlement", status_code=303)
    async def settle(
        self, recipient_id: FromPath[int], actor: SignedIn, now: Now, close: FromQuery[str] = ""
    ) -> Response[Any]:
        if not 0 < recipient_id < 2**63:
            raise NotFound("There is no such report.")
        act = answering.settle_report(actor=actor, recipient_id=recipient_id, closes=bool(close), now=now)
        return await _decided(act, "The enquiry is closed." if close else "Looked at. The enquiry goes on.")


async def _decided(act: Any, said: str) -> Response[Any]:
    try:
        await act
    except Conflict as problem:
        said = problem.message
    return see_other(_HERE, notice=said)
