"""`/companies/{slug}`: a company as everybody sees it. `/companies/{slug}/links`: what its own people see besides."""

from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Redirect, Response

from portal.accounts.guards import MaybeActor
from portal.core.errors import NotFound
from portal.core.text import one_line
from portal.directory import audience, permissions
from portal.directory.inputs import Appearances
from portal.directory.pages.portrait import portrait, public_company, register_address
from portal.directory.queries import about, companies, plans
from portal.web.asking import wants_fragment
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page

_MOST_LETTERS = 120


class ProfilePages(Controller):
    path = "/companies/{slug:str}"
    include_in_schema = False

    @get(
        opt={
            "public": True,
            "page": PageRule(tags=("companies", "events", "exhibitors"), query=frozenset({"page", "product"})),
        }
    )
    async def show(
        self, request: Request[Any, Any, Any], slug: FromPath[str], now: Now, appearances: Appearances
    ) -> Response[Any]:
        company = await public_company(slug, lambda target: f"/companies/{target}")
        if isinstance(company, Redirect):
            return company
        seen = await portrait(company, await plans.limits(company.id, now=now), appearances=appearances, now=now)
        search = one_line(dict(reversed(pairs(request))).get("product", "")[:1000])[:_MOST_LETTERS]
        products = await about.register_products(company.id, search=search, number=page_number(request))
        if products.missing:
            raise NotFound("There is no such page of this company’s products.")
        if not wants_fragment(request.scope):
            audience.viewed(company.id, request)
        return page(
            request, "directory/profile.html", block="register", section="directory", seen=seen, company=company,
            profile=seen.profile, products=products, search=search, preview=None,
            register_address=lambda number: register_address(slug, search, number),
        )  # fmt: skip

    @get("/links", opt={"public": True})
    async def links(self, request: Request[Any, Any, Any], slug: FromPath[str], actor: MaybeActor) -> Response[Any]:
        """For the company's people, the way to manage it; nothing for anybody else."""
        company = await companies.by_slug(slug)
        if company is None or not permissions.can_see_statistics(actor, company.organisation_id):
            return Response("", status_code=204, headers={"Cache-Control": "private, no-store"})
        return page(request, "directory/links.html", block="links", private=True, section="directory", company=company)
