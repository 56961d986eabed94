"""`/companies/{slug}/manage`: the frame of the pages by which a company's people look after it, and who may open which.

class StatisticsPages(Controller):
    path = f"{MANAGE}/statistics"
    guards = [signed_in]
    dependencies = managed(permissions.can_see_statistics)

    @get()
    async def show(self, request: Request, managed: ManagedCompany) -> Response[Any]:
        return managed_page(request, "directory/statistics.html", managed, here="statistics", …)
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import SignedIn, signed_in
from portal.core.errors import Forbidden, Moved, NotFound
from portal.directory import permissions
from portal.directory.queries import companies
from portal.directory.queries.companies import KnownCompany
from portal.web.query_strings import may_be_slug
from portal.web.rendering import page, see_other

MANAGE = "/companies/{slug:str}/manage"
May: TypeAlias = Callable[[Actor | None, int | None], bool]
_NOT_THIS_PART = "Your role in the organisation does not open this part. An owner of it can change your role."


class Section(msgspec.Struct, frozen=True):
    """One part of the side navigation; `key` is the last step of its address."""

    key: str
    name: str
    icon: str
    may: May


SECTIONS = (
    Section("profile", "Profile", "pencil", permissions.can_edit),
    Section("enquiries", "Enquiries", "message-square", permissions.can_answer),
    Section("statistics", "Statistics", "chart-column", permissions.can_see_statistics),
    Section("plan", "Plan", "credit-card", permissions.can_own),
    Section("sponsorships", "Sponsorships", "megaphone", permissions.can_own),
    Section("events", "Events", "calendar", permissions.is_member),
    Section("webinars", "Webinars", "monitor-play", permissions.can_answer),
    Section("members", "Members", "users", permissions.is_member),
    Section("history", "History", "clock", permissions.can_edit),
)


class Managed(msgspec.Struct, frozen=True):
    """A company and who looks after it."""

    company: KnownCompany
    actor: Actor

    def may(self, permission: May) -> bool:
        return permission(self.actor, self.company.organisation_id)

    @property
    def may_edit(self) -> bool:
        return self.may(permissions.can_edit)

    @property
    def sections(self) -> list[Section]:
        """The parts this person may open."""
        return [section for section in SECTIONS if self.may(section.may)]

    def address(self, key: str = "") -> str:
        return f"/companies/{self.company.slug}/manage" + (f"/{key}" if key else "")


ManagedCompany: TypeAlias = NamedDependency[Managed]
"""The company of the address, on a route with the dependency `managed(…)`: `managed: ManagedCompany`."""


def managed(may: May, refusal: str = _NOT_THIS_PART) -> dict[str, Provide]:
    """Dependencies of a controller below `MANAGE`, which also needs the guard `signed_in`.

    To strangers the page does not exist (404); members without the right are told so (403).
    """
    return {"managed": Provide(_provider(may, refusal))}


def _provider(may: May, refusal: str) -> Callable[..., Awaitable[Managed]]:
    async def provide(request: Request[Any, Any, Any], slug: FromPath[str], actor: SignedIn) -> Managed:
        company = await companies.by_slug(slug)
        if company is None:
            await follow(request, slug, lambda organisation: permissions.can_see_statistics(actor, organisation))
        if company is None or not permissions.can_see_statistics(actor, company.organisation_id):
            raise NotFound("There is no such company, or it is not in your care.")
        found = Managed(company, actor)
        if not found.may(may):
            raise Forbidden(refusal)
        return found

    return provide


async def follow(request: Request[Any, Any, Any], slug: str, may: Callable[[int | None], bool]) -> None:
    """Lead whoever looks after a company from a former address of its pages to the present one (raises Moved)."""
    there = await companies.moved_to(slug) if may_be_slug(slug) else None
    company = await companies.by_slug(there) if there is not None and there != slug else None
    if company is not None and may(company.organisation_id):
        raise Moved(at_step(request, 2, company.slug))


def at_step(request: Request[Any, Any, Any], step: int, name: str) -> str:
    """The address of this request with another name at one of its steps."""
    steps = request.url.path.split("/")
    steps[step] = name
    return "/".join(steps)


def managed_page(
    request: Request[Any, Any, Any], template: str, managed: Managed, *, here: str, **more: Any
) -> Response[str]:
    """A page in the frame `directory/manage.html`; `here` is the key of its section."""
    return page(
        request,
        template,
        private=True,
        section="directory",
        managed=managed,
        company=managed.company,
        here=here,
        **more,
    )


@get(
    MANAGE,
    guards=[signed_in],
    dependencies=managed(permissions.can_see_statistics),
    include_in_schema=False,
    sync_to_thread=False,
)
def manage_home(managed: ManagedCompany) -> Response[Any]:
    """The first part this person may open."""
    return see_other(managed.address(managed.sections[0].key))
