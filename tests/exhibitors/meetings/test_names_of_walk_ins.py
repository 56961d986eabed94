"""The name of somebody who sat down without a place: the company is told how long it stands, and then it is gone."""

from datetime import timedelta

from portal.core import clock, db
from portal.core.settings import current
from portal.core.times import day
from portal.exhibitors.meetings import jobs
from portal.exhibitors.rules.keeping import kept_until
from tests.directory.conftest import SignIn
from tests.exhibitors.meetings.test_desk_pages import opened


async def test_names_of_walk_ins_go_when_their_time_is_over_and_the_meeting_stays(sign_in: SignIn) -> None:
    fair, at, owner = await opened(sign_in)
    await db.execute("UPDATE event SET starts_at = now() - interval '1 hour'")
    until = kept_until(await db.fetch_value("SELECT ends_at FROM event WHERE id = $1", fair.event_id), 24)
    assert f"stands here until {day(until.date(), 'd MMMM y')} at the latest" in (await owner.get(f"{at}/now")).text
    made = await owner.post(f"{at}/now", data={"minutes": "20", "name": "Walter Wu"})
    assert made.status_code == 303, made.text
    await jobs.let_go()
    assert "Walter Wu" in (await owner.get(made.headers["location"])).text
    ago = clock.now() - timedelta(days=31) * current().leads_keep_months
    await db.execute("UPDATE event SET starts_at = $1, ends_at = $1::timestamptz + interval '8 hours'", ago)
    await jobs.let_go()
    page = (await owner.get(made.headers["location"])).text
    assert "Walter Wu" not in page
    assert "Somebody" in page
    assert await db.fetch_value("SELECT count(*) FROM meeting m WHERE m::text LIKE '%Walter%'") == 0
