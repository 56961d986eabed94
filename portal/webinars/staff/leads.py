"""`/staff/webinars/{id}/sponsors/{company}`: whom a sponsor is told of, and the words people agree to."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import audit, db
from portal.core.errors import NotFound
from portal.core.settings import current
from portal.events.permissions import EDITORS
from portal.leads.commands import keep_wording
from portal.leads.queries import newest_wording
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.query_strings import page_number
from portal.web.rendering import see_other
from portal.webinars.commands.exporting import note_export
from portal.webinars.pages.sponsoring import as_csv, as_report, listed
from portal.webinars.queries import leads as queries
from portal.webinars.queries.leads import Sponsor
from portal.webinars.rules.consent import WORDING, usual
from portal.webinars.staff.frame import staff_page
from portal.webinars.staff.inputs import the_room
from portal.webinars.values import Room


class WordingForm(msgspec.Struct):
    text: Annotated[str, field("What people agree to", kind="text", max_length=1500)]
    version: Annotated[
        int | None, field("Version", ge=0, le=2**62, wrong="This page is out of date. Please open it again.")
    ] = None


class StaffLeads(Controller):
    path = "/staff/webinars/{webinar_id:int}/sponsors"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/{company_id:int}")
    async def show(
        self, request: Request[Any, Any, Any], webinar_id: FromPath[int], company_id: FromPath[int], now: Now
    ) -> Response[str]:
        room = await the_room(webinar_id)
        return await _page(request, room, await _sponsor(room, company_id), now)

    @post("/{company_id:int}/wording")
    async def save(
        self, request: Request[Any, Any, Any], webinar_id: FromPath[int], company_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[Any]:  # fmt: skip
        """Another version of the words; who agreed to the one before agreed to that."""
        room = await the_room(webinar_id)
        sponsor = await _sponsor(room, company_id)
        form = await read(request, WordingForm)
        if form.data is None:
            return await _page(request, room, sponsor, now, form=form)
        if form.data.version not in (None, sponsor.version or 0):
            newest = await newest_wording(WORDING, str(sponsor.id))
            words = f"Somebody else wrote another one meanwhile: “{newest.text if newest else ''}”. Send yours again to keep it."
            overtaken: Filled[Any] = Filled({**form.values, "version": sponsor.version or 0}, {"text": words})
            return await _page(request, room, sponsor, now, form=overtaken, status=409)
        async with db.transaction():
            kept = await keep_wording(kind=WORDING, key=str(sponsor.id), text=form.data.text, now=now)
            await audit.record(
                actor=actor.label, verb="consent.wording", kind="company", key=sponsor.id, now=now, version=kept.version
            )
        return see_other(
            f"/staff/webinars/{room.id}/sponsors/{sponsor.id}", notice=f"Asked from now on: wording {kept.version}."
        )

    @get("/{company_id:int}/leads.csv")
    async def csv(
        self, webinar_id: FromPath[int], company_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[bytes]:
        """Noted, because it concerns people."""
        room = await the_room(webinar_id)
        sponsor = await _sponsor(room, company_id)
        found = await queries.leads(room.id, sponsor.id, now)
        await note_export(webinar_id=room.id, what=f"leads of {sponsor.name}", rows=len(found), actor=actor, now=now)
        return as_csv(found, f"leads-{room.slug}-{sponsor.slug}.csv")

    @get("/{company_id:int}/report.pdf")
    async def report(self, webinar_id: FromPath[int], company_id: FromPath[int], now: Now) -> Response[bytes]:
        room = await the_room(webinar_id)
        sponsor = await _sponsor(room, company_id)
        return await as_report(room, sponsor.id, sponsor.name, sponsor.slug, now)


async def _sponsor(room: Room, company_id: int) -> Sponsor:
    found = next((one for one in await queries.sponsors(room.id) if one.id == company_id), None)
    if found is None:
        raise NotFound("This company does not sponsor this webinar.")
    return found


async def _page(
    request: Request[Any, Any, Any],
    room: Room,
    sponsor: Sponsor,
    now: Now,
    *,
    form: Filled[Any] | None = None,
    status: int = 422,
) -> Response[str]:
    own = await newest_wording(WORDING, str(sponsor.id))
    text = own.text if own else usual(current().site_name, sponsor.name)
    shown = listed(
        await queries.leads(room.id, sponsor.id, now),
        await queries.counts(room.id, sponsor.id, now),
        page_number(request),
    )
    return staff_page(
        request, "webinars/staff/sponsor.html", room, "sponsors", status=status if form else 200, sponsor=sponsor,
        form=form or blank(text=text, version=sponsor.version or 0),
        base=f"/staff/webinars/{room.id}/sponsors/{sponsor.id}", **shown,
    )  # fmt: skip
