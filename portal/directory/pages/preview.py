"""`/companies/{slug}/preview?plan=premium`: the page as the draft would make it, under each plan, for its owner and editors.

What it leads to is asked for below it, where the draft is read too: what only the draft has is nowhere else, and nothing is
counted.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_302_FOUND

from portal.accounts.guards import signed_in
from portal.core.errors import NotFound
from portal.core.text import safe_html
from portal.directory import permissions
from portal.directory.commands.filing import owner_of
from portal.directory.inputs import Appearances
from portal.directory.pages.managing import Managed, ManagedCompany, managed
from portal.directory.pages.portrait import portrait, register_address
from portal.directory.pages.reaching import NEVER_KEPT, NO_CONTACT, NOTHING, item_target, reached, single_target
from portal.directory.queries import about, drafts, plans
from portal.directory.queries.companies import KnownCompany
from portal.directory.rules.showing import kept_back, limits_of
from portal.directory.values import Profile
from portal.media import queries as media
from portal.media.tables import Visibility
from portal.media.values import File
from portal.placements.queries.plans import plan_of
from portal.placements.rules.plans import NAMES
from portal.placements.tables import Plan
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import page

_MAY = managed(permissions.can_edit, "Only the company’s owners and editors see its page under other plans.")


class PreviewPages(Controller):
    path = "/companies/{slug:str}/preview"
    guards = [signed_in]
    dependencies = _MAY
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now, appearances: Appearances
    ) -> Response[Any]:
        draft = await drafts.of_company(managed.company.id)
        company = _as_drafted(managed.company, draft.profile) if draft else managed.company
        current = await plan_of(plans.KIND, str(company.id), now)
        given = dict(reversed(pairs(request))).get("plan", "")
        plan = Plan(given) if given in list(Plan) else current
        limits = limits_of(plan)
        seen = await portrait(company, limits, appearances=appearances, now=now, keep=draft is None)
        products = await about.register_products(company.id)
        here = f"/companies/{company.slug}/preview"
        return page(
            request, "directory/preview.html", private=True, section="directory", seen=seen, company=company,
            profile=seen.profile, products=products, search="", preview=plan, current=current,
            is_draft=draft is not None, editing=managed.address("profile"),
            plans=[(one, NAMES[one], f"{here}?plan={one.value}") for one in Plan],
            kept_back=kept_back(company.profile, limits), plan_page=managed.address("plan"),
            may_buy=managed.may(permissions.can_own), register_address=lambda n: register_address(company.slug, "", n),
        )  # fmt: skip


class PreviewGoPages(Controller):
    """What the preview leads to, whatever a plan would show of it."""

    path = "/companies/{slug:str}/preview"
    guards = [signed_in]
    dependencies = _MAY
    include_in_schema = False

    @get("/go/{what:str}")
    async def single(self, managed: ManagedCompany, what: FromPath[str]) -> Redirect:
        return _away(single_target(await _drafted(managed), what))

    @get("/go/{what:str}/{item:str}")
    async def item(self, managed: ManagedCompany, what: FromPath[str], item: FromPath[str]) -> Redirect:
        async def readable(keys: Sequence[str]) -> dict[str, File]:
            known = await media.by_keys(keys)
            own = owner_of(managed.company.id)
            return {k: file for k, file in known.items() if file.owner == own or file.visibility is Visibility.PUBLIC}

        return _away((await item_target(await _drafted(managed), what, item, readable))[1])

    @post("/contacts/{contact:str}/{reach:str}", status_code=200)
    async def contact(
        self, request: Request[Any, Any, Any], managed: ManagedCompany, contact: FromPath[str], reach: FromPath[str]
    ) -> Response[Any]:
        name, value = reached(await _drafted(managed), contact, reach)
        if not value:
            raise NotFound(NO_CONTACT)
        return page(
            request, "directory/contact.html", block="reach", private=True, section="directory", company=managed.company,
            name=name, value=value, reach=reach, back=f"/companies/{managed.company.slug}/preview#contact",
        )  # fmt: skip


async def _drafted(managed: Managed) -> Profile:
    draft = await drafts.of_company(managed.company.id)
    return draft.profile if draft else managed.company.profile


def _away(target: str) -> Redirect:
    if not target:
        raise NotFound(NOTHING)
    return Redirect(target, status_code=HTTP_302_FOUND, headers=NEVER_KEPT)


def _as_drafted(company: KnownCompany, profile: Profile) -> KnownCompany:
    """The company as publishing the draft would make it."""
    texts = {"description": safe_html(profile.description), "posts": {p.id: safe_html(p.text) for p in profile.posts}}
    return msgspec.structs.replace(company, name=profile.name, profile=profile, texts_html=texts)
