"""The release page and the import page."""

import re

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands import uploading
from portal.programme.commands.releasing import release
from portal.programme.jobs import sweep_uploads
from tests.factories import events
from tests.paying import text_of
from tests.programme.editing.making import DAY, add, make, row

CSV = """key,title,start,end,room,speakers
a,Smoke studies,2027-02-09 09:00,2027-02-09 09:40,Hall,Jo Vos
b,Fees,2027-02-09 10:00,2027-02-09 10:40,Hall,Maeve Donnellan
c,Broken,tomorrow,later,Hall,Nobody
"""


def edition(page: httpx.Response) -> str:
    found = re.search(r'name="edition" value="(\d+)"', page.text)
    assert found is not None
    return found[1]


async def test_a_first_release_then_what_changed_then_nothing(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    here = f"/staff/events/{event_id}/programme"
    page = await editor.get(f"{here}/release")
    assert "2 sessions become public, as a whole" in text_of(page)
    assert "Maeve Donnellan is in two sessions" in text_of(page)
    answer = await editor.post(f"{here}/release", data={"edition": edition(page), "note": "Here it is."})
    assert answer.status_code == 303
    page = await editor.get(f"{here}/release")
    assert "Nothing is other than what is public" in page.text
    assert 'name="edition"' not in page.text
    assert "Here it is." in page.text
    one = await row(event_id, "First air")
    place = {"version": "1", "room": one["room"], "day": DAY, "start": "11:00", "length": "40"}
    await editor.post(f"{here}/sessions/{one['id']}/place", data=place)
    page = await editor.get(f"{here}/release")
    assert "Tue 9 Feb, 11:00–11:40" in text_of(page)
    assert "It was Tue 9 Feb, 09:00–09:40" in text_of(page)
    assert (
        await db.fetch_value("SELECT starts_at FROM released_session WHERE session = $1", one["id"]) == one["starts_at"]
    )
    await editor.post(f"{here}/release", data={"edition": edition(page), "note": ""})
    log = text_of(await editor.get(f"{here}/release"))
    assert "Release 2" in log
    assert await db.fetch_value("SELECT count(*) FROM release_change") == 1
    again = await editor.post(f"{here}/release", data={"edition": "5", "note": ""})
    assert again.status_code == 409


async def test_what_was_moved_can_be_given_up(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    here = f"/staff/events/{event_id}/programme"
    await editor.post(f"{here}/release", data={"edition": "1"})
    first, fees = await row(event_id, "First air"), await row(event_id, "Fees")
    assert "Put all back" not in (await editor.get(f"{here}/release")).text
    place = {"version": "1", "room": "", "day": DAY, "start": "11:00", "length": "90"}
    await editor.post(f"{here}/sessions/{first['id']}/place", data=place)
    await editor.post(f"{here}/sessions/{fees['id']}/place", data={"version": "1", "room": "", "day": ""})
    new = await add(event_id, "New")
    assert "Put all back" in (await editor.get(f"{here}/release")).text
    answer = await editor.post(f"{here}/release/put-back")
    assert "2 sessions put back." in (await editor.get(answer.headers["location"])).text
    for one in (first, fees):
        now = await row(event_id, one["title"])
        assert [now[name] for name in ("room", "starts_at", "ends_at")] == [
            one["room"],
            one["starts_at"],
            one["ends_at"],
        ]
        assert now["version"] == 3
    assert (await row(event_id, "New"))["id"] == new
    again = await editor.post(f"{here}/release/put-back")
    assert "Every session stood there already." in (await editor.get(again.headers["location"])).text


async def test_a_draft_that_changed_meanwhile_is_looked_at_again(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    here = f"/staff/events/{event_id}/programme/release"
    seen = edition(await editor.get(here))
    await add(event_id, "Late idea")
    page = await editor.post(here, data={"edition": seen, "note": "With the dinner."})
    assert page.status_code == 409
    assert "The draft was changed while you were looking at it." in page.text
    assert 'value="With the dinner."' in page.text
    assert await db.fetch_value("SELECT release FROM programme WHERE event = $1", event_id) == 0
    for wrong in ({"edition": "", "note": "x"}, {"edition": edition(page), "note": "x" * 401}):
        refused = await editor.post(here, data=wrong)
        assert (refused.status_code, wrong["note"] in refused.text) == (422, True)


async def send(editor: httpx.AsyncClient, event_id: int, data: bytes, name: str = "programme.csv") -> httpx.Response:
    return await editor.post(
        f"/staff/events/{event_id}/programme/import", data={"source": "sheet"}, files={"file": (name, data)}
    )


async def test_a_file_is_looked_at_then_imported(editor: httpx.AsyncClient) -> None:
    event_id = await events.make("Forum", timezone="Europe/Vienna")
    answer = await send(editor, event_id, CSV.encode())
    assert answer.status_code == 303
    look = await editor.get(answer.headers["location"])
    said = text_of(look)
    assert "3 in the file: 2 would be added, 0 changed, 0 cancelled" in said
    assert "Line 4: “Broken”" in said
    assert "Smoke studies" in said
    assert await db.fetch_value("SELECT count(*) FROM programme_session WHERE event = $1", event_id) == 0
    assert (await editor.post(answer.headers["location"], data={"release": "yes"})).status_code == 303
    assert await db.fetch_value("SELECT count(*) FROM released_session WHERE event = $1", event_id) == 2
    assert (await editor.get(answer.headers["location"])).status_code == 404
    assert await db.fetch_value("SELECT count(*) FROM programme_upload") == 0

    newer = CSV.replace("10:00", "11:00").replace("10:40", "11:40").replace("a,Smoke studies", "d,Other")
    answer = await send(editor, event_id, newer.encode())
    said = text_of(await editor.get(answer.headers["location"]))
    assert "1 would be added, 1 changed, 1 cancelled because the file has them no more" in said
    assert "It was Tue 9 Feb, 10:00–10:40 Tue 9 Feb, 11:00–11:40" in said
    assert (await editor.post(answer.headers["location"])).status_code == 303
    # Into the draft only.
    assert await db.fetch_value("SELECT release FROM programme WHERE event = $1", event_id) == 1
    assert (await row(event_id, "Smoke studies"))["cancelled_at"] is not None


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (b"", 422, "it is empty"),
        (b"hello", 422, "not a programme that can be read"),
        (b"<schedule", 303, ""),
        (b"\x1f\x8bnothing", 422, "This file cannot be taken"),
        (CSV.split("\n", maxsplit=1)[0].encode(), 303, ""),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><schedule>&a;</schedule>', 303, ""),
    ],
)  # fmt: skip
async def test_files_that_are_none(editor: httpx.AsyncClient, data: bytes, status: int, words: str) -> None:
    event_id = await make()
    before = await db.fetch("SELECT * FROM programme_session")
    page = await send(editor, event_id, data)
    assert page.status_code == status
    if status == 303:
        address = page.headers["location"]
        page = await editor.get(address)
        assert (page.status_code, "None of it can be taken" in page.text) == (422, True)
        assert (await editor.post(address, data={"release": "yes"})).status_code in (303, 422)
    assert words in page.text
    assert await db.fetch("SELECT * FROM programme_session") == before
    nothing = await editor.post(f"/staff/events/{event_id}/programme/import", data={"source": "sheet"})
    assert (nothing.status_code, "Please choose a file." in nothing.text, 'value="sheet"' in nothing.text) == (
        422,
        True,
        True,
    )


async def test_what_was_changed_since_is_looked_at_again(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    address = (await send(editor, event_id, CSV.encode())).headers["location"]
    seen = edition(await editor.get(address))
    await add(event_id, "Late idea")
    back = await editor.post(address, data={"edition": seen, "release": "yes"})
    assert (back.status_code, back.headers["location"]) == (303, address)
    again = await editor.get(address)
    assert "Nothing was imported: the draft was changed while you were looking at it." in again.text
    assert await db.fetch_value("SELECT count(*) FROM programme_session WHERE source = 'sheet'") == 0
    assert (await editor.post(address, data={"edition": "x"})).headers["location"] == address
    assert (await editor.post(address, data={"edition": edition(again)})).status_code == 303
    assert await db.fetch_value("SELECT count(*) FROM programme_session WHERE source = 'sheet'") == 2


async def test_what_is_left_is_forgotten(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    address = (await send(editor, event_id, CSV.encode())).headers["location"]
    await sweep_uploads()
    assert (await editor.get(address)).status_code == 200
    assert (await editor.post(f"{address}/removal")).status_code == 303
    assert (await editor.get(address)).status_code == 404
    address = (await send(editor, event_id, CSV.encode())).headers["location"]
    await uploading.forget_uploads(before=clock.now())
    assert (await editor.get(address)).status_code == 404


@pytest.mark.parametrize("file", ["schedule.xml", "schedule.json", "sessions.csv", "calendar.ics"])
async def test_what_is_given_out_can_be_read_again_and_then_changes_nothing(
    editor: httpx.AsyncClient, file: str
) -> None:
    event_id = await make()
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    got = await editor.get(f"/events/forum-2027/programme/{file}")
    other = await events.make("Copy", timezone="Europe/Vienna")
    address = (await send(editor, other, got.content, file)).headers["location"]
    assert "2 would be added" in text_of(await editor.get(address))
    assert (await editor.post(address)).status_code == 303
    copied = "SELECT title, starts_at, ends_at FROM programme_session WHERE event = $1 AND starts_at IS NOT NULL ORDER BY 2, 1"
    assert await db.fetch(copied, other) == await db.fetch(copied, event_id)
    again = text_of(await editor.get((await send(editor, other, got.content, file)).headers["location"]))
    assert "0 would be added, 0 changed, 0 cancelled" in again
