"""The desk in a real browser, on a real socket: by mouse and key, with a second moderator, and without scripts."""

from typing import Any

import pytest
from litestar import Litestar
from playwright.async_api import Browser, Page, expect

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.webinars.commands import moderating
from portal.webinars.commands.restricting import restrict
from portal.webinars.commands.states import press
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import CrewRole, Restriction
from tests.chromium import chromium, faults
from tests.factories import webinars
from tests.serving import served
from tests.webinars.desk.busy import busy_room
from tests.webinars.desk.hands import PASSWORD, account, decide, named, question

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database")]
SOON = 2000


async def at_desk(
    browser: Browser, address: str, made: webinars.Webinar, role: CrewRole, name: str, **options: Any
) -> Page:
    email = await account(name)
    await named(made, email, role)
    page = await (await browser.new_context(**options)).new_page()
    await page.goto(f"{address}/account/sign-in")
    await page.fill("input[name=email]", email)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("main button[type=submit]")
    await page.wait_for_url("**/account")
    await page.goto(f"{address}{made.desk}")
    return page


async def id_of(beginning: str) -> int:
    return int(await db.fetch_value("SELECT id FROM webinar_question WHERE text LIKE $1", f"{beginning}%"))


async def test_a_moderator_works_with_others_at_the_same_time(app: Litestar) -> None:
    made = await busy_room()
    slides, findings = await id_of("Will the slides"), await id_of("Which of the 118")
    async with served(app) as address, chromium(instead="the desk was not looked at") as browser:
        page = await at_desk(browser, address, made, CrewRole.HOST, "Marit Solheim")
        gone: list[str] = []
        page.on("pageerror", lambda error: gone.append(str(error)))
        waiting, approved = page.locator("#pile-waiting"), page.locator("#pile-open")
        assert await faults(page) == []
        await page.set_viewport_size({"width": 1280, "height": 900})

        # By key: what is decided leaves its pile, and the focus goes on to the next.
        await waiting.locator(f"#dq-{findings} [data-key=a]").focus()
        await page.keyboard.press("a")
        await expect(approved.locator(f"#dq-{findings}")).to_be_visible(timeout=SOON)
        await expect(waiting.locator(f"#dq-{slides}")).to_be_focused()
        # Switched off, a letter is only a letter.
        await page.get_by_role("switch", name="Keys for questions").click()
        await waiting.locator(f"#dq-{slides}").focus()
        await page.keyboard.press("d")
        await page.get_by_role("switch", name="Keys for questions").click()
        await waiting.locator(f"#dq-{slides}").focus()
        await page.keyboard.press("j")
        await expect(approved.locator("li").first).to_be_focused()
        assert (await question(slides))["state"] == "pending"

        # Another moderator decides: this page follows by itself.
        await decide(made, slides, moderating.approve)
        await expect(approved.locator(f"#dq-{slides}")).to_be_visible(timeout=SOON)
        # Was the page behind, its button changes nothing and says why.
        await db.execute("UPDATE webinar_question SET state = 'declined', decided_by = 'Judith' WHERE id = $1", slides)
        await approved.locator(f"#dq-{slides} [data-key=n]").click()
        await expect(page.locator("[data-fault]")).to_contain_text("Judith has declined this question")

        # Beside the desk: an answer is typed in a dialog, while the desk behind it goes on.
        await approved.locator(f"#dq-{findings} [data-panel]").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Answer in writing").fill("The gloves.")
        assert await faults(page, widths=(1280,)) == []
        await dialog.get_by_role("button", name="Answer", exact=True).click()
        await expect(dialog).to_be_hidden()
        await expect(page.locator("#fold-answered")).to_contain_text("2")
        await page.get_by_text("Answered", exact=False).locator("xpath=self::summary").first.click()
        await expect(page.locator(f"#fold-answered #dq-{findings}")).to_contain_text(
            "Answered in writing by Marit Solheim"
        )

        # What is typed stays while others write; a fold that is open stays open.
        await page.get_by_label("Tell the crew").fill("Half written")
        await press(webinar_id=made.webinar_id, action=HostAction.END, actor=PORTAL, now=clock.now())
        await expect(page.locator("#r-state")).to_contain_text("It is over", timeout=SOON)
        await expect(page.get_by_label("Tell the crew")).to_have_value("Half written")
        await expect(page.locator("#fold-answered")).to_have_attribute("open", "")
        await page.get_by_label("Tell the crew").press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#r-desk-notes li").first).to_contain_text("Half written", timeout=SOON)
        await expect(page.get_by_label("Tell the crew")).to_have_value("")
        assert gone == []


async def test_who_is_removed_is_out_within_two_seconds(app: Litestar) -> None:
    made = await busy_room()
    anna = await webinars.join(made, "anna@brennhof.example")
    async with served(app) as address, chromium(instead="a removal was not seen") as browser:
        inside = await (await browser.new_context()).new_page()
        await inside.goto(f"{address}/join/{anna.claim}")
        await inside.click("main button[type=submit]")
        await expect(inside.locator("#r-state")).to_contain_text("It is live now.")
        await restrict(
            webinar_id=made.webinar_id, seat_id=anna.seat_id, kind=Restriction.REMOVED, reason="Rude.", actor=PORTAL,
            now=clock.now(),
        )  # fmt: skip
        await expect(inside.locator("main")).to_contain_text("The host has asked you to leave.", timeout=SOON)


async def test_everything_works_without_scripts(app: Litestar) -> None:
    made = await busy_room()
    slides = await id_of("Will the slides")
    async with served(app) as address, chromium(instead="the desk without scripts was not looked at") as browser:
        page = await at_desk(browser, address, made, CrewRole.HOST, "Marit Solheim", java_script_enabled=False)
        await page.locator(f"#dq-{slides}").locator("[data-key=a]").click()
        await expect(page.locator(f"#pile-open #dq-{slides}")).to_be_visible()
        await page.locator(f"#dq-{slides}").get_by_role("link", name="Answer, merge").click()
        await page.get_by_label("Answer in writing").fill("Yes, tomorrow.")
        await page.get_by_role("button", name="Answer", exact=True).click()
        await page.locator("#fold-answered summary").click()
        await expect(page.locator(f"#dq-{slides}")).to_contain_text("Yes, tomorrow.")
        await page.get_by_role("switch", name="Chat").click()
        await expect(page.get_by_role("switch", name="Chat")).not_to_be_checked()
        await page.get_by_label("Find somebody who registered").fill("achterberg rijnmond")
        await page.get_by_role("button", name="Find", exact=True).click()
        await page.get_by_role("link", name="Wilhelmina Achterberg-van den Heuvel").click()
        await page.get_by_role("button", name="Mute").click()
        await expect(page.locator("#r-desk-people")).to_contain_text("Muted")
        await page.get_by_text("End the webinar …").click()
        await page.get_by_role("button", name="End the webinar").click()
        await expect(page.locator("#r-state")).to_contain_text("It is over")
