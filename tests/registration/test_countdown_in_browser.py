"""The countdown and the page that waits for news, in a real browser."""

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


async def _navigations(page: Page) -> list[str]:
    seen: list[str] = []
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    return seen


@pytest.mark.browser
async def test_countdowns_and_news(paying: Paying) -> None:
    path = await paying.hold(await make_shop(price=5000))
    async with chromium(instead="nobody looked at the countdown") as browser:
        page = await browser.new_page()
        await feed(page, paying.client)
        seen = await _navigations(page)

        # A clock that is wrong by twenty minutes changes nothing.
        wrong = await browser.new_page()
        await feed(wrong, paying.client)
        await wrong.add_init_script("const real = Date.now.bind(Date); Date.now = () => real() + 20 * 60000;")
        await wrong.goto(f"http://localhost:8000{path}/details", wait_until="domcontentloaded")
        await expect(wrong.locator("[data-countdown]")).to_contain_text("14:")

        # A laptop that slept: caught up with, and the server has the last word, once.
        await page.goto(f"http://localhost:8000{path}/details", wait_until="domcontentloaded")
        await page.evaluate("(() => { const real = Date.now.bind(Date); Date.now = () => real() + 20 * 60000; })()")
        await page.wait_for_url(f"http://localhost:8000{path}", wait_until="domcontentloaded")
        await expect(page.locator("[data-countdown]")).to_contain_text("14:")
        await page.wait_for_timeout(1100)
        assert seen[1:] == [f"http://localhost:8000{path}"]

        assert wrong.url.endswith("/details")

        # While nothing is new the page stays as it is, with its focus and its countdown.
        await paying.to_payment(path)
        await page.goto(f"http://localhost:8000{path}", wait_until="domcontentloaded")
        await page.evaluate(_WATCH)
        await page.get_by_role("link", name="Change the details").focus()
        async with page.expect_response(lambda answer: "/record" in answer.url) as asked:
            pass
        assert (await asked.value).status == 204
        await page.wait_for_timeout(300)
        assert await page.evaluate("document.activeElement.textContent") == "Change the details"
        blank, frames = await page.evaluate("[window.blank, window.seen]")
        assert (blank, frames > 20) == (0, True)

        # The time runs out: the page goes to the order once, and stays there.
        await db.execute("UPDATE seat_order SET holds_until = now() + interval '1500 milliseconds'")
        seen.clear()
        await page.goto(f"http://localhost:8000{path}/details", wait_until="domcontentloaded")
        await page.wait_for_url(f"http://localhost:8000{path}", wait_until="domcontentloaded")
        await expect(page.get_by_role("heading", level=1)).to_contain_text("The time has run out")
        assert len(seen) == 2
