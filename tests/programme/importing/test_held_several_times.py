"""Which of those that a source holds under one key, or numbers in their titles, is which when it tells of them again: what is
saved and who has a place hang on it."""

from pathlib import Path

import pytest

from portal.core import db
from tests.factories import events
from tests.programme.importing.test_columns_left_out import table, taken
from tests.programme.test_pages import NINE


@pytest.fixture
async def folder(database: str, tmp_path: Path) -> Path:
    await events.make("Forum", starts_at=NINE, hours=40, timezone="Europe/Vienna")
    return tmp_path


def held(*times: str, key: str = "t", note: str = "") -> str:
    """A table of one tour, held at these hours in these rooms: `09A`."""
    opening = {"key": "o", "title": "Opening", "start": "2027-02-09 08:00", "end": "08:30"}
    tours = [
        {"key": key, "title": "Tour", "room": at[2:], "description": note}
        | {"start": f"2027-02-09 {at[:2]}:00", "end": f"{at[:2]}:30"}
        for at in times
    ]  # fmt: skip
    return table(opening, *tours)


def workshops(first: int, *numbers: int) -> str:
    """Without keys, numbered in their titles, an hour after the other, told in this order."""
    rows = [
        {"title": f"Workshop #{n}", "description": f"About {n}"}
        | {"start": f"2027-02-09 {first + n:02}:00", "end": f"{first + n:02}:50"}
        for n in numbers
    ]  # fmt: skip
    return table(*rows, without=("key", "room"))


async def here() -> dict[int, str]:
    """Title, hour and room by id, of those that are on."""
    rows = await db.fetch(
        "SELECT s.id, s.title, to_char(s.starts_at AT TIME ZONE 'Europe/Vienna', 'HH24') AS hour, coalesce(r.name, '') AS room "
        "FROM programme_session s LEFT JOIN programme_room r ON r.id = s.room WHERE s.cancelled_at IS NULL ORDER BY s.id"
    )
    return {row["id"]: f"{row['title']} {row['hour']}{row['room']}" for row in rows}


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2)])
async def test_titles_that_number_themselves_keep_their_numbers(folder: Path, order: tuple[int, ...]) -> None:
    await taken(folder, workshops(8, *order))
    before = await here()
    await taken(folder, workshops(9, *order))
    assert await here() == {key: f"{words[:-2]}{int(words[-2:]) + 1:02}" for key, words in before.items()}


@pytest.mark.parametrize(
    ("first", "then", "note"),
    [
        (("09A", "10B", "11C"), ("10A", "11B", "12C"), ""),
        (("09A", "11B", "14C"), ("16A", "11B", "14C"), ""),
        (("10A", "10B"), ("12A", "10B"), "Another word on it"),
    ],
    ids=["all later", "one moves", "one of two at once moves and all are edited"],
)
async def test_each_stays_the_one_it_is(folder: Path, first: tuple[str, ...], then: tuple[str, ...], note: str) -> None:
    await taken(folder, held(*first))
    rooms = {key: words[-1] for key, words in (await here()).items() if words.startswith("Tour")}
    await taken(folder, held(*then, note=note))
    hours = {at[2:]: at[:2] for at in then}
    assert {key: words for key, words in (await here()).items() if key in rooms} == {
        key: f"Tour {hours[room]}{room}" for key, room in rooms.items()
    }


async def test_one_that_moves_to_the_hour_of_one_that_went_is_not_that_one(folder: Path) -> None:
    await taken(folder, held("09A", "11B"))
    at_nine = next(key for key, words in (await here()).items() if words == "Tour 09A")
    await taken(folder, held("09A"))
    await taken(folder, held("11A"))
    assert [key for key, words in (await here()).items() if words.startswith("Tour")] == [at_nine]


def lightning(first: int, *speakers: str, without: tuple[str, ...] = ()) -> str:
    rows = [
        {"key": "l", "title": "Lightning", "room": "A", "speakers": name}
        | {"start": f"2027-02-09 {first + place:02}:00", "end": f"{first + place:02}:50"}
        for place, name in enumerate(speakers)
    ]
    return table(*rows, without=without)


async def test_those_with_people_of_their_own_keep_them(folder: Path) -> None:
    await taken(folder, lightning(9, "Ann", "Bob", "Cyd"))
    before = await here()
    done = await taken(folder, lightning(10, "Ann", "Bob", "Cyd"))
    assert [change.words.count("Who speaks") for change in done.changes] == [0, 0, 0]
    assert await here() == {key: f"Lightning {int(words[-3:-1]) + 1}A" for key, words in before.items()}


async def test_another_number_is_another_session(folder: Path) -> None:
    await taken(folder, workshops(8, 1, 2, 3))
    before = await here()
    done = await taken(folder, workshops(8, 1, 3, 4))
    assert (done.created, done.cancelled) == (1, 1)
    still = await here()
    assert {key: words for key, words in still.items() if key in before} == {
        key: words for key, words in before.items() if "#2" not in words
    }
    assert sorted(still.values())[-1] == "Workshop #4 12"


async def test_rows_of_one_for_each_speaker_are_one(folder: Path) -> None:
    rows = [
        {"title": "Panel", "start": "2027-02-09 09:00", "end": "10:00", "speakers": name}
        for name in ("Jo Vos", "Ann Day")
    ]
    done = await taken(folder, table(*rows, without=("key",)))
    assert (done.created, done.merged) == (1, 1)
    assert await db.fetch_value("SELECT count(*) FROM session_speaker") == 2


async def test_what_is_at_once_stays_two_where_a_table_says_nothing_of_rooms(folder: Path) -> None:
    rows = [
        {"key": "t", "title": "Tour", "start": "2027-02-09 09:00", "end": "10:00", "room": room, "speakers": name}
        for room, name in (("A", "Ann"), ("B", "Bob"))
    ]
    await taken(folder, table(*rows))
    done = await taken(folder, table(*rows, without=("room",)))
    assert (done.changed, done.cancelled, done.merged) == (0, 0, 0)
