"""The report in a real browser: readable in both themes and widths, with every number reachable without the charts."""

import pytest
from litestar import Litestar
from playwright.async_api import expect

from portal.webinars.tables.rooms import CrewRole
from tests.chromium import chromium, faults
from tests.serving import served
from tests.webinars.desk.hands import PASSWORD, account, named
from tests.webinars.report import crowds
from tests.webinars.report.small import busy, small

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database")]


async def test_a_host_reads_it_and_takes_a_table_along(app: Litestar) -> None:
    made, people = await small()
    await busy(made, people)
    for number in (30, 60, 90):
        await crowds.over(number)
    email = await account("Marit Solheim")
    await named(made, email, CrewRole.HOST)
    async with served(app) as address, chromium(instead="the report was not looked at") as browser:
        page = await (await browser.new_context()).new_page()
        await page.goto(f"{address}/account/sign-in")
        await page.fill("input[name=email]", email)
        await page.fill("input[name=password]", PASSWORD)
        await page.click("main button[type=submit]")
        await page.wait_for_url("**/account")
        await page.goto(f"{address}{made.desk}")
        await page.get_by_role("link", name="Report").click()
        await page.wait_for_url("**/desk/report")
        assert await faults(page) == []
        await page.set_viewport_size({"width": 1280, "height": 900})

        # Whoever cannot see a chart hears what it shows, and finds its numbers in a table.
        curve = page.get_by_role("img", name="People present by minute")
        assert "At most 3 in minute 10" in str(await curve.get_attribute("aria-label"))
        folded = page.locator("#t-minutes")
        await folded.locator("summary").click()
        await expect(folded.get_by_role("rowheader", name="10", exact=True)).to_be_visible()
        async with page.expect_download() as awaited:
            await page.get_by_role("link", name="CSV of: How long they stayed").click()
        download = await awaited.value
        assert download.suggested_filename == f"{made.slug}-stayed.csv"

        # On a phone each row stands for itself; nothing is cut off.
        await page.set_viewport_size({"width": 390, "height": 844})
        await expect(page.locator("#t-losses")).to_be_visible()
        assert await page.evaluate(
            "[...document.querySelectorAll('.report-part .scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
        ) == 0  # fmt: skip
