"""Who reads what is not public: stored files of exhibitors, and of organisers for them."""

from typing import Any

from litestar.connection import Request

from portal.accounts.guards import actor_of
from portal.exhibitors.desks.queries import files, papers
from portal.exhibitors.permissions import can_organise
from portal.media.values import File


async def may_read_exhibitors(file: File, request: Request[Any, Any, Any]) -> bool:
    """What an exhibitor handed in, and brochures it does not show: its people, where it has the right, and organisers."""
    actor = await actor_of(request)
    if actor is None or not file.owner.key.isdigit():
        return False
    return can_organise(actor) or await files.open_to(int(file.owner.key), list(actor.memberships))


async def may_read_papers(file: File, request: Request[Any, Any, Any]) -> bool:
    """A document for exhibitors: those it is for, where they have the right, and organisers."""
    actor = await actor_of(request)
    if actor is None:
        return False
    return can_organise(actor) or await papers.given_to(file.key, list(actor.memberships))
