"""Events made and described by hand: a draft first, nothing typed is lost, two editors do not overwrite each other."""

import re
from typing import Any

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import db
from tests.events.conftest import SignIn
from tests.events.reading import words
from tests.factories import events

TYPED = {
    "version": "0", "title": "Isolator Day", "summary": "", "description": "## What\n\n- Gloves\n- <b>Barriers</b>",
    "topics": "Isolators, Quality , ", "language": "English", "starts": f"{events.DAY}T09:00",
    "ends": f"{events.DAY}T17:00", "timezone": "Europe/Vienna", "format": "in_person", "city": "Vienna", "country": "AT",
}  # fmt: skip


def fault(page: httpx.Response, field: str) -> str:
    found = re.search(rf'id="f-{field}-e">.*?<span>(.*?)</span>', page.text, re.S)
    return found[1] if found else ""


async def stored() -> Any:
    return await db.fetch_one("SELECT * FROM event")


async def test_a_draft_is_made_described_and_published(editor: httpx.AsyncClient) -> None:
    assert 'href="/staff/events/new"' in (await editor.get("/staff/events")).text
    assert (await editor.get("/staff/events/new")).status_code == 200
    answer = await editor.post("/staff/events/new", data=TYPED)
    row = await stored()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/events/{row['id']}/registration")
    assert (row["state"], row["kind"], row["slug"], row["summary"]) == (
        "draft",
        "own",
        f"isolator-day-{events.DAY.year}",
        "What Gloves Barriers",
    )
    assert (await editor.get(f"/events/{row['slug']}")).status_code == 404
    assert (await editor.post(f"/staff/events/{row['id']}/publication")).status_code == 303
    page = await editor.get(f"/events/{row['slug']}")
    assert "Barriers" in page.text
    assert "Topics: Isolators , Quality" in words(page.text)


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"title": ""}, "title", "Please fill in: title."),
        ({"title": "x" * 251}, "title", "Please keep this under 250 characters; it has 251."),
        ({"starts": "soon"}, "starts", "Please give a date and time such as 2027-02-09T09:00."),
        ({"ends": f"{events.DAY}T08:00"}, "ends", "The end must come after the start."),
        ({"city": "", "country": ""}, "city", "Where does it take place? A city is enough."),
        ({"format": "online", "online_url": "javascript:x"}, "online_url", "Please give a full address that starts with https://."),
        ({"starts": "2020-01-01T09:00", "ends": "2020-01-01T10:00"}, "past",
         "The new time is over already. If that is right, tick this box and save again."),
        ({"timezone": "Europe/Nowhere"}, "timezone", "Please choose a time zone from the list, such as Europe/Vienna."),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_and_all_is_kept(
    editor: httpx.AsyncClient, typed: dict[str, str], field: str, why: str
) -> None:
    answer = await editor.post("/staff/events/new", data={**TYPED, **typed})
    assert (answer.status_code, fault(answer, field)) == (422, why)
    assert "- &lt;b&gt;Barriers&lt;/b&gt;" in answer.text
    assert 'value="Isolators, Quality ,"' in answer.text
    assert await stored() is None


async def test_texts_change_and_nothing_else(editor: httpx.AsyncClient) -> None:
    event_id = await events.make(
        "Isolator Day", online_url="https://rooms.example/1", image="art/x.svg", topics=("Quality",)
    )
    before = dict(await stored())
    here = f"/staff/events/{event_id}/texts"
    page = await editor.get(here)
    assert 'value="Quality"' in page.text
    typed = {**TYPED, "version": str(before["version"]), "title": "Isolator Days", "topics": "Barriers"}
    assert (await editor.post(here, data=typed)).status_code == 303
    after = dict(await stored())
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"title", "summary", "description", "description_html", "language", "search_words", "version", "changed_at",
                       "change_note", "search", "letters"} & set(after) | ({"organiser_name"} & changed)  # fmt: skip
    assert (
        await db.fetch_value("SELECT string_agg(t.name, ',') FROM topic t JOIN event_topic x ON x.topic = t.id")
        == "Barriers"
    )
    assert "New title: Isolator Days (was Isolator Day)." in after["change_note"]


async def test_a_draft_stays_a_draft_and_what_is_off_stays_off(editor: httpx.AsyncClient) -> None:
    await editor.post("/staff/events/new", data=TYPED)
    row = await stored()
    here = f"/staff/events/{row['id']}/texts"
    assert (
        await editor.post(here, data={**TYPED, "version": str(row["version"]), "title": "Other"})
    ).status_code == 303
    assert (await stored())["state"] == "draft"


async def test_the_second_editor_is_told(editor: httpx.AsyncClient) -> None:
    event_id = await events.make("Isolator Day")
    here, version = f"/staff/events/{event_id}/texts", str((await stored())["version"])
    first = {**TYPED, "version": version, "title": "First"}
    assert (await editor.post(here, data=first)).status_code == 303
    second = await editor.post(here, data={**first, "title": "Second"})
    assert second.status_code == 409
    assert "This event was changed while you were editing it." in second.text
    assert 'value="Second"' in second.text
    again = re.search(r'name="version" value="(\d+)"', second.text)
    assert again is not None
    assert (await editor.post(here, data={**first, "title": "Second", "version": again[1]})).status_code == 303
    assert (await stored())["title"] == "Second"


async def test_only_editors_make_events(sign_in: SignIn, client: httpx.AsyncClient) -> None:
    event_id = await events.make("Isolator Day")
    person = await sign_in(StaffRole.FINANCE)
    for path in ("new", f"{event_id}/texts"):
        assert (await person.get(f"/staff/events/{path}")).status_code == 403
        assert (await person.post(f"/staff/events/{path}", data=TYPED)).status_code == 403
        assert (await client.post(f"/staff/events/{path}", data=TYPED)).status_code == 303
    editor = await sign_in(StaffRole.EDITOR, email="e@sterileline.example")
    assert (await editor.get("/staff/events/999999/texts")).status_code == 404
    assert await db.fetch_value("SELECT count(*) FROM event") == 1
