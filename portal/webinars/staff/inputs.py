"""What staff pages of one webinar ask for."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from litestar.connection import Request
from litestar.params import PathParameter

from portal.core.errors import NotFound
from portal.web.asking import wants_fragment
from portal.web.forms import field, read
from portal.webinars.queries import rooms
from portal.webinars.values import Room

_MOST_ID = 2**62
Item: TypeAlias = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
"""A number in an address that the database can hold."""


async def the_room(webinar_id: int) -> Room:
    """The room of this number; raises NotFound for one that is not there or that the database cannot hold."""
    found = await rooms.by_id(webinar_id) if 0 < webinar_id < _MOST_ID else None
    if found is None:
        raise NotFound("There is no such webinar.")
    return found


class WayForm(msgspec.Struct):
    way: Annotated[Literal["up", "down"], field("Way", kind="choice")] = "up"


async def goes_up(request: Request[Any, Any, Any]) -> bool:
    """Which of the two buttons was pressed."""
    form = await read(request, WayForm)
    return form.data is None or form.data.way == "up"


def wants_list(request: Request[Any, Any, Any]) -> bool:
    """Whether the list alone is to be answered, because htmx swaps it in place."""
    return wants_fragment(request.scope)
