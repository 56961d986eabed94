"""A speaker’s calendar: whose sessions it has, whom its address serves and how long; slides of all as one file."""

import io
import re
import zipfile

import httpx
import pytest
from icalendar import Calendar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.releasing import release
from portal.programme.desk.commands import answer_coming
from portal.programme.queries import clashes
from portal.speakers.commands import set_email
from tests.accounts.conftest import Browser
from tests.media.made import pdf
from tests.programme.desk.made import MAEVE, MAEVES, THEM, Conference, conference, enter, save, talk


@pytest.fixture
async def made(browser: Browser) -> Conference:
    found = await conference()
    await enter(browser)
    return found


async def address(made: Conference, browser: Browser) -> str:
    page = await browser.get(made.at("/calendar"))
    assert page.status_code == 200
    found = re.search(r'id="feed" value="http://localhost:8000([^"]+)"', page.text)
    assert found is not None
    return found[1]


def entries(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    told = Calendar.from_ical(answer.content).walk("VEVENT")
    return sorted((str(one["SUMMARY"]), str(one.get("STATUS", ""))) for one in told)


async def test_it_has_the_released_sessions_of_one_person(
    made: Conference, browser: Browser, client: httpx.AsyncClient
) -> None:
    where = await address(made, browser)
    answer = await client.get(where)
    assert [title for title, _ in entries(answer)] == ["Closing", "First air"]
    assert (answer.headers["x-robots-tag"], answer.headers["cache-control"]) == ("noindex", "private, no-cache")
    assert MAEVE.encode() not in answer.content
    await save(made.event, *THEM[1:], talk("Not yet", MAEVES, hours=4))
    assert [title for title, _ in entries(await client.get(where))] == ["Closing", "First air"]
    await release(actor=PORTAL, event_id=made.event, now=clock.now())
    told = dict(entries(await client.get(where)))
    assert sorted(told) == ["Cancelled: First air", "Closing", "Not yet"]
    assert told["Cancelled: First air"] == "CANCELLED"
    handed = await client.get(where.removesuffix(".ics"))
    assert (handed.status_code, "webcal://" in handed.text) == (200, True)


async def test_its_address_ends_with_the_address_of_the_speaker_and_on_demand(
    made: Conference, browser: Browser, client: httpx.AsyncClient
) -> None:
    first = await address(made, browser)
    assert first == await address(made, browser)
    assert (await browser.post(made.at("/calendar/rotation"))).status_code == 303
    second = await address(made, browser)
    assert [(await client.get(one)).status_code for one in (first, second)] == [404, 200]
    await set_email(actor=PORTAL, speaker_id=made.maeve, email="new@kilmore.example", now=clock.now())
    assert (await client.get(second)).status_code == 404
    assert (await browser.get(made.at("/calendar"))).status_code == 303
    assert (await browser.post(made.at("/calendar/rotation"))).status_code == 403
    for name in ("x.ics", "a" * 32 + ".ics", "'.ics"):
        assert (await client.get(f"/calendars/speaking/{name}")).status_code == 404
    assert (await client.get(made.at("/calendar"))).status_code == 303


async def test_nobody_else_s_calendar_is_shown_or_replaced(made: Conference, browser: Browser) -> None:
    for answer in (
        await browser.get(made.at("/calendar", whose=made.jo)),
        await browser.post(made.at("/calendar/rotation", whose=made.jo)),
    ):
        assert answer.status_code == 404
    assert await db.fetch_value("SELECT count(*) FROM feed_address") == 0


async def test_a_speaker_who_does_not_come_clashes(made: Conference) -> None:
    async def told() -> list[tuple[str, str, str]]:
        return [
            (one.kind, one.title, one.name) for one in (await clashes.of_draft(made.event))[0] if one.kind == "declined"
        ]

    assert await told() == []
    await answer_coming(
        actor=PORTAL, addresses={MAEVE}, speaker_id=made.maeve, event_id=made.event, comes=False, now=clock.now()
    )
    assert await told() == [("declined", "First air", "Maeve Donnellan"), ("declined", "Closing", "Maeve Donnellan")]


async def test_all_slides_as_one_file(made: Conference, browser: Browser, editor: httpx.AsyncClient) -> None:
    where = f"/staff/events/{made.event}/programme/slides/all.zip"
    with zipfile.ZipFile(io.BytesIO((await editor.get(where)).content)) as nothing:
        assert nothing.namelist() == []
    await db.execute("UPDATE programme_session SET title = 'A/B: ' || title WHERE title = 'First air'")
    for session, content in (("First air", pdf(1)), ("First air", pdf(3)), ("Closing", pdf(2))):
        number = made.sessions[session]
        sent = {f"slides-{number}": (f"{session}.pdf", io.BytesIO(content))}
        assert (await browser.client.post(made.at(f"/sessions/{number}/slides"), files=sent)).status_code == 303
    await db.execute("UPDATE programme_session SET starts_at = NULL, ends_at = NULL WHERE title = 'Closing'")
    answer = await editor.get(where)
    assert answer.headers["content-disposition"] == f'attachment; filename="{made.slug}-slides.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as all_of_them:
        assert all_of_them.testzip() is None
        names = all_of_them.namelist()
        assert [re.sub(r"^\d{4}-\d\d-\d\d", "DAY", name) for name in names] == [
            "DAY 09.00 A-B_ First air, Maeve Donnellan.pdf", "No time Closing, Maeve Donnellan.pdf",
        ]  # fmt: skip
        assert [all_of_them.read(name) for name in names] == [pdf(3), pdf(2)]
    assert (await browser.get(where)).status_code in (303, 403)
    assert (await editor.get(where.replace(f"/{made.event}/", "/999/"))).status_code == 404
