"""`/companies/{slug}/preview?plan=premium`: the page as the draft would make it, under each plan, for its owner and editors."""

from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.text import safe_html
from portal.directory import permissions
from portal.directory.inputs import Appearances
from portal.directory.pages.managing import ManagedCompany, managed
from portal.directory.pages.portrait import file_words, portrait, register_address
from portal.directory.queries import about, drafts, plans
from portal.directory.queries.companies import KnownCompany
from portal.directory.rules.showing import kept_back, limits_of
from portal.directory.values import Profile
from portal.placements.queries.plans import plan_of
from portal.placements.rules.plans import NAMES
from portal.placements.tables import Plan
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import page


class PreviewPages(Controller):
    path = "/companies/{slug:str}/preview"
    guards = [signed_in]
    dependencies = managed(
        permissions.can_edit, "Only the company’s owners and editors see its page under other plans."
    )
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
            profile=seen.profile, products=products, search="", file_words=file_words, preview=plan, current=current,
            is_draft=draft is not None, editing=managed.address("profile"),
            plans=[(one, NAMES[one], f"{here}?plan={one.value}") for one in Plan],
            kept_back=kept_back(company.profile, limits), plan_page=managed.address("plan"),
            may_buy=managed.may(permissions.can_own), register_address=lambda n: register_address(company.slug, "", n),
        )  # fmt: skip


def _as_drafted(company: KnownCompany, profile: Profile) -> KnownCompany:
    """The company as publishing the draft would make it."""
    texts = {"description": safe_html(profile.description), "posts": {p.id: safe_html(p.text) for p in profile.posts}}
    return msgspec.structs.replace(company, name=profile.name, profile=profile, texts_html=texts)
