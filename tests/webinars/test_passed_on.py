"""A place that goes to somebody else: what was done in it is nobody else’s, and open pages of it end."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal.core import clock, db
from portal.registration.commands.attending import cancel_seat, change_address, name_seat
from portal.registration.commands.ordering import Attendee
from portal.registration.queries.orders import order_by_claim
from portal.webinars.commands import chat, polls, questions, restricting
from portal.webinars.commands.presence import keep
from portal.webinars.live.hub import Hub
from portal.webinars.live.regions import Audience
from portal.webinars.queries import crowd, own, people
from portal.webinars.queries import questions as asked
from portal.webinars.rules.polls import Answer
from portal.webinars.rules.presence import Signs
from portal.webinars.tables.rooms import Restriction
from portal.webinars.tables.taking_part import PollKind
from portal.webinars.values import Participant
from tests.factories import webinars
from tests.webinars.desk.hands import MARIT
from tests.webinars.desk.test_restricting import bye, settled

pytestmark = pytest.mark.usefixtures("database")
BEN = Attendee("Ben", "Okafor", "ben@brennhof.example", "")
TABLES = (
    "webinar_question_vote", "webinar_poll_answer", "webinar_resource_taken", "webinar_attendance",
    "webinar_attendance_page",
)  # fmt: skip


async def busy() -> tuple[webinars.Webinar, Participant]:
    """A live room in which somebody did everything one can do."""
    made = await webinars.make(starts_in=timedelta(minutes=-5))
    anna = await webinars.join(made, "anna@brennhof.example")
    room, now = await webinars.room(made), clock.now()
    number = await webinars.ask(made, anna, "Is one enough?")
    await questions.vote(room=room, who=anna, question_id=number, now=now)
    await chat.say(room=room, who=anna, text="Good afternoon.", now=now)
    poll, options = await webinars.poll(made, PollKind.SINGLE, "Yes", "No")
    await polls.answer(room=room, who=anna, poll_id=poll, answer=Answer(options=frozenset(options[:1])), now=now)
    await db.execute(
        "INSERT INTO webinar_resource_taken (resource, seat, at) VALUES ($1, $2, $3)", await webinars.resource(made),
        anna.seat_id, now,
    )  # fmt: skip
    signs = Signs(65)
    signs.add(now, [], None)
    await keep({(made.webinar_id, anna.seat_id, "page"): signs})
    return made, anna


async def passed_on(who: Participant, to: Attendee = BEN) -> Participant:
    found = await order_by_claim(who.claim)
    assert found is not None
    assert await name_seat(order=found[0], seat=found[1], attendee=to, company="Brennhof", now=clock.now())
    after = await people.by_seat(who.seat_id)
    assert after is not None
    return after


async def left(seat_id: int) -> dict[str, int]:
    return {table: await db.fetch_value(f"SELECT count(*) FROM {table} WHERE seat = $1", seat_id) for table in TABLES}


async def test_the_next_one_starts_anew_and_what_others_saw_stays() -> None:
    made, anna = await busy()
    assert set((await left(anna.seat_id)).values()) == {1}
    ben = await passed_on(anna)
    assert set((await left(ben.seat_id)).values()) == {0}
    assert await own.mine(made.webinar_id, ben.seat_id) == own.NOBODY
    assert await asked.own(made.webinar_id, ben.seat_id) == []
    known = await crowd.known(made.webinar_id, ben.seat_id, clock.now())
    assert known is not None
    assert known.asked == []
    for table in ("webinar_question", "webinar_chat_message"):
        row = await db.fetch_one(f"SELECT seat, author, written_by FROM {table}")
        assert dict(row or {}) == {
            "seat": None, "author": "A. Lindqvist, QA manager", "written_by": "anna@brennhof.example",
        }  # fmt: skip


async def test_a_name_put_right_or_another_address_of_the_same_person_changes_nothing() -> None:
    _, anna = await busy()
    found = await order_by_claim(anna.claim)
    assert found is not None
    order, seat = found
    same = Attendee("Anna", "Lindqvist-Berg", anna.email, "QP")
    assert not await name_seat(order=order, seat=seat, attendee=same, company="Brennhof", now=clock.now())
    await change_address(order=order, email="a.lindqvist@brennhof.example", now=clock.now())
    assert await db.fetch_value("SELECT email FROM seat") == "a.lindqvist@brennhof.example"
    assert set((await left(anna.seat_id)).values()) == {1}
    assert await db.fetch_value("SELECT count(*) FROM webinar_question WHERE seat = $1", anna.seat_id) == 1


async def test_whoever_was_shown_the_door_does_not_come_back_under_another_name() -> None:
    made, anna = await busy()
    for kind in Restriction:
        await restricting.restrict(
            webinar_id=made.webinar_id, seat_id=anna.seat_id, kind=kind, reason="Insults.", actor=MARIT, now=clock.now()
        )
    await db.execute("UPDATE room_restriction SET lifted_at = now() WHERE kind = 'muted'")
    ben = await passed_on(anna)
    assert (ben.removed, ben.muted) == (True, False)
    rows = await db.fetch("SELECT kind, reason FROM room_restriction")
    assert [tuple(row) for row in rows] == [("removed", "Stands since before the place was passed on.")]


async def _state(*_: Any) -> str:
    return "live"


@pytest.mark.parametrize("ends", ["passed on", "given up"])
async def test_open_pages_of_the_one_before_end_within_two_seconds(ends: str) -> None:
    made, anna = await busy()
    ben = await webinars.join(made, "stays@brennhof.example")
    hub = Hub({Audience.ROOM: {"state": _state}}, most_pages=10)
    async with hub.running():
        hers, his = (
            asyncio.create_task(bye(hub.stream(hub.admit(made.webinar_id, Audience.ROOM, who.claim), have="")))
            for who in (anna, ben)
        )
        await settled(hub, pages=2)
        found = await order_by_claim(anna.claim)
        assert found is not None
        async with asyncio.timeout(2):
            if ends == "passed on":
                await passed_on(anna)
            else:
                await cancel_seat(order=found[0], seat=found[1], now=clock.now())
            await hers
        assert not his.done()
        his.cancel()
        await asyncio.wait([his])


async def test_the_way_in_is_the_next_one_s_alone(client: httpx.AsyncClient) -> None:
    made, anna = await busy()
    await client.post(f"/join/{anna.claim}")
    page = await client.get(made.room)
    assert (page.status_code, "Everybody sees it" in page.text) == (200, True)
    ben = await passed_on(anna)
    assert (await client.get(made.room)).status_code == 403
    assert (await client.get(f"{made.room}/stream")).status_code == 403
    await client.post(f"/join/{ben.claim}")
    page = await client.get(made.room)
    assert (page.status_code, "Everybody sees it" in page.text) == (200, False)
