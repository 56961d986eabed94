"""The room in a real browser: sound to look at and to hear in every state, the same without scripts, and a film that runs
for everybody at the same second."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from litestar import Litestar
from playwright.async_api import ConsoleMessage, Page, expect

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.webinars.commands import chat
from portal.webinars.commands.recordings import save_recording, save_transcript
from portal.webinars.rules.states import HostAction
from portal.webinars.rules.transcripts import Cue
from portal.webinars.tables.rooms import VideoSource
from portal.webinars.tables.taking_part import PollKind
from portal.webinars.values import Participant
from tests.chromium import chromium, faults
from tests.factories import companies, webinars
from tests.serving import served

pytestmark = pytest.mark.browser
MINUTE = timedelta(minutes=1)
_CLIP = "/static/demo/clip/hour.m3u8"


async def full_room(starts_in: timedelta) -> tuple[webinars.Webinar, Participant]:
    """A room with something of everything, and somebody who has a place in it."""
    made = await webinars.make(starts_in=starts_in, simulated=True)
    await save_recording(
        webinar_id=made.webinar_id, source=VideoSource.HLS, url=_CLIP, seconds=3600, language="en", chapters=[],
        actor=PORTAL, now=clock.now(),
    )  # fmt: skip
    cues = [Cue(n * 1000, (n + 1) * 1000, "", f"Second {n}") for n in range(3600)]
    await save_transcript(webinar_id=made.webinar_id, cues=cues, actor=PORTAL, now=clock.now())
    anna = await webinars.join(made, "anna@brennhof.example", "Karin", "Haugen")
    ben = await webinars.join(made, "ben@brennhof.example", "Ben", "Vos")
    for text in ("Is one strategy enough?", "How many glove tests?", "Who signs it?"):
        asked = await webinars.ask(made, ben, text)
    await webinars.decide(made, asked, "approved", answered="live")
    await webinars.poll(made, PollKind.SINGLE, "Quality assurance", "A cross-functional team", question="Who owns it?")
    await webinars.poll(made, PollKind.RATING, question="How useful was it?", state="closed")
    sponsor = await webinars.sponsor(made, await companies.make())
    await webinars.resource(made, "Slides, 31 pages")
    await webinars.resource(made, "A year of data", sponsor=sponsor, needs_consent=True)
    if starts_in < timedelta(minutes=30):
        await chat.say(room=await webinars.room(made), who=ben, text="Good morning", now=clock.now())
    return made, anna


@asynccontextmanager
async def inside(
    app: Litestar, starts_in: timedelta = -5 * MINUTE, *, scripts: bool = True
) -> AsyncIterator[tuple[webinars.Webinar, Page]]:
    """Somebody in the room, who came by the link of the mail."""
    made, anna = await full_room(starts_in)
    async with served(app) as address, chromium(instead="the room was not looked at") as chrome:
        context = await chrome.new_context(base_url=address, java_script_enabled=scripts)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(f"{said.text} {said.location}") if is_complaint(said) else None
        )
        await page.goto(f"/join/{anna.claim}")
        await page.get_by_role("button", name="Enter as Karin Haugen").click()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        yield made, page
        assert complaints == []
        await context.close()


def is_complaint(said: ConsoleMessage) -> bool:
    """Chromium tells of every answer 422, of captions that are no more when the end comes while a page loads, and of the
    buffer of a film that is taken off the page while it fills.
    """
    url = said.location["url"]
    return (
        said.type == "error" and "422" not in said.text and "/captions.vtt" not in url and not url.startswith("blob:")
    )


async def look(page: Page, name: str) -> None:
    if folder := os.environ.get("LOOK"):
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                await page.set_viewport_size({"width": width, "height": 900})
                await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                await page.screenshot(path=f"{folder}/room-{name}-{width}-{scheme}.png", full_page=True)


async def test_the_room_is_sound_in_every_state(database: str, app: Litestar) -> None:
    async with inside(app, 5 * MINUTE) as (made, page):
        found = await faults(page)
        await look(page, "lobby")
        # Whoever wants less motion starts the picture by hand.
        await page.emulate_media(reduced_motion="no-preference")
        await webinars.go(made, HostAction.GO_LIVE)
        await expect(page.locator("video")).to_have_js_property("paused", False)
        await page.get_by_label("A cross-functional team").check()
        await page.get_by_role("button", name="Answer", exact=True).click()
        await expect(
            page.locator(".results li", has_text="A cross-functional team").get_by_text("Your answer")
        ).to_be_visible()
        found += await faults(page)
        await look(page, "live")
        await page.goto(f"{made.room}/questions")
        found += await faults(page)
        await look(page, "questions")
        await page.goto(f"{made.room}/resources/{await db.fetch_value('SELECT max(id) FROM webinar_resource')}")
        await page.get_by_role("button", name="Agree and go on").click()
        await expect(page.get_by_text("Please tick the box").first).to_be_visible()
        found += await faults(page)
        await look(page, "consent")
        await page.goto(made.room)
        await webinars.go(made, HostAction.END)
        await expect(page.locator(".curtain")).to_contain_text("It is over")
        await expect(page.get_by_text("Questions can be asked while the room is open.")).to_be_visible()
        found += await faults(page)
        await look(page, "ended")
    assert found == []


async def test_everything_works_without_scripts(database: str, app: Litestar) -> None:
    async with inside(app, scripts=False) as (made, page):
        await expect(page.get_by_role("link", name="Refresh")).to_be_visible()
        await page.get_by_label("Ask the speakers").fill("May we film it?")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("Waiting for the host")).to_be_visible()
        vote = page.get_by_role("button", name=re.compile("How many glove tests"))
        await vote.click()
        await expect(vote).to_have_attribute("aria-pressed", "true")
        await expect(vote).to_contain_text("1 vote")
        await vote.click()
        await expect(vote).to_have_attribute("aria-pressed", "false")
        await page.get_by_role("button", name="Answer", exact=True).click()
        await expect(page.get_by_text("Please choose one answer.")).to_be_visible()
        await page.get_by_label("Quality assurance").check()
        await page.get_by_role("button", name="Answer", exact=True).click()
        await expect(page.locator(".results", has_text="Quality assurance Your answer")).to_contain_text("100 %")
        await page.get_by_text("Change your answer").click()
        await page.get_by_label("A cross-functional team").check()
        await page.get_by_role("button", name="Change", exact=True).click()
        await expect(page.locator(".results li", has_text="A cross-functional team")).to_contain_text("100 %")
        await page.get_by_label("Say something to everybody").fill("Hello from Ulm")
        await page.get_by_role("button", name="Say it").click()
        await expect(page.get_by_text("Hello from Ulm")).to_be_visible()
        await page.get_by_role("button", name="Agree").click()
        await page.get_by_role("link", name="New", exact=True).click()
        await expect(page.locator(".qa li").first).to_contain_text("How many glove tests?")
        await webinars.go(made, HostAction.END)
        async with asyncio.timeout(15):
            while "It is over" not in await page.locator("#r-stage").inner_text():
                await page.get_by_role("link", name="Refresh").click()
