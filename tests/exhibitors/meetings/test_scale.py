"""A day of a big fair: a hundred tables of the organiser, all of them taken all day long."""

from portal.core import clock, db
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.queries import openings
from tests.factories import meetings

_FULL = """
WITH h AS (SELECT id, account, row_number() OVER (ORDER BY id) AS n FROM exhibitor_host WHERE exhibitor = $2),
    t AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM meeting_table WHERE exhibitor IS NULL)
INSERT INTO meeting (event, exhibitor, host, account, meeting_table, guest, starts_at, ends_at, state, walk_in, made_at)
SELECT $1, $2, h.id, h.account, t.id, 'Walter', $3::timestamptz + s * interval '30 minutes',
    $3::timestamptz + (s + 1) * interval '30 minutes', 'planned', false, now()
FROM h JOIN t USING (n), generate_series(0, 15) s
"""


async def test_every_table_is_shown_and_taken(database: str) -> None:
    fair = await meetings.fair()
    other = await meetings.exhibitors.make("Other Ltd", event_id=fair.event_id)
    await db.execute(
        "INSERT INTO account (email, name) SELECT 'x' || n || '@x.example', 'X' FROM generate_series(1, 100) n"
    )
    await db.execute(
        "INSERT INTO exhibitor_host (exhibitor, account) SELECT $1, id FROM account WHERE email LIKE '%@x.example'",
        other.exhibitor.id,
    )
    await db.execute(
        "INSERT INTO meeting_table (event, name, active) SELECT $1, 'T' || n, true FROM generate_series(1, 100) n",
        fair.event_id,
    )
    await db.execute(
        "INSERT INTO meeting_area_time (area, starts_at, ends_at) SELECT id, $1, $2 FROM meeting_area",
        fair.at(9), fair.at(17),
    )  # fmt: skip
    await db.execute("UPDATE meeting_table SET active = false WHERE exhibitor IS NOT NULL")
    assert len((await openings.of(fair.exhibitor_id, now=clock.now())).slots) == 16
    await db.execute(_FULL, fair.event_id, other.exhibitor.id, fair.day)
    assert len(await known.at_shared_tables(fair.event_id, fair.at(0), fair.at(24))) == 1600
    assert (await openings.of(fair.exhibitor_id, now=clock.now())).slots == ()
    await db.execute("DELETE FROM meeting WHERE starts_at = $1 AND host = (SELECT max(host) FROM meeting)", fair.at(12))
    assert [one.starts_at for one in (await openings.of(fair.exhibitor_id, now=clock.now())).slots] == [fair.at(12)]
