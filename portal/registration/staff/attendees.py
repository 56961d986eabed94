"""`/staff/events/{id}/attendees`: everybody on a seat, and the same as CSV."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import audit
from portal.core.errors import NotFound
from portal.core.paging import Page
from portal.core.text import one_line
from portal.registration.badges import badges_pdf
from portal.registration.permissions import STAFF
from portal.registration.queries import attendees as queries
from portal.registration.queries import setup
from portal.registration.queries.badges import count_to_print, to_print
from portal.registration.staff.setup import known_event
from portal.registration.values.people import Attendee, Standing
from portal.registration.values.setup import StaffEvent
from portal.web.files import pdf_file, private_file
from portal.web.inputs import Now
from portal.web.open_data import table
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page

PAGE_SIZE = 50
BADGES = 200
"""In one file: a minute at the printer, and a second or two here."""
MOST_ROWS = 50_000
STANDINGS = {
    Standing.COMING: "Coming", Standing.REQUESTED: "To be decided", Standing.HELD: "Held", Standing.CANCELLED: "Given up"
}  # fmt: skip
_COLUMNS = ("Order", "Ticket", "State", "Kind", "Code", "First name", "Last name", "Email", "Company", "Job title",
            "Takes part", "Registered", "Checked in", "Contact", "Contact email", "Source")  # fmt: skip


class AttendeePages(Controller):
    path = "/staff/events/{event_id:int}"
    guards = [staff(*STAFF)]
    include_in_schema = False

    @get("/attendees")
    async def index(self, request: Request[Any, Any, Any], event_id: FromPath[int]) -> Response[Any]:
        event = await known_event(event_id)
        words, standing = _asked(request)
        number = page_number(request)
        offset = (number - 1) * PAGE_SIZE
        rows, total = await queries.attendees(event.id, standing=standing, words=words, limit=PAGE_SIZE, offset=offset)
        if number > 1 and not rows:
            raise NotFound("There is no such page of this list.")
        return page(
            request, "registration/staff/attendees.html", block="rows", private=True, event=event, rows=rows, words=words,
            standing=standing, standings=STANDINGS, at=Page(number, PAGE_SIZE, total), counts=await queries.counts(event.id),
            address=lambda n: _address(event, words, standing, n), csv=_address(event, words, standing, 1, ".csv"),
            badges=Page(1, BADGES, await count_to_print(event.id)),
        )  # fmt: skip

    @get("/attendees.csv")
    async def export(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[bytes]:
        """What the list shows, whole, with a column for each question. Who took it away is written down."""
        event = await known_event(event_id)
        words, standing = _asked(request)
        rows, _ = await queries.attendees(event.id, standing=standing, words=words, limit=MOST_ROWS)
        asked = {question.id: question.label for question in await setup.questions(event.id)}
        await audit.record(
            actor=actor.label, verb="export attendees", kind="event", key=event.id, now=now, people=len(rows)
        )
        lines = (_line(event, one, asked) for one in rows)
        # Excel takes a file without the mark for one in its own country's letters.
        content = "\ufeff" + table([*_COLUMNS, *asked.values()], lines)
        return private_file(content.encode(), "text/csv", f"{event.slug}-attendees.csv")

    @get("/badges.pdf")
    async def badges(
        self, request: Request[Any, Any, Any], event_id: FromPath[int], actor: SignedIn, now: Now
    ) -> Response[bytes]:
        """Badges of everybody who comes in person, so many in a file. Who took them away is written down."""
        event = await known_event(event_id)
        number = page_number(request)
        people = await to_print(event.id, size=BADGES, offset=(number - 1) * BADGES)
        if not people:
            raise NotFound("Nobody whose name is known comes in person, or there is no such file of badges.")
        await audit.record(
            actor=actor.label, verb="print badges", kind="event", key=event.id, now=now, people=len(people)
        )
        return pdf_file(await badges_pdf(event.title, people, now=now), f"{event.slug}-badges-{number}.pdf")


def _asked(request: Request[Any, Any, Any]) -> tuple[str, Standing | None]:
    """The words and the state asked for; whoever asks for nothing sees those who come."""
    given = dict(reversed(pairs(request)))
    state = given.get("state", Standing.COMING.value)
    return one_line(given.get("q", ""))[:120], Standing(state) if state in list(Standing) else None


def _address(event: StaffEvent, words: str, standing: Standing | None, number: int, tail: str = "") -> str:
    given = {"q": words, "state": "" if standing is Standing.COMING else standing.value if standing else "all"}
    kept = {name: value for name, value in given.items() if value}
    if number > 1:
        kept["page"] = str(number)
    return f"{event.path}/attendees{tail}" + (f"?{urlencode(kept)}" if kept else "")


def _line(event: StaffEvent, one: Attendee, asked: Mapping[int, str]) -> list[object]:
    answers = {answer.question: answer.words for answer in one.answers}
    return [
        one.number, one.position, STANDINGS[one.standing], one.ticket, one.code, one.first_name, one.last_name, one.email,
        one.company, one.job_title, one.watching.value, one.registered_at.isoformat(timespec="seconds"),
        one.checked_in_at.isoformat(timespec="seconds") if one.checked_in_at else "", one.contact_name, one.contact_email,
        one.source, *(answers.get(question, "") for question in asked),
    ]  # fmt: skip
