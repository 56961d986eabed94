"""The desk and the staff’s pages about it as they look, and the desk without scripts."""

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.desk import inviting
from tests.accounts.conftest import Browser, OpenBrowser, own_code
from tests.chromium import chromium, faults, feed
from tests.factories import events
from tests.media.made import pdf
from tests.programme.desk.made import CODE, DESK, MAEVE, conference, enter

pytestmark = pytest.mark.browser


async def test_the_whole_desk_without_scripts(open_browser: OpenBrowser, app: Litestar) -> None:
    made = await conference()
    hand = await open_browser()
    async with chromium(instead="tests/programme/desk/test_pages.py sends the same forms") as browser:
        context = await browser.new_context(java_script_enabled=False, base_url="http://localhost:8000")
        page = await context.new_page()
        await feed(page, hand.client)
        await page.goto(DESK)
        await page.get_by_label("Email address").fill(MAEVE)
        await page.get_by_role("button", name="Send me a code").click()
        await page.get_by_label("6-digit code").fill(await own_code(hand, CODE, MAEVE))
        await page.get_by_role("button", name="Open the desk").click()
        await page.wait_for_url(f"**{made.at()}")
        await page.get_by_label("About you").fill("Reads **smoke** films.")
        await page.get_by_role("button", name="See how it will look").click()
        assert await page.locator("#look strong").inner_text() == "smoke"
        await page.get_by_role("button", name="Save").click()
        await page.get_by_text("Yes, I come").click()
        await page.locator(".speaking-coming").get_by_role("button", name="Answer").click()
        await page.get_by_text("Only at these times").click()
        await page.locator(f"#f-from-{events.DAY.isoformat()}-0-{made.event}").fill("09:00")
        await page.get_by_role("button", name="Answer", exact=True).first.click()
        assert await page.locator(".error").inner_text() == "Please give both, or neither."
        await page.get_by_text("At any time of the event").click()
        await page.get_by_role("button", name="Answer", exact=True).first.click()
        await page.get_by_text("No, do not record me").click()
        await page.get_by_role("button", name="Answer", exact=True).click()
        number = made.sessions["First air"]
        await page.locator(f"#f-slides-{number}").set_input_files(
            {"name": "air.pdf", "mimeType": "application/pdf", "buffer": pdf(2)}
        )
        await page.locator(f"#session-{number}").get_by_role("button", name="Hand in").click()
        await page.get_by_label("What you need on stage").fill("A lower lectern")
        await page.get_by_role("button", name="Tell the organiser").click()
        await page.get_by_text("The organiser reads this beside your name.").wait_for()
        assert await page.locator(".speaking-todo .yes").count() == 5
    row = await db.fetch_one("SELECT note, recording_refused_at FROM appearance WHERE speaker = $1", made.maeve)
    assert row is not None
    assert (row["note"], row["recording_refused_at"] is None) == ("A lower lectern", False)
    assert await db.fetch_value("SELECT bio FROM speaker WHERE id = $1", made.maeve) == "Reads **smoke** films."


async def test_nothing_is_wrong_with_the_pages(browser: Browser, editor: httpx.AsyncClient) -> None:
    made = await conference()
    await enter(browser)
    number = made.sessions["First air"]
    where = made.at(f"/sessions/{number}/slides")
    await browser.client.post(where, files={f"slides-{number}": ("air.pdf", pdf(1))})
    await inviting.remind(actor=PORTAL, event_id=made.event, now=clock.now())
    await db.execute("UPDATE appearance SET recording_refused_at = now(), note = 'x' WHERE speaker = $1", made.jo)
    await db.execute(
        "UPDATE programme SET briefing_html = '<p>Call <strong>Ida</strong>.</p><ul><li>Be early</li></ul>'"
    )
    staff = f"/staff/events/{made.event}/programme"
    async with chromium(instead="axe cannot judge the desk here") as opened:
        for client, paths in (
            (browser.client, (made.at(), made.at("/calendar"), f"{DESK}?another")),
            (editor, (f"{staff}/readiness", f"{staff}/readiness/settings", f"{staff}/slides")),
        ):
            page = await opened.new_page(base_url="http://localhost:8000")
            await feed(page, client)
            for path in paths:
                await page.goto(path)
                assert await faults(page) == [], path
            await page.close()
        page = await opened.new_page(base_url="http://localhost:8000")
        await feed(page, browser.client)
        await page.goto(made.at())
        await page.get_by_text("Only at these times").click()
        await page.locator("form[action$='/availability']").get_by_role("button").click()
        assert await page.locator(f"#f-when-{made.event}-e").inner_text() == (
            "Please name at least one time, or say that any time is fine."
        )
        assert await faults(page) == []
