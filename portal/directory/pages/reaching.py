"""Leaving a company's page for what it offers: its website, films and documents, and the address or number it answers by.

Each is counted. Links lead to stored addresses only; addresses of mail and numbers are shown to a form that our own page
sent, so that programs that gather them find none.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_302_FOUND

from portal.core.errors import NotFound
from portal.core.rate_limits import Limit, spend
from portal.directory import audience
from portal.directory.pages.portrait import public_company, public_files
from portal.directory.queries import plans
from portal.directory.queries.companies import KnownCompany
from portal.directory.rules.showing import shown
from portal.directory.tables.audience import Kind
from portal.directory.tables.companies import CompanyState
from portal.directory.values import Profile
from portal.web import clients
from portal.web.inputs import Now
from portal.web.rendering import page

_REVEALS = Limit("contacts shown", 40, timedelta(hours=1))
_NEVER_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_NOTHING = "This company’s page leads to no such thing any more."
_SINGLE: dict[str, Callable[[Profile], str]] = {
    "website": lambda profile: profile.website,
    "action": lambda profile: profile.action_url,
}
_REACHES = {"email": Kind.EMAIL, "phone": Kind.PHONE}


class GoPages(Controller):
    path = "/companies/{slug:str}/go"
    opt = {"public": True}
    include_in_schema = False

    @get("/{what:str}")
    async def single(
        self, request: Request[Any, Any, Any], slug: FromPath[str], what: FromPath[str], now: Now
    ) -> Response[Any]:
        company = await public_company(slug, lambda target: f"/companies/{target}/go/{what}")
        if isinstance(company, Redirect):
            return company
        if what == "lane":
            return _away(request, company, Kind.LANE_CLICK, f"/companies/{company.slug}")
        profile = await _shown(company, now)
        target = _SINGLE[what](profile) if what in _SINGLE else ""
        return _away(request, company, Kind.WEBSITE, target)

    @get("/{what:str}/{item:str}")
    async def item(
        self,
        request: Request[Any, Any, Any],
        slug: FromPath[str],
        what: FromPath[str],
        item: FromPath[str],
        now: Now,
    ) -> Response[Any]:
        company = await public_company(slug, lambda target: f"/companies/{target}/go/{what}/{item}")
        if isinstance(company, Redirect):
            return company
        kind, target = await _item(await _shown(company, now), what, item)
        return _away(request, company, kind, target)


async def _shown(company: KnownCompany, now: Now) -> Profile:
    return shown(company.profile, await plans.limits(company.id, now=now))


async def _item(profile: Profile, what: str, item: str) -> tuple[Kind, str]:
    """Where an item of a list leads; nowhere for one that the page does not show."""
    match what:
        case "video":
            return Kind.VIDEO, next((video.url for video in profile.videos if video.id == item), "")
        case "product":
            return Kind.WEBSITE, next((product.url for product in profile.products if product.id == item), "")
        case "document":
            keys = [document.file for document in profile.documents if document.id == item]
        case "certificate":
            keys = [fact.document for fact in profile.facts if fact.id == item and fact.document]
        case _:
            keys = []
    files = await public_files(keys)
    return Kind.DOCUMENT, next((files[key].address for key in keys if key in files), "")


def _away(request: Request[Any, Any, Any], company: KnownCompany, kind: Kind, target: str) -> Response[Any]:
    if not target:
        raise NotFound(_NOTHING)
    audience.asked_for(kind, company.id, request)
    return Redirect(target, status_code=HTTP_302_FOUND, headers=_NEVER_KEPT)


class ContactPages(Controller):
    path = "/companies/{slug:str}/contacts/{contact:str}/{reach:str}"
    opt = {"public": True}
    include_in_schema = False

    @post(status_code=200)
    async def show(
        self,
        request: Request[Any, Any, Any],
        slug: FromPath[str],
        contact: FromPath[str],
        reach: FromPath[str],
        now: Now,
    ) -> Response[Any]:
        """The address or number, on a page of its own or, for htmx, in the place of the button."""
        company = await public_company(slug, lambda target: f"/companies/{target}")
        if isinstance(company, Redirect):
            return company
        kind = _REACHES.get(reach)
        profile = await _shown(company, now)
        name, value = _reach(profile, contact, reach) if kind else ("", "")
        if kind is None or not value or company.state is not CompanyState.PUBLIC:
            raise NotFound("This company’s page shows no such contact any more.")
        await spend(_REVEALS, clients.network(request), now=now)
        audience.asked_for(kind, company.id, request)
        return page(
            request, "directory/contact.html", block="reach", section="directory", headers=_NEVER_KEPT, company=company,
            name=name, value=value, reach=reach,
        )  # fmt: skip


def _reach(profile: Profile, contact: str, reach: str) -> tuple[str, str]:
    """Whose it is, and what; empty for nobody."""
    if contact == "company":
        return profile.name, getattr(profile, reach)
    return next(((one.name, getattr(one, reach)) for one in profile.contacts if one.id == contact), ("", ""))
