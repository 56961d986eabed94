"""Who comes into a room, and who to its desk. Both are read once per request.

A browser is let in by the cookie `room` that the join page gave it, or by an account with a place. The cookie is signed
together with the seat's secret: when the place is passed on, it opens nothing any more.
"""

from typing import Any, TypeAlias

import msgspec
from litestar.connection import ASGIConnection, Request
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.response import Response

from portal.accounts.guards import actor_of
from portal.core.errors import Forbidden, NotFound, SignInNeeded
from portal.core.tokens import signature, signature_matches
from portal.events.permissions import can_edit_events
from portal.web import cookies
from portal.web.query_strings import may_be_slug
from portal.webinars.permissions import can_host, can_moderate, can_read_report
from portal.webinars.queries import people, rooms
from portal.webinars.rules.taking_part import REMOVED
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.values import CrewMember, Participant, Room

_COOKIE = "room"
_SECONDS = 14 * 24 * 3600

InRoom: TypeAlias = NamedDependency[Participant]
"""Who takes part, on a route of a room: `participant: InRoom`."""
MaybeInRoom: TypeAlias = NamedDependency[Participant | None]
"""Who takes part, if anybody: `visitor: MaybeInRoom`."""
TheRoom: TypeAlias = NamedDependency[Room]
"""The room of the route's `slug`: `room: TheRoom`."""
AtDesk: TypeAlias = NamedDependency[CrewMember]
"""Who works at the desk: `crew: AtDesk`."""
_NAMELESS = "The host"


def let_in(answer: Response[Any], participant: Participant) -> None:
    """Have the browser keep the way in."""
    value = f"{participant.seat_id}.{_signed(participant)}"
    cookies.give(answer, _COOKIE, value, seconds=_SECONDS, path=_path(participant.slug))


def _path(slug: str) -> str:
    """Each webinar has a cookie of its own: who goes into one keeps the way into the others."""
    return f"/webinars/{slug}"


def _signed(participant: Participant) -> str:
    return signature("room", f"{participant.seat_id}:{participant.claim}")


async def provide_room(request: ASGIConnection[Any, Any, Any, Any]) -> Room:
    """The dependency `room`; raises NotFound where the event has none."""
    return await room_of(request)


async def room_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Room:
    """The room of the route's `slug`, read once per request. Raises NotFound where the event has none."""
    state = connection.scope["state"]
    if "room" not in state:
        slug = str(connection.path_params["slug"])
        found = await rooms.by_slug(slug) if may_be_slug(slug) else None
        if found is None:
            raise NotFound("There is no such webinar.")
        state["room"] = found
    room: Room = state["room"]
    return room


async def provide_visitor(request: ASGIConnection[Any, Any, Any, Any]) -> Participant | None:
    """The dependency `visitor`: by cookie, else by account; None for everybody else."""
    return await visitor_of(request)


async def visitor_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Participant | None:
    """Who takes part in the route's room, if anybody, read once per request."""
    state = connection.scope["state"]
    if "visitor" not in state:
        room = await room_of(connection)
        found = await _by_cookie(connection, room)
        if found is None and (actor := await actor_of(connection)) is not None:
            found = await people.by_address(room.event_id, actor.email)
        state["visitor"] = found
    visitor: Participant | None = state["visitor"]
    return visitor


async def _by_cookie(connection: ASGIConnection[Any, Any, Any, Any], room: Room) -> Participant | None:
    seat, _, signed = cookies.read(connection, _COOKIE, path=_path(room.slug)).partition(".")
    if not (seat.isdecimal() and len(seat) < 19):
        return None
    found = await people.by_seat(int(seat))
    if found is None or found.webinar_id != room.id:
        return None
    return found if signature_matches("room", f"{found.seat_id}:{found.claim}", signed) else None


async def provide_participant(request: ASGIConnection[Any, Any, Any, Any]) -> Participant:
    """The dependency `participant`, on routes that `in_room` guards."""
    return await participant_of(request)


async def participant_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Participant:
    """Who takes part in the route's room. Raises Forbidden for whoever has no place, or was shown the door."""
    visitor = await visitor_of(connection)
    if visitor is None:
        raise Forbidden("This room is for those who registered. Please use the link in your confirmation.")
    if visitor.removed:
        raise Forbidden(REMOVED)
    return visitor


async def in_room(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: somebody with a place, who was not shown the door."""
    await participant_of(connection)


async def provide_crew(request: ASGIConnection[Any, Any, Any, Any]) -> CrewMember:
    """The dependency `crew`; on routes of the desk, which `at_desk` guards or one of its stricter sisters."""
    return await crew_of(request)


async def crew_of(connection: ASGIConnection[Any, Any, Any, Any]) -> CrewMember:
    """Who works at the desk of the route's room, read once per request. The publisher's organisers and editors are hosts
    everywhere. Raises SignInNeeded, or Forbidden for everybody else.
    """
    state = connection.scope["state"]
    if "crew" not in state:
        actor = await actor_of(connection)
        if actor is None:
            raise SignInNeeded("Please sign in first.")
        room = await room_of(connection)
        entry = await people.crew_entry(room.id, actor.email)
        if entry is None and not can_edit_events(actor):
            raise Forbidden("You are not in the crew of this webinar.")
        name = (entry.name if entry else "") or actor.name or _NAMELESS
        role = CrewRole.HOST if entry is None or can_edit_events(actor) else entry.role
        state["crew"] = CrewMember(actor=msgspec.structs.replace(actor, name=name), role=role)
    found: CrewMember = state["crew"]
    return found


async def judged_again(request: Request[Any, Any, Any]) -> None:
    """Ask the route's guards once more when all of a form is there: it may be sent so slowly that its sender has meanwhile
    left the crew.
    """
    if request.method == "POST":
        await request.body()
        for name in ("actor", "crew"):
            request.scope["state"].pop(name, None)
        for guard in request.route_handler.resolve_guards():
            await guard(request, request.route_handler)  # type: ignore[misc]


async def at_desk(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: somebody of the crew, speakers too."""
    await crew_of(connection)


async def moderators(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: hosts and moderators, who decide."""
    if not can_moderate(await crew_of(connection)):
        raise Forbidden("Hosts and moderators decide about this. You can type answers and write to the crew.")


async def report_readers(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: who may read the report."""
    if not can_read_report(await crew_of(connection)):
        raise Forbidden("The report is for the hosts and moderators of this webinar.")


async def hosts(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: hosts, who have the room in hand."""
    if not can_host(await crew_of(connection)):
        raise Forbidden("This is for the hosts of this webinar.")


ROOM = {
    "room": Provide(provide_room),
    "visitor": Provide(provide_visitor),
    "participant": Provide(provide_participant),
    "crew": Provide(provide_crew),
}
"""What the controllers of rooms and desks declare as their `dependencies`."""
