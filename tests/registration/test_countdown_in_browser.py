"""The countdown and the page that waits for news, in a real browser whose clock is moved by hand."""

import pytest
from playwright.async_api import Page, expect

from portal.core import db
from tests.chromium import chromium, feed
from tests.factories.registration import make_shop
from tests.paying import Paying

_WATCH = """
window.blank = 0; window.seen = 0;
const look = () => {
  const text = document.querySelector('[data-countdown]')?.textContent ?? '';
  window.seen += 1; window.blank += text.trim() ? 0 : 1;
  requestAnimationFrame(look);
};
look();
"""
_FAST = "(() => { const real = Date.now.bind(Date); Date.now = () => real() + 20 * 60000; })()"


def _visits(page: Page) -> list[str]:
    """Where the page goes from now on."""
    seen: list[str] = []
    page.on("request", lambda asked: seen.append(asked.url) if asked.is_navigation_request() else None)
    return seen


@pytest.mark.browser
async def test_countdowns_and_news(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    order, details = f"http://localhost:8000{path}", f"http://localhost:8000{path}/details"
    async with chromium(instead="nobody looked at the countdown") as browser:
        page, wrong = await browser.new_page(), await browser.new_page()
        for one in (page, wrong):
            await feed(one, paying.client)
            await one.clock.install()

        # A clock that is wrong by twenty minutes changes nothing.
        await wrong.add_init_script(_FAST)
        await wrong.goto(details)
        await wrong.clock.run_for(3000)
        await expect(wrong.locator("[data-countdown]")).to_contain_text("14:")

        # A laptop that slept: caught up with, and the server has the last word, once.
        await page.goto(details)
        visits = _visits(page)
        await page.evaluate(_FAST)
        await page.clock.run_for(3000)
        await page.wait_for_url(order)
        await page.clock.run_for(3000)
        await expect(page.locator("[data-countdown]")).to_contain_text("14:")
        assert visits == [order]
        assert wrong.url == details

        # While nothing is new the page stays as it is, with its focus and its countdown.
        await paying.to_payment(path)
        await page.goto(order)
        await page.evaluate(_WATCH)
        await page.get_by_role("link", name="Change the details").focus()
        async with page.expect_response(lambda answer: "/record" in answer.url) as asked:
            await page.clock.run_for(10_000)
        assert (await asked.value).status == 204
        await page.clock.run_for(300)
        assert await page.evaluate("document.activeElement.textContent") == "Change the details"
        blank, frames = await page.evaluate("[window.blank, window.seen]")
        assert (blank, frames > 20) == (0, True)

        # The time runs out: the page goes to the order once, and stays there.
        await page.goto(details)
        visits.clear()
        await db.execute("UPDATE seat_order SET holds_until = now()")
        await page.clock.fast_forward("15:00")
        await page.wait_for_url(order)
        await page.clock.run_for(3000)
        await expect(page.get_by_role("heading", level=1)).to_contain_text("The time has run out")
        assert visits == [order]
