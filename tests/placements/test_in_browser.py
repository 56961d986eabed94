"""The pages of plans and sponsorships in a real browser: they fit, in both themes, and axe finds nothing."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import TermKind
from tests.chromium import chromium, faults, feed
from tests.placements.conftest import Desk, signed_in
from tests.placements.test_changing_hands import NEXT, hand_over
from tests.placements.test_changing_plans import change, fails
from tests.placements.test_sponsoring import hold, month, taken_by_others, to_payment

pytestmark = pytest.mark.browser
START = "http://localhost:8000"
OFF_CENTRE = """() => [...document.querySelectorAll(".plan-table td .i")].filter(tick => {
    const [mark, cell] = [tick, tick.closest("td")].map(one => one.getBoundingClientRect());
    return Math.abs(mark.left + mark.width / 2 - cell.left - cell.width / 2) > 8;
}).length"""
SHOTS = os.environ.get("PLAN_SHOTS", "")


async def looked_at(page: Page, desk: Desk, name: str, path: str) -> list[str]:
    await feed(page, desk.client)
    await page.goto(START + path)
    if SHOTS:
        for width in (1280, 390):
            for theme in ("light", "dark"):
                await page.set_viewport_size({"width": width, "height": 900})
                await page.emulate_media(color_scheme=theme)
                await page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png", full_page=True)
    return await faults(page)


async def test_plan_pages_fit_and_axe_finds_nothing(desk: Desk) -> None:
    async with chromium(instead="the pages of plans were not looked at") as browser:
        page = await browser.new_page()
        found = await looked_at(page, desk, "plans", "/plans")
        await page.set_viewport_size({"width": 1280, "height": 900})
        assert await page.evaluate(OFF_CENTRE) == 0
        found += await looked_at(page, desk, "choose", desk.plan_page)
        await desk.subscribe("enhanced", "month")
        found += await looked_at(page, desk, "active", desk.plan_page)
        found += await looked_at(page, desk, "preview", f"{desk.plan_page}/change?plan=premium&interval=month")
        await change(desk, "premium", "month")
        found += await looked_at(page, desk, "later", f"{desk.plan_page}/change?plan=enhanced&interval=month")
        await change(desk, "enhanced", "month")
        found += await looked_at(page, desk, "waiting", desk.plan_page)
    assert found == []


async def test_the_page_in_grace(desk: Desk) -> None:
    await fails(desk)
    async with chromium(instead="the page of a plan in grace was not looked at") as browser:
        assert await looked_at(await browser.new_page(), desk, "grace", desk.plan_page) == []


async def test_the_page_while_a_former_plan_runs(desk: Desk) -> None:
    await desk.subscribe()
    await hand_over(desk)
    await signed_in(desk.client, NEXT, None, MemberRole.OWNER)
    async with chromium(instead="the page of a former owner's plan was not looked at") as browser:
        assert await looked_at(await browser.new_page(), desk, "former", desk.plan_page) == []


async def test_sponsorship_pages_fit_and_axe_finds_nothing(desk: Desk) -> None:
    names = ("Sterile filling", "Freeze drying", "Isolators and barriers", "Cold-chain logistics")
    await add_terms([NewTerm(kind=TermKind.CATEGORY, name=name) for name in names])
    await taken_by_others(3)
    booked = await hold(desk, f"sterile-filling {month(2)}", f"freeze-drying {month(2)}")
    await desk.stripe.pay(await to_payment(desk, booked))
    await desk.everything_settles()
    held = await hold(desk, f"freeze-drying {month(3)}")
    async with chromium(instead="the pages of sponsorships were not looked at") as browser:
        page = await browser.new_page()
        found = await looked_at(page, desk, "calendar", f"{desk.sponsorships}?categories=all")
        found += await looked_at(page, desk, "held", held)
        found += await looked_at(page, desk, "booked", booked)
        await db.execute("UPDATE sponsor_booking SET holds_until = $1 WHERE state = 'held'", clock.now())
        found += await looked_at(page, desk, "over", held)
    assert found == []
