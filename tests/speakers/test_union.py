"""Two speakers who are the same person: sessions, appearances, answers, slides and webinars of both follow."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.programme.commands import seating
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.tables import SessionRole
from portal.programme.values import PersonFacts, ProgrammeFacts, SessionFacts
from portal.speakers.commands import save_speaker
from portal.speakers.values import SpeakerFacts
from portal.webinars.commands.preparing import speakers as stage
from tests.chromium import chromium, faults, feed
from tests.events.conftest import SignIn, editor, sign_in
from tests.factories import webinars
from tests.paying import text_of
from tests.programme.editing.making import make
from tests.programme.test_pages import NINE

__all__ = ["editor", "sign_in"]
SHORT, LONG = PersonFacts("M. Donnellan", "4"), PersonFacts("Maeve Donnellan", "3")


def held(key: str, *people: PersonFacts, hours: int = 0) -> SessionFacts:
    starts = NINE + timedelta(hours=hours)
    return SessionFacts(
        key=key, title=f"Session {key}", starts_at=starts, ends_at=starts + timedelta(minutes=40), people=people
    )


async def number(name: str) -> int:
    return int(await db.fetch_value("SELECT id FROM speaker WHERE name = $1", name))


async def twice() -> tuple[int, int, int]:
    """An event at which one person is on the programme as two; (event, who is to stay, who is to go)."""
    event_id = await make(held("1", LONG), held("2", SHORT, hours=2), held("3", LONG, SHORT, hours=4))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    return event_id, await number("Maeve Donnellan"), await number("M. Donnellan")


async def unite(editor: httpx.AsyncClient, kept: int, gone: int, **more: Any) -> httpx.Response:
    return await editor.post(f"/staff/speakers/{kept}/union", data={"other": gone, "stays": "this"} | more)


async def seats(table: str, speaker: int) -> int:
    return int(await db.fetch_value(f"SELECT count(*) FROM {table} WHERE speaker = $1", speaker))


async def test_sessions_follow_and_the_other_address_leads_there(
    editor: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    event_id, kept, gone = await twice()
    answer = await unite(editor, kept, gone)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/speakers/{kept}")
    assert [await seats(table, kept) for table in ("session_speaker", "released_speaker", "appearance")] == [3, 3, 1]
    moved = await client.get("/speakers/m-donnellan")
    assert (moved.status_code, moved.headers["location"]) == (301, "/speakers/maeve-donnellan")
    assert "Session 2" in (await client.get("/speakers/maeve-donnellan")).text
    # Nobody is given the address of somebody who was here.
    assert await save_speaker(actor=PORTAL, facts=SpeakerFacts(name="M. Donnellan"), now=clock.now())
    assert await db.fetch_value("SELECT slug FROM speaker WHERE name = 'M. Donnellan'") == "m-donnellan-2"
    assert await release(actor=PORTAL, event_id=event_id, now=clock.now()) is None


async def test_the_source_goes_on_naming_two_and_means_one(editor: httpx.AsyncClient) -> None:
    event_id, kept, gone = await twice()
    await unite(editor, kept, gone)
    facts = ProgrammeFacts(
        source="test", sessions=(held("1", LONG), held("2", SHORT, hours=3), held("3", LONG, SHORT, hours=5))
    )
    await save_programme(actor=PORTAL, event_id=event_id, facts=facts, now=clock.now())
    assert await db.fetch_value("SELECT count(*) FROM speaker") == 1
    assert await seats("session_speaker", kept) == 3
    assert await db.fetch_value("SELECT name FROM speaker") == "Maeve Donnellan"


async def test_answers_of_who_stays_count_and_the_other_s_fill_them(editor: httpx.AsyncClient) -> None:
    _, kept, gone = await twice()
    await db.execute("UPDATE appearance SET note = 'A chair' WHERE speaker = $1", kept)
    await db.execute(
        "UPDATE appearance SET note = 'Water', answered_availability_at = now(), recording_agreed_at = now() WHERE speaker = $1",
        gone,
    )
    await db.execute(
        "INSERT INTO availability (appearance, starts_at, ends_at) "
        "SELECT id, now(), now() + interval '1 hour' FROM appearance WHERE speaker = $1", gone,
    )  # fmt: skip
    await unite(editor, kept, gone)
    found = await db.fetch_one("SELECT * FROM appearance WHERE speaker = $1", kept)
    assert found is not None
    assert (found["note"], found["recording_agreed_at"] is not None) == ("A chair\n\nWater", True)
    assert await db.fetch_value("SELECT count(*) FROM availability WHERE appearance = $1", found["id"]) == 1


async def test_the_newest_answer_about_being_recorded_counts(editor: httpx.AsyncClient) -> None:
    _, kept, gone = await twice()
    for speaker, what, at in ((kept, "agreed", "2026-01-01"), (gone, "refused", "2026-02-01")):
        await db.execute(f"UPDATE appearance SET recording_{what}_at = '{at}' WHERE speaker = $1", speaker)
    await unite(editor, kept, gone)
    row = await db.fetch_one(
        "SELECT recording_agreed_at, recording_refused_at FROM appearance WHERE speaker = $1", kept
    )
    assert row is not None
    assert (row["recording_agreed_at"], row["recording_refused_at"] is None) == (None, False)


async def test_of_slides_that_both_showed_those_of_who_stays_are_public(editor: httpx.AsyncClient) -> None:
    _, kept, gone = await twice()
    session = await db.fetch_value("SELECT id FROM programme_session WHERE title = 'Session 3'")
    for speaker, file in ((kept, "a"), (gone, "b")):
        number = await db.fetch_value(
            "INSERT INTO slides (session, speaker, version, file, uploaded_at, released_at) "
            "VALUES ($1, $2, 1, $3, now(), now()) RETURNING id",
            session, speaker, file,
        )  # fmt: skip
        await db.execute(
            "INSERT INTO stored_file (key, kind, name, content_type, bytes, sha256, owner_kind, owner_key, visibility, "
            "created_at) VALUES ($1, 'document', 'a.pdf', 'application/pdf', 1, '', 'slides', $2, 'public', now())",
            file, str(number),
        )  # fmt: skip
    await unite(editor, kept, gone)
    rows = await db.fetch("SELECT key, visibility FROM stored_file ORDER BY key")
    assert [tuple(row) for row in rows] == [("a", "public"), ("b", "private")]
    assert await db.fetch_value("SELECT count(*) FROM slides WHERE released_at IS NOT NULL") == 1


async def test_slides_of_one_session_stay_in_order(editor: httpx.AsyncClient) -> None:
    _, kept, gone = await twice()
    session = await db.fetch_value("SELECT id FROM programme_session WHERE title = 'Session 3'")
    for speaker, version, file in ((kept, 1, "a"), (gone, 1, "b"), (gone, 2, "c")):
        await db.execute(
            "INSERT INTO slides (session, speaker, version, file, uploaded_at) VALUES ($1, $2, $3, $4, now())",
            session, speaker, version, file,
        )  # fmt: skip
    await unite(editor, kept, gone)
    rows = await db.fetch("SELECT version, file FROM slides WHERE speaker = $1 ORDER BY version", kept)
    assert [tuple(row) for row in rows] == [(1, "a"), (2, "b"), (3, "c")]


async def test_webinars_follow_and_what_is_missing_is_taken_over(editor: httpx.AsyncClient) -> None:
    first, second = await webinars.make(), await webinars.make()
    kept = await save_speaker(actor=PORTAL, facts=SpeakerFacts(name="Jo Vos", job_title="Lawyer"), now=clock.now())
    gone = await save_speaker(
        actor=PORTAL, now=clock.now(),
        facts=SpeakerFacts(name="J. Vos", job_title="Partner", email="jo@vos.example", bio="Reads **contracts**."),
    )  # fmt: skip
    await stage.add_speaker(actor=PORTAL, webinar_id=first.webinar_id, speaker_id=kept, now=clock.now())
    for webinar in (first, second):
        await stage.add_speaker(
            actor=PORTAL, webinar_id=webinar.webinar_id, speaker_id=gone, is_moderator=True, now=clock.now()
        )
    assert (await unite(editor, kept, gone)).status_code == 303
    rows = await db.fetch("SELECT speaker, is_moderator FROM webinar_speaker ORDER BY webinar")
    assert [tuple(row) for row in rows] == [(kept, True), (kept, True)]
    one = await db.fetch_one("SELECT job_title, email, bio, bio_html FROM speaker WHERE id = $1", kept)
    assert one is not None
    assert tuple(one) == (
        "Lawyer",
        "jo@vos.example",
        "Reads **contracts**.",
        "<p>Reads <strong>contracts</strong>.</p>\n",
    )


async def test_they_are_found_compared_and_either_can_stay(editor: httpx.AsyncClient) -> None:
    first = await save_speaker(actor=PORTAL, facts=SpeakerFacts(name="Zoë Vos"), now=clock.now())
    second = await save_speaker(actor=PORTAL, facts=SpeakerFacts(name="ZOE VOS"), now=clock.now())
    page = await editor.get(f"/staff/speakers/{first}/union")
    assert f"union?other={second}" in page.text
    page = await editor.get(f"/staff/speakers/{first}/union?other={second}")
    assert text_of(page).count("Make them one, this one stays") == 2
    assert f'href="/staff/speakers/{first}/union"' in (await editor.get(f"/staff/speakers/{first}")).text
    answer = await unite(editor, first, second, stays="other")
    assert answer.headers["location"] == f"/staff/speakers/{second}"
    assert (await unite(editor, second, first)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "status"),
    [({"other": "x"}, 422), ({"other": ""}, 422), ({"other": "1", "stays": "both"}, 422), ({"other": "999999"}, 404)],
)
async def test_what_cannot_be_meant(editor: httpx.AsyncClient, typed: dict[str, str], status: int) -> None:
    one = await save_speaker(actor=PORTAL, facts=SpeakerFacts(name="Jo Vos"), now=clock.now())
    assert (await editor.post(f"/staff/speakers/{one}/union", data=typed)).status_code == status
    himself = await editor.post(f"/staff/speakers/{one}/union", data={"other": one})
    assert (himself.status_code, "somebody else than the person themselves" in himself.text) == (422, True)
    for given in ("other=99999999999999999999", "other=x", "q=%25"):
        assert (await editor.get(f"/staff/speakers/{one}/union?{given}")).status_code == 200


@pytest.mark.parametrize("role", [None, StaffRole.FINANCE])
async def test_others_may_not(sign_in: SignIn, client: httpx.AsyncClient, role: StaffRole | None) -> None:
    one = await save_speaker(actor=PORTAL, facts=SpeakerFacts(name="Jo Vos"), now=clock.now())
    person = await sign_in(role)
    assert (await client.get(f"/staff/speakers/{one}/union")).status_code == 303
    assert (await person.get(f"/staff/speakers/{one}/union")).status_code == 403
    assert (await person.post(f"/staff/speakers/{one}/union", data={"other": one})).status_code == 403


async def test_a_role_in_a_session_of_both_is_that_of_who_stays(editor: httpx.AsyncClient) -> None:
    event_id, kept, gone = await twice()
    session = await db.fetch_value("SELECT id FROM programme_session WHERE title = 'Session 3'")
    await seating.set_role(
        actor=PORTAL,
        event_id=event_id,
        session_id=session,
        speaker_id=gone,
        role=SessionRole.MODERATOR,
        now=clock.now(),
    )
    await unite(editor, kept, gone)
    rows = await db.fetch("SELECT speaker, role FROM session_speaker WHERE session = $1", session)
    assert [tuple(row) for row in rows] == [(kept, "speaker")]


@pytest.mark.browser
async def test_the_page_is_sound(editor: httpx.AsyncClient) -> None:
    _, kept, gone = await twice()
    async with chromium(instead="the union was not looked at") as browser:
        page = await browser.new_page()
        await feed(page, editor)
        await page.goto(f"http://localhost:8000/staff/speakers/{kept}/union?other={gone}&q=donnellan")
        assert await faults(page) == []
