"""Sessions of the draft by hand: made, written, cancelled, deleted; what two editors do at once."""

from typing import Any

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.releasing import release
from tests.paying import text_of
from tests.programme.editing.making import DAY, add, fault, make, room_id, row
from tests.queries import counting

FULL = {
    "version": "1", "title": "Smoke studies", "subtitle": "In practice", "kind": "workshop", "label": "Hands on",
    "abstract": "Smoke **and** film.", "description": "# Long\n\n<script>x</script>text", "language": "de-AT",
    "level": "advanced", "capacity": "24", "recorded": "", "url": "https://a.example/s", "day": DAY, "start": "9:05",
    "length": "50", "links": "Background https://b.example/\n\nhttps://c.example/", "attachments": "The slides https://d.example/s.pdf",
}  # fmt: skip


async def test_everything_that_can_be_said_is_stored_and_comes_back(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    here = f"/staff/events/{event_id}/programme/sessions"
    lobau = await room_id(event_id, "Saal Lobau")
    track = await db.fetch_value("SELECT id FROM programme_track WHERE event = $1", event_id)
    answer = await editor.post(here, data=FULL | {"room": str(lobau), "track": str(track)})
    one = await row(event_id, "Smoke studies")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{here}/{one['id']}")
    assert (one["slug"], one["kind"], one["capacity"], one["recorded"], one["track"], one["room"]) == (
        "smoke-studies", "workshop", 24, False, track, lobau,
    )  # fmt: skip
    assert one["abstract_html"] == "<p>Smoke <strong>and</strong> film.</p>\n"
    assert "script" not in one["description_html"]
    assert "<h3>Long</h3>" in one["description_html"]
    page = await editor.get(f"{here}/{one['id']}")
    for said in ('value="09:05"', 'value="50"', "Background https://b.example/\nhttps://c.example/",
                 "The slides https://d.example/s.pdf", 'value="de-AT"', 'value="24"'):  # fmt: skip
        assert said in page.text
    # Saved as it came, nothing is other.
    fields = FULL | {"room": str(lobau), "track": str(track), "version": str(one["version"]), "start": "09:05"}
    assert (await editor.post(f"{here}/{one['id']}", data=fields)).status_code == 303
    assert (await row(event_id, "Smoke studies"))["version"] == one["version"]


@pytest.mark.parametrize(
    ("more", "field", "why"),
    [
        ({"title": ""}, "title", "Please give the session a title."),
        ({"title": "x" * 251}, "title", "Please keep this under 250 characters; it has 251."),
        ({"kind": "dance"}, "kind", "Please choose what kind of session it is."),
        ({"level": "divine"}, "level", "Please choose one of the levels."),
        ({"language": "klingon!"}, "language", "Please give a language by its code, such as en or de-AT."),
        ({"track": "x"}, "track", "Please choose one of the tracks."),
        ({"track": "99999"}, "track", "This track is not there any more. Please choose another."),
        ({"room": "99999"}, "room", "This room is not there any more. Please choose another."),
        ({"capacity": "0"}, "capacity", "Please give a number of places."),
        ({"url": "javascript:alert(1)"}, "url", "Please give a full address that starts with https://."),
        ({"links": "Background"}, "links",
         "In each line the address comes last and starts with https://. This one has none: “Background”."),
        ({"attachments": "\n".join(f"https://a.example/{n}" for n in range(31))}, "attachments", "Please give 30 at most."),
        ({"start": "noon"}, "start", "Please give a time such as 09:30."),
        ({"length": ""}, "length", "Please give the length in minutes, such as 40."),
    ],
)  # fmt: skip
async def test_what_cannot_be_meant_stays_typed(
    editor: httpx.AsyncClient, more: dict[str, str], field: str, why: str
) -> None:
    event_id = await make()
    here = f"/staff/events/{event_id}/programme/sessions"
    made = await add(event_id, "Kept")
    for address in (here, f"{here}/{made}"):
        page = await editor.post(address, data=FULL | more)
        assert (page.status_code, fault(page, field)) == (422, why)
        assert "In practice" in page.text
        assert "The slides https://d.example/s.pdf" in page.text or field == "attachments"
    assert (await row(event_id, "Kept"))["version"] == 1
    assert await db.fetch_value("SELECT count(*) FROM programme_session WHERE event = $1", event_id) == 3


async def test_texts_are_looked_at_before_they_are_saved(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    page = await editor.post(f"/staff/events/{event_id}/programme/sessions", data=FULL | {"act": "preview"})
    assert page.status_code == 200
    assert "<p>Smoke <strong>and</strong> film.</p>" in page.text
    assert "<script>x" not in page.text
    assert "Nothing is saved yet." in page.text
    assert await db.fetch_value("SELECT count(*) FROM programme_session WHERE event = $1", event_id) == 2


async def test_the_second_editor_sees_what_the_first_one_stored(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    made = await add(event_id, "Kept")
    here = f"/staff/events/{event_id}/programme/sessions/{made}"
    assert (await editor.post(here, data=FULL)).status_code == 303
    page = await editor.post(here, data=FULL | {"title": "Mine", "room": str(await room_id(event_id, "Raum Prater"))})
    assert page.status_code == 409
    assert "Editha Editor changed this session" in text_of(page)
    assert "Title is stored as “Smoke studies”" in text_of(page)
    assert "Room is stored as nothing" in text_of(page)
    assert 'value="Mine"' in page.text
    assert 'name="version" value="2"' in page.text
    for act in ("cancellation", "removal"):
        late = await editor.post(f"{here}/{act}", data={"version": "1"})
        assert (late.status_code, "Smoke studies" in late.text) == (409, True)
    assert (await row(event_id, "Smoke studies"))["cancelled_at"] is None


async def test_cancelled_put_on_again_deleted(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    one = await row(event_id, "First air")
    here = f"/staff/events/{event_id}/programme/sessions/{one['id']}"

    async def press(act: str, version: int) -> list[Any]:
        assert (await editor.post(f"{here}/{act}", data={"version": version})).status_code == 303
        made = await release(actor=PORTAL, event_id=event_id, now=clock.now())
        return [] if made is None else [change.kind.value for change in made.changes]

    assert await press("cancellation", 1) == ["cancelled"]
    assert "It takes place after all" in (await editor.get(here)).text
    assert await press("restoration", 2) == ["restored"]
    assert await press("removal", 3) == ["removed"]
    assert (await editor.get(here)).status_code == 404
    assert (await editor.post(f"{here}/cancellation", data={"version": 3})).status_code == 404
    assert (await editor.post(f"{here}/cancellation", data={"version": "x"})).status_code == 404


async def test_people_come_in_get_roles_change_places_and_leave(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    one = await row(event_id, "First air")
    here = f"/staff/events/{event_id}/programme/sessions/{one['id']}"
    new = {"name": "Jo Vos", "job_title": "Lawyer", "company_name": "Vos & Teekens", "role": "moderator"}
    assert (await editor.post(f"{here}/people/new", data=new)).status_code == 303
    jo = await db.fetch_value("SELECT id FROM speaker WHERE name = 'Jo Vos'")
    assert await db.fetch_value("SELECT count(*) FROM appearance WHERE event = $1 AND speaker = $2", event_id, jo) == 1

    async def seated() -> list[tuple[str, str]]:
        rows = await db.fetch(
            "SELECT p.name, i.role FROM session_speaker i JOIN speaker p ON p.id = i.speaker WHERE session = $1 "
            "ORDER BY i.position, i.id", one["id"],
        )  # fmt: skip
        return [tuple(row) for row in rows]

    assert await seated() == [("Maeve Donnellan", "speaker"), ("Jo Vos", "moderator")]
    assert (await editor.post(f"{here}/people/{jo}/place", data={"way": "up"})).status_code == 303
    assert (await editor.post(f"{here}/people/{jo}/role", data={"role": "host"})).status_code == 303
    assert await seated() == [("Jo Vos", "host"), ("Maeve Donnellan", "speaker")]
    again = await editor.post(f"{here}/people", data={"speaker": jo, "role": "speaker"})
    assert (again.status_code, "in the session already" in again.text) == (409, True)
    assert (await editor.post(f"{here}/people/{jo}/removal")).status_code == 303
    assert await seated() == [("Maeve Donnellan", "speaker")]
    found = await editor.get(f"{here}?q=vos")
    assert f'name="speaker" value="{jo}"' in found.text
    # Who is in it is no part of the form: an open one can be saved still.
    assert (await row(event_id, "First air"))["version"] == one["version"]


@pytest.mark.parametrize(
    ("path", "typed", "status", "words"),
    [
        ("people/new", {"name": ""}, 422, "Please fill in: name."),
        ("people/new", {"name": "see https://a.example/"}, 422, "Please type a name only"),
        ("people/new", {"name": "Jo", "role": "king"}, 422, "Please choose a role."),
        ("people", {}, 422, "Please choose a person."),
        ("people", {"speaker": "x"}, 422, "Please choose a person."),
        ("people", {"speaker": "999999"}, 404, "There is no such speaker."),
        ("people/1/role", {"role": "king"}, 422, "Please choose a role."),
    ],
)
async def test_people_that_cannot_be_meant(
    editor: httpx.AsyncClient, path: str, typed: dict[str, str], status: int, words: str
) -> None:
    event_id = await make()
    one = await row(event_id, "First air")
    page = await editor.post(f"/staff/events/{event_id}/programme/sessions/{one['id']}/{path}", data=typed)
    assert (page.status_code, words in page.text) == (status, True)
    assert typed.get("name", "") in page.text


async def test_lists_are_searched_and_take_as_many_queries_with_thirty(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    here = f"/staff/events/{event_id}/programme"
    assert "First air" not in (await editor.get(f"{here}/sessions?q=fees")).text
    assert "First air" in (await editor.get(f"{here}/sessions?q=DONNELLÁN")).text
    await add(event_id, "Nowhere yet")
    assert "Nowhere yet" in (await editor.get(f"{here}/sessions?state=unplaced")).text
    assert (await editor.get(f"{here}/sessions?page=9")).status_code == 404
    one = await row(event_id, "First air")
    pages = (
        f"{here}/sessions",
        f"{here}/people",
        f"{here}/rooms",
        f"{here}/tracks",
        f"{here}/release",
        f"{here}/sessions/{one['id']}",
    )
    few = []
    for page in pages:
        async with counting() as seen:
            assert (await editor.get(page)).status_code == 200
        few.append(len(seen))
    for n in range(30):
        made = await add(event_id, f"Session {n}")
        await editor.post(f"{here}/rooms", data={"name": f"Room {n}"})
        await editor.post(f"{here}/tracks", data={"name": f"Track {n}", "colour": "2"})
        await editor.post(f"{here}/sessions/{made}/people/new", data={"name": f"Person {n}"})
    for page, before in zip(pages, few, strict=True):
        async with counting() as seen:
            await editor.get(page)
        assert (page, len(seen)) == (page, before)
