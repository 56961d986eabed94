"""The step every code has in common: a page with one field for it, a way to ask again, a way back to the start."""

from typing import Any

import msgspec
from litestar.connection import Request
from litestar.response import Response

from portal.accounts import rules
from portal.accounts.access import cookies, queries
from portal.accounts.access.commands import codes
from portal.accounts.tables import CodePurpose
from portal.core import times
from portal.core.errors import Conflict, DomainError, Invalid, RateLimited
from portal.web.forms import Filled, blank, sent
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

LOST = "That step has run out. Please start again."


class Step(msgspec.Struct, frozen=True):
    """Where a code is typed. `here` takes it, `here`/again sends another, `start` is where its flow begins, `then`
    where it goes on when the act comes on a page of its own."""

    purpose: CodePurpose
    start: str
    here: str
    title: str
    button: str
    then: str = ""
    with_password: bool = False
    danger: bool = False


async def show(
    request: Request, step: Step, now: Now, *, form: Filled[Any] | None = None, error: DomainError | None = None
) -> Response[Any]:
    """The page with the field, with what went wrong if something did; the flow's start when the ticket is gone."""
    ticket = await queries.open_ticket(cookies.ticket_of(request, step.purpose), step.purpose, now=now)
    if ticket is None:
        return lost(step)
    if ticket.proved_at is not None:
        return see_other(step.then)
    form = form or blank()
    status, headers = answer_to(error) if error else (422 if form.errors else 200, {})
    if isinstance(error, Invalid):
        form = form.refuse(error)
    elif error is not None:
        form = form.refuse(Invalid({"": error.message}))
    again_at = rules.may_ask_again_at(ticket.asked_at, ticket.sent)
    return page(
        request, "accounts/code.html", private=True, status=status, headers=headers, step=step, form=form,
        email=ticket.email, mark=rules.mail_mark(ticket.id, ticket.sent),
        wait=times.countdown(again_at, now) if again_at > now else "", minutes=int(rules.CODE_LIFE.total_seconds() // 60),
    )  # fmt: skip


def answer_to(error: DomainError) -> tuple[int, dict[str, str]]:
    """Status and headers of a form that is shown again because of `error`."""
    if isinstance(error, RateLimited):
        return 429, {"Retry-After": str(error.retry_after)}
    return (422 if isinstance(error, Invalid) else 409), {}


async def again(request: Request, step: Step, now: Now) -> Response[Any]:
    """Send another code for the same ticket."""
    try:
        await codes.ask_again(
            secret=cookies.ticket_of(request, step.purpose),
            purpose=step.purpose,
            browser=cookies.browser_of(request),
            now=now,
        )
    except RateLimited as error:
        return await show(request, step, now, error=error)
    except Conflict:
        return lost(step)
    return see_other(step.here, notice="We sent another code. Only the newest one works.")


def lost(step: Step) -> Response[Any]:
    """Back to the start of the flow."""
    return cookies.drop_ticket(see_other(step.start, notice=LOST), step.purpose)


async def next_of(request: Request) -> str:
    """Where the visitor wanted to go, from the form or the address; made safe."""
    typed = (await sent(request)).get("next", [""])[0] if request.method == "POST" else None
    given = request.query_params.get("next", "") if typed is None else typed
    return rules.safe_next(given if isinstance(given, str) else "", default="")


def ask_refused(
    request: Request, template: str, form: Filled[Any], error: DomainError | None = None, **context: Any
) -> Response[Any]:
    """A form shown again with what is wrong with it."""
    status, headers = answer_to(error) if error else (422, {})
    if isinstance(error, Invalid):
        form = form.refuse(error)
    elif error is not None:
        form = form.refuse(Invalid({"": error.message}))
    return page(request, template, private=True, status=status, headers=headers, form=form, **context)
