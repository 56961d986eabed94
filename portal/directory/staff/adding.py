"""`/staff/companies/new`: editors add a company by hand; below `/staff/companies/corrections`, one that somebody missed."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.access.pages import steps
from portal.accounts.actors import Actor
from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.accounts.tables import StaffRole
from portal.core import countries, times
from portal.core.errors import Conflict, DomainError, Invalid, NotFound
from portal.directory.commands import adding
from portal.directory.commands.publishing import accepted
from portal.directory.forms.adding import AddCompany, NameListed
from portal.directory.importing.fields import fact_id
from portal.directory.queries import companies, corrections, likenesses, terms
from portal.directory.queries.corrections import Missing
from portal.directory.queries.likenesses import Alike
from portal.directory.rules.duplicates import words
from portal.directory.rules.profiles import faults
from portal.directory.staff.duplicates import slug_in
from portal.directory.tables.companies import CompanyState, FactSource, StaffBand, TermKind
from portal.directory.tables.corrections import CorrectionState
from portal.directory.values import Profile, ProfileFact
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

_INBOX = "/staff/companies/corrections"
_PLAIN = (
    "name",
    "tagline",
    "website",
    "email",
    "phone",
    "street",
    "postal_code",
    "city",
    "region",
    "founded",
    "staff",
    "description",
)

_NO_TEXT = {"founded", "staff"}


class StaffAdding(Controller):
    path = "/staff/companies"
    guards = [staff(StaffRole.EDITOR)]
    include_in_schema = False

    @get("/new")
    async def form(self, request: Request[Any, Any, Any]) -> Response[Any]:
        return await _show(request, blank())

    @post("/new", status_code=200)
    async def add(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        return await _add(request, actor, now, None)

    @get("/corrections/{correction_id:int}/company")
    async def missing(self, request: Request[Any, Any, Any], correction_id: Id) -> Response[Any]:
        asked = await _asked(correction_id)
        form = blank(name=asked.name, country=asked.country, website=asked.website, description=asked.does)
        alike = []
        if asked.state is CorrectionState.OPEN:
            alike = await likenesses.alike(
                Profile(name=asked.name, country=asked.country or None, website=asked.website)
            )
        return await _show(request, form, asked=asked, alike=alike)

    @post("/corrections/{correction_id:int}/company", status_code=200)
    async def add_missing(
        self, request: Request[Any, Any, Any], correction_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        return await _add(request, actor, now, await _asked(correction_id))

    @post("/corrections/{correction_id:int}/listed", status_code=200)
    async def listed(
        self, request: Request[Any, Any, Any], correction_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        """It was listed all along."""
        asked = await _asked(correction_id)
        form = await read(request, NameListed)
        kept = Filled((await read(request, AddCompany)).values | form.values, form.errors, form.data)
        if form.data is None:
            return await _show(request, kept, asked=asked)
        try:
            await adding.name_listed(actor=actor, asked=asked.id, slug=slug_in(form.data.listed), now=now)
        except Invalid as error:
            return await _show(request, kept.refuse(error), asked=asked)
        except Conflict as error:
            return await _show(request, kept, asked=await _asked(correction_id), error=error)
        return see_other(_INBOX, notice=f"Answered{_told(asked)}.")


async def _add(request: Request[Any, Any, Any], actor: Actor, now: Now, asked: Missing | None) -> Response[Any]:
    form = await read(request, AddCompany)
    if form.data is None:
        return await _show(request, _told_all(form, now), asked=asked)
    categories = await terms.names(TermKind.CATEGORY)
    if not set(form.data.category) <= set(categories):
        return await _show(request, form.refuse(Invalid({"category": "Please choose from the list."})), asked=asked)
    try:
        profile = accepted(_profile(form.data), now)
        alike = await likenesses.alike(profile)
        if alike and form.data.seen != _seen(alike):
            return await _show(request, form, asked=asked, alike=alike, error=Conflict("Is it one of these?"))
        made = await adding.add_company(actor=actor, profile=profile, now=now, asked=asked.id if asked else None)
    except Invalid as error:
        return await _show(request, form.refuse(error), asked=asked)
    except Conflict as error:
        return await _show(request, form, asked=await _asked(asked.id) if asked else None, error=error)
    company = await companies.by_id(made)
    assert company is not None
    return see_other(
        _INBOX if asked else f"/companies/{company.slug}",
        notice=f"{company.name} is in the directory{_told(asked)}.",
    )


def _told_all(form: Filled[Any], now: Now) -> Filled[Any]:
    """The form with what is wrong with its other fields as well, so that nobody is told in two rounds."""
    typed = {name: form.value(name) for name in _PLAIN if name not in _NO_TEXT}
    found = faults(Profile(**{**typed, "country": form.value("country") or None}), times.today(now))
    return Filled(form.values, {**found, **form.errors})


def _profile(data: AddCompany) -> Profile:
    facts = tuple(
        ProfileFact(id=fact_id("editor", term), term=term, source=FactSource.EDITOR)
        for term in (f"{TermKind.CATEGORY}:{slug}" for slug in dict.fromkeys(data.category))
    )
    return Profile(country=data.country, facts=facts, **{name: getattr(data, name) for name in _PLAIN})


def _told(asked: Missing | None) -> str:
    return ", and whoever asked is told" if asked and asked.email else ""


def _seen(alike: list[Alike]) -> str:
    return "-".join(str(one.id) for one in sorted(alike, key=lambda one: one.id))


async def _asked(correction_id: int) -> Missing:
    asked = await corrections.missing(correction_id)
    if asked is None:
        raise NotFound("There is no such request.")
    return asked


async def _show(
    request: Request[Any, Any, Any],
    form: Filled[Any],
    *,
    asked: Missing | None = None,
    alike: list[Alike] | None = None,
    error: DomainError | None = None,
) -> Response[Any]:
    status, headers = steps.answer_to(error) if error else (422 if form.errors else 200, {})
    return page(
        request, "directory/staff/new.html", private=True, status=status, headers=headers, form=form, asked=asked,
        alike=alike or [], seen=_seen(alike or []), words=words, hidden=CompanyState.HIDDEN,
        decided=asked is not None and asked.state is not CorrectionState.OPEN,
        here=f"{_INBOX}/{asked.id}/company" if asked else "/staff/companies/new",
        categories=await terms.names(TermKind.CATEGORY), countries=list(countries.names().items()),
        bands=[(band.value, band.value.replace("-", "–")) for band in StaffBand], error=error.message if error else "",
    )  # fmt: skip
