"""When a session cannot be: said by the form that moves it, and told to the grid while it is carried."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from portal.core import db
from tests.programme.editing.making import fault, make, room_id, row
from tests.programme.test_pages import NINE, held

DAY = "2027-02-09"


def minutes(hour: int, minute: int = 0, day: int = 9) -> int:
    """As the grid counts; hours are those of Vienna."""
    return int(datetime(2027, 2, day, hour - 1, minute, tzinfo=UTC).timestamp()) // 60


async def a_draft() -> int:
    event_id = await make(
        held("1", "First air"), held("2", "Fees", room="Raum Prater", hours=2), held("3", "Third", hours=26)
    )
    await db.execute(
        "INSERT INTO availability (appearance, starts_at, ends_at) SELECT id, $1, $2 FROM appearance",
        NINE - timedelta(hours=1), NINE + timedelta(hours=8),
    )  # fmt: skip
    return event_id


async def test_hours_of_a_room_are_kept_and_shown(editor: httpx.AsyncClient) -> None:
    event_id = await a_draft()
    prater = await room_id(event_id, "Raum Prater")
    here = f"/staff/events/{event_id}/programme"
    form = {"name": "Raum Prater", f"from-{DAY}-0": "09:00", f"to-{DAY}-0": "01:00"}
    assert (await editor.post(f"{here}/rooms/{prater}", data=form)).status_code == 303
    page = await editor.get(f"{here}/rooms/{prater}")
    assert f'name="from-{DAY}-0" type="time" value="09:00"' in page.text
    assert f'name="to-{DAY}-0" type="time" value="01:00"' in page.text
    span = await db.fetch_one("SELECT starts_at, ends_at FROM room_hours WHERE room = $1", prater)
    assert span is not None
    assert span["ends_at"] - span["starts_at"] == timedelta(hours=16)
    del form[f"from-{DAY}-0"], form[f"to-{DAY}-0"]
    await editor.post(f"{here}/rooms/{prater}", data=form)
    assert await db.fetch_value("SELECT count(*) FROM room_hours") == 0


@pytest.mark.parametrize(
    ("begins", "ends", "field", "words"),
    [
        ("25:00", "26:00", "from", "Please give a time such as 09:30."),
        ("10:00", "", "to", "Please give both, or neither."),
        ("18:00", "09:00", "to", "This ends before it begins."),
    ],
)
async def test_hours_that_cannot_be_meant(
    editor: httpx.AsyncClient, begins: str, ends: str, field: str, words: str
) -> None:
    event_id = await a_draft()
    path = f"/staff/events/{event_id}/programme/rooms/{await room_id(event_id, 'Raum Prater')}"
    form = {"name": "Prater", f"from-{DAY}-0": begins, f"to-{DAY}-0": ends}
    page = await editor.post(path, data=form)
    assert (page.status_code, fault(page, f"{field}-{DAY}-0")) == (422, words)
    assert f'value="{begins}"' in page.text
    assert await room_id(event_id, "Raum Prater")


async def test_people_elsewhere_or_away_and_rooms_that_are_closed(editor: httpx.AsyncClient) -> None:
    event_id = await a_draft()
    here, one = f"/staff/events/{event_id}/programme", await row(event_id, "First air")
    lobau = await room_id(event_id, "Saal Lobau")
    await editor.post(
        f"{here}/rooms/{lobau}", data={"name": "Saal Lobau", f"from-{DAY}-0": "08:00", f"to-{DAY}-0": "22:00"}
    )
    told = (await editor.get(f"{here}/sessions/{one['id']}/hindrances?day={DAY}")).json()
    away, closed = "Maeve Donnellan is not available", "Saal Lobau is not open"
    assert told == [
        {"room": None, "from": minutes(4), "to": minutes(8), "why": away},
        {"room": lobau, "from": minutes(4), "to": minutes(8), "why": closed},
        {"room": None, "from": minutes(11), "to": minutes(11, 40), "why": "Maeve Donnellan is in “Fees”"},
        {"room": None, "from": minutes(17), "to": minutes(4, day=10), "why": away},
        {"room": lobau, "from": minutes(22), "to": minutes(4, day=10), "why": closed},
    ]
    page = await editor.get(f"{here}?day={DAY}&move={one['id']}")
    assert '<span class="num">11:00–11:40</span> Maeve Donnellan is in “Fees”' in page.text
    place = {"version": "1", "room": lobau, "day": DAY, "start": "22:30", "length": "30"}
    await editor.post(f"{here}/sessions/{one['id']}/place", data=place)
    page = await editor.get(f"{here}?day={DAY}")
    assert "Saal Lobau is not open for the whole of “First air”, Tue 9 Feb, 22:30–23:00." in page.text
    other = (await editor.get(f"{here}/sessions/{one['id']}/hindrances?day=nonsense")).json()
    assert other == told


async def test_a_new_session_begins_where_the_grid_was_pressed(editor: httpx.AsyncClient) -> None:
    event_id = await a_draft()
    prater = await room_id(event_id, "Raum Prater")
    path = f"/staff/events/{event_id}/programme/sessions/new"
    page = await editor.get(f"{path}?day={DAY}&start=10:30&room={prater}")
    assert f'<option value="{DAY}" selected' in page.text
    assert f'<option value="{prater}" selected' in page.text
    assert 'value="10:30"' in page.text
    assert (await editor.get(f"{path}?day=x&start=y&room=z")).status_code == 200
