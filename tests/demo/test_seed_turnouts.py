"""How the demo's webinars went: made once, in little time, without mail, and worth a look in their reports."""

import time

import pytest

from portal.core import clock, db
from portal.demo.seed.stages import seed_stages
from portal.demo.seed.turnouts import read, seed_turnouts
from portal.demo.seed.webinars import seed_rooms
from portal.webinars.queries import rooms
from portal.webinars.queries.recordings import asked
from portal.webinars.reporting import report, sections

pytestmark = pytest.mark.usefixtures("begun")
JOBS = "SELECT count(*) FROM pgqueuer"


async def test_every_chart_of_a_recorded_webinar_has_something_to_show() -> None:
    now = clock.now()
    await seed_rooms(now=now)
    await seed_stages(now=now)
    jobs = await db.fetch_value(JOBS)
    began = time.perf_counter()
    await seed_turnouts(now=now)
    print(f"\nturnouts of the demo: {time.perf_counter() - began:.2f} s")
    seats = await db.fetch_value("SELECT count(*) FROM seat")
    await seed_turnouts(now=now)
    assert await db.fetch_value("SELECT count(*) FROM seat") == seats
    assert await db.fetch_value(JOBS) == jobs
    assert await db.fetch_value("SELECT count(*) FROM mail") == 0
    for slug, turnout in read().items():
        room = await rooms.by_slug(slug)
        assert room is not None
        found = await report(room, now)
        parts = {section.key: section for section in await sections(found)}
        own = found.own
        assert own.registered + own.given_up == turnout.places, slug
        assert own.given_up > 0, slug
        assert 0.6 * turnout.came < own.came / own.registered < 1.2 * turnout.came, slug
        assert own.came > own.stayed[0] > own.stayed[1] > own.stayed[2] > own.stayed[3] > 0, slug
        assert min(own.arrived) > 0, slug
        assert (own.only_watched > 0, own.came_and_watched > 0, own.reactions > 0) == (True, True, True), slug
        assert None not in [one.second for one in await asked(room.id)], slug
        assert (own.asked, own.said) == (len(turnout.questions), len(turnout.chat)), slug
        empty = {table.key for section in parts.values() for table in section.tables if not table.rows}
        assert empty == {"mails"}, slug
        [losses] = [table for table in parts["attendance"].tables if table.key == "losses"]
        lost = {int(str(row[0])) for row in losses.rows}
        assert any({minute, minute + 1, minute + 2} & lost for minute in turnout.leaving), slug
        assert found.peers.series == "On the floor", slug
        assert len(found.usual) == 20, slug
