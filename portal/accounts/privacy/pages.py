"""“Your data”: what is known, who received it, a copy to take away, and erasing it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Router, get, post
from litestar.connection import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Response

from portal.accounts.access import cookies, forms
from portal.accounts.access.commands import codes
from portal.accounts.access.pages import steps
from portal.accounts.guards import SignedIn, signed_in
from portal.accounts.privacy import commands, queries
from portal.accounts.tables import CodePurpose
from portal.accounts.values import PersonalData
from portal.core.errors import Conflict, Invalid, RateLimited
from portal.web.forms import read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

STEP = steps.Step(
    purpose=CodePurpose.ERASURE,
    start="/account/privacy#erase",
    here="/account/privacy/erasure",
    title="Erase your account",
    button="Erase my account and data",
    danger=True,
)
SHOWN_ROWS = 25
KnownData = NamedDependency[SkipValidation[Sequence[PersonalData]]]


@get("/account/privacy")
async def privacy(request: Request, actor: SignedIn, personal_data: KnownData) -> Response[Any]:
    return await _show(request, actor, personal_data)


@get("/account/privacy/data.json")
async def copy(actor: SignedIn, personal_data: KnownData, now: Now) -> Response[bytes]:
    """Everything, for a person or another service to read (GDPR articles 15 and 20)."""
    known = await queries.everything(actor.email, personal_data)
    content = {
        "about": actor.email,
        "made_at": now,
        "sources": {source.name: source.rows for source in known},
        "received_by_others": await queries.disclosures(actor.email),
    }
    return Response(
        msgspec.json.format(msgspec.json.encode(content, enc_hook=str), indent=2),
        media_type="application/json",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="your-data-{now:%Y-%m-%d}.json"',
        },
    )


@post("/account/privacy/erasure/codes", status_code=200)
async def ask_erasure(request: Request, actor: SignedIn, personal_data: KnownData, now: Now) -> Response[Any]:
    try:
        ticket = await codes.ask(
            purpose=CodePurpose.ERASURE,
            email=actor.email,
            browser=cookies.browser_of(request),
            now=now,
            account_id=actor.account_id,
            instead_of=cookies.ticket_of(request, CodePurpose.ERASURE),
        )
    except RateLimited as error:
        return await _show(request, actor, personal_data, error=error)
    return cookies.give_ticket(see_other(STEP.here), CodePurpose.ERASURE, ticket)


@get("/account/privacy/erasure")
async def erasure(request: Request, now: Now) -> Response[Any]:
    return await steps.show(request, STEP, now)


@post("/account/privacy/erasure", status_code=200)
async def erase(request: Request, actor: SignedIn, personal_data: KnownData, now: Now) -> Response[Any]:
    form = await read(request, forms.Code)
    if form.data is None:
        return await steps.show(request, STEP, now, form=form)
    ticket = cookies.ticket_of(request, CodePurpose.ERASURE)
    try:
        await commands.erase(actor=actor, ticket=ticket, code=form.data.code, sources=personal_data, now=now)
    except Invalid as error:
        return await steps.show(request, STEP, now, form=form, error=error)
    except Conflict as error:
        return cookies.drop_ticket(see_other(STEP.start, notice=error.message), CodePurpose.ERASURE)
    return cookies.forget_device(cookies.let_out(see_other("/account/erased")))


@post("/account/privacy/erasure/again", status_code=200)
async def again(request: Request, now: Now) -> Response[Any]:
    return await steps.again(request, STEP, now)


@get("/account/erased", opt={"public": True}, include_in_schema=False)
async def erased(request: Request, now: Now) -> Response[Any]:
    """What was done, for the browser that did it."""
    parts = await queries.erased(cookies.ticket_of(request, CodePurpose.ERASURE), now=now)
    if parts is None:
        return see_other("/account/privacy")
    return page(request, "accounts/erased.html", private=True, parts=parts)


async def _show(
    request: Request, actor: SignedIn, sources: Sequence[PersonalData], error: RateLimited | None = None
) -> Response[Any]:
    status, headers = steps.answer_to(error) if error else (200, {})
    return page(
        request, "accounts/privacy.html", private=True, here="privacy", status=status, headers=headers, actor=actor,
        known=await queries.everything(actor.email, sources), most=SHOWN_ROWS, error=error,
        received=await queries.disclosures(actor.email),
    )  # fmt: skip


def routers() -> list[Any]:
    """Routes of “Your data”."""
    own = Router(
        "/",
        route_handlers=[privacy, copy, ask_erasure, erasure, erase, again],
        guards=[signed_in],
        include_in_schema=False,
    )
    return [own, erased]
