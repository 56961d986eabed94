"""Sessions put elsewhere: by the form, by what scripts send, by two people at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands import rooms, sessions
from portal.programme.commands.releasing import release
from portal.programme.commands.sessions import Overtaken
from portal.programme.editing import Place
from tests.programme.editing.making import DAY, add, fault, make, room_id, row
from tests.programme.test_pages import NINE, held
from tests.queries import counting

FRAGMENT = {"HX-Request": "true"}


async def typed(event_id: int, title: str = "First air", **more: Any) -> tuple[str, dict[str, Any]]:
    """Where the form of a session goes, and what it says if nothing is changed."""
    one = await row(event_id, title)
    fields = {"version": one["version"], "room": one["room"] or "", "day": DAY, "start": "09:00", "length": 40}
    return f"/staff/events/{event_id}/programme/sessions/{one['id']}/place", fields | more


async def test_the_form_and_the_script_come_to_the_same(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    prater = await room_id(event_id, "Raum Prater")
    found = []
    for headers in ({}, FRAGMENT):
        address, fields = await typed(event_id, room=prater, start="14:30", length=55)
        answer = await editor.post(address, data=fields, headers=headers)
        one = await row(event_id, "First air")
        found.append((one["room_name"], one["starts_at"], one["ends_at"] - one["starts_at"]))
        assert answer.status_code == (200 if headers else 303)
        address, fields = await typed(event_id, room=await room_id(event_id, "Saal Lobau"))
        await editor.post(address, data=fields)
    assert found == [("Raum Prater", datetime(2027, 2, 9, 13, 30, tzinfo=UTC), timedelta(minutes=55))] * 2


async def test_without_scripts_the_page_leads_to_a_form_and_back(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    one = await row(event_id, "First air")
    here = f"/staff/events/{event_id}/programme"
    grid = await editor.get(here)
    assert f'href="?day={DAY}&amp;move={one["id"]}#move"' in grid.text
    form = await editor.get(f"{here}?day={DAY}&move={one['id']}")
    assert f'action="{here}/sessions/{one["id"]}/place?day={DAY}"' in form.text
    assert 'name="start" type="text" value="09:00"' in form.text
    address, fields = await typed(event_id, day="2027-02-10")
    answer = await editor.post(address, data=fields)
    assert answer.headers["location"] == f"{here}?day=2027-02-10#s-{one['id']}"
    assert "First air" in (await editor.get(answer.headers["location"])).text


async def test_taken_off_the_grid_and_put_on_again(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    address, fields = await typed(event_id, day="")
    page = await editor.post(address, data=fields, headers=FRAGMENT)
    assert (await row(event_id, "First air"))["starts_at"] is None
    assert "“First air” is not placed yet" in page.text
    assert 'id="tray-h">Not placed <small class="num">1</small>' in page.text
    address, fields = await typed(event_id, start="02:30")
    await editor.post(address, data=fields)
    # Half past two is the night of that day.
    assert (await row(event_id, "First air"))["starts_at"] == datetime(2027, 2, 10, 1, 30, tzinfo=UTC)


async def test_an_answer_to_scripts_can_be_undone(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    before = await row(event_id, "First air")
    address, fields = await typed(event_id, start="11:00")
    page = await editor.post(address, data=fields, headers=FRAGMENT)
    undo = dict(_hidden(page.text))
    assert undo == {"version": "2", "room": str(before["room"]), "day": DAY, "start": "09:00", "length": "40"}
    await editor.post(address, data=undo, headers=FRAGMENT)
    assert (await row(event_id, "First air"))["starts_at"] == before["starts_at"]


def _hidden(html: str) -> list[tuple[str, str]]:
    form = html[html.index("data-outcome") : html.index("Undo")]
    return [(part.split('"')[0], part.split('value="')[1].split('"')[0]) for part in form.split('name="')[1:]]


@pytest.mark.parametrize(
    ("more", "field", "why"),
    [
        ({"start": "25:00"}, "start", "Please give a time such as 09:30."),
        ({"start": ""}, "start", "Please give a time such as 09:30."),
        ({"day": "2027-02-30"}, "day", "Please choose one of the days."),
        ({"day": "9999-12-31", "start": "02:00"}, "day", "The year 9999 cannot be right."),
        ({"day": "2027-03-27", "start": "02:30"}, "start",
         "02:30 does not exist on that day in Europe/Vienna: clocks go forward to 03:30."),
        ({"length": "0"}, "length", "Please give the length in minutes, such as 40."),
        ({"length": "ten"}, "length", "Please give the length in minutes, such as 40."),
        ({"length": "99999"}, "length", "Please give the length in minutes, such as 40."),
        ({"room": "Lobau"}, "room", "Please choose one of the rooms."),
        ({"room": "999999"}, "room", "This room is not there any more. Please choose another."),
        ({"version": ""}, "version", ""),
    ],
)  # fmt: skip
async def test_what_cannot_be_meant(editor: httpx.AsyncClient, more: dict[str, str], field: str, why: str) -> None:
    event_id = await make()
    address, fields = await typed(event_id, **more)
    page = await editor.post(address, data=fields)
    assert (page.status_code, fault(page, field)) == (422, why)
    for value in more.values():
        assert f'value="{value}"' in page.text
    assert (await row(event_id, "First air"))["version"] == 1
    assert (await editor.post(address, data=fields, headers=FRAGMENT)).status_code == 422


async def test_another_event_s_room_and_session_are_none_of_this_one(editor: httpx.AsyncClient) -> None:
    event_id, other = await make(), await make()
    address, fields = await typed(event_id, room=await room_id(other, "Saal Lobau"))
    assert (await editor.post(address, data=fields)).status_code == 422
    theirs = await row(other, "First air")
    strange = f"/staff/events/{event_id}/programme/sessions/{theirs['id']}/place"
    assert (await editor.post(strange, data=fields | {"room": ""})).status_code == 404


async def test_whoever_is_second_is_told_what_is_there_and_loses_nothing(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    prater = await room_id(event_id, "Raum Prater")
    address, late = await typed(event_id, start="16:00")
    _, first = await typed(event_id, start="11:00", room=prater)
    assert (await editor.post(address, data=first, headers=FRAGMENT)).status_code == 200
    page = await editor.post(address, data=late, headers=FRAGMENT)
    assert page.status_code == 409
    assert "“First air” was not moved" in page.text
    assert "It is now Tue 9 Feb, 11:00–11:40, in Raum Prater" in page.text
    assert 'name="start" type="text" value="16:00"' in page.text
    assert (await row(event_id, "First air"))["starts_at"] == NINE + timedelta(hours=2)
    assert (await editor.post(address, data=late | {"version": 2})).status_code == 303
    assert (await row(event_id, "First air"))["starts_at"] == NINE + timedelta(hours=7)


@pytest.mark.parametrize("second", [0, 30])
async def test_what_a_clock_does_not_tell_stays(editor: httpx.AsyncClient, second: int) -> None:
    """Half past two comes twice in that night; it is the second one, and a source may even name seconds."""
    starts = datetime(2027, 10, 31, 1, 30, second, tzinfo=UTC)
    event_id = await make(held("1", "First air"), starts_at=starts - timedelta(hours=20))
    prater = await rooms.save_room(actor=PORTAL, event_id=event_id, name="Prater", now=clock.now())
    ends = starts + timedelta(minutes=40)
    await db.execute("UPDATE programme_session SET starts_at = $1, ends_at = $2", starts, ends)
    address, fields = await typed(event_id, day="2027-10-30", start="02:30", room=prater)
    assert (await editor.post(address, data=fields)).status_code == 303
    one = await row(event_id, "First air")
    assert (one["room"], one["starts_at"], one["ends_at"]) == (prater, starts, ends)
    whole = {**fields, "version": one["version"], "room": "", "title": "First air, again", "kind": "talk"}
    assert (await editor.post(address.removesuffix("/place"), data=whole)).status_code == 303
    one = await row(event_id, "First air, again")
    assert (one["room"], one["starts_at"], one["ends_at"]) == (None, starts, ends)


async def test_two_at_the_same_moment(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    one = await row(event_id, "First air")

    def put(hours: int) -> Any:
        place = Place(room=None, starts_at=NINE + timedelta(hours=hours), ends_at=NINE + timedelta(hours=hours + 1))
        return sessions.place_session(
            actor=PORTAL, event_id=event_id, session_id=one["id"], version=1, place=place, now=clock.now()
        )

    came = await asyncio.gather(*(put(hours) for hours in range(1, 7)), return_exceptions=True)
    assert [type(result) for result in came].count(Overtaken) == 5
    assert came.count(None) == 1
    assert (await row(event_id, "First air"))["version"] == 2


async def test_what_is_moved_while_it_is_released_is_whole_in_one_or_the_next(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    ids = [
        int(await add(event_id, f"New {n}", place=Place(starts_at=NINE, ends_at=NINE + timedelta(hours=1))))
        for n in range(4)
    ]
    at = NINE + timedelta(hours=5)
    await asyncio.gather(
        release(actor=PORTAL, event_id=event_id, now=clock.now()),
        *(
            sessions.place_session(
                actor=PORTAL, event_id=event_id, session_id=one, version=1, now=clock.now(),
                place=Place(starts_at=at, ends_at=at + timedelta(hours=1)),
            )
            for one in ids
        ),
    )  # fmt: skip
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    rows = await db.fetch("SELECT starts_at FROM released_session WHERE session = ANY($1)", ids)
    assert [one["starts_at"] for one in rows] == [at] * 4
    log = await db.fetch(
        "SELECT count(*) AS n FROM release_change c JOIN programme_release r ON r.id = c.release WHERE r.event = $1",
        event_id,
    )
    moved = await db.fetch_value("SELECT count(*) FROM release_change WHERE kind = 'moved'")
    assert log[0]["n"] == 4 + moved


async def test_a_large_grid_takes_as_many_queries_as_a_small_one(editor: httpx.AsyncClient) -> None:
    few_id = await make(held("1", "First air"))
    many_id = await make(*(held(str(n), f"Session {n}", hours=n / 12, room=f"Room {n % 7}") for n in range(30)))
    await editor.get(f"/staff/events/{few_id}/programme")
    async with counting() as few:
        await editor.get(f"/staff/events/{few_id}/programme")
    async with counting() as many:
        page = await editor.get(f"/staff/events/{many_id}/programme")
    assert page.text.count("data-session=") == 30
    assert len(many) == len(few)
