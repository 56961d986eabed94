"""`/staff/webinars`: all webinars, drafts too, with their state and registrations."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.duties import Queue
from portal.accounts.guards import staff
from portal.accounts.organisations.pages import Id
from portal.core.errors import NotFound
from portal.core.text import one_line
from portal.events.permissions import EDITORS
from portal.events.rules.states import time_words
from portal.events.staff.inputs import Sold
from portal.web.inputs import Now
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page, see_other
from portal.webinars.permissions import can_prepare
from portal.webinars.queries.preparing import rooms
from portal.webinars.rules.words import NAMES

WEBINARS = Queue("webinars", "Webinars", "/staff/webinars", can_prepare)
_HERE = "/staff/webinars"
WHICH = {"": "All", "ahead": "On and to come", "over": "Over", "draft": "Drafts"}


class StaffWebinars(Controller):
    path = _HERE
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], now: Now, sold: Sold) -> Response[str]:
        given = dict(reversed(pairs(request)))
        asks = {
            "q": one_line(given.get("q", ""))[:120],
            "which": given.get("which", "") if given.get("which") in WHICH else "",
        }
        number = page_number(request)
        rows, at = await rooms.listed(words=asks["q"], which=asks["which"], now=now, number=number)
        if number > 1 and not rows:
            raise NotFound("There is no such page of this list.")
        return page(
            request, "webinars/staff/index.html", block="rows", private=True, rows=rows, at=at, asks=asks, which=WHICH,
            names=NAMES, sold=await sold([row.event_id for row in rows]), time_words=time_words,
            address=lambda n: _address(asks, n),
        )  # fmt: skip

    @get("/of/{event_id:int}")
    async def of_event(self, event_id: Id) -> Response[Any]:
        """The webinar of an event, or the way to make one of it."""
        found = await rooms.of_event(event_id)
        if found is None:
            raise NotFound("There is no such event.")
        if found.webinar_id is None and not found.may:
            return see_other(f"/staff/events/{event_id}", notice="It has no room online: its format says otherwise.")
        return see_other(f"{_HERE}/{found.webinar_id or f'new?event={event_id}#rooms'}")


def _address(asks: Mapping[str, str], number: int) -> str:
    kept = {name: value for name, value in asks.items() if value} | ({"page": str(number)} if number > 1 else {})
    return _HERE + (f"?{urlencode(kept)}" if kept else "")
