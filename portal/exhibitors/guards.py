"""Who comes to an exhibitor's desk, and what is open there.

class Passes(Controller):
    path = f"{DESK}/passes"
    guards = [signed_in]
    dependencies = desk(right=Right.PASSES, editing=True)

    @get()
    async def show(self, request: Request, at_desk: AtDesk) -> Response[Any]:
        return desk_page(request, "exhibitors/desk/passes.html", at_desk, here="passes", …)
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import msgspec
from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.actors import Actor
from portal.accounts.guards import SignedIn
from portal.core import clock
from portal.core.errors import Forbidden, Moved, NotFound
from portal.directory.pages.managing import MANAGE, Managed, at_step, follow, managed_page
from portal.directory.queries import companies
from portal.events.queries import single as events
from portal.exhibitors import permissions
from portal.exhibitors.desk_parts import PARTS, DeskPart
from portal.exhibitors.queries import desks
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from portal.exhibitors.values import AtEvent
from portal.web.query_strings import may_be_slug

DESK = f"{MANAGE}/events/{{event_slug:str}}"
_NOT_THERE = "There is no such exhibitor, or it is not in your care."
_NOT_GIVEN = "The organiser has not opened this part for your company at this event."
_NOT_YOURS = "Your role in the organisation does not open this part. An owner of it can change your role."
_NOT_YET = "This part opens when the organiser has accepted your company."


class Desk(msgspec.Struct, frozen=True):
    """A company at an event, and who works for it there."""

    exhibitor: AtEvent
    managed: Managed

    @property
    def actor(self) -> Actor:
        return self.managed.actor

    @property
    def may_edit(self) -> bool:
        return permissions.can_apply(self.actor, self.exhibitor.organisation_id)

    @property
    def parts(self) -> list[DeskPart]:
        """What this person can open."""
        return [
            part for part in PARTS if refusal(self, part.right, editing=part.editing, accepted=part.accepted) is None
        ]


AtDesk: TypeAlias = NamedDependency[Desk]
"""The exhibitor of the address, on a route with the dependency `desk(…)`: `at_desk: AtDesk`."""


def refusal(at_desk: Desk, right: Right | None, *, editing: bool, accepted: bool) -> str | None:
    """Why somebody of the company may not open a part; None when they may."""
    if editing and not at_desk.may_edit:
        return _NOT_YOURS
    if right is not None:
        return _without(at_desk.exhibitor, right)
    return _NOT_YET if accepted and at_desk.exhibitor.state is not ExhibitorState.ACCEPTED else None


def refuse_without(exhibitor: AtEvent, right: Right) -> None:
    """The same for whoever comes without being a person: the exhibitor’s programs. Raises Forbidden."""
    why_not = _without(exhibitor, right)
    if why_not is not None:
        raise Forbidden(why_not)


def _without(exhibitor: AtEvent, right: Right) -> str | None:
    """The one place where what the organiser gave, and may take away, decides."""
    if exhibitor.state is not ExhibitorState.ACCEPTED:
        return _NOT_YET
    return None if exhibitor.may(right) else _NOT_GIVEN


def desk(*, right: Right | None = None, editing: bool = False, accepted: bool = False) -> dict[str, Provide]:
    """Dependencies of a controller below `DESK`, which also needs the guard `signed_in`.

    To strangers the page does not exist (404); who may not open the part is told why (403). What has a right, or is `accepted`,
    opens when the organiser has accepted the company.
    """
    return {"at_desk": Provide(_provider(right, editing, accepted))}


def _provider(right: Right | None, editing: bool, accepted: bool) -> Callable[..., Awaitable[Desk]]:
    async def provide(
        request: Request[Any, Any, Any], slug: FromPath[str], event_slug: FromPath[str], actor: SignedIn
    ) -> Desk:
        company = await companies.by_slug(slug)
        if company is None:
            await follow(request, slug, lambda organisation: permissions.can_work(actor, organisation))
        if company is None or not permissions.can_work(actor, company.organisation_id):
            raise NotFound(_NOT_THERE)
        exhibitor = await desks.at_event(slug, event_slug)
        if exhibitor is None:
            event = await events.moved_to(event_slug) if may_be_slug(event_slug) else None
            raise Moved(at_step(request, 5, event)) if event and event != event_slug else NotFound(_NOT_THERE)
        found = Desk(exhibitor, Managed(company, actor))
        why_not = refusal(found, right, editing=editing, accepted=accepted)
        if why_not is not None:
            raise Forbidden(why_not)
        return found

    return provide


def desk_page(
    request: Request[Any, Any, Any], template: str, at_desk: Desk, *, here: str, **more: Any
) -> Response[str]:
    """A page in the frame `exhibitors/desk/frame.html`; `here` is the key of its part."""
    return managed_page(
        request,
        template,
        at_desk.managed,
        here="events",
        part=here,
        at_desk=at_desk,
        exhibitor=at_desk.exhibitor,
        event_closed=at_desk.exhibitor.is_closed(clock.now()),
        **more,
    )
