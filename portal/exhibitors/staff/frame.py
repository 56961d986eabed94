"""The frame of the staff's pages about an event's exhibitors."""

from typing import Annotated, Any, TypeAlias

from litestar.connection import Request
from litestar.params import PathParameter
from litestar.response import Response

from portal.core.errors import NotFound
from portal.exhibitors.queries import offers
from portal.exhibitors.queries.offers import Offer
from portal.web.rendering import page

Number: TypeAlias = Annotated[int, PathParameter(ge=1, le=2**62)]
"""A number in an address that the database can hold."""

TABS = (
    ("list", "Exhibitors", ""), ("packages", "Packages", "/packages"), ("plans", "Floor plans", "/plans"),
    ("setup", "Terms", "/setup"), ("tasks", "Tasks", "/tasks"), ("documents", "Documents", "/documents"),
    ("passes", "Passes", "/passes"),
    ("meetings", "Meetings", "/meetings"),
)  # fmt: skip
"""Key, name and the rest of the address of each page. Whoever adds one adds a line."""


async def the_offer(event_id: int) -> Offer:
    """The own event of an address; raises NotFound for others."""
    found = await offers.of_event(event_id)
    if found is None:
        raise NotFound("There is no such event, or it is another organiser’s.")
    return found


def staff_page(
    request: Request[Any, Any, Any], template: str, offer: Offer, here: str, *, status: int = 200, block: str | None = None,
    **more: Any,
) -> Response[str]:  # fmt: skip
    """A page in the frame `exhibitors/staff/frame.html`; `here` is the key of its tab."""
    return page(request, template, block=block, private=True, status=status, offer=offer, here=here, tabs=TABS, **more)
