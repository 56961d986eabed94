"""Slides: versions, what is taken and what not, when the public reads them, and two who hand in at once."""

import asyncio
import io
import json
from random import randbytes

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.settings import current
from portal.programme.desk.rules import MOST_VERSIONS
from portal.programme.tables import SessionKind
from portal.speakers.commands import set_email
from tests.accounts.conftest import Browser, OpenBrowser
from tests.events.hearing import settled
from tests.factories import events
from tests.media.made import docx, hidden_script_pdf, locked_pdf, packed, pdf
from tests.programme.desk.made import JO, MAEVES, THEM, Conference, conference, enter, faults, save, talk
from tests.queries import counting


@pytest.fixture
async def made(browser: Browser) -> Conference:
    found = await conference()
    await enter(browser)
    return found


def pptx(**more: str | bytes) -> bytes:
    return packed({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"} | more)


async def hand_in(
    made: Conference,
    browser: Browser,
    content: bytes,
    name: str = "talk.pdf",
    *,
    session: str = "First air",
    whose: int = 0,
) -> httpx.Response:
    number = made.sessions[session]
    where = made.at(f"/sessions/{number}/slides", whose=whose)
    return await browser.client.post(where, files={f"slides-{number}": (name, io.BytesIO(content))})


async def versions() -> list[int]:
    return [row["version"] for row in await db.fetch("SELECT version FROM slides ORDER BY version")]


async def session_page(made: Conference, browser: Browser) -> str:
    return (await browser.get(f"/events/{made.slug}/programme/first-air")).text


async def test_versions_follow_each_other_and_only_the_owner_reads_them(
    made: Conference, browser: Browser, open_browser: OpenBrowser
) -> None:
    assert (await hand_in(made, browser, pdf(1))).status_code == 303
    deck = pptx()
    assert (await hand_in(made, browser, deck, "talk.pptx")).status_code == 303
    assert await versions() == [1, 2]
    newest, key = tuple(await db.fetch_one("SELECT id, file FROM slides WHERE version = 2") or ())
    mine = await browser.get(made.at(f"/slides/{newest}"))
    assert (mine.status_code, mine.content) == (200, deck)
    assert mine.headers["cache-control"] == "private, no-store"
    assert (await browser.get(f"/media/{key}/talk.pptx")).status_code == 404
    jo = await enter(await open_browser(), JO)
    for path in (made.at(f"/slides/{newest}"), made.at(f"/slides/{newest}", whose=made.jo)):
        assert (await jo.get(path)).status_code == 404
        assert (await jo.post(f"{path}/removal")).status_code == 404
    assert (await hand_in(made, jo, pdf(2))).status_code == 404
    assert (await hand_in(made, jo, pdf(2), whose=made.jo)).status_code == 404
    assert await versions() == [1, 2]


async def test_the_same_file_at_the_same_time_is_one_version(made: Conference, browser: Browser) -> None:
    answers = await asyncio.gather(*(hand_in(made, browser, pdf(1)) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {303}
    assert await versions() == [1]
    others = await asyncio.gather(*(hand_in(made, browser, pdf(n)) for n in (2, 3)))
    assert {answer.status_code for answer in others} == {303}
    assert await versions() == [1, 2, 3]


async def test_old_versions_go_but_what_the_public_reads_stays(made: Conference, browser: Browser) -> None:
    await hand_in(made, browser, pdf(1))
    await db.execute("UPDATE slides SET released_at = now()")
    for n in range(2, MOST_VERSIONS + 4):
        assert (await hand_in(made, browser, pdf(n))).status_code == 303
    assert await versions() == [1, *range(4, 9)]
    assert (
        await db.fetch_value("SELECT count(*) FROM stored_file WHERE owner_kind = 'slides' AND deleted_at IS NULL") == 6
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("talk.pdf", b"MZ" + b"\0" * 100, "The file is not what its name says."),
        ("talk.pptx", pdf(1), "The file is not what its name says."),
        ("talk.pptx", docx(), "The file is not what its name says."),
        ("talk.pdf", hidden_script_pdf(), "This PDF runs scripts"),
        ("talk.pdf", locked_pdf(), "This file is protected by a password."),
        ("talk.pptx", pptx(**{"ppt/vbaProject.bin": b"x"}), "This file holds macros"),
        ("talk.pptm", pptx(), "Please hand in a PDF or a presentation"),
        ("talk.key", pptx(), "This is a Keynote file"),
        ("talk.exe", b"MZ", "Please hand in a PDF or a presentation"),
        ("talk.txt", b"Words", "Please hand in a PDF or a presentation"),
        ("talk", b"", "Please hand in a PDF or a presentation"),
        ("talk.pdf", b"", "This file is empty."),
    ],
)
async def test_what_is_not_taken(made: Conference, browser: Browser, name: str, content: bytes, told: str) -> None:
    refused = await hand_in(made, browser, content, name)
    assert refused.status_code == 422
    assert faults(refused)[f"slides-{made.sessions['First air']}"].startswith(told)
    assert await versions() == []


async def test_too_large_and_none_at_all(made: Conference, browser: Browser) -> None:
    most = current().slides_max_mb
    assert f'data-most="{most}"' in (await browser.get(made.at())).text
    refused = await hand_in(made, browser, b"%PDF-" + b"\0" * (most * 1_000_000 + 1))
    assert (refused.status_code, list(faults(refused).values())) == (
        422, [f"This file has {most}.1 MB; please keep it under {most} MB."],
    )  # fmt: skip
    nothing = await browser.post(made.at(f"/sessions/{made.sessions['First air']}/slides"))
    assert (nothing.status_code, list(faults(nothing).values())) == (422, ["Please choose a file."])


async def test_a_film_makes_slides_larger_than_other_files_may_be(made: Conference, browser: Browser) -> None:
    film = randbytes(current().media_max_mb * 1_000_000 + 1)
    assert (await hand_in(made, browser, pptx(**{"ppt/media/film.mp4": film}), "talk.pptx")).status_code == 303
    assert await versions() == [1]


async def test_uploads_are_limited(made: Conference, browser: Browser) -> None:
    await db.execute(
        "INSERT INTO rate_limit (key, window_ends_at, tries) VALUES ($1, now() + interval '1 hour', 60)",
        f"speaking-uploads:{made.maeve}",
    )
    assert (await hand_in(made, browser, pdf(1))).status_code == 429
    assert await versions() == []


async def test_a_cancelled_session_takes_none(made: Conference, browser: Browser) -> None:
    await save(made.event, *THEM[1:])
    assert (await hand_in(made, browser, pdf(1))).status_code == 404


async def test_public_at_once_where_the_organiser_says_so(app: Litestar, made: Conference, browser: Browser) -> None:
    await session_page(made, browser)
    await hand_in(made, browser, pdf(1))
    await settled(app)
    assert "Slides (PDF)" not in await session_page(made, browser)
    await db.execute("UPDATE programme SET slides_at_once = true")
    await hand_in(made, browser, pdf(2), "second.pdf")
    await settled(app)
    page = await session_page(made, browser)
    key = await db.fetch_value("SELECT file FROM slides WHERE version = 2")
    address = f"{current().base_url}/media/{key}/second.pdf"
    assert f'href="{address}" rel="nofollow noopener">Slides (PDF)</a>' in page
    public = await browser.get(f"/media/{key}/second.pdf")
    assert (public.status_code, public.content) == (200, pdf(2))
    found = json.loads((await browser.get(f"/events/{made.slug}/programme/schedule.json")).text)
    assert address in json.dumps(found)
    newest = await db.fetch_value("SELECT id FROM slides WHERE version = 2")
    assert (await browser.post(made.at(f"/slides/{newest}/removal"))).status_code == 303
    await settled(app)
    assert "Slides (PDF)" not in await session_page(made, browser)
    assert (await browser.get(f"/media/{key}/second.pdf")).status_code == 404


async def test_who_left_the_session_has_no_slides_there(app: Litestar, made: Conference, browser: Browser) -> None:
    await db.execute("UPDATE programme SET slides_at_once = true")
    await hand_in(made, browser, pdf(1))
    await settled(app)
    assert "Slides (PDF)" in await session_page(made, browser)
    await db.execute("DELETE FROM released_speaker WHERE speaker = $1", made.maeve)
    await settled(app)
    assert "Slides (PDF)" not in await session_page(made, browser)


async def test_of_several_on_stage_each_has_their_own(
    app: Litestar, made: Conference, browser: Browser, open_browser: OpenBrowser
) -> None:
    await db.execute("UPDATE programme SET slides_at_once = true")
    jo = await enter(await open_browser(), JO)
    await hand_in(made, browser, pdf(1), session="Closing")
    await hand_in(made, jo, pdf(2), session="Closing", whose=made.jo)
    await settled(app)
    page = (await browser.get(f"/events/{made.slug}/programme/closing")).text
    assert "Slides of Maeve Donnellan (PDF)" in page
    assert "Slides of Jo Vos (PDF)" in page


async def test_an_import_again_keeps_them(made: Conference, browser: Browser) -> None:
    await hand_in(made, browser, pdf(1))
    await save(made.event, talk("First air", MAEVES, hours=6, kind=SessionKind.WORKSHOP), *THEM[1:])
    assert await versions() == [1]
    await set_email(actor=PORTAL, speaker_id=made.jo, email="", now=clock.now())
    assert (await browser.get(made.at())).text.count("talk.pdf") == 1


async def test_staff_read_release_and_take_off(
    app: Litestar, made: Conference, browser: Browser, editor: httpx.AsyncClient
) -> None:
    here = f"/staff/events/{made.event}/programme/slides"
    assert "No slides yet" in (await editor.get(here)).text
    await hand_in(made, browser, pdf(1), "first.pdf")
    first = await db.fetch_value("SELECT id FROM slides")
    page = (await editor.get(here)).text
    assert "first.pdf" in page
    assert "Not public" in page
    assert (await editor.get(f"{here}/{first}")).content == pdf(1)
    elsewhere = await events.make("Elsewhere", days=50)
    for path in (f"{here}/999", here.replace(f"/{made.event}/", f"/{elsewhere}/") + f"/{first}"):
        assert (await editor.get(path)).status_code == 404
    await editor.post(here.replace(f"/{made.event}/", f"/{elsewhere}/") + f"/{first}/release")
    assert await db.fetch_value("SELECT released_at FROM slides") is None
    assert (await editor.post(f"{here}/{first}/release")).status_code == 303
    await settled(app)
    assert "first.pdf" in await session_page(made, browser)
    # A newer version waits for staff again, and the first stays until then.
    await hand_in(made, browser, pdf(2), "second.pdf")
    assert "Version 1 is public" in (await editor.get(here)).text
    await settled(app)
    assert "first.pdf" in await session_page(made, browser)
    assert (await editor.post(f"{here}/release")).status_code == 303
    await settled(app)
    page = await session_page(made, browser)
    assert ("first.pdf" in page, "second.pdf" in page) == (False, True)
    second = await db.fetch_value("SELECT id FROM slides WHERE version = 2")
    await editor.post(f"{here}/{second}/removal")
    await settled(app)
    assert "Slides (PDF)" not in await session_page(made, browser)
    assert await db.fetch_value("SELECT count(*) FROM stored_file WHERE visibility = 'public'") == 0


async def test_one_or_thirty_take_the_same(made: Conference, browser: Browser, editor: httpx.AsyncClient) -> None:
    async def statements() -> int:
        async with counting() as seen:
            assert (await editor.get(f"/staff/events/{made.event}/programme/slides")).status_code == 200
        return len(seen)

    await hand_in(made, browser, pdf(1))
    few = await statements()
    await save(made.event, *THEM, *(talk(f"Talk {n}", MAEVES, hours=n / 2) for n in range(29)))
    await db.execute(
        "INSERT INTO stored_file (key, kind, name, content_type, bytes, sha256, owner_kind, owner_key, visibility, created_at) "
        "SELECT 'k' || s.id, 'document', 'a.pdf', 'application/pdf', 1, '', 'slides', '', 'private', now() "
        "FROM programme_session s"
    )
    await db.execute(
        "INSERT INTO slides (session, speaker, version, file, uploaded_at) "
        "SELECT i.session, i.speaker, 2, 'k' || i.session, now() FROM session_speaker i WHERE i.speaker = $1", made.maeve,
    )  # fmt: skip
    assert (few, await statements()) == (few, few)
