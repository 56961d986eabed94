"""`/account/consents`: which companies may be told of a person, in which words, since when; and taking it back."""

from typing import Annotated, Any

from litestar import Controller, Request, get, post
from litestar.params import PathParameter
from litestar.response import Response

from portal.accounts.guards import SignedIn, signed_in
from portal.leads.inputs import MadeOne, Occasions
from portal.leads.queries import about, receipts
from portal.leads.withdrawing import withdraw_consent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_HERE = "/account/consents"
Id = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]


class ConsentPages(Controller):
    path = _HERE
    guards = [signed_in]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], actor: SignedIn, occasions: Occasions) -> Response[str]:
        given = await receipts(actor.email)
        return page(
            request, "leads/consents.html", private=True, here="consents", actor=actor, about=await about(given, occasions),
            standing=[one for one in given if one.stands], withdrawn=[one for one in given if not one.stands],
        )  # fmt: skip

    @post("/{number:int}/withdrawal")
    async def withdraw(self, number: Id, actor: SignedIn, one_with: MadeOne, now: Now) -> Response[Any]:
        company = await withdraw_consent(consent_id=number, email=actor.email, now=now, one_with=one_with)
        return see_other(_HERE, notice=f"Taken back. You are off the list of {company}.")
