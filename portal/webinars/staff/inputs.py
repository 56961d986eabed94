"""What staff pages of one webinar ask for."""

from portal.core.errors import NotFound
from portal.webinars.queries import rooms
from portal.webinars.values import Room

_MOST_ID = 2**62


async def the_room(webinar_id: int) -> Room:
    """The room of this number; raises NotFound for one that is not there or that the database cannot hold."""
    found = await rooms.by_id(webinar_id) if 0 < webinar_id < _MOST_ID else None
    if found is None:
        raise NotFound("There is no such webinar.")
    return found
