"""`/companies/{slug}/manage/enquiries`: what a company is asked, and answering it."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.accounts.access.pages.steps import answer_to
from portal.accounts.guards import signed_in
from portal.accounts.organisations.queries import members
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from portal.core.paging import Page
from portal.core.settings import current
from portal.directory.enquiries import forms, limits
from portal.directory.enquiries.commands import answering
from portal.directory.enquiries.pages.files import files_of
from portal.directory.enquiries.permissions import can_export_leads
from portal.directory.enquiries.queries import supplier
from portal.directory.enquiries.rules import spam, times, words
from portal.directory.enquiries.values import Received
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.directory.permissions import can_answer
from portal.web.clients import network
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.query_strings import page_number
from portal.web.rendering import see_other

HERE = f"{MANAGE}/enquiries"
NOT_STAFF = "Enquiries are read by the company’s own people only."
_SIZE = 25
_VIEWS = ((supplier.OPEN, "To answer"), (supplier.ANSWERED, "Answered"), (supplier.OVER, "Over"))


class ReceivedPages(Controller):
    path = HERE
    guards = [signed_in]
    dependencies = managed(can_answer, NOT_STAFF)
    include_in_schema = False

    @get()
    async def index(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now, view: FromQuery[str] = supplier.OPEN
    ) -> Response[Any]:
        view = view if view in dict(_VIEWS) else supplier.OPEN
        number = page_number(request)
        rows, counts = await supplier.incoming(managed.company.id, view=view, offset=(number - 1) * _SIZE, limit=_SIZE)
        if number > 1 and not rows:
            raise NotFound("There is no such page of this list.")
        zone = current().site_timezone
        return managed_page(
            request, "directory/enquiries/received.html", managed, here="enquiries", view=view, views=_VIEWS, counts=counts,
            rows=[(row, times.age(row.sent_at, row.answered_at, now, zone)) for row in rows], words=words,
            at=Page(number, _SIZE, counts[view]), blocked=await supplier.blocked(managed.company.id),
            exports=managed.may(can_export_leads), zone=zone,
            address=lambda n: managed.address(f"enquiries?view={view}&page={n}"),
        )  # fmt: skip

    @post("/blocked/{block_id:int}/removal", status_code=303)
    async def unblock(self, managed: ManagedCompany, block_id: FromPath[int], now: Now) -> Response[Any]:
        if 0 < block_id < 2**63:
            await answering.unblock(actor=managed.actor, company_id=managed.company.id, block_id=block_id, now=now)
        return see_other(managed.address("enquiries"), notice="Enquiries of this sender reach you again.")

    @get("/{number:str}")
    async def show(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, number: FromPath[str], now: Now
    ) -> Response[Any]:
        found = await _found(managed, number)
        await answering.see(actor=managed.actor, recipient_id=found.id, now=now)
        return await _show(request, managed, await _found(managed, number), now)

    @post("/{number:str}/answer", status_code=303)
    async def answer(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, number: FromPath[str], now: Now
    ) -> Response[Any]:
        found = await _found(managed, number)
        form = await read(request, forms.Answer)
        data = form.data
        try:
            if data is None:
                return await _show(request, managed, found, now, form=form)
            if faults := forms.answer_faults(data):
                raise Invalid(faults)
            await limits.before_message(who=str(managed.actor.account_id), network=network(request), now=now)
            await answering.answer(
                actor=managed.actor, recipient_id=found.id, kind=data.kind, text=data.text, reason=data.reason,
                version=data.version, form_key=spam.form_key(data.token or spam.form_token(now)), now=now,
            )  # fmt: skip
        except (Invalid, Conflict, RateLimited) as error:
            return await _show(request, managed, await _found(managed, number), now, form=form, error=error)
        return see_other(_address(managed, number), notice="Your answer is sent.")

    @post("/{number:str}/messages", status_code=303)
    async def write(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, number: FromPath[str], now: Now
    ) -> Response[Any]:
        return await _say(request, managed, number, now, answering.write, "Sent.", "message")

    @post("/{number:str}/notes", status_code=303)
    async def note(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, number: FromPath[str], now: Now
    ) -> Response[Any]:
        return await _say(request, managed, number, now, answering.note, "Noted for your colleagues.", "note")

    @post("/{number:str}/assignment", status_code=303)
    async def assign(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, number: FromPath[str], now: Now
    ) -> Response[Any]:
        found = await _found(managed, number)
        form = await read(request, forms.Assign)
        assert managed.company.organisation_id is not None
        try:
            if form.data is None:
                return await _show(request, managed, found, now, form=form)
            await answering.assign(
                actor=managed.actor, recipient_id=found.id, organisation_id=managed.company.organisation_id,
                assignee=form.data.assignee, now=now,
            )  # fmt: skip
        except Invalid as error:
            return await _show(request, managed, found, now, form=form, error=error)
        return see_other(_address(managed, number), notice="Saved.")

    @post("/{number:str}/blocking", status_code=303)
    async def block(self, managed: ManagedCompany, number: FromPath[str], now: Now) -> Response[Any]:
        found = await _found(managed, number)
        await answering.block(actor=managed.actor, recipient_id=found.id, now=now)
        return see_other(managed.address("enquiries"), notice="Enquiries of this sender do not reach you any more.")

    @post("/{number:str}/report", status_code=303)
    async def report(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, number: FromPath[str], now: Now
    ) -> Response[Any]:
        found = await _found(managed, number)
        form = await read(request, forms.Report)
        if form.data is None:
            return await _show(request, managed, found, now, form=form, part="report")
        await answering.report(actor=managed.actor, recipient_id=found.id, text=form.data.text, now=now)
        return see_other(_address(managed, number), notice="Thank you. Our staff look at it.")


async def _found(managed: Managed, number: str) -> Received:
    found = await supplier.received(managed.company.id, number[:20])
    if found is None:
        raise NotFound("There is no such enquiry to your company.")
    return found


def _address(managed: Managed, number: str) -> str:
    return managed.address(f"enquiries/{number}")


async def _say(
    request: Request[Any, Any, Any], managed: Managed, number: str, now: Now, command: Any, notice: str, part: str
) -> Response[Any]:
    found = await _found(managed, number)
    form = await read(request, forms.Message)
    try:
        if form.data is None:
            return await _show(request, managed, found, now, form=form, part=part)
        await limits.before_message(who=str(managed.actor.account_id), network=network(request), now=now)
        key = spam.form_key(form.data.token or spam.form_token(now))
        await command(actor=managed.actor, recipient_id=found.id, text=form.data.text, form_key=key, now=now)
    except (Conflict, RateLimited) as error:
        return await _show(request, managed, await _found(managed, number), now, form=form, part=part, error=error)
    return see_other(_address(managed, number), notice=notice)


async def _show(
    request: Request[Any, Any, Any], managed: Managed, found: Received, now: Now, *, form: Filled[Any] | None = None,
    part: str = "answer", error: DomainError | None = None,
) -> Response[Any]:  # fmt: skip
    status, headers = answer_to(error) if error else (422 if form and form.errors else 200, {})
    form = form or blank()
    if error is not None:
        form = form.refuse(error if isinstance(error, Invalid) else Invalid({"": error.message}))
    people = await members(managed.company.organisation_id or 0)
    zone = current().site_timezone
    assert found.asked.sent_at is not None
    return managed_page(
        request, "directory/enquiries/thread.html", managed, here="enquiries", status=status, headers=headers, found=found,
        asked=found.asked, form=form, part=part, words=words, zone=zone, new_token=lambda: spam.form_token(now),
        age=times.age(found.asked.sent_at, found.answered_at, now, zone),
        members=[(person.account_id, person.name) for person in people],
        files=await files_of(found.asked.number) if found.files_open else [],
        files_wait=not found.files_open and bool(await files_of(found.asked.number)),
    )  # fmt: skip
