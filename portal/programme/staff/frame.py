"""The frame of all pages of the editor, and what they ask for."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from litestar.connection import Request
from litestar.params import PathParameter
from litestar.response import Response

from portal.core.errors import NotFound
from portal.programme.editing import Desk
from portal.programme.queries import editing
from portal.web.forms import field, read
from portal.web.rendering import page

Id: TypeAlias = Annotated[int, PathParameter(ge=1, le=2**62)]
"""A number in an address that the database can hold."""
TABS = (
    ("grid", "Grid", ""), ("sessions", "Sessions", "/sessions"), ("rooms", "Rooms", "/rooms"), ("tracks", "Tracks", "/tracks"),
    ("people", "People", "/people"), ("release", "Release", "/release"), ("import", "Import", "/import"),
)  # fmt: skip


class WayForm(msgspec.Struct):
    way: Annotated[Literal["up", "down"], field("Way", kind="choice")] = "up"


async def the_desk(event_id: int) -> Desk:
    """The event with its programme; raises NotFound for none."""
    found = await editing.desk(event_id)
    if found is None:
        raise NotFound("There is no such event.")
    return found


async def goes_up(request: Request[Any, Any, Any]) -> bool:
    """Which of the two buttons was pressed."""
    form = await read(request, WayForm)
    return form.data is None or form.data.way == "up"


def staff_page(
    request: Request[Any, Any, Any], template: str, desk: Desk, here: str, *, status: int = 200, block: str | None = None,
    preview_at: str = "", **context: Any,
) -> Response[str]:  # fmt: skip
    """A page of the editor; `here` is the key of its tab, `preview_at` where in the preview of the draft that is."""
    return page(
        request, f"programme/staff/{template}", block=block, private=True, status=status, desk=desk, here=here, tabs=TABS,
        preview_at=preview_at, **context,
    )  # fmt: skip
