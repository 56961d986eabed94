"""`/staff/exhibitors`: what waits at all events; `/staff/events/{id}/exhibitors`: who exhibits at one, and the same as CSV."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.duties import Queue
from portal.accounts.guards import SignedIn, staff
from portal.core import audit
from portal.core.errors import NotFound
from portal.core.text import one_line
from portal.exhibitors.permissions import ORGANISERS, can_organise
from portal.exhibitors.queries import applications
from portal.exhibitors.queries.applications import Listed
from portal.exhibitors.queries.offers import Offer
from portal.exhibitors.rules.words import STATES, TONES
from portal.exhibitors.staff.frame import Number, staff_page, the_offer
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.web.files import private_file
from portal.web.inputs import Now
from portal.web.open_data import table
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page

_HERE = "/staff/exhibitors"
EXHIBITORS = Queue("exhibitors", "Exhibitors", _HERE, can_organise, applications.COUNT_WAITING)
_COLUMNS = ("Company", "State", "Package", "Booths", "City", "Country", "Contact", "Contact email", "Passes", "Rights",
            "Applied", "Decided", "Wishes")  # fmt: skip


@get(_HERE, guards=[staff(*ORGANISERS)], include_in_schema=False)
async def waiting_exhibitors(request: Request[Any, Any, Any], now: Now) -> Response[Any]:
    """Applications of all events, and where exhibitors are set up."""
    number = page_number(request)
    rows, at = await applications.queue(number)
    if number > 1 and not rows:
        raise NotFound("There is no such page of this list.")
    return page(
        request, "exhibitors/staff/queue.html", private=True, rows=rows, at=at, running=await applications.running(now),
        address=lambda n: _HERE + (f"?page={n}" if n > 1 else ""),
    )  # fmt: skip


class Asked(msgspec.Struct, frozen=True):
    """What the list is narrowed to."""

    words: str
    state: str
    package: int | None

    @property
    def narrows(self) -> bool:
        return bool(self.words or self.state or self.package)

    def query(self, number: int = 1) -> str:
        given: Mapping[str, Any] = {
            "q": self.words, "state": self.state, "package": self.package or "", "page": number if number > 1 else ""
        }  # fmt: skip
        kept = {name: value for name, value in given.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


class StaffExhibitors(Controller):
    path = "/staff/events/{event_id:int}"
    guards = [staff(*ORGANISERS)]
    include_in_schema = False

    @get("/exhibitors")
    async def index(self, request: Request[Any, Any, Any], event_id: Number) -> Response[Any]:
        offer = await the_offer(event_id)
        asked, number = _asked(request, offer), page_number(request)
        rows, at = await applications.of_event(event_id, **_filters(asked), number=number)
        if number > 1 and not rows:
            raise NotFound("There is no such page of this list.")
        return staff_page(
            request, "exhibitors/staff/index.html", offer, "list", block="rows", rows=rows, at=at, asked=asked, words=STATES,
            tones=TONES, counts=await applications.states(event_id), address=lambda n: offer.path + asked.query(n),
        )  # fmt: skip

    @get("/exhibitors.csv")
    async def export(
        self, request: Request[Any, Any, Any], event_id: Number, actor: SignedIn, now: Now
    ) -> Response[bytes]:
        """What the list shows, whole. Who took it away is written down."""
        offer = await the_offer(event_id)
        rows = await applications.all_of_event(event_id, **_filters(_asked(request, offer)))
        await audit.record(
            actor=actor.label, verb="export exhibitors", kind="event", key=event_id, now=now, exhibitors=len(rows)
        )
        content = "\ufeff" + table(_COLUMNS, map(_line, rows))
        return private_file(content.encode(), "text/csv", f"{offer.slug}-exhibitors.csv")


def _asked(request: Request[Any, Any, Any], offer: Offer) -> Asked:
    given = dict(reversed(pairs(request)))
    state, package = given.get("state", ""), given.get("package", "")
    known = next((one.id for one in offer.packages if str(one.id) == package), None)
    return Asked(one_line(given.get("q", ""))[:120], state if state in list(ExhibitorState) else "", known)


def _filters(asked: Asked) -> dict[str, Any]:
    return {"state": asked.state, "package": asked.package, "words": asked.words}


def _line(one: Listed) -> list[object]:
    return [
        one.company_name, STATES[one.state], one.package, ", ".join(one.booths), one.city, one.country or "", one.contact_name,
        one.contact_email, one.passes, ", ".join(one.rights), one.applied_at.isoformat(timespec="seconds"),
        one.decided_at.isoformat(timespec="seconds") if one.decided_at else "", one.wishes,
    ]  # fmt: skip
