"""The draft as the public will read it: before a release, for those who edit it, and beside what is public."""

import re
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.releasing import release
from portal.programme.editing import Place
from portal.programme.tables import SessionKind
from portal.programme.values import PersonFacts
from tests.events.hearing import settled
from tests.programme.editing.making import DAY, add, make, room_id, row
from tests.programme.test_pages import NINE, PROGRAMME, held, titles
from tests.queries import counting

FRAME = 2
"""What each staff page asks: who it is, and what waits for staff."""


def at(event_id: int) -> str:
    return f"/staff/events/{event_id}/programme"


async def move(editor: httpx.AsyncClient, event_id: int, title: str, start: str) -> None:
    one = await row(event_id, title)
    place = {"version": str(one["version"]), "room": one["room"], "day": DAY, "start": start, "length": "40"}
    assert (await editor.post(f"{at(event_id)}/sessions/{one['id']}/place", data=place)).status_code == 303


async def test_never_released(editor: httpx.AsyncClient) -> None:
    event_id = await make(
        held("1", "First air", abstract="Smoke **and** film."), held("2", "Fees", hours=24, room="Raum Prater")
    )
    await add(event_id, "Without a time")
    page = await editor.get(f"{at(event_id)}/preview")
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["x-robots-tag"] == "noindex"
    assert titles(page) == ["First air"]
    assert "Draft: nobody else sees this" in page.text
    assert "Nothing of it was released yet." in page.text
    assert f'href="{at(event_id)}/release"' in page.text
    both = await editor.get(f"{at(event_id)}/preview?day=all")
    assert titles(both) == ["First air", "Fees"]
    one = await editor.get(f"{at(event_id)}/preview/first-air")
    assert one.headers["cache-control"] == "private, no-store"
    assert "<p>Smoke <strong>and</strong> film.</p>" in one.text
    assert "Draft: nobody else sees this" in one.text
    assert (await editor.get(PROGRAMME)).status_code == 404
    assert (await editor.get(f"{PROGRAMME}/first-air")).status_code == 404


async def test_nothing_leads_to_what_a_draft_has_not(editor: httpx.AsyncClient) -> None:
    """No saving, no calendars, no places, no files, and every link stays among what staff may see."""
    event_id = await make(
        held("1", "First air"), held("2", "Fees", room="Raum Prater", kind=SessionKind.WORKSHOP, capacity=24)
    )
    for tail in ("", "?view=grid", "?q=air", "?q=nowhere", "/fees", "/first-air"):
        page = await editor.get(f"{at(event_id)}/preview{tail}")
        assert (tail, page.status_code) == (tail, 200)
        main = page.text.partition("<main")[2].partition("</main>")[0]
        led = set(re.findall(r'(?:href|action|hx-get|hx-post)="([^"#?]+)', main))
        assert {one for one in led if not one.startswith(("/staff", "/static"))} == set()
        for word in ("save", "calendar.ics", "canonical", "application/ld+json", "zones.js", "alternate"):
            assert (tail, word, word in main + page.text.partition("</head>")[0]) == (tail, word, False)


async def test_the_draft_is_shown_and_the_public_page_stays(app: Litestar, editor: httpx.AsyncClient) -> None:
    event_id = await make()
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    before = [(await editor.get(f"{PROGRAMME}{tail}")).text for tail in ("", "?view=grid", "/first-air")]
    await move(editor, event_id, "First air", "11:00")
    prater = await room_id(event_id, "Raum Prater")
    await add(event_id, "Just in", place=Place(room=prater, starts_at=NINE, ends_at=NINE + timedelta(minutes=20)))
    fees = await row(event_id, "Fees")
    await editor.post(f"{at(event_id)}/sessions/{fees['id']}/cancellation", data={"version": str(fees["version"])})
    for _ in range(2):
        shown = await editor.get(f"{at(event_id)}/preview")
        assert titles(shown) == ["Fees", "Just in", "First air"]
        assert ">11:00</time>" in shown.text
        assert "Cancelled." in shown.text
        assert "Until then release 1 stands." in shown.text
        assert "11:00" in (await editor.get(f"{at(event_id)}/preview?view=grid")).text
        assert "11:00–11:40" in (await editor.get(f"{at(event_id)}/preview/first-air")).text
        assert [(await editor.get(f"{PROGRAMME}{tail}")).text for tail in ("", "?view=grid", "/first-air")] == before
    # What is drawn of the draft is not kept for the public, on pages that were not read before either.
    assert f'href="{PROGRAMME}/first-air"' in (await editor.get(f"{PROGRAMME}?q=air")).text
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    await settled(app)
    assert titles(await editor.get(PROGRAMME)) == ["Fees", "Just in", "First air"]


async def test_filters(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    here = f"{at(event_id)}/preview"
    assert titles(await editor.get(f"{here}?room=raum-prater")) == ["Fees"]
    wrong = await editor.get(f"{here}?room=nowhere")
    assert (wrong.status_code, "This programme has no such room." in wrong.text) == (422, True)
    part = await editor.get(f"{here}?q=air", headers={"HX-Request": "true", "HX-Target": "results"})
    assert ("<html" in part.text, titles(part), part.headers["cache-control"]) == (
        False,
        ["First air"],
        "private, no-store",
    )


async def test_a_moved_event_is_judged_by_the_draft(editor: httpx.AsyncClient) -> None:
    """The public is told that times are those of before until new ones are released; the draft may have them already."""
    event_id = await make()
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    await db.execute("UPDATE event SET starts_at = starts_at + interval '1 hour' WHERE id = $1", event_id)
    told = "The times below are those of before"
    assert told in (await editor.get(f"{at(event_id)}/preview")).text
    await editor.post(f"{at(event_id)}/along")
    assert told not in (await editor.get(f"{at(event_id)}/preview")).text
    assert told in (await editor.get(PROGRAMME)).text


async def test_without_sessions_or_without_a_programme(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    await db.execute("UPDATE programme_session SET starts_at = NULL, ends_at = NULL WHERE event = $1", event_id)
    page = await editor.get(f"{at(event_id)}/preview")
    assert "Nothing has a time yet" in page.text
    assert "there is nothing to release" in page.text
    assert f'href="{at(event_id)}/release"' not in page.text
    await db.execute("DELETE FROM programme WHERE event = $1", event_id)
    assert (await editor.get(f"{at(event_id)}/preview")).status_code == 404
    assert "/preview" not in (await editor.get(at(event_id))).text


async def test_a_session_of_another_event_is_not_there(editor: httpx.AsyncClient) -> None:
    event_id = await make()
    other = await make(held("9", "Elsewhere"))
    assert (await editor.get(f"{at(other)}/preview/elsewhere")).status_code == 200
    assert (await editor.get(f"{at(event_id)}/preview/elsewhere")).status_code == 404


async def test_each_page_of_the_editor_leads_to_what_it_shows(editor: httpx.AsyncClient) -> None:
    event_id = await make(held("1", "First air"), held("2", "Fees", hours=24), held("3", "Loose"))
    await db.execute("UPDATE programme_session SET starts_at = NULL, ends_at = NULL WHERE title = 'Loose'")
    numbers = {row["title"]: row["id"] for row in await db.fetch("SELECT id, title FROM programme_session")}
    for tail, leads in (
        ("", "?day=2027-02-09"), ("?day=2027-02-10", "?day=2027-02-10"), ("/release", ""),
        (f"/sessions/{numbers['Fees']}", "/fees"), (f"/sessions/{numbers['Loose']}", ""),
    ):  # fmt: skip
        page = await editor.get(f"{at(event_id)}{tail}")
        assert f'href="{at(event_id)}/preview{leads}"' in page.text
        assert (await editor.get(f"{at(event_id)}/preview{leads}")).status_code == 200
    assert titles(await editor.get(f"{at(event_id)}/preview?day=2027-02-10")) == ["Fees"]
    # A day on which there is nothing to see is no page of the preview.
    await db.execute("UPDATE programme_session SET starts_at = NULL, ends_at = NULL WHERE title = 'Fees'")
    assert f'href="{at(event_id)}/preview"' in (await editor.get(f"{at(event_id)}?day=2027-02-10")).text


@pytest.mark.parametrize("count", [1, 30])
async def test_it_asks_as_little_whatever_its_size(editor: httpx.AsyncClient, count: int) -> None:
    event_id = await make(
        *(held(str(n), f"Session {n}", hours=n / 6, people=(PersonFacts(f"Person {n}", str(n)),)) for n in range(count))
    )
    found = []
    for tail in ("", "?view=grid", "/session-0"):
        async with counting() as asked:
            assert (await editor.get(f"{at(event_id)}/preview{tail}")).status_code == 200
        found.append(len(asked) - FRAME)
    assert found == [2, 2, 3]
