"""A webinar from its mails to its recording in a real browser: a host at the desk, somebody with a mouse, somebody with a
phone and nothing but keys, and somebody without scripts. What one does, the others see without touching their pages.
"""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Browser, Locator, Page, expect

from portal.accounts.tables import StaffRole
from portal.core import db
from portal.webinars.tables.rooms import VideoSource
from tests.attending import AMARA, Attending, named
from tests.chromium import chromium
from tests.factories import companies, webinars
from tests.notifications.receiver import Receiver
from tests.serving import served
from tests.webinars.desk.hands import PASSWORD, account

pytestmark = pytest.mark.browser
BEN, CHIARA, JUDITH = "ben@vaxalto.example", "chiara@isarwerk.example", "judith@sterileline.example"
CLIP = "/static/demo/clip/film.m3u8"
TWO_SITES, GLOVES = "Is one strategy enough for two sites?", "How many glove tests per shift?"
SAME = "Would one strategy do for both of our sites?"
MOMENTS = 15_000


class House:
    """The portal as served, and the windows that are open on it."""

    def __init__(self, browser: Browser, address: str, attending: Attending) -> None:
        self.browser, self.address, self.attending = browser, address, attending
        self.complaints: list[str] = []

    async def window(self, width: int = 1280, **options: Any) -> Page:
        context = await self.browser.new_context(
            base_url=self.address, viewport={"width": width, "height": 900}, **options
        )
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type == "error" and "403" not in m.text else None
        )
        return page

    async def link_in_mail(self, email: str) -> str:
        """The way into the room, as a mail to somebody says it."""
        texts = await db.fetch("SELECT text FROM mail WHERE recipient = $1 ORDER BY id", email)
        return re.findall(r"/join/[\w-]+", " ".join(row["text"] for row in texts))[0]


@asynccontextmanager
async def house(app: Litestar) -> AsyncIterator[House]:
    receiver = Receiver()
    await receiver.start(enable_SMTPUTF8=True)
    async with (
        served(app) as address,
        httpx.AsyncClient(base_url=address, headers={"Sec-Fetch-Site": "same-origin"}) as client,
        chromium(instead="nobody met in a webinar") as browser,
    ):
        yield House(browser, address, Attending(client, receiver))
    await receiver.stop()


async def by_keys(page: Page, goal: Locator, *, back: bool = False) -> None:
    """Go on with Tab, or back with Shift+Tab, until the goal has the focus: whatever cannot be reached so is not there."""
    for _ in range(80):
        if await goal.evaluate("one => one === document.activeElement"):
            return
        await page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"no key leads to {goal}")


async def sees(*expected: Locator) -> None:
    for one in expected:
        await expect(one).to_be_visible(timeout=MOMENTS)


async def look(page: Page, name: str) -> None:
    if folder := os.environ.get("LOOK"):
        await page.screenshot(path=f"{folder}/journey-{name}.png", full_page=True)


async def registered(house: House, made: webinars.Webinar) -> None:
    """Three people have places; the worker has sent each of them a mail."""
    attending = house.attending
    await attending.register(made, s1_company="Brennhof Pharma")
    for email, first, last in ((BEN, "Ben", "Vos"), (CHIARA, "Chiara", "Bonfanti")):
        await attending.register(made, **named(1, email, first, last))
    await attending.work()
    assert {one.rcpt_tos[0] for one in attending.receiver.taken} >= {AMARA["email"], BEN, CHIARA}


async def enter(page: Page, link: str, name: str) -> None:
    await page.goto(link)
    await page.get_by_role("button", name=f"Enter as {name}").click()


async def sign_in(page: Page) -> None:
    await account("Judith Kerkhoven", JUDITH, staff=StaffRole.ORGANISER)
    await page.goto("/account/sign-in")
    await page.fill("input[name=email]", JUDITH)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url("**/account")


def top(page: Page) -> Locator:
    return page.locator(".qa li").first


async def test_three_people_meet_in_a_webinar(app: Litestar, database: str) -> None:
    made = await webinars.make(starts_in=timedelta(hours=2), source=VideoSource.HLS, source_url=CLIP)
    async with house(app) as all_of_it:
        await registered(all_of_it, made)
        sponsor = await webinars.sponsor(made, await companies.make("Isarwerk Biologics"))
        await webinars.resource(
            made,
            "A year of data",
            url=f"{all_of_it.address}/imprint",
            sponsor=sponsor,
            needs_consent=True,
            shows_after=2,
        )
        host, amara, ben, chiara = (
            await all_of_it.window(),
            await all_of_it.window(),
            await all_of_it.window(390),
            await all_of_it.window(390, java_script_enabled=False),
        )
        await sign_in(host)
        await host.goto(made.desk)
        links = {email: await all_of_it.link_in_mail(email) for email in (AMARA["email"], BEN, CHIARA)}

        await wait_in_the_lobby(host, amara, ben, links)
        await enter(chiara, links[CHIARA], "Chiara Bonfanti")
        await ask_and_answer(host, amara, ben, chiara)
        await poll(host, amara, ben, chiara)
        await take_with_consent(amara)
        await chat_and_leave(host, amara, ben)
        await go_elsewhere_and_end(host, amara, chiara)
        await watch_again(host, amara, made)
        assert all_of_it.complaints == []


async def wait_in_the_lobby(host: Page, amara: Page, ben: Page, links: dict[str, str]) -> None:
    await amara.goto(links[AMARA["email"]])
    await sees(amara.get_by_text("You are a little early."))
    await host.get_by_role("button", name="Open the lobby").click()
    await sees(host.locator("#r-state").get_by_text("Lobby open", exact=True))
    await enter(amara, links[AMARA["email"]], "Amara Okonjo")
    await ben.goto(links[BEN])
    await by_keys(ben, ben.get_by_role("button", name="Enter as Ben Vos"))
    await ben.keyboard.press("Enter")
    for page in (amara, ben):
        await expect(page.locator(".curtain")).to_contain_text("This page turns by itself.")
        await expect(page.get_by_role("heading", name="To take with you")).to_be_hidden()
        await expect(page.get_by_role("timer")).to_have_text(re.compile(r"^In 1 h \d+ min$|^In 2 h$"))
    await expect(amara.locator("#r-people")).to_contain_text("2 of 3 registered are here", timeout=MOMENTS)
    await look(ben, "lobby-390")
    await host.get_by_role("button", name="Go live").click()
    for page in (amara, ben):
        await sees(page.locator("#r-state").get_by_text("It is live now."), page.locator("#r-stage video"))


async def ask_and_answer(host: Page, amara: Page, ben: Page, chiara: Page) -> None:
    """A question of the phone's, anonymous; one that was asked before it falls behind; a duplicate becomes part of it."""
    await amara.get_by_label("Ask the speakers").fill(GLOVES)
    await amara.get_by_role("button", name="Send", exact=True).click()
    await sees(amara.get_by_text("Waiting for the host"))
    waiting = host.locator("#pile-waiting")
    await waiting.locator("li", has_text=GLOVES).get_by_role("button", name="Approve").click()
    await sees(ben.locator(".qa li", has_text=GLOVES))

    await by_keys(ben, ben.get_by_label("Ask the speakers"))
    await ben.keyboard.type(TWO_SITES)
    await by_keys(ben, ben.get_by_label("Ask anonymously"))
    await ben.keyboard.press("Space")
    await by_keys(ben, ben.get_by_role("button", name="Send", exact=True))
    await ben.keyboard.press("Enter")
    asked = waiting.locator("li", has_text=TWO_SITES)
    await expect(asked).to_contain_text("B. Vos · asks anonymously", timeout=MOMENTS)
    await expect(amara.get_by_text(TWO_SITES)).to_have_count(0)
    await asked.get_by_role("button", name="Approve").click()
    seen = amara.locator(".qa li", has_text=TWO_SITES)
    await expect(seen).to_contain_text("Anonymous", timeout=MOMENTS)
    await expect(top(amara)).to_contain_text(GLOVES)
    await seen.get_by_role("button").click()
    await expect(seen.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    await expect(top(ben)).to_contain_text(TWO_SITES, timeout=MOMENTS)
    # What somebody points at stays where it is.
    await expect(top(amara)).to_contain_text(GLOVES)
    await amara.mouse.move(5, 5)
    await expect(top(amara)).to_contain_text(TWO_SITES)
    await expect(host.locator("#pile-open li").first).to_contain_text(TWO_SITES, timeout=MOMENTS)

    await chiara.get_by_label("Ask the speakers").fill(SAME)
    await chiara.get_by_role("button", name="Send", exact=True).click()
    await sees(chiara.get_by_text("Waiting for the host"))
    await waiting.locator("li", has_text=SAME).get_by_role("link", name="Answer, merge").click()
    dialog = host.get_by_role("dialog")
    await dialog.locator("label", has_text=TWO_SITES).click()
    await dialog.get_by_role("button", name="Merge").click()
    await expect(host.locator("#pile-open li").first).to_contain_text("with 1 other", timeout=MOMENTS)
    await chiara.get_by_role("link", name="Refresh").click()
    await sees(chiara.get_by_text("Put together with another question"))
    await expect(top(chiara)).to_contain_text(TWO_SITES)

    first = host.locator("#pile-open li", has_text=TWO_SITES)
    await first.get_by_role("button", name="Answer now").click()
    for page in (amara, ben):
        await expect(top(page)).to_contain_text("being answered", timeout=MOMENTS)
    await host.locator("#pile-now").get_by_role("button", name="Answered", exact=False).first.click()
    await expect(host.locator("#fold-answered")).to_contain_text("1", timeout=MOMENTS)
    await host.locator("#pile-open li", has_text=GLOVES).get_by_role("link", name="Answer, merge").click()
    await dialog.get_by_label("Answer in writing").fill("Two, and one after each break.")
    await dialog.get_by_role("button", name="Answer", exact=True).click()
    for page in (amara, ben):
        await sees(page.locator("#q-done summary"))
        await page.locator("#q-done summary").click()
        answered = page.locator("#q-done")
        await expect(answered).to_contain_text("answered on stage", timeout=MOMENTS)
        await expect(answered).to_contain_text("Judith Kerkhoven: Two, and one after each break.", timeout=MOMENTS)


async def poll(host: Page, amara: Page, ben: Page, chiara: Page) -> None:
    await host.get_by_role("link", name="New poll").click()
    dialog = host.get_by_role("dialog")
    await dialog.get_by_label("Question", exact=True).fill("Who owns it?")
    await dialog.get_by_label("Answers to choose from").fill("Quality assurance\nNobody in particular")
    await dialog.get_by_role("button", name="Make it").click()
    await host.locator("#r-desk-polls").get_by_role("button", name=re.compile("^Open")).click()
    await sees(amara.get_by_role("heading", name="Who owns it?"), ben.get_by_role("heading", name="Who owns it?"))
    await amara.get_by_label("Quality assurance").check()
    await amara.get_by_role("button", name="Answer", exact=True).click()
    bars = amara.locator(".results li")
    await expect(bars.first).to_contain_text("100 %", timeout=MOMENTS)
    await by_keys(ben, ben.get_by_label("Nobody in particular"), back=True)
    await ben.keyboard.press("Space")
    await by_keys(ben, ben.get_by_role("button", name="Answer", exact=True))
    await ben.keyboard.press("Enter")
    await expect(ben.locator(".results li", has_text="Nobody in particular")).to_contain_text("Your answer")
    await expect(bars.first).to_contain_text("50 %", timeout=MOMENTS)
    await look(amara, "poll-1280")
    await chiara.get_by_role("link", name="Refresh").click()
    await chiara.get_by_label("Nobody in particular").check()
    await chiara.get_by_role("button", name="Answer", exact=True).click()
    await expect(bars.last).to_contain_text("67 %", timeout=MOMENTS)
    await host.locator("#r-desk-polls").get_by_role("button", name=re.compile("^Close")).click()
    await expect(amara.locator("#r-polls")).to_contain_text("3 answers", timeout=MOMENTS)
    await expect(amara.get_by_role("button", name="Change", exact=True)).to_have_count(0, timeout=MOMENTS)
    await expect(bars.last).to_contain_text("67 %")


async def take_with_consent(amara: Page) -> None:
    """It has come by itself, two seconds after going live."""
    thing = amara.get_by_role("link", name="A year of data")
    await sees(thing)
    async with amara.context.expect_page() as opening:
        await thing.click()
    page = await opening.value
    await page.get_by_role("button", name="Agree and go on").click()
    await sees(page.get_by_text("Please tick the box").first)
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Agree and go on").click()
    await page.wait_for_url("**/imprint")
    await page.close()
    assert await db.fetch_value("SELECT how FROM consent WHERE email = $1", AMARA["email"]) == "room"


async def chat_and_leave(host: Page, amara: Page, ben: Page) -> None:
    """One talks too much: hidden, muted, shown the door."""
    say = ben.get_by_label("Say something to everybody")
    await by_keys(ben, say)
    await ben.keyboard.type("Cheap vials at vials.example!")
    await ben.keyboard.press("Enter")
    await sees(amara.get_by_text("Cheap vials"))
    line = host.locator("#r-desk-chat li", has_text="Cheap vials")
    await line.get_by_role("button", name="Hide").click()
    await expect(amara.get_by_text("Cheap vials")).to_have_count(0, timeout=MOMENTS)
    await line.get_by_role("link", name="B. Vos").click()
    dialog = host.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill("Advertises.")
    await dialog.get_by_role("button", name="Mute").click()
    await expect(host.locator("#r-desk-people")).to_contain_text("Muted", timeout=MOMENTS)
    await by_keys(ben, say)
    await ben.keyboard.type("Why?")
    await ben.keyboard.press("Enter")
    await sees(ben.get_by_text("muted", exact=False).first)
    await host.locator("#r-desk-people").get_by_role("link", name="Ben Vos").click()
    await dialog.get_by_label("Reason").fill("Went on.")
    await dialog.get_by_role("button", name="Remove from the room").click()
    await expect(ben.locator("main")).to_contain_text("The host has asked you to leave.", timeout=MOMENTS)
    await look(ben, "removed-390")
    await expect(amara.locator("#r-people")).to_contain_text("2 of 3 registered are here", timeout=MOMENTS)


async def go_elsewhere_and_end(host: Page, amara: Page, chiara: Page) -> None:
    await host.locator("#sw-picture").get_by_role("link", name="Change").click()
    dialog = host.get_by_role("dialog")
    await dialog.get_by_label("Picture from").select_option("hand_over")
    await dialog.get_by_label("Address", exact=True).fill("https://meet.example/annex-1")
    await dialog.get_by_role("button", name="Change for everybody").click()
    way = amara.get_by_role("link", name="Go to the room")
    await expect(way).to_have_attribute("href", "https://meet.example/annex-1", timeout=MOMENTS)
    await look(amara, "elsewhere-1280")
    await chiara.get_by_role("link", name="Refresh").click()
    await sees(chiara.get_by_role("link", name="Go to the room"))
    await host.get_by_text("End the webinar …").click()
    await host.get_by_role("button", name="End the webinar", exact=True).click()
    await expect(amara.locator(".curtain")).to_contain_text("It is over. Thank you for coming.", timeout=MOMENTS)
    await sees(amara.get_by_text("Questions can be asked while the room is open."))
    await look(amara, "ended-1280")


async def watch_again(host: Page, amara: Page, made: webinars.Webinar) -> None:
    """The host shows the recording, puts an answer on the public page, and the open room leads on."""
    await host.goto(f"/staff/webinars/{made.webinar_id}/recording")
    await host.get_by_label("Address").fill(CLIP)
    await host.get_by_label("Length").fill("1:00")
    await host.get_by_role("button", name="Save", exact=True).click()
    await host.get_by_role("button", name="Show it from now on").click()
    await amara.locator(".curtain").get_by_role("link", name="Watch the recording").click(timeout=MOMENTS)
    await expect(amara).to_have_url(re.compile("/replay$"))
    await sees(amara.locator("video"), amara.get_by_role("heading", name=GLOVES))
    await look(amara, "replay-1280")
    await host.goto(made.desk)
    await host.locator("#fold-answered summary").click()
    await host.locator("#fold-answered li", has_text=GLOVES).get_by_role("link", name="More").click()
    await host.get_by_role("dialog").get_by_role("button", name="Put it on the public page").click()
    await expect(host.locator("#fold-answered")).to_contain_text("on the public page", timeout=MOMENTS)
    await amara.goto(f"/events/{made.slug}")
    faq = amara.locator("#faq")
    await expect(faq.locator("summary")).to_have_text(re.compile(re.escape(GLOVES)))
    await faq.locator("summary").click()
    await sees(faq.get_by_text("Two, and one after each break."))
    await expect(faq).not_to_contain_text("Okonjo")
