"""The demo’s congress has a programme without clashes, made once."""

import pytest

from portal.core import clock, db
from portal.demo.seed.programmes import seed_programmes
from portal.programme.queries import clashes, drafts
from portal.programme.rules.changes import changes

pytestmark = pytest.mark.usefixtures("begun")

_ALL = """
SELECT count(*) AS sessions, bool_and(s.starts_at >= e.starts_at AND s.ends_at <= e.ends_at OR s.kind = 'break') AS inside
FROM released_session s JOIN event e ON e.id = s.event
"""
_TWICE = """
SELECT a.title, b.title FROM released_session a JOIN released_session b
    ON a.session < b.session AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
WHERE a.room = b.room OR EXISTS (
    SELECT FROM released_speaker x JOIN released_speaker y ON x.speaker = y.speaker
    WHERE x.session = a.session AND y.session = b.session)
"""


async def test_the_congress_has_a_programme_in_which_nobody_is_in_two_places() -> None:
    for _ in range(2):
        await seed_programmes(now=clock.now())
    row = await db.fetch_one(_ALL)
    assert row is not None
    assert (row["sessions"], row["inside"]) == (37, True)
    assert [tuple(row) for row in await db.fetch(_TWICE)] == []
    assert await db.fetch_value("SELECT release FROM programme") == 1


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
