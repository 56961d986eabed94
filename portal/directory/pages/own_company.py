"""`/companies/claim`: find your company by its name and claim it, or ask the editors to add it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import MaybeActor
from portal.core import countries, times
from portal.core.errors import Invalid, RateLimited
from portal.core.rate_limits import Limit, spend
from portal.core.text import one_line
from portal.directory.commands.corrections import ask_to_add
from portal.directory.pages.by_hand import NOT_OPEN, by_hand, stamp_of
from portal.directory.permissions import can_own
from portal.directory.queries import owners, suggestions
from portal.directory.queries.owners import Owned
from portal.directory.rules.profiles import is_web_address
from portal.placements.rules import plans
from portal.web import clients
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import page, see_other

_HERE, _SUBJECT = "/companies/claim", "a new company"
_ADDITIONS = Limit("companies to add", 6, timedelta(hours=1))
_THANKS = "Thank you. An editor looks at it, usually within two working days, and writes to you."


class AddForm(msgspec.Struct):
    name: Annotated[str, field("Name of the company", kind="name", max_length=200, missing="Please type its name.")]
    website: Annotated[str, field("Website", max_length=300, missing="Please type its website.")]
    country: Annotated[str, field("Country", max_length=2, missing="Please choose the country.")]
    email: Annotated[str, field("Your email there", kind="email", missing="Please type your address.")]
    does: Annotated[str, field("What it does", kind="text", max_length=1000)] = ""
    opened: Annotated[str, field("Opened")] = ""
    # Nobody sees this field; programs fill it in.
    surname: Annotated[str, field("Leave this empty", max_length=1000)] = ""


class OwnCompanyPages(Controller):
    path = _HERE
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def find(self, request: Request[Any, Any, Any], actor: MaybeActor, now: Now) -> Response[Any]:
        """Who comes for a plan and looks after one company is led to its plan; of several they choose one."""
        given = dict(reversed(pairs(request)))
        own = await _own(actor) if given.get("plan") in plans.PAID and not given.get("q") else []
        if len(own) == 1:
            return see_other(f"/companies/{own[0].slug}/manage/plan?plan={given['plan']}")
        return await _show(request, now, None, own=own)

    @post(status_code=200)
    async def add(self, request: Request[Any, Any, Any], now: Now) -> Response[Any]:
        form = await read(request, AddForm)
        if form.data is not None and (faults := _faults(form.data, now)):
            form = Filled(form.values, faults)
        if form.data is None:
            return await _show(request, now, form)
        if form.data.surname:
            return see_other(_HERE, notice=_THANKS)
        try:
            await spend(_ADDITIONS, clients.network(request), now=now)
        except RateLimited as error:
            return await _show(request, now, form.refuse(Invalid({"": error.message})), refused=error)
        country = countries.code(form.data.country) or ""
        await ask_to_add(
            name=form.data.name, website=form.data.website, country=country, does=form.data.does, email=form.data.email, now=now
        )  # fmt: skip
        return see_other(_HERE, notice=_THANKS)


def _faults(data: AddForm, now: datetime) -> dict[str, str]:
    found = {}
    if not is_web_address(data.website):
        found["website"] = "Please type an address that begins with https:// or http://."
    if not countries.code(data.country):
        found["country"] = "Please choose from the list."
    if not data.surname and not by_hand(data.opened, _SUBJECT, now):
        found[""] = NOT_OPEN
    return found


async def _own(actor: Actor | None) -> list[Owned]:
    """The companies somebody may buy a plan for."""
    owned = [number for number in actor.memberships if can_own(actor, number)] if actor is not None else []
    return await owners.companies_of(owned) if owned else []


async def _show(
    request: Request[Any, Any, Any],
    now: datetime,
    form: Filled[Any] | None,
    *,
    own: Sequence[Owned] = (),
    refused: RateLimited | None = None,
) -> Response[Any]:
    given = dict(reversed(pairs(request)))
    typed = one_line(given.get("q", ""))[:120]
    plan = plans.chosen(given.get("plan", ""))
    form = form or blank(name=typed)
    status = 429 if refused else 422 if form.errors else 200
    return page(
        request, "directory/own_company.html", private=True, section="directory", status=status,
        headers={"Retry-After": str(refused.retry_after)} if refused else {}, typed=typed, plan=plan, plan_name=plans.NAMES[plan],
        own=own,
        found=await suggestions.companies(typed, today=times.today(now)) if typed else [],
        form=form, opened=stamp_of(str(form.value("opened")), _SUBJECT, now), countries=list(countries.names().items()),
    )  # fmt: skip
