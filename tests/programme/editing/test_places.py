"""Rooms and tracks by hand, and the beginning of a programme."""

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.releasing import release
from tests.attending import Attending
from tests.factories import events
from tests.paying import text_of
from tests.programme.editing.making import fault, make, room_id, row


async def names(table: str, event_id: int) -> list[str]:
    rows = await db.fetch(f"SELECT name FROM {table} WHERE event = $1 ORDER BY position, id", event_id)
    return [one["name"] for one in rows]


async def test_a_programme_begins_with_its_rooms(editor: httpx.AsyncClient) -> None:
    event_id = await events.make("Forum")
    here = f"/staff/events/{event_id}/programme"
    assert "Begin a programme" in (await editor.get(here)).text
    assert f'href="{here}"' in (await editor.get(f"/staff/events/{event_id}")).text
    for wrong in ("", "Hall\nhall", "x" * 121, "\n".join(map(str, range(61)))):
        page = await editor.post(here, data={"rooms": wrong})
        assert (page.status_code, bool(fault(page, "rooms"))) == (422, True)
        assert wrong.split("\n")[0] in page.text
    assert await db.fetch_value("SELECT count(*) FROM programme WHERE event = $1", event_id) == 0
    answer = await editor.post(here, data={"rooms": "Hall\n\n Studio \n"})
    assert answer.headers["location"] == f"{here}/sessions/new"
    assert await names("programme_room", event_id) == ["Hall", "Studio"]
    assert 'data-room="">No room' in (await editor.get(here)).text


async def test_rooms_are_added_ordered_renamed(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    here = f"/staff/events/{event_id}/programme/rooms"
    assert (await editor.post(here, data={"name": "Lyo lab", "capacity": "24", "note": "Cellar"})).status_code == 303
    lab = await room_id(event_id, "Lyo lab")
    assert (await editor.post(f"{here}/{lab}/place", data={"way": "up"})).status_code == 303
    assert await names("programme_room", event_id) == ["Saal Lobau", "Lyo lab", "Raum Prater"]
    part = await editor.post(f"{here}/{lab}/place", data={"way": "up"}, headers={"HX-Request": "true"})
    assert part.text.index("Lyo lab") < part.text.index("Saal Lobau")
    assert "<html" not in part.text
    await editor.post(f"{here}/{lab}", data={"name": "Lyo laboratory", "capacity": "", "note": ""})
    stored = await db.fetch_one("SELECT name, note, capacity FROM programme_room WHERE id = $1", lab)
    assert stored is not None
    assert tuple(stored) == ("Lyo laboratory", "", None)


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"name": ""}, "name", "Please fill in: name."),
        ({"name": "x" * 121}, "name", "Please keep this under 120 characters; it has 121."),
        ({"name": "SAAL LOBAU"}, "name", "There is a room of this name already."),
        ({"name": "New", "capacity": "0"}, "capacity", "Please give a number of people."),
        ({"name": "New", "capacity": "many"}, "capacity", "Please give a number of people."),
    ],
)
async def test_rooms_that_cannot_be_meant(
    editor: httpx.AsyncClient, typed: dict[str, str], field: str, why: str
) -> None:
    event_id = await make()
    here = f"/staff/events/{event_id}/programme/rooms"
    for address in (here, f"{here}/{await room_id(event_id, 'Raum Prater')}"):
        page = await editor.post(address, data={"note": "Up the stairs"} | typed)
        assert (page.status_code, fault(page, field)) == (422, why)
        assert 'value="Up the stairs"' in page.text
    assert await names("programme_room", event_id) == ["Saal Lobau", "Raum Prater"]


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"name": "", "colour": "2"}, "name", "Please fill in: name."),
        ({"name": "aseptic", "colour": "2"}, "name", "There is a track of this name already."),
        ({"name": "New", "colour": "5"}, "colour", "Please choose one of the four colours."),
        ({"name": "New", "colour": "red"}, "colour", "Please choose one of the four colours."),
    ],
)
async def test_tracks_that_cannot_be_meant(
    editor: httpx.AsyncClient, typed: dict[str, str], field: str, why: str
) -> None:
    event_id = await make()
    page = await editor.post(f"/staff/events/{event_id}/programme/tracks", data=typed)
    assert (page.status_code, fault(page, field)) == (422, why)
    assert f'value="{typed["name"]}"' in page.text
    assert await names("programme_track", event_id) == ["Aseptic"]


async def test_tracks_are_added_renamed_deleted(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    here = f"/staff/events/{event_id}/programme/tracks"
    assert (await editor.post(here, data={"name": "Drying", "colour": "3"})).status_code == 303
    aseptic = await db.fetch_value("SELECT id FROM programme_track WHERE name = 'Aseptic'")
    await editor.post(f"{here}/{aseptic}/place", data={"way": "down"})
    assert await names("programme_track", event_id) == ["Drying", "Aseptic"]
    assert "“Aseptic”" in (await editor.get(f"{here}/{aseptic}/removal")).text
    assert (await editor.post(f"{here}/{aseptic}/removal")).status_code == 303
    assert (await row(event_id, "First air"))["track"] is None
    assert (await editor.post(f"{here}/{aseptic}/removal")).status_code == 404


async def test_a_room_in_use_is_asked_about_and_calendars_follow(
    editor: httpx.AsyncClient, attending: Attending
) -> None:
    event_id = await make()
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    lobau = await room_id(event_id, "Saal Lobau")
    one = await row(event_id, "First air")
    here = f"/staff/events/{event_id}/programme/rooms/{lobau}"
    asked = text_of(await editor.get(f"{here}/removal"))
    assert "1 session of the draft loses the room and keeps its time" in asked
    assert "1 public session loses it at once" in asked
    assert (await row(event_id, "First air"))["room"] == lobau
    await editor.post(here, data={"name": "Saal Donau"})
    await attending.work()
    assert await entry(one["id"]) == (1, "Saal Donau, Oude Vismijn, Ghent", False)
    assert (await editor.post(f"{here}/removal")).status_code == 303
    await attending.work()
    assert await entry(one["id"]) == (2, "Oude Vismijn, Ghent", False)
    gone = await row(event_id, "First air")
    assert (gone["room"], gone["starts_at"], gone["version"]) == (None, one["starts_at"], 2)


async def entry(session: int) -> tuple[int, str, bool]:
    """SEQUENCE, place and whether it is cancelled, as calendars have it."""
    found = await db.fetch_one(
        "SELECT r.sequence, r.entry ->> 'location' AS place, coalesce((r.entry ->> 'cancelled')::boolean, false) AS off "
        "FROM calendar_item i JOIN calendar_revision r ON r.item = i.id AND r.number = i.revision "
        "WHERE i.kind = 'session' AND i.key = $1", str(session),
    )  # fmt: skip
    assert found is not None
    return found["sequence"], found["place"], found["off"]
