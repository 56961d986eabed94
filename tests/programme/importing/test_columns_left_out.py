"""What a file has no place for, it says nothing of: that stays. What has a place and is empty there is taken away."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from portal.core import clock, db
from portal.programme.importing.outcomes import FileReport
from portal.programme.importing.run import How, Target, import_programme
from portal.programme.queries import drafts
from portal.programme.rules.following import FIELDS
from tests.factories import events
from tests.programme.test_pages import NINE

ROW = {
    "key": "a", "title": "First air", "start": "2027-02-09 09:00", "end": "09:40", "subtitle": "Smoke", "abstract": "Short",
    "description": "Long", "room": "Saal Lobau", "track": "Aseptic", "kind": "Hands-on workshop", "label": "Masterclass",
    "language": "de", "level": "advanced", "capacity": "24", "recorded": "no", "url": "https://a.example/p", "cancelled": "yes",
    "moderators": "Jo Vos", "hosts": "Ann Day", "panelists": "Kit Lane", "speakers": "Maeve Donnellan",
}  # fmt: skip
OTHER = {"key": "b", "title": "Closing", "start": "2027-02-09 17:00", "end": "17:30"}
NEEDED = tuple(OTHER)
CALENDAR = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:a\nDTSTAMP:20270101T000000Z\nSUMMARY:First air\n"
    "DTSTART:20270209T080000Z\nDTEND:20270209T084000Z\nSTATUS:CANCELLED\nEND:VEVENT\n"
    "BEGIN:VEVENT\nUID:b\nDTSTAMP:20270101T000000Z\n"
    "SUMMARY:Closing\nDTSTART:20270209T160000Z\nDTEND:20270209T163000Z\nEND:VEVENT\nEND:VCALENDAR\n"
)


def table(*rows: dict[str, str], without: tuple[str, ...] = ()) -> str:
    columns = [name for name in ROW if name not in without]
    told = io.StringIO()
    writer = csv.DictWriter(told, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return told.getvalue()


ALL = table(ROW, OTHER)


@pytest.fixture
async def forum(database: str, tmp_path: Path) -> Path:
    await events.make("Forum", starts_at=NINE, hours=40, timezone="Europe/Vienna")
    first = await taken(tmp_path, ALL)
    assert (first.created, first.refusals, first.notes) == (2, [], [])
    return tmp_path


async def taken(folder: Path, file: str, **how: Any) -> FileReport:
    """What importing it comes to, which its dry run says before."""
    (folder / "file").write_text(file)
    tried, done = [
        (await import_programme(folder / "file", now=clock.now(), target=Target("forum-2027"), how=How(dry_run=dry, **how)))
        .files[0]
        for dry in (True, False)
    ]  # fmt: skip
    assert (tried.fault, tried.changed, tried.changes) == (done.fault, done.changed, done.changes)
    return done


async def stands() -> Any:
    return await drafts.draft(await db.fetch_value("SELECT id FROM event"))


@pytest.mark.parametrize("column", [name for name in ROW if name not in (*NEEDED, "label")])
async def test_a_column_left_out_leaves_what_is_there_and_an_empty_one_takes_it_away(forum: Path, column: str) -> None:
    before = await stands()
    # Where the label has no column, the words for the kind are it.
    without = ("kind", "label") if column == "kind" else (column,)
    done = await taken(forum, table(ROW, OTHER, without=without))
    assert (done.changed, done.changes, await stands() == before) == (0, [], True)
    done = await taken(forum, table({**ROW, **dict.fromkeys(without, "")}, OTHER))
    assert (done.changed, await stands() == before) == (1, False)
    # And once it is empty, a file without it does not bring it back.
    emptied = await stands()
    done = await taken(forum, table(ROW, OTHER, without=without))
    assert (done.changed, await stands() == emptied) == (0, True)


async def test_a_table_of_times_alone_moves_sessions_and_touches_nothing_else(forum: Path) -> None:
    narrow = tuple(name for name in ROW if name not in NEEDED)
    done = await taken(forum, table({**ROW, "start": "2027-02-09 11:00", "end": "11:40"}, OTHER, without=narrow))
    assert [one.words for one in done.changes] == ["moved; Time: Tue 9 Feb, 09:00–09:40 → Tue 9 Feb, 11:00–11:40"]
    assert (await taken(forum, table({**ROW, "start": "2027-02-09 11:00", "end": "11:40"}, OTHER))).changed == 0


async def test_people_of_a_part_that_has_no_column_stay_beside_the_others(forum: Path) -> None:
    news = {**ROW, "speakers": "Maeve Donnellan; Rae Moss", "panelists": ""}
    done = await taken(forum, table(news, OTHER, without=("moderators", "hosts")))
    assert done.changed == 1
    said = {one.title: one.speakers for one in await stands()}
    assert said["First air"] == "Jo Vos (moderator), Ann Day (host), Maeve Donnellan, Rae Moss"
    # Whoever is told in another part now has that one.
    done = await taken(forum, table({**news, "speakers": "Ann Day"}, OTHER, without=("moderators", "hosts")))
    said = {one.title: one.speakers for one in await stands()}
    assert said["First air"] == "Jo Vos (moderator), Ann Day"


async def test_people_stay_where_it_is_not_remembered_what_a_source_said_of_them(forum: Path) -> None:
    # As it is of whatever was imported before that was remembered.
    await db.execute("UPDATE programme_session SET source_said = '{}'")
    before, roles = await stands(), ("moderators", "hosts", "panelists", "speakers")
    await taken(forum, table({**ROW, "start": "2027-02-09 11:00", "end": "11:40"}, OTHER, without=roles))
    assert [one.speakers for one in await stands()] == [one.speakers for one in before]
    # They are the source’s still: it may take them away.
    await taken(forum, table({**ROW, "panelists": "", "speakers": ""}, OTHER))
    assert (await stands())[0].speakers == "Jo Vos (moderator), Ann Day (host)"


async def test_what_the_source_had_no_more_is_on_again_when_it_has_it(forum: Path) -> None:
    assert (await taken(forum, table(ROW, without=("cancelled",)))).cancelled == 1
    off = "SELECT title FROM programme_session WHERE cancelled_at IS NOT NULL ORDER BY 1"
    assert await db.fetch(off) == [("Closing",), ("First air",)]
    await taken(forum, table(ROW, OTHER, without=("cancelled",)))
    assert await db.fetch(off) == [("First air",)], "nobody said that this one is on"


async def test_a_calendar_has_no_place_for_people_and_short_texts(forum: Path) -> None:
    await taken(forum, CALENDAR)
    air = next(one for one in await stands() if one.title == "First air")
    # Room, track, description and address have places in a calendar, which are empty.
    assert (air.speakers.count(","), air.abstract_html, air.level, air.label, air.capacity, air.recorded) == (
        3, "<p>Short</p>\n", "advanced", "Masterclass", 24, False,
    )  # fmt: skip
    assert (air.room, air.track, air.description_html, air.url) == ("", "", "", "")


@pytest.mark.parametrize(("category", "kind"), [("Sterile", "workshop"), ("Panel", "panel")])
async def test_a_calendar_says_of_kinds_what_its_categories_name(forum: Path, category: str, kind: str) -> None:
    await taken(forum, CALENDAR.replace("STATUS:CANCELLED", f"CATEGORIES:{category}"))
    assert [one.kind for one in await stands() if one.title == "First air"] == [kind]


async def test_two_at_once_stay_two_without_their_rooms(forum: Path) -> None:
    both = [{"title": "Coffee", "start": "2027-02-09 10:30", "end": "11:00", "room": room} for room in ("A", "B")]
    assert (await taken(forum, table(ROW, OTHER, *both))).created == 2
    before = await stands()
    done = await taken(forum, table(ROW, OTHER, *both, without=("room",)))
    assert (done.changed, done.cancelled, done.merged, await stands() == before) == (0, 0, 0, True)


async def test_of_a_session_held_in_three_rooms_one_moves_in_a_table_without_rooms(forum: Path) -> None:
    def held(*hours: str) -> list[dict[str, str]]:
        return [
            {"key": "t", "title": "Tour", "start": f"2027-02-09 {hour}:00", "end": f"{hour}:30", "room": room}
            for hour, room in zip(hours, "ABC", strict=True)
        ]

    await taken(forum, table(ROW, OTHER, *held("09", "11", "14")))
    # Staff hold one at another time than the source says; it is that one still.
    await db.execute(
        "UPDATE programme_session SET starts_at = starts_at + interval '5 minutes' WHERE source_key = 't #2'"
    )
    done = await taken(forum, table(ROW, OTHER, *held("16", "11", "14"), without=("room",)))
    assert [(one.title, one.words) for one in done.changes] == [
        ("Tour", "moved; Time: Tue 9 Feb, 09:00–09:30 → Tue 9 Feb, 16:00–16:30")
    ]
    assert [one.room for one in await stands() if one.title == "Tour"] == ["B", "C", "A"]


def test_each_field_has_a_column_here() -> None:
    assert set(FIELDS) - set(ROW) == {"time", "links"}
