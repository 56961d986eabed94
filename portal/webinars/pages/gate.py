"""For whoever comes to a room or its recording without a place: what it is, and the ways on."""

from typing import Any

from litestar.connection import Request
from litestar.response import Response

from portal.accounts.guards import actor_of
from portal.core.errors import DomainError
from portal.registration.queries.tickets import is_open
from portal.web.inputs import Now
from portal.web.rendering import page
from portal.webinars.guards import crew_of
from portal.webinars.rules.transcripts import clock
from portal.webinars.rules.words import what_now
from portal.webinars.values import Film, Participant, Room


async def gate(
    request: Request[Any, Any, Any], room: Room, visitor: Participant | None, now: Now, *, film: Film | None = None
) -> Response[str]:
    """The page in front of the room, or of its recording (`film`); `visitor` is somebody who was shown the door."""
    return page(
        request, "webinars/gate.html", private=True, status=403, headers={"X-Robots-Tag": "noindex"}, room=room, film=film,
        removed=visitor is not None and visitor.removed, actor=await actor_of(request), is_crew=await _is_crew(request),
        is_open=await is_open(room.event_id, now=now), what_now=what_now(room), clock=clock,
    )  # fmt: skip


async def _is_crew(request: Request[Any, Any, Any]) -> bool:
    try:
        await crew_of(request)
    except DomainError:
        return False
    return True
