"""The main road in a real browser: find, choose, pay, ticket, mail, calendar. With scripts and without."""

import re
import signal
from pathlib import Path

import httpx
import psutil
import pytest
from icalendar import Calendar
from playwright.async_api import Page, expect

from tests.chromium import chromium, faults
from tests.journeys.conftest import RunningDemo, demo_in

CARD = {"number": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123", "name": "Amara Okonjo-Reuter"}
# Chromium tells of every answer 422; htmx, of a status it was asking for when the page was left.
EXPECTED = ("Failed to load resource: the server responded with a status of 422", "htmx:afterRequest", "htmx:sendError")
SKIPPED = "nobody walked the main road"


async def walk(page: Page, demo: RunningDemo, *, scripts: bool) -> str:
    """From the list to a paid order; gives the order's address."""
    await page.goto(f"{demo.portal}/events")
    await page.get_by_role("searchbox").fill("Vienna")
    if not scripts:
        await page.get_by_role("button", name="Show").click()
    link = page.get_by_role("link", name="Fill & Finish Forum Vienna", exact=True).first
    await expect(page.get_by_role("link", name="ADC Containment Summit", exact=True)).to_have_count(0)
    await link.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Fill & Finish Forum Vienna")
    if not scripts:
        await page.locator('a[href$="/register"]').first.click()
    await page.get_by_label("Number of tickets: One day").fill("2")
    await page.get_by_role("button", name=re.compile("^Hold")).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Who is coming?")
    first = page.url
    await page.reload()
    assert page.url == first
    await page.get_by_label("First name").first.fill("Amara")
    await page.get_by_label("Last name").first.fill("Okonjo-Reuter")
    await page.get_by_label("Work email").first.fill("amara@brennhof.example")
    for label, value in {"Company": "Brennhof Pharma GmbH", "Street and number": "Hafenstrasse 21", "Postcode": "89077",
                         "City": "Ulm", "VAT ID": "DE81234567"}.items():  # fmt: skip
        await page.get_by_role("textbox", name=re.compile(f"^{label}")).fill(value)
    await page.get_by_role("checkbox", name=re.compile("^I accept")).check()
    await page.get_by_role("button", name="Continue to payment").click()
    await expect(page.get_by_label("VAT ID")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("textbox", name="Company", exact=True)).to_have_value("Brennhof Pharma GmbH")
    await page.get_by_label("VAT ID").fill("DE136695976")
    await page.get_by_role("button", name="Continue to payment").click()
    for name, value in CARD.items():
        await page.locator(f'[name="{name}"]').fill(value)
    await page.get_by_role("button", name=re.compile("^Pay")).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are going to Vienna, Amara.", timeout=20_000)
    return page.url.partition("?")[0]


async def check_what_came(page: Page, demo: RunningDemo, order: str, folder: Path) -> None:
    """Ticket, invoice, mail with invitation; the attendee has ordered before, so the mail is looked for by its order."""
    number = (await page.get_by_text(re.compile(r"^Order [A-Z]")).first.inner_text()).split()[1]
    async with page.expect_download() as loading:
        await page.get_by_role("link", name="Tickets", exact=True).click()
    await (await loading.value).save_as(folder / "tickets.pdf")
    assert (folder / "tickets.pdf").read_bytes().startswith(b"%PDF-")
    async with httpx.AsyncClient() as client:
        entry = Calendar.from_ical((await client.get(f"{order}/calendar/1.ics")).content)
        assert entry["METHOD"] == "REQUEST"
    await expect(page.locator(".truth")).to_contain_text("received")
    for _ in range(240):
        await page.goto(f"{demo.services}/mail?to=amara%40brennhof.example")
        if await page.get_by_role("link", name=re.compile(f"Paid and registered.*{number}")).count():
            break
        await page.wait_for_timeout(250)
    await page.get_by_role("link", name=re.compile(f"Paid and registered.*{number}")).first.click()
    await expect(page.get_by_text("invite.ics").first).to_be_visible()


async def walk_twice(demo: RunningDemo, folder: Path) -> str:
    """At a desk with scripts, on a phone without; gives the second order's address."""
    async with chromium(instead=SKIPPED) as browser:
        context = await browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        order = await walk(page, demo, scripts=True)
        await check_what_came(page, demo, order, folder)
        assert [text for text in complaints if not text.startswith(EXPECTED)] == []
        bare = await browser.new_context(
            viewport={"width": 360, "height": 780}, java_script_enabled=False, accept_downloads=True
        )
        phone = await bare.new_page()
        order = await walk(phone, demo, scripts=False)
        await check_what_came(phone, demo, order, folder)
        found = []
        # With all that the demo has; the other kinds of pages are looked at beside the tests of their packages.
        for path in ("/", "/events", "/events/fill-finish-forum-vienna", "/nowhere", order.removeprefix(demo.portal)):
            await page.goto(f"{demo.portal}{path}")
            found += await faults(page)
        assert found == []
    return order


@pytest.mark.browser
async def test_main_road_through_a_demo_that_keeps_its_data_and_stops_cleanly(
    empty_folder: Path, tmp_path: Path
) -> None:
    """One demo for both: filling an empty one takes longer than either."""
    order, skipped = "", None
    async with demo_in(empty_folder, ended_by=signal.SIGHUP) as first, httpx.AsyncClient() as client:
        processes = psutil.Process(first.process.pid).children(recursive=True)
        try:
            order = await walk_twice(first, tmp_path)
        except pytest.skip.Exception as no_browser:
            skipped = no_browser
        answer = await client.get(f"{first.portal}/api/v1/events?per_page=1&when=all")
        assert answer.json()["total"] > 80
        page = await client.get(f"{first.portal}/events?when=past")
        assert page.status_code == 200
    assert (first.process.returncode, len(processes) >= 5) == (0, True)
    assert [process for process in processes if process.is_running()] == []
    async with demo_in(empty_folder) as second, httpx.AsyncClient() as client:
        again = await client.get(f"{second.portal}/api/v1/events?per_page=1&when=all")
        assert again.json()["total"] == answer.json()["total"]
        if order:
            kept = await client.get(order.replace(first.portal, second.portal))
            assert "You are going to Vienna, Amara." in kept.text
    assert second.process.returncode == 0
    if skipped is not None:
        raise skipped
