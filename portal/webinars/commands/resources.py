"""Taking something with you, where needed with consent that its sponsor is told."""

from datetime import datetime

from portal.core import db
from portal.core.errors import Forbidden
from portal.leads.queries import has_agreed
from portal.webinars.announcing import touch
from portal.webinars.commands.consents import agree
from portal.webinars.commands.people import as_it_is
from portal.webinars.queries.resources import Offered
from portal.webinars.rules.consent import OCCASION, How
from portal.webinars.rules.taking_part import Part, check
from portal.webinars.tables.rooms import RoomState
from portal.webinars.values import Participant, Room

_TAKE = "INSERT INTO webinar_resource_taken (resource, seat, at) VALUES ($1, $2, $3) ON CONFLICT (resource, seat) DO NOTHING"


async def take(*, room: Room, who: Participant, resource: Offered, agreed: str | None, now: datetime) -> None:
    """Note that somebody took a resource, the first time; with it, in one transaction, the consent it needs: `agreed` is
    the digest of the sentence that was read.

    Raises Forbidden where that is neither given now nor stands, Conflict where the room is not open, nobody is named or
    the sentence is another by now.
    """
    async with db.transaction():
        room, who = await as_it_is(room, who)
        check(room, Part.RESOURCES)
        if resource.asks:
            await _consent(room, who, resource, agreed, now)
        if db.affected(await db.execute(_TAKE, resource.id, who.seat_id, now)):
            await touch(room.id, "desk-resources")


async def _consent(room: Room, who: Participant, resource: Offered, agreed: str | None, now: datetime) -> None:
    assert resource.company_id is not None
    if agreed is not None:
        how = How.REPLAY if room.state is RoomState.REPLAY else How.ROOM
        await agree(room=room, who=who, choices={resource.company_id: agreed}, how=how, now=now)
    elif not await has_agreed(who.email, resource.company_id, OCCASION, str(room.id)):
        raise Forbidden(f"This is for those who agree that {resource.company} is told of them.")
