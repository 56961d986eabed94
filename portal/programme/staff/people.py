"""Who appears at the event, with what they are in."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import staff
from portal.core.errors import NotFound
from portal.core.text import one_line
from portal.media import queries as media
from portal.programme.permissions import EDITORS
from portal.programme.queries import editing
from portal.programme.staff.frame import Id, staff_page, the_desk
from portal.web.query_strings import page_number


class StaffPeople(Controller):
    path = "/staff/events/{event_id:int}/programme/people"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], event_id: Id) -> Response[str]:
        desk = await the_desk(event_id)
        words, number = one_line(request.query_params.get("q", ""))[:120], page_number(request)
        rows, at = await editing.appearing(event_id, words, number=number)
        if number > 1 and not rows:
            raise NotFound("There is no such page of this list.")
        return staff_page(
            request, "people.html", desk, "people", rows=rows, at=at, words=words,
            photos=await media.by_keys([one.photo for one in rows if one.photo]),
            address=lambda n: f"{desk.path}/people?{urlencode({'q': words, 'page': n} if words else {'page': n})}",
        )  # fmt: skip
