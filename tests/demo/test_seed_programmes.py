"""The demo’s congress has a programme without clashes, made once."""

import httpx
import pytest

from portal.core import clock, db
from portal.demo.seed.programmes import seed_programmes
from portal.programme.queries import clashes, drafts
from portal.programme.rules.changes import changes
from tests.events.reading import words

pytestmark = pytest.mark.usefixtures("begun")

_ALL = """
SELECT count(*) AS sessions, bool_and(s.starts_at >= e.starts_at AND s.ends_at <= e.ends_at OR s.kind = 'break') AS inside
FROM released_session s JOIN event e ON e.id = s.event
"""
_TWICE = """
SELECT a.title, b.title FROM released_session a JOIN released_session b
    ON a.session < b.session AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
WHERE a.cancelled_at IS NULL AND b.cancelled_at IS NULL AND (a.room = b.room OR EXISTS (
    SELECT FROM released_speaker x JOIN released_speaker y ON x.speaker = y.speaker
    WHERE x.session = a.session AND y.session = b.session))
"""


async def test_the_congress_has_a_programme_in_which_nobody_is_in_two_places() -> None:
    for _ in range(2):
        await seed_programmes(now=clock.now())
    row = await db.fetch_one(_ALL)
    assert row is not None
    assert (row["sessions"], row["inside"]) == (38, True)
    assert [tuple(row) for row in await db.fetch(_TWICE)] == []
    assert await db.fetch_value("SELECT release FROM programme") == 2


async def test_its_log_shows_what_a_release_can_change(client: httpx.AsyncClient) -> None:
    now = clock.now()
    await seed_programmes(now=now)
    rows = await db.fetch(
        "SELECT c.kind, c.title, ARRAY(SELECT jsonb_object_keys(c.after) ORDER BY 1) AS what FROM release_change c ORDER BY 1, 2"
    )
    assert [(row["kind"], row["title"][:12], *row["what"]) for row in rows if row["kind"] != "added"] == [
        ("cancelled", "Freeze and t"), ("edited", "Lyo cycles t", "speakers"), ("moved", "Leaving a CD", "room"),
        ("moved", "Tech transfe", "ends_at", "starts_at"),
    ]  # fmt: skip
    page = await client.get("/events/fill-finish-forum-vienna/programme/changes")
    assert page.status_code == 200
    said = words(page.text)
    for told in ("Two talks have moved", "Raum Prater", "Raum Alsergrund", "The inspector's year", "Birte Koskinen"):
        assert told in said
    announced = (
        "SELECT bool_and(e.published_at < r.released_at) FROM programme_release r JOIN event e ON e.id = r.event"
    )
    assert await db.fetch_value(announced) is True


async def test_staff_have_gone_on_since_with_two_clashes() -> None:
    await seed_programmes(now=clock.now())
    event_id = await db.fetch_value("SELECT event FROM programme")
    told = changes(await drafts.public(event_id), await drafts.draft(event_id))
    assert [(one.kind.value, one.title.split(":")[0]) for one in told] == [
        ("moved", "Robots in grade A"), ("moved", "Spray freeze-drying leaves the lab"),
    ]  # fmt: skip
    found, _ = await clashes.of_draft(event_id)
    assert [(one.kind, one.name) for one in found] == [
        ("speaker", "Birte Koskinen"), ("room", "Saal Lobau"), ("no time", ""),
    ]  # fmt: skip
