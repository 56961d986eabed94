"""Leaving a company's page for what it offers: its website, films and documents, and the address or number it answers by.

Each is counted. Links lead to stored addresses only; addresses of mail and numbers are shown to a form that our own page
sent, so that programs that gather them find none.
"""

from collections.abc import Awaitable, Callable, Sequence
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
from portal.media.values import File
from portal.web import clients
from portal.web.inputs import Now
from portal.web.rendering import page

_REVEALS = Limit("contacts shown", 40, timedelta(hours=1))
NEVER_KEPT = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
NOTHING = "This company’s page leads to no such thing any more."
NO_CONTACT = "This company’s page shows no such contact any more."
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
        return _away(request, company, Kind.WEBSITE, single_target(profile, what))

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
        kind, target = await item_target(await _shown(company, now), what, item, public_files)
        return _away(request, company, kind, target)


async def _shown(company: KnownCompany, now: Now) -> Profile:
    return shown(company.profile, await plans.limits(company.id, now=now))


def single_target(profile: Profile, what: str) -> str:
    """Where the website’s link or the button leads; nowhere for anything else."""
    return _SINGLE[what](profile) if what in _SINGLE else ""


async def item_target(
    profile: Profile, what: str, item: str, readable: Callable[[Sequence[str]], Awaitable[dict[str, File]]]
) -> tuple[Kind, str]:
    """Where an item of a list leads; nowhere for one that the page does not show, or a file that is not `readable`."""
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
    files = await readable(keys)
    return Kind.DOCUMENT, next((files[key].address for key in keys if key in files), "")


def _away(request: Request[Any, Any, Any], company: KnownCompany, kind: Kind, target: str) -> Response[Any]:
    if not target:
        raise NotFound(NOTHING)
    audience.asked_for(kind, company.id, request)
    return Redirect(target, status_code=HTTP_302_FOUND, headers=NEVER_KEPT)


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
        name, value = reached(profile, contact, reach)
        if kind is None or not value or company.state is not CompanyState.PUBLIC:
            raise NotFound(NO_CONTACT)
        await spend(_REVEALS, clients.network(request), now=now)
        audience.asked_for(kind, company.id, request)
        return page(
            request, "directory/contact.html", block="reach", section="directory", headers=NEVER_KEPT, company=company,
            name=name, value=value, reach=reach, back=f"/companies/{company.slug}#contact",
        )  # fmt: skip


def reached(profile: Profile, contact: str, reach: str) -> tuple[str, str]:
    """Whose the address or number is, and what; empty for nobody."""
    if reach not in _REACHES:
        return "", ""
    if contact == "company":
        return profile.name, getattr(profile, reach)
    return next(((one.name, getattr(one, reach)) for one in profile.contacts if one.id == contact), ("", ""))
