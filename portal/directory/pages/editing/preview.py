"""`/companies/{slug}/manage/profile/preview`: the public page as the draft would make it, under each plan."""

from typing import Any

import msgspec
from litestar import Request, get
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.text import safe_html
from portal.directory import permissions
from portal.directory.inputs import Appearances
from portal.directory.pages.managing import MANAGE, ManagedCompany, managed
from portal.directory.pages.portrait import file_words, portrait, register_address
from portal.directory.queries import about, drafts
from portal.directory.rules.showing import kept_back, limits_of
from portal.placements.queries.plans import plan_of
from portal.placements.rules.plans import NAMES
from portal.placements.tables import Plan
from portal.web.inputs import Now
from portal.web.rendering import page


@get(
    f"{MANAGE}/profile/preview",
    guards=[signed_in],
    dependencies=managed(permissions.can_edit),
    include_in_schema=False,
)
async def preview(
    request: Request[Any, Any, Any], managed: ManagedCompany, now: Now, appearances: Appearances
) -> Response[str]:
    asked = request.query_params.get("plan", "")
    plan = Plan(asked) if asked in list(Plan) else await plan_of("company", str(managed.company.id), now)
    draft = await drafts.of_company(managed.company.id)
    profile = draft.profile if draft else managed.company.profile
    texts = {"description": safe_html(profile.description), "posts": {p.id: safe_html(p.text) for p in profile.posts}}
    company = msgspec.structs.replace(managed.company, name=profile.name, profile=profile, texts_html=texts)
    limits = limits_of(plan)
    seen = await portrait(company, limits, appearances=appearances, now=now, keep=False)
    products = await about.register_products(company.id, search="", number=1)
    return page(
        request, "directory/editing/preview.html", private=True, section="directory", seen=seen, company=company,
        profile=seen.profile, products=products, search="", preview=True, file_words=file_words, is_draft=bool(draft),
        register_address=lambda number: register_address(company.slug, "", number), plan=plan.value,
        plan_name=NAMES[plan], plan_names=[(each.value, NAMES[each]) for each in Plan],
        kept_back=kept_back(profile, limits),
    )  # fmt: skip
