"""Figures against what was reckoned by hand."""

from datetime import date, timedelta
from typing import Any

import pytest

from portal.core import clock, db
from portal.webinars import reporting
from portal.webinars.rules.report.tables import Section, Table, plain
from tests.factories import webinars
from tests.factories.webinars import Webinar
from tests.webinars.report.small import START, busy, small

pytestmark = pytest.mark.usefixtures("database")


async def told(made: Webinar) -> dict[str, Section]:
    found = await reporting.sections(await reporting.report(await webinars.room(made), clock.now()))
    return {section.key: section for section in found}


async def tables(made: Webinar) -> dict[str, list[tuple[Any, ...]]]:
    """Every table's rows, as a file would have them."""
    return {table.key: rows(table) for section in (await told(made)).values() for table in section.tables}


def rows(table: Table) -> list[tuple[Any, ...]]:
    return [tuple(plain(value) for value in row) for row in table.rows]


async def test_who_registered_from_where_and_who_of_them_came() -> None:
    made, _ = await small()
    assert (await tables(made))["sources"] == [
        ("newsletter", 3, 42.9, 0, 2, 100.0, 1), ("linkedin", 2, 28.6, 1, 1, 50.0, 0), ("No source known", 2, 28.6, 0, 0, "", 2),
    ]  # fmt: skip


async def test_the_curve_of_registrations_ends_at_the_start_and_tells_cancellations_apart() -> None:
    made, _ = await small()
    days = (await tables(made))["registrations"]
    assert len(days) == 22
    # Twenty-one days before, in Vienna: the small hours of the 4th.
    assert (days[0], days[-1]) == (("2026-10-04", 1, 0, 1), ("2026-10-25", 0, 0, 6))
    assert {row[0]: row[1:] for row in days if row[1] or row[2]} == {
        "2026-10-04": (1, 0, 1), "2026-10-18": (2, 0, 3), "2026-10-22": (2, 0, 5), "2026-10-23": (2, 0, 7),
        "2026-10-24": (0, 1, 6),
    }  # fmt: skip
    lead = (await told(made))["registrations"].lead
    assert lead == (
        "1 came after the start and are not in the curve. 2 of those registered chose the recording. "
        "1 of the crew and the publisher’s staff are left out of everything here."
    )


async def test_a_single_place_of_several_given_up_counts_on_the_day_it_was() -> None:
    made, people = await small()
    await db.execute(
        "INSERT INTO audit_entry (at, actor, verb, kind, key, facts) "
        "SELECT $2, 'x', 'cancel seat', 'order', o.number, '{\"seat\": 1}' FROM seat_order o JOIN seat s ON s.seat_order = o.id "
        "WHERE s.id = $1", people["gone"].seat_id, START - timedelta(days=2),
    )  # fmt: skip
    assert ("2026-10-23", 2, 1, 6) in (await tables(made))["registrations"]


async def test_attendance_by_hand() -> None:
    made, _ = await small()
    found = await tables(made)
    assert found["stayed"] == [
        ("25 % of the time on air", 3, 75.0), ("50 % of the time on air", 3, 75.0), ("75 % of the time on air", 1, 25.0),
        ("100 % of the time on air", 1, 25.0),
    ]  # fmt: skip
    assert [row[1] for row in found["arrivals"]] == [1, 1, 0, 1, 1]
    assert [row[:2] for row in found["viewers"]] == [
        ("Live only", 3), ("Live, and the recording", 1), ("The recording only", 2), ("Neither", 1),
    ]  # fmt: skip
    figures = {row[0]: row[1] for row in found["figures"]}
    by_hand = {
        "Registered": 7, "Came live": 4, "Show-up rate": 75.0, "Median minutes": 35.0, "Mean minutes": 32.9,
        "Watched the recording": 3, "Registered in the last week": 71.4,
    }  # fmt: skip
    assert {name: figures[name] for name in by_hand} == by_hand


async def test_minutes_by_hand_and_by_a_clock_that_is_put_back() -> None:
    made, _ = await small()
    minutes = {row[0]: row for row in (await tables(made))["minutes"]}
    assert sorted(minutes) == list(range(-30, 60))
    assert [minutes[n][3] for n in (-6, -5, -1, 0, 9, 10, 19, 20, 29, 30, 39, 40, 49, 50, 57, 58, 59)] == [
        0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3, 2, 2, 1, 1, 2, 2,
    ]  # fmt: skip
    assert (minutes[-1][2], minutes[0][2]) == ("lobby", "live")
    assert (minutes[29][1], minutes[30][1]) == ("2026-10-25T02:59:00+02:00", "2026-10-25T02:00:00+01:00")
    assert (minutes[20][4], minutes[20][5], minutes[30][4]) == (0, 1, 1)


async def test_losses_name_what_went_on() -> None:
    made, people = await small()
    await busy(made, people)
    assert (await tables(made))["losses"] == [
        (20, "2026-10-25T02:50:00+02:00", 1, 33.3, "Poll opened: =Ready?"),
        (40, "2026-10-25T02:10:00+01:00", 1, 33.3, "Call to action: Book a visit"),
        (50, "2026-10-25T02:20:00+01:00", 1, 50.0, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "live_second", "chapter"),
    [(3600, 0, "Later"), (3600, -600, "Welcome"), (4200, 400, "Later"), (600, 0, "Poll opened: =Ready?")],
)
async def test_a_loss_names_the_chapter_where_the_recording_is_as_long(
    seconds: int, live_second: int, chapter: str
) -> None:
    made, people = await small()
    await busy(made, people)
    await db.execute(
        "WITH r AS (INSERT INTO webinar_recording (webinar, source, source_url, seconds, live_second) "
        "VALUES ($1, 'hls', '/f', $2, $3) RETURNING id) INSERT INTO webinar_chapter (recording, second, title) "
        "SELECT id, n, t FROM r, (VALUES (0, 'Welcome'), (900, 'Gloves'), (1210, 'Later')) AS c (n, t)",
        made.webinar_id, seconds, live_second,
    )  # fmt: skip
    assert (await tables(made))["losses"][0][4] == chapter


async def test_taking_part_by_hand() -> None:
    made, people = await small()
    await busy(made, people)
    found = await tables(made)
    assert [row[:2] for row in found["questions"]] == [
        ("Asked", 3), ("Approved", 1), ("Merged into another", 1), ("Declined", 0), ("Never decided", 1),
        ("Answered on stage", 1), ("Answered in writing", 0),
    ]  # fmt: skip
    assert found["most-voted"] == [("Is one strategy enough?", 2, "On stage")]
    assert found["polls"] == [("=Ready?", 2, 3, 66.7, 50.0)]
    assert found["poll-results"] == [("=Ready?", "Yes", 2, 100.0), ("=Ready?", "No", 0, 0.0)]
    assert found["resources"] == [
        ("Slides", "Link", "", 1, 16.7), ("Book a visit", "Call to action", "", 0, 0.0),
    ]  # fmt: skip
    assert dict(found["chat"]) == {
        "Chat messages": 1, "People who wrote": 1, "Messages by the crew": 1, "Hidden by the crew": 0, "Reaction: Agree": 0,
        "Reaction: Love it": 7, "Reaction: New to me": 0, "Reaction: Hand up": 0,
    }  # fmt: skip
    # Of those reached both came; of the two others it was meant for, one did.
    assert found["mails"] == [("The day before", 2, 1, "came live", 100.0, 50.0)]


async def test_corrections_stand_apart() -> None:
    made, people = await small()
    before = await tables(made)
    for minutes in (10, -4):
        await db.execute(
            "INSERT INTO webinar_attendance_correction (webinar, seat, minutes, reason, by_name, at) "
            "VALUES ($1, $2, $3, 'Phone', 'J', now())", made.webinar_id, people["ben"].seat_id, minutes,
        )  # fmt: skip
    assert await tables(made) == before
    lead = (await told(made))["attendance"].lead
    assert lead == "Apart from this, staff made 2 corrections, with 6 minutes added in all; no figure here has them."


async def test_a_pause_is_nobodys_attendance_and_no_loss() -> None:
    made, _ = await small()
    await db.execute(
        "UPDATE webinar SET paused = tstzmultirange(tstzrange($2, $3)) WHERE id = $1", made.webinar_id,
        START + timedelta(minutes=12), START + timedelta(minutes=18),
    )  # fmt: skip
    found = await tables(made)
    minutes = {row[0]: row for row in found["minutes"]}
    assert [minutes[n][2:4] for n in (11, 12, 17, 18)] == [("live", 3), ("paused", 0), ("paused", 0), ("live", 3)]
    assert 12 not in [row[0] for row in found["losses"]]
    # 54 minutes on air: ben was there for 24 of them, cara for 34.
    assert {row[0]: row[1] for row in found["figures"]}["Median minutes"] == 29.0


async def test_a_room_elsewhere_measures_nothing() -> None:
    made, people = await small()
    await db.execute("UPDATE webinar SET source = 'hand_over', source_url = 'https://meet.example/1'")
    await db.execute("UPDATE webinar_attendance SET handed_over_at = $1 WHERE seat = $2", START, people["anna"].seat_id)
    found = await told(made)
    assert found["attendance"].lead == (
        "It takes place in another service’s room, where nothing is measured. 1 people went there from here."
    )
    assert found["attendance"].tables == ()
    figures = {row[0]: row[1] for row in rows(found["comparison"].tables[0])}
    assert (figures["Registered"], figures["Show-up rate"], figures["Came live"]) == (7, "", "")


async def test_while_it_is_live_the_figures_are_of_the_time_so_far() -> None:
    made, _ = await small()
    await db.execute("UPDATE webinar SET state = 'live', ended_at = NULL")
    room = await webinars.room(made)
    at = START + timedelta(minutes=15)
    found = {s.key: s for s in await reporting.sections(await reporting.report(room, at))}
    minutes = next(t for t in found["attendance"].tables if t.key == "minutes")
    assert minutes.rows[-1][0] == 14
    assert date.fromisoformat(str(plain(minutes.rows[0][1]))[:10]) == date(2026, 10, 25)
    stayed = next(t for t in found["attendance"].tables if t.key == "stayed")
    # Of fifteen minutes anna and cara saw all, ben the last five.
    assert [row[1] for row in stayed.rows] == [3, 2, 2, 2]
