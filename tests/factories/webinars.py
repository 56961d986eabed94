"""Rooms for tests, made through the real commands.

shop = await webinars.make(starts_in=timedelta(minutes=5))   # an online event of an hour with a room and free places
anna = await webinars.join(shop, "anna@brennhof.example")    # a confirmed place: the participant
await webinars.go(shop, HostAction.GO_LIVE)
"""

from datetime import timedelta
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events.tables import EventFormat
from portal.payments.buying import Buyer
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.ordering import Attendee, save_details
from portal.registration.queries.orders import order_by_id
from portal.webinars.announcing import touch
from portal.webinars.commands import questions
from portal.webinars.commands.making import make_webinar
from portal.webinars.commands.restricting import restrict
from portal.webinars.commands.states import press
from portal.webinars.queries import people, rooms
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import Restriction
from portal.webinars.tables.taking_part import PollKind, ResourceKind
from portal.webinars.values import Participant, Room, RoomSettings
from tests.factories.registration import Shop, make_shop


class Webinar(Shop):
    """An online event with a room."""

    webinar_id: int

    @property
    def room(self) -> str:
        return f"/webinars/{self.slug}/room"

    @property
    def desk(self) -> str:
        return f"/webinars/{self.slug}/desk"


async def make(
    *, starts_in: timedelta = timedelta(days=30), lasts: timedelta = timedelta(hours=1), price: int = 0,
    capacity: int = 1000, **settings: Any,
) -> Webinar:  # fmt: skip
    """An own online event with one free ticket type, and its room."""
    now = clock.now()
    shop = await make_shop(
        format=EventFormat.ONLINE, starts_at=max(starts_in, timedelta(days=1)) + now, price=price, capacity=capacity
    )
    made = Webinar(shop.event_id, shop.slug, shop.tickets)
    await db.execute(
        "UPDATE event SET starts_at = $2, ends_at = $3 WHERE id = $1", shop.event_id, now + starts_in,
        now + starts_in + lasts,
    )  # fmt: skip
    made.webinar_id = await make_webinar(
        event_id=shop.event_id, settings=RoomSettings(**settings), actor=PORTAL, now=now
    )
    return made


async def join(
    shop: Webinar, email: str, first: str = "Anna", last: str = "Lindqvist", *, job: str = "QA manager",
    company: str = "Brennhof Pharma",
) -> Participant:  # fmt: skip
    """A confirmed place in somebody's name."""
    now = clock.now()
    held = await hold_seats(event_id=shop.event_id, wanted={shop.tickets["Seat"]: 1}, code="", actor=None, now=now)
    order = await order_by_id(held.order_id)
    assert order is not None
    await save_details(
        order=order, buyer=Buyer(name=f"{first} {last}", email=email, company=company),
        attendees=[Attendee(first, last, email, job)], draft={}, actor=None, now=now,
    )  # fmt: skip
    found = await people.by_address(shop.event_id, email)
    assert found is not None
    return found


async def go(shop: Webinar, *steps: HostAction) -> None:
    """Press the host's buttons."""
    for step in steps:
        await press(webinar_id=shop.webinar_id, action=step, actor=PORTAL, now=clock.now())


async def sponsor(shop: Webinar, company_id: int, note: str = "") -> int:
    """Name a company as a sponsor; the number of the sponsorship."""
    made = await db.fetch_value(
        "INSERT INTO webinar_sponsor (webinar, company, position, note, added_at) "
        "SELECT $1, $2, count(*), $3, $4 FROM webinar_sponsor WHERE webinar = $1 RETURNING id",
        shop.webinar_id, company_id, note, clock.now(),
    )  # fmt: skip
    return int(made)


async def room(shop: Webinar) -> Room:
    found = await rooms.by_id(shop.webinar_id)
    assert found is not None
    return found


async def ask(shop: Webinar, who: Participant, text: str = "Is one strategy enough?", *, approved: bool = True) -> int:
    """A question by somebody, seen by all unless it waits."""
    made = await questions.ask(room=await room(shop), who=who, text=text, anonymous=False, now=clock.now())
    if approved:
        await decide(shop, made, "approved")
    return made


async def decide(shop: Webinar, question: int, state: str, *, into: int | None = None, answered: str = "no") -> None:
    """What the desk does with a question."""
    async with db.transaction():
        await db.execute(
            "UPDATE webinar_question SET state = $2, merged_into = $3, answered = $4, decided_at = $5, answered_at = $5 "
            "WHERE id = $1",
            question, state, into, answered, clock.now(),
        )  # fmt: skip
        await touch(shop.webinar_id, "questions")


async def poll(
    shop: Webinar, kind: PollKind = PollKind.SINGLE, *options: str, question: str = "Who owns it?", state: str = "open",
    opens_after: int | None = None, shows_results: bool = True,
) -> tuple[int, list[int]]:  # fmt: skip
    """A poll and its options."""
    async with db.transaction():
        made = await db.fetch_value(
            "INSERT INTO webinar_poll (webinar, position, kind, question, state, opens_after, shows_results) "
            "VALUES ($1, (SELECT count(*) FROM webinar_poll), $2, $3, $4, $5, $6) RETURNING id",
            shop.webinar_id, kind.value, question, state, opens_after, shows_results,
        )  # fmt: skip
        rows = await db.fetch(
            "INSERT INTO webinar_poll_option (poll, position, label) SELECT $1, n, label "
            "FROM unnest($2::text[]) WITH ORDINALITY AS o (label, n) RETURNING id",
            made, list(options),
        )  # fmt: skip
        await touch(shop.webinar_id, "polls")
    return made, [row["id"] for row in rows]


async def resource(
    shop: Webinar, title: str = "Slides", *, kind: ResourceKind = ResourceKind.LINK, url: str = "https://slides.example/31",
    file: str = "", shows_after: int | None = None, sponsor: int | None = None, needs_consent: bool = False,
) -> int:  # fmt: skip
    return int(
        await db.fetch_value(
            "INSERT INTO webinar_resource (webinar, position, kind, title, url, file, shows_after, sponsor, needs_consent) "
            "VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
            shop.webinar_id, kind.value, title, url, file, shows_after, sponsor, needs_consent,
        )
    )  # fmt: skip


async def mute(shop: Webinar, who: Participant) -> Participant:
    """Somebody as a page of theirs has them that was opened after they were muted."""
    await restrict(
        webinar_id=shop.webinar_id,
        seat_id=who.seat_id,
        kind=Restriction.MUTED,
        reason="",
        actor=PORTAL,
        now=clock.now(),
    )
    found = await people.by_seat(who.seat_id)
    assert found is not None
    return found
