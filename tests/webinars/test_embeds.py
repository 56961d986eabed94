"""Films of other services: loaded once somebody wants them, and heard of by the messages of their players."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Page, Route

from portal.core import db
from portal.webinars.tables.rooms import VideoSource
from tests.chromium import chromium, faults, feed
from tests.factories import webinars
from tests.webinars.test_presence import presence
from tests.webinars.test_replay import _late, at, over

FILM = "dQw4w9WgXcQ"
MINUTE = timedelta(minutes=1)
# What the players say and hear, as YouTube's IFrame API and Vimeo's player do; both play at once, from second 12.
YOUTUBE = """<script>
let second = 12;
const tell = () => parent.postMessage(JSON.stringify({ event: "infoDelivery", info: { currentTime: second += 0.25 } }), "*");
addEventListener("message", ({ data }) => {
  const said = JSON.parse(data);
  if (said.event === "listening") setInterval(tell, 250);
  if (said.func === "seekTo") second = said.args[0];
});
</script>"""
VIMEO = """<script>
let second = 12;
const tell = () => parent.postMessage(JSON.stringify({ event: "timeupdate", data: { seconds: second += 0.25 } }), "*");
addEventListener("message", ({ data }) => {
  const said = JSON.parse(data);
  if (said.method === "addEventListener" && said.value === "timeupdate") setInterval(tell, 250);
  if (said.method === "setCurrentTime") second = said.value;
});
</script>"""
SERVICES = [
    (VideoSource.YOUTUBE, FILM, "https://www.youtube-nocookie.com", YOUTUBE, "YouTube"),
    (VideoSource.VIMEO, "76979871", "https://player.vimeo.com", VIMEO, "Vimeo"),
]


async def recorded(source: VideoSource, url: str) -> tuple[webinars.Webinar, str]:
    """A recording at another service, and the way in of somebody who may watch it."""
    made = await over()
    claim = await _late(made)
    await db.execute("UPDATE webinar_recording SET source = $1, source_url = $2", source.value, url)
    return made, f"/join/{claim}"


async def test_nothing_is_loaded_of_another_service_before_somebody_wants_it(client: httpx.AsyncClient) -> None:
    made = await webinars.make(starts_in=-5 * MINUTE, source=VideoSource.YOUTUBE, source_url=FILM)
    anna = await webinars.join(made, "anna@brennhof.example")
    await client.post(f"/join/{anna.claim}")
    page = await client.get(made.room)
    assert ("<iframe" in page.text, "YouTube sees your network address" in page.text) == (False, True)
    shown = await client.get(f"{made.room}?film=shown")
    assert f'<iframe class="film" src="https://www.youtube-nocookie.com/embed/{FILM}' in shown.text
    assert "<iframe" not in (await client.get(f"{made.room}/regions")).text


async def test_a_recording_is_shown_on_wish_and_jumps_keep_the_wish(client: httpx.AsyncClient) -> None:
    made, join = await recorded(VideoSource.YOUTUBE, FILM)
    await client.post(join)
    page = await client.get(at(made))
    assert ("<iframe" in page.text, 'href="?t=65#film"' in page.text) == (False, True)
    shown = await client.get(f"{at(made)}?t=65&film=shown")
    assert "&amp;start=65" in shown.text.partition("<iframe")[2].partition("</iframe>")[0]
    assert 'href="?t=65&amp;film=shown#film"' in shown.text


@pytest.mark.browser
@pytest.mark.parametrize(("source", "url", "origin", "player", "name"), SERVICES)
async def test_what_their_players_say_counts_and_jumps_reach_them(
    app: Litestar, client: httpx.AsyncClient, source: VideoSource, url: str, origin: str, player: str, name: str
) -> None:
    made, join = await recorded(source, url)
    async with chromium(instead="players of other services were not heard") as browser:
        context = await browser.new_context()
        page = await context.new_page()
        asked: list[str] = []
        await _served(page, client, origin, player, asked)
        await page.goto(f"http://localhost:8000{join}")
        await page.get_by_role("button", name="Watch the recording").click()
        await page.get_by_role("link", name=f"Show the film from {name}").wait_for()
        assert await faults(page) == []
        assert asked == []
        await page.get_by_role("link", name=f"Show the film from {name}").click()
        await _plays(page, 12)
        await page.locator('a[data-second="65"]').first.click()
        await _plays(page, 65)
        assert len(asked) == 1
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        async with asyncio.timeout(10):
            while (await db.fetch_value("SELECT resume_at FROM webinar_attendance") or 0) < 65:
                await presence(app).flush()
        watched = await db.fetch_value(
            "SELECT watched @> 12 AND watched @> 65 AND NOT watched @> 40 FROM webinar_attendance"
        )
        assert watched
        again = await context.new_page()
        await _served(again, client, origin, player, asked)
        await again.goto(f"http://localhost:8000{at(made)}")
        await again.locator("iframe").wait_for()


async def _served(page: Page, client: httpx.AsyncClient, origin: str, player: str, asked: list[str]) -> None:
    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=200, content_type="text/html", body=player)

    await feed(page, client)
    await page.route(f"{origin}/**", answer)
    heard = "window.heard = []; addEventListener('film:at', ({ detail }) => heard.push(detail), true);"
    await page.add_init_script(heard)


async def _plays(page: Page, second: int) -> Any:
    """Until the page has heard of half a second from there."""
    return await page.wait_for_function(
        "(from) => heard.filter((one) => one >= from && one < from + 9).length > 2", arg=second
    )


@pytest.mark.browser
async def test_a_playlist_with_an_end_is_watched_from_its_beginning(client: httpx.AsyncClient) -> None:
    film = "/static/demo/clip/hour.m3u8"
    made = await webinars.make(starts_in=-5 * MINUTE, source=VideoSource.HLS, source_url=film)
    anna = await webinars.join(made, "anna@brennhof.example")
    async with chromium(instead="a film was not played") as browser:
        page = await (await browser.new_context()).new_page()
        await feed(page, client)
        await page.goto(f"http://localhost:8000/join/{anna.claim}")
        await page.get_by_role("button", name="Enter").click()
        await page.wait_for_function("() => document.querySelector('video')?.currentTime > 0.3")
        assert await page.evaluate("document.querySelector('video').currentTime") < 60
