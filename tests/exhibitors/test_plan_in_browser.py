"""Halls in a real browser: booths dragged and moved by key; sizes, panning, and the address of a booth."""

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Locator, Page

from portal.accounts.tables import StaffRole
from portal.core import clock
from portal.exhibitors.queries import plans
from tests.chromium import chromium, feed
from tests.directory.conftest import SignIn
from tests.events.hearing import settled
from tests.exhibitors.test_public import fair
from tests.factories import exhibitors

pytestmark = pytest.mark.browser
HOME = "http://localhost:8000"


async def drag(page: Page, booth: Locator, right: float, down: float) -> None:
    """Take a booth of three metres by its middle and let it go so many metres further."""
    floor = booth.locator(".floor")
    # Waits until nothing scrolls any more, which focus has set off.
    await floor.hover()
    box = await floor.bounding_box()
    assert box is not None
    metre, x, y = box["width"] / 3, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.down()
    await page.mouse.move(x + right * metre, y + down * metre, steps=4)
    await page.mouse.up()


async def test_booths_are_dragged_and_moved_by_key(sign_in: SignIn) -> None:
    event_id = (await exhibitors.make()).exhibitor.event_id
    booths = await exhibitors.hall(event_id, "B01–B02, 3 × 3 m, prices 2400\nB03–B06, 3 × 3 m, gap 1 m")
    hall = (await plans.halls(event_id, clock.now()))[0]
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)

    async def at() -> dict[str, tuple[int, int]]:
        return {one.label: (one.x, one.y) for one in (await plans.halls(event_id, clock.now()))[0].spots}

    before = await at()
    async with chromium(instead="nobody dragged a booth") as browser:
        page = await browser.new_page()
        await feed(page, organiser)
        await page.goto(f"{HOME}/staff/events/{event_id}/exhibitors/plans/{hall.id}")
        spot = {label: page.locator(f'[data-booth="{id}"]') for label, id in booths.items()}
        said = page.locator("[data-said]")
        for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown"):
            await spot["B03"].press(key)
        # On to the next before the first is kept: both are.
        await spot["B02"].press("ArrowRight")
        await said.filter(has_text="B02 stands").wait_for(state="attached")
        x, y = before["B03"]
        assert (await at())["B03"] == (x + 20, y + 100)
        assert (await at())["B02"] == (before["B02"][0] + 10, before["B02"][1])
        await drag(page, spot["B01"], 0.3, 5)
        await said.filter(has_text="B01 is back where it was").wait_for(state="attached")
        assert (await at())["B01"] == before["B01"]
        await drag(page, spot["B01"], 7, 0)
        await said.filter(has_text="B01 stands").wait_for(state="attached")
        assert abs((await at())["B01"][0] - before["B01"][0] - 700) <= 20
        # The page's own form is as new as what was dragged.
        await page.get_by_label("Everybody sees it").check()
        await page.get_by_role("button", name="Save").click()
        await page.get_by_text("Everybody sees it on the event’s page.").wait_for()


async def by_hand(page: Page, wide: str) -> None:
    """The mouse pans without following what it lets go on, Ctrl and the wheel change the size, and so do two fingers."""
    box = page.locator(".plan-view .scroll")
    await box.scroll_into_view_if_needed()
    edge = await box.bounding_box()
    assert edge is not None
    x, y = edge["x"] + edge["width"] / 2, edge["y"] + edge["height"] / 2
    left, here, before = await box.evaluate("box => box.scrollLeft"), page.url, await page.evaluate(wide)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x - 40, y, steps=4)
    await page.mouse.up()
    assert (await box.evaluate("box => box.scrollLeft") - left, page.url) == (40, here)
    await page.keyboard.down("Control")
    await page.mouse.wheel(0, -100)
    await page.keyboard.up("Control")
    await page.wait_for_function(f"Math.abs({wide} - {before * 2.718**0.5}) < 3")
    hand = await page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 60), ("touchMove", 90), ("touchMove", 120), ("touchEnd", 0)):
        touches = [{"x": x - apart / 2, "y": y}, {"x": x + apart / 2, "y": y}] if apart else []
        await hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
    await page.wait_for_function(f"Math.abs({wide} - {before * 2.718**0.5 * 2}) < 5")


async def test_a_booth_is_found_and_shown_large(app: Litestar, client: httpx.AsyncClient) -> None:
    one, _, _ = await fair()
    await settled(app)
    here = f"{HOME}/events/{one.exhibitor.event_slug}/exhibitors"
    wide = "document.querySelector('#hall-b-B02 .floor').getBoundingClientRect().width"
    middle = (
        "(() => { const a = document.querySelector('#hall-b-B02').getBoundingClientRect(), "
        "b = document.querySelector('.plan-view .scroll').getBoundingClientRect(); "
        "return Math.abs(a.left + a.width / 2 - b.left - b.width / 2) })()"
    )
    async with chromium(instead="nobody looked for a booth") as browser:
        page = await browser.new_page(viewport={"width": 390, "height": 800})
        await feed(page, client)
        await page.goto(here)
        small = await page.evaluate(wide)
        await page.get_by_role("link", name="B02 on the plan").click()
        await page.wait_for_function(f"{wide} > 50")
        assert await page.evaluate(middle) < 60
        await page.get_by_text("Whole hall").click()
        assert abs(await page.evaluate(wide) - small) < 1
        await page.get_by_text("Largest").click()
        assert abs(await page.evaluate(wide) - small * 4) < 4
        await page.get_by_role("searchbox", name="Search").fill("isar")
        await page.locator(".hall-plan.narrowed #hall-b-B02.found").wait_for()
        await page.get_by_text("Larger").click()
        assert abs(await page.evaluate(wide) - small * 2) < 3
        await by_hand(page, wide)
        await page.close()
        # Without scripts the sizes work as well.
        context = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
        plain = await context.new_page()
        await feed(plain, client)
        await plain.goto(f"{here}/halls/hall-b")
        floor = plain.locator("#hall-b-B02 .floor")
        first = await floor.bounding_box()
        await plain.get_by_text("Largest").click()
        last = await floor.bounding_box()
        assert first is not None
        assert last is not None
        assert abs(last["width"] - first["width"] * 4) < 4
        await context.close()
