"""`/enquiries`: what a buyer asked, at the account or at a secret address. There it is read; acting takes a code."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.access.commands import codes
from portal.accounts.access.cookies import browser_of, give_ticket
from portal.accounts.access.pages.steps import answer_to
from portal.accounts.actors import Actor
from portal.accounts.guards import MaybeActor, SignedIn, signed_in
from portal.accounts.tables import CodePurpose
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited, SignInNeeded
from portal.core.paging import Page
from portal.core.settings import current
from portal.directory.enquiries import forms, limits
from portal.directory.enquiries.commands import talking
from portal.directory.enquiries.pages import proof
from portal.directory.enquiries.pages.asking import CODE
from portal.directory.enquiries.pages.files import files_of
from portal.directory.enquiries.queries import buyer
from portal.directory.enquiries.rules import spam, times, words
from portal.directory.enquiries.values import OwnEnquiry
from portal.web.clients import network
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.query_strings import page_number
from portal.web.rendering import page, see_other

_SIZE = 25
_SECRET_LENGTH = 32
_HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
_CONFIRM = (
    "Please confirm first that you read the mails of this address. Nothing was done yet; what you typed is below."
)
_GONE = "There is no enquiry at this address. Its address may have been replaced by a new one."


@get("/enquiries", guards=[signed_in], include_in_schema=False)
async def my_enquiries(request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
    """Everything somebody asked, the newest first."""
    number = page_number(request)
    rows, total = await buyer.enquiries(actor, offset=(number - 1) * _SIZE, limit=_SIZE)
    if number > 1 and not rows:
        raise NotFound("There is no such page of this list.")
    return page(
        request, "directory/enquiries/mine.html", private=True, here="enquiries", actor=actor, rows=rows,
        at=Page(number, _SIZE, total), words=words, now=now, address=lambda n: f"/enquiries?page={n}",
    )  # fmt: skip


class OwnPages(Controller):
    """One enquiry. `key` is its number for who is signed in, or its secret for anybody who has it, to read it."""

    path = "/enquiries/{key:str}"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], key: FromPath[str], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        return await _show(request, await _own(request, key, actor, now), now)

    @post("/code", status_code=303)
    async def ask_code(
        self, request: Request[Any, Any, Any], key: FromPath[str], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        """Send a code to the buyer; who types it may act in this browser for a while."""
        own = await _own(request, key, actor, now)
        if own.acts:
            return see_other(own.address)
        try:
            ticket = await codes.ask(
                purpose=CodePurpose.ENQUIRY, email=own.email, browser=browser_of(request), now=now,
                details={"enquiry": own.asked.id, "page": own.address},
            )  # fmt: skip
        except RateLimited as error:
            return await _show(request, own, now, error=error)
        return give_ticket(see_other(CODE), CodePurpose.ENQUIRY, ticket)

    @post("/suppliers/{position:int}/messages", status_code=303)
    async def write(
        self, request: Request[Any, Any, Any], key: FromPath[str], position: FromPath[int], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        own = await _own(request, key, actor, now)
        form = await read(request, forms.Message)
        if not own.acts:
            return await _show(request, own, now, form=form, at=position, error=Conflict(_CONFIRM))
        if form.data is None:
            return await _show(request, own, now, form=form, at=position)
        try:
            await limits.before_message(who=own.asked.number, network=network(request), now=now)
            await talking.write_to(
                enquiry_id=own.asked.id, position=_position(position), author=actor.account_id if actor else None,
                text=form.data.text, form_key=spam.form_key(_token(form.data.token, now)), now=now,
            )  # fmt: skip
        except (Conflict, RateLimited) as error:
            return await _show(request, await _own(request, key, actor, now), now, form=form, at=position, error=error)
        return see_other(f"{own.address}#s{position}", notice="Sent.")

    @post("/suppliers/{position:int}/agreement", status_code=303)
    async def agree(
        self, request: Request[Any, Any, Any], key: FromPath[str], position: FromPath[int], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        own = await _own(request, key, actor, now)
        if not own.acts:
            return await _show(request, own, now, error=Conflict(_CONFIRM))
        try:
            await talking.agree(enquiry_id=own.asked.id, position=_position(position), now=now)
        except Conflict as error:
            return await _show(request, await _own(request, key, actor, now), now, error=error)
        return see_other(f"{own.address}#s{position}", notice="You can talk now. Both sides see each other’s names.")

    @post("/closure", status_code=303)
    async def close(
        self, request: Request[Any, Any, Any], key: FromPath[str], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        own = await _own(request, key, actor, now)
        form = await read(request, forms.Close)
        if not own.acts:
            return await _show(request, own, now, form=form, error=Conflict(_CONFIRM))
        if form.data is None:
            return await _show(request, own, now, form=form)
        try:
            await talking.close(
                enquiry_id=own.asked.id, outcome=form.data.outcome, winner=form.data.winner, decided=form.data.decided, now=now
            )  # fmt: skip
        except (Conflict, Invalid) as error:
            return await _show(request, await _own(request, key, actor, now), now, form=form, error=error)
        return see_other(own.address, notice="Closed. The companies are told.")

    @post("/rotation", status_code=303)
    async def rotate(
        self, request: Request[Any, Any, Any], key: FromPath[str], actor: MaybeActor, now: Now
    ) -> Response[Any]:
        own = await _own(request, key, actor, now)
        if not own.acts:
            return await _show(request, own, now, error=Conflict(_CONFIRM))
        made = await talking.rotate(enquiry_id=own.asked.id)
        where = f"/enquiries/{made}" if own.by_secret else own.address
        answer = see_other(where, notice="This page has a new address now. The old one leads nowhere any more.")
        return proof.give(answer, made, now) if own.by_secret else answer


async def _own(request: Request[Any, Any, Any], key: str, actor: Actor | None, now: datetime) -> OwnEnquiry:
    own = await buyer.own(key[:64], actor)
    if own is None and actor is None and len(key) < _SECRET_LENGTH:
        raise SignInNeeded("Please sign in first.")
    if own is None:
        raise NotFound(_GONE)
    if own.by_secret and (proof.given(request, key, now) or (actor and await buyer.is_buyer(own.asked.number, actor))):
        return msgspec.structs.replace(own, acts=True)
    return own


def _position(given: int) -> int:
    if not 0 <= given < 100:
        raise NotFound("There is no such company in this enquiry.")
    return given


def _token(given: str, now: datetime) -> str:
    """The form's name; a form without one of ours gets a new one, and is only not recognised when it comes twice."""
    return given if spam.form_age(given, now) is not None else spam.form_token(now)


async def _show(
    request: Request[Any, Any, Any], own: OwnEnquiry, now: datetime, *, form: Filled[Any] | None = None, at: int = -1,
    error: DomainError | None = None,
) -> Response[Any]:  # fmt: skip
    status, headers = answer_to(error) if error else (422 if form and form.errors else 200, {})
    form = form or blank()
    if error is not None:
        form = form.refuse(error if isinstance(error, Invalid) else Invalid({"": error.message}))
    return page(
        request, "directory/enquiries/own.html", private=True, status=status, headers={**_HEADERS, **headers},
        section="directory", own=own, asked=own.asked, form=form, at=at, words=words, span=times.span,
        new_token=lambda: spam.form_token(now), files=await files_of(own.asked.number), zone=current().site_timezone,
        winners=[(s.position, s.name) for s in own.suppliers if s.state == "yes"],
        hidden=[s for s in own.suppliers if s.revealed_at is None],
    )  # fmt: skip
