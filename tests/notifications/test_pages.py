"""Stopping mail: nothing by GET, at once by the one-click POST of RFC 8058, and back again."""

from datetime import datetime

import httpx
import pytest

from portal.core import db
from portal.notifications import links, queries
from portal.notifications.commands import addresses
from tests.chromium import chromium, faults, feed
from tests.notifications.conftest import message, queued
from tests.queries import counting

AMARA = "amara@brennhof.example"
PATH = f"/mail/preferences/{links.token(AMARA, 'event-news')}"


async def stopped_topics() -> list[str]:
    rows = await db.fetch("SELECT topic FROM suppression WHERE address = $1 ORDER BY topic", AMARA)
    return [row["topic"] for row in rows]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_looking_changes_nothing(client: httpx.AsyncClient, method: str) -> None:
    async with counting() as seen:
        for query in ("", "?List-Unsubscribe=One-Click", "?topic="):
            assert (await client.request(method, PATH + query)).status_code in {200, 204}
    assert [statement for statement in seen if not statement.startswith("SELECT")] == []
    assert await stopped_topics() == []


async def test_the_page_says_whose_mail_it_is_and_is_nobody_else_s(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH)
    assert "Stop mail on “Event news”" in answer.text
    assert f"Mail to {AMARA}" in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"


@pytest.mark.parametrize(
    "sent", [{"data": {"List-Unsubscribe": "One-Click"}}, {"files": {"List-Unsubscribe": (None, "One-Click")}}]
)
async def test_one_click_from_a_mail_program(client: httpx.AsyncClient, sent: dict[str, dict[str, str]]) -> None:
    """Mail programs send neither cookies nor an origin, as a form of either kind, and follow no redirect."""
    answer = await client.post(PATH, **sent, headers={"Sec-Fetch-Site": ""})  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert "No more mail on “Event news”" in answer.text
    assert await stopped_topics() == ["event-news"]
    assert (await client.post(PATH, **sent)).status_code == 200  # type: ignore[arg-type]
    assert await stopped_topics() == ["event-news"]


async def test_a_post_that_says_nothing_changes_nothing(client: httpx.AsyncClient) -> None:
    for body in ({}, {"List-Unsubscribe": "yes"}, {"other": "One-Click"}):
        answer = await client.post(PATH, data=body)
        assert answer.status_code == 422
        assert "Nothing was changed" in answer.text
    assert await stopped_topics() == []


def forged() -> list[str]:
    token = links.token(AMARA, "event-news")
    packed, _, signed = token.partition(".")
    other = links.token("other@brennhof.example", "event-news").partition(".")[0]
    return [
        f"{other}.{signed}", f"{packed}.{signed[:-1]}0" if signed[-1] != "0" else f"{packed}.{signed[:-1]}1", packed,
        f"{packed}.", ".", f".{signed}", "x", "%00", "%F0%9F%92%A9.x", "a" * 4000, links.token(AMARA, "orders"),
    ]  # fmt: skip


async def test_a_forged_address_leads_nowhere(client: httpx.AsyncClient) -> None:
    for token in forged():
        path = f"/mail/preferences/{token}"
        answers = [
            await client.get(path),
            await client.post(path, data={"List-Unsubscribe": "One-Click"}),
            await client.post(f"{path}/topics", data={"topic": "event-news"}),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404], token
    assert await db.fetch_value("SELECT count(*) FROM suppression") == 0


async def test_topics_go_off_and_on_again(client: httpx.AsyncClient, now: datetime) -> None:
    await queued(message("d", topic="digest"), now)
    await queued(message("o", topic="orders"), now)
    off = await client.post(f"{PATH}/topics", data={"topic": "digest"})
    assert (off.status_code, off.headers["location"]) == (303, PATH)
    assert await stopped_topics() == ["event-news"]
    page = await client.get(PATH)
    assert page.text.count('type="checkbox"') == 2
    assert 'value="digest" checked' in page.text
    assert 'value="event-news" checked' not in page.text
    assert "Saved. This holds from the next mail on." in page.text
    await client.post(f"{PATH}/topics", data={"topic": ["digest", "event-news", "orders", "invented"]})
    assert await stopped_topics() == []
    await client.post(f"{PATH}/topics", data={})
    assert await stopped_topics() == ["digest", "event-news"]


async def test_topics_are_chosen_from_our_own_page_only(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{PATH}/topics", data={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert await stopped_topics() == []


async def test_a_refused_address_is_told_and_cannot_be_switched_on_here(
    client: httpx.AsyncClient, now: datetime
) -> None:
    await addresses.suppress(actor="account 1", address=AMARA, now=now)
    page = await client.get(PATH)
    assert "At the moment this address gets no mail at all" in page.text
    await client.post(f"{PATH}/topics", data={"topic": "event-news"})
    assert await queries.suppression(AMARA, "event-news") is not None


async def test_hostile_addresses_are_only_text(client: httpx.AsyncClient) -> None:
    evil = '"><script>alert(1)</script>@x.example'
    page = await client.get(f"/mail/preferences/{links.token(evil, '<b>topic</b>')}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<b>topic" not in page.text


@pytest.mark.browser
async def test_a_reader_stops_and_allows_mail_with_the_keyboard(client: httpx.AsyncClient, now: datetime) -> None:
    await queued(message("d", topic="digest"), now)
    async with chromium(instead="the preferences page was not looked at") as browser:
        page = await browser.new_page()
        await feed(page, client)
        await page.goto(f"http://localhost:8000{PATH}")
        assert await faults(page) == []
        await page.get_by_role("button", name="Stop mail on “Event news”").press("Enter")
        await page.get_by_role("heading", name="No more mail").wait_for()
        assert await faults(page) == []
        assert await stopped_topics() == ["event-news"]
        await page.get_by_label("Event news").press("Space")
        await page.get_by_role("button", name="Save these choices").press("Enter")
        await page.get_by_text("Saved. This holds from the next mail on.").wait_for()
        assert await stopped_topics() == []
