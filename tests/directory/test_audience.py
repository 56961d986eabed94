"""Pages of companies are counted as people look at them: kept pages as fresh ones, without a write while they wait."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal.accounts.guards import SESSION_COOKIE
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from portal.directory.values import ProfileContact, ProfileVideo
from tests.directory.conftest import SignIn, organisation
from tests.events.hearing import settled
from tests.factories import companies, plans
from tests.queries import counting

HERE = "/companies/isarwerk-biologics"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:134.0) Gecko/20100101 Firefox/134.0"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
async def company(app: Litestar, client: httpx.AsyncClient) -> int:
    made = await companies.make(
        website="https://isarwerk.example/start", email="hello@isarwerk.example",
        contacts=(ProfileContact(id="c1", name="Leonie", phone="+49 89 555 0176"),),
        videos=(ProfileVideo(id="v1", title="Tour", url="https://vimeo.com/1084537"),),
    )  # fmt: skip
    await plans.give(made)
    await settled(app)
    app.state.services.pages.clear()
    return made


async def sums(app: Litestar) -> dict[tuple[str, str], int]:
    """What was counted, by kind and reason."""
    await app.state.services.audience.flush()
    rows = await db.fetch("SELECT kind, reason, times FROM company_day")
    return {(row["kind"], row["reason"]): row["times"] for row in rows}


@asynccontextmanager
async def visitor(
    app: Litestar, network: str, agent: str = FIREFOX, **headers: str
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, client=(network, 40_000))  # type: ignore[arg-type]
    given = {"Sec-Fetch-Site": "same-origin", "User-Agent": agent, **headers}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", headers=given) as made:
        yield made


async def get(app: Litestar, network: str, agent: str = FIREFOX, path: str = HERE, **more: Any) -> httpx.Response:
    method, headers = more.pop("method", "GET"), {name.replace("_", "-"): value for name, value in more.items()}
    async with visitor(app, network, agent, **headers) as opened:
        return await opened.request(method, path)


async def test_each_person_counts_once_and_each_exclusion_has_its_reason(app: Litestar, company: int) -> None:
    etag = (await get(app, "192.0.2.1")).headers["etag"]
    for _ in range(3):
        assert (await get(app, "192.0.2.1", If_None_Match=etag)).status_code == 304
    await get(app, "192.0.2.1", SAFARI)
    await get(app, "192.0.2.2")
    await get(app, "192.0.2.3", GOOGLE)
    await get(app, "192.0.2.3", "")
    await get(app, "192.0.2.3", "MyFetcher/2.0")
    await get(app, "192.0.2.3", method="HEAD")
    await get(app, "192.0.2.3", Sec_Purpose="prefetch")
    await get(app, "192.0.2.3", HX_Request="true")
    assert await sums(app) == {
        ("view", ""): 3, ("view", "repeat"): 3, ("view", "crawler"): 1, ("view", "no_agent"): 1, ("view", "program"): 1,
        ("view", "head"): 1, ("view", "prefetch"): 1,
    }  # fmt: skip


async def test_made_up_sessions_count_once(app: Litestar, company: int) -> None:
    for n in range(5):
        await get(app, "192.0.2.1", Cookie=f"{SESSION_COOKIE}=made-up-{n}")
    assert await sums(app) == {("view", ""): 1, ("view", "repeat"): 4}


async def test_a_thousand_scanners_and_twenty_people(app: Litestar, company: int) -> None:
    async with visitor(app, "192.0.2.200", GOOGLE) as scanner:
        for _ in range(1000):
            await scanner.get(HERE)
    for n in range(20):
        await get(app, f"198.51.100.{n}")
    assert await sums(app) == {("view", ""): 20, ("view", "crawler"): 1000}


async def test_a_kept_page_is_counted_without_a_statement(app: Litestar, company: int) -> None:
    await get(app, "192.0.2.1")
    async with counting() as statements:
        await get(app, "192.0.2.2")
    assert statements == []
    assert await sums(app) == {("view", ""): 2}


async def test_staff_and_own_people_are_left_out(app: Litestar, client: httpx.AsyncClient, sign_in: SignIn) -> None:
    owner = await organisation()
    await companies.make(owner=owner)
    own = await sign_in("member@isarwerk.example", owner, MemberRole.LEADS)
    editor = await sign_in("editor@sterileline.example", staff=StaffRole.EDITOR)
    reader = await sign_in("reader@example.org")
    for person in (own, editor, reader):
        person.headers["User-Agent"] = FIREFOX
        assert (await person.get(HERE)).status_code == 200
    # All three share a network and a browser; who is left out takes no turn away from who is not.
    assert await sums(app) == {("view", ""): 1, ("view", "staff"): 1, ("view", "own"): 1}


async def test_links_lead_to_stored_addresses_only_and_are_counted(app: Litestar, company: int) -> None:
    answer = await get(app, "192.0.2.1", path=f"{HERE}/go/website?to=https://evil.example")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://isarwerk.example/start")
    assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == ("no-store", "noindex, nofollow")
    film = await get(app, "192.0.2.1", path=f"{HERE}/go/video/v1")
    assert film.headers["location"] == "https://vimeo.com/1084537"
    for nothing in ("action", "https:%2F%2Fevil.example", "video/zz", "document/v1", "evil/x", "video/.."):
        assert (await get(app, "192.0.2.1", path=f"{HERE}/go/{nothing}")).status_code == 404
    assert await sums(app) == {("website", ""): 1, ("video", ""): 1}


async def test_addresses_are_shown_to_forms_of_ours_only(app: Litestar, company: int) -> None:
    page = (await get(app, "192.0.2.1")).text
    assert "hello@isarwerk.example" not in page
    assert "555 0176" not in page
    async with visitor(app, "192.0.2.1") as person:
        whole = await person.post(f"{HERE}/contacts/company/email")
        assert (whole.status_code, "mailto:hello@isarwerk.example" in whole.text) == (200, True)
        part = await person.post(f"{HERE}/contacts/c1/phone", headers={"HX-Request": "true"})
        assert part.text.startswith('<span class="reveal" role="status"><a class="link break" href="tel:+49895550176"')
        assert (await person.post(f"{HERE}/contacts/c1/email")).status_code == 404
        assert (await person.get(f"{HERE}/contacts/company/email")).headers["location"] == HERE
        person.headers["Sec-Fetch-Site"] = "cross-site"
        assert (await person.post(f"{HERE}/contacts/company/email")).status_code == 403
    assert await sums(app) == {("view", ""): 1, ("email", ""): 1, ("phone", ""): 1}


async def test_who_gathers_addresses_is_slowed_down(app: Litestar, company: int) -> None:
    async with visitor(app, "192.0.2.9") as gatherer:
        answers = [(await gatherer.post(f"{HERE}/contacts/company/email")).status_code for _ in range(41)]
    assert answers == [200] * 40 + [429]


async def test_counts_wait_while_the_database_is_away(
    app: Litestar, company: int, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await get(app, "192.0.2.1")
    pool, db.DB.pool = db.DB.pool, None
    monkeypatch.setitem(db.DB.config, "dsn", "postgresql://nobody@127.0.0.1:1/none")
    await app.state.services.audience.flush()
    db.DB.pool = pool
    monkeypatch.undo()
    assert await sums(app) == {("view", ""): 1}
