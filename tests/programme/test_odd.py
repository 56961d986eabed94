"""Programmes as they come: words without end, other scripts, one minute, whole nights, forty rooms, no room at all."""

from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from portal.programme.tables import SessionKind
from portal.programme.values import PersonFacts, SessionFacts
from tests.chromium import chromium, faults, feed
from tests.programme.test_pages import NINE, PROGRAMME, held, programme, titles
from tests.programme.test_places_pages import words


def plain(key: str, title: str, *, hours: float = 0, minutes: int = 60, **more: object) -> SessionFacts:
    starts = NINE + timedelta(hours=hours)
    return SessionFacts(key=key, title=title, starts_at=starts, ends_at=starts + timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


ODD = (
    plain("1", "Changes", minutes=1),
    plain("2", "x" * 250, subtitle="y" * 250, people=(PersonFacts("Z" * 190, company="C" * 190),), abstract="W" * 5000),
    plain("3", "مرحبا بالعالم: جلسة عن التعقيم", hours=14.5, minutes=180, language="ar", abstract="نص عربي طويل " * 40),
    plain("4", "Places", hours=1, minutes=1, kind=SessionKind.WORKSHOP, capacity=1),
    plain("5", "<script>alert(1)</script> & “quotes”", hours=1, language="xx-nonsense", room="R<1>", track="T&T"),
    plain("6", "👩‍🔬🧪", hours=2, minutes=1500),
    plain("7", "Zone", hours=3, kind=SessionKind.BREAK),
)


async def test_every_session_has_its_page_and_its_place(client: httpx.AsyncClient) -> None:
    await programme(ODD)
    listed = await client.get(f"{PROGRAMME}?day=all")
    assert len(titles(listed)) == 6
    assert "<script>alert" not in listed.text
    assert "25 h" in listed.text
    assert '<h3><a lang="ar" href' in listed.text
    assert 'lang="xx' not in listed.text
    assert len(titles(await client.get(f"{PROGRAMME}?day=all&view=grid"))) == 6
    for link in ("changes-2", "places", "script-alert-1-script-quotes"):
        assert (await client.get(f"{PROGRAMME}/{link}")).status_code == 200
    assert "What changed" in (await client.get(f"{PROGRAMME}/changes")).text
    night = await client.get(f"{PROGRAMME}?q=مرحبا")
    assert len(titles(night)) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("day=2027-02-09&day=2027-02-10", 200), ("view=grid&view=list", 200), ("day[]=1", 200), ("track=&room=&q=", 200),
        ("q=%FF%FE", 400), ("kind=talk&kind=panel", 200), ("q=" + "a" * 5000, 422), ("language=AR", 422), ("day=all%20", 200),
        ("&".join(f"k{n}=1" for n in range(200)), 422), ("paper=no", 422), ("zone=utc", 422),
    ],
)  # fmt: skip
async def test_odd_addresses(client: httpx.AsyncClient, query: str, status: int) -> None:
    await programme()
    assert (await client.get(f"{PROGRAMME}?{query}")).status_code == status


async def test_days_of_two_months_say_which(client: httpx.AsyncClient) -> None:
    await programme((held("1", "First"), held("2", "Last", hours=24 * 28)), hours=24 * 29)
    page = words((await client.get(PROGRAMME)).text)
    assert ("Tue 9 Feb 1" in page, "Tue 9 Mar 1" in page) == (True, True)


@pytest.mark.browser
async def test_nothing_runs_out_of_the_page(app: Litestar, client: httpx.AsyncClient) -> None:
    await programme(ODD)
    async with chromium(instead="the pages answer without a browser") as browser:
        page = await browser.new_page()
        await feed(page, client)
        for path in (f"{PROGRAMME}?day=all", f"{PROGRAMME}/{'x' * 60}", f"{PROGRAMME}?day=all&view=grid"):
            address = path
            if path.endswith("x"):
                listed = (await client.get(PROGRAMME)).text
                address = next(part for part in listed.split('"') if part.startswith(f"{PROGRAMME}/xxx"))
            await page.goto(f"http://localhost:8000{address}")
            assert await faults(page) == []
