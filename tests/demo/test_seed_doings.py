"""What goes on in the demo’s rooms, and how one registers for some: made once, and for each new clinic."""

from datetime import datetime, timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.demo.seed.certificates import WEBINAR, seed_certificates
from portal.demo.seed.doings import read, seed_doings
from portal.demo.seed.registering import APPROVING, ASKING, seed_registering
from portal.demo.seed.stages import seed_stages
from portal.demo.seed.webinars import keep_clinic, seed_rooms
from portal.webinars.queries import attendance, ledger, rooms
from tests.events.reading import words

pytestmark = pytest.mark.usefixtures("begun")
_TABLES = (
    "webinar_question", "webinar_question_vote", "webinar_poll_answer", "webinar_chat_message", "backstage_note",
    "webinar_attendance", "room_restriction", "webinar_crew", "webinar_reaction_count", "consent", "seat_order",
    "webinar_resource_taken", "registration_question", "seat_answer",
)  # fmt: skip
_CLINIC = """
SELECT w.id, e.slug, e.ends_at, s.claim_secret FROM webinar w JOIN event e ON e.id = w.event JOIN seat_order o ON o.event = e.id
JOIN seat s ON s.seat_order = o.id WHERE w.state = 'live' AND s.email = 'amara@brennhof.example'
"""


async def counted() -> dict[str, int]:
    return {name: await db.fetch_value(f"SELECT count(*) FROM {name}") for name in _TABLES}


async def owed(webinar_id: int, now: datetime) -> list[str]:
    """Whoever has earned a certificate by then."""
    room = await rooms.by_id(webinar_id)
    assert room is not None
    measure = await ledger.measure(room)
    rows = await db.fetch("SELECT seat FROM webinar_attendance WHERE webinar = $1", webinar_id)
    entries = await ledger.of_seats(webinar_id, [row["seat"] for row in rows], now)
    assert max(entry.live_seconds for entry in entries) > 3000
    return [entry.name for entry in entries if measure.verdict(entry).earned]


async def test_rooms_are_full_at_every_start_and_nothing_is_made_twice(client: httpx.AsyncClient) -> None:
    now = clock.now()

    async def start(later: timedelta = timedelta()) -> None:
        for step in (seed_rooms, keep_clinic, seed_stages, seed_certificates, seed_doings, seed_registering):
            await step(now=now + later)

    await start()
    first = await counted()
    assert 0 not in first.values()
    await start()
    assert await counted() == first

    clinic = await db.fetch_one(_CLINIC)
    assert clinic is not None
    await client.post(f"/join/{clinic['claim_secret']}")
    room = words((await client.get(f"/webinars/{clinic['slug']}/room")).text)
    for said in (
        "41 votes, vote for: Is one strategy", "being answered", "Which finding keeps coming back", "Good afternoon from Bergen.",
        "48 answers Quality assurance", "Glove integrity", "57 of 65 registered are here",
    ):  # fmt: skip
        assert said in room
    assert "gloves.example" not in room
    # Who is there now stays to the end, whenever the demo is started again.
    here = await attendance.here(clinic["id"], now)
    late = await attendance.here(clinic["id"], clinic["ends_at"] - timedelta(minutes=1))
    assert (here.registered, here.here > 50, 40 < late.here < here.here) == (65, True, True)

    # Nor does the worker write to fifty people once it is over.
    assert await owed(clinic["id"], clinic["ends_at"] + timedelta(minutes=5)) == []

    page = words((await client.get(f"/events/{WEBINAR}")).text)
    assert "What reject rate would make you stop the line? None by itself." in page
    waiting = (
        "SELECT count(*) FROM seat_order o JOIN event e ON e.id = o.event WHERE e.slug = $1 AND o.state = 'requested'"
    )
    assert await db.fetch_value(waiting, APPROVING) == 2
    assert not await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'registration.tell_requested'")
    rule = await db.fetch_one(
        "SELECT r.* FROM registration_rule r JOIN event e ON e.id = r.event WHERE e.slug = $1", ASKING
    )
    assert rule is not None
    assert rule["company_mail_only"]

    await start(timedelta(hours=2))
    again = await counted()
    questions = len(read()["clinic"].questions)
    assert again["webinar_question"] == first["webinar_question"] + questions
    assert again["registration_question"] == first["registration_question"]
