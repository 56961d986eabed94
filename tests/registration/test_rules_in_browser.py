"""Pages with questions, of requests, and of staff who set registration up, in a real browser."""

import pytest

from portal.core import clock
from portal.registration.tables import QuestionKind
from tests.attending import Attending
from tests.chromium import chromium, faults, feed
from tests.factories.registration import ask, make_shop, rule
from tests.registration.test_approval import request
from tests.registration.test_in_browser import LOOK, START, sign_in

pytestmark = pytest.mark.browser


async def test_pages_fit_and_axe_finds_nothing(attending: Attending) -> None:
    shop = await make_shop()
    text = await ask(shop, "Which product are you transferring?")
    await ask(
        shop, "What went wrong last time?", QuestionKind.LONG_TEXT, required=False, help="Two sentences are enough."
    )
    one = await ask(shop, "Your part in transfers", QuestionKind.CHOICE, "Sending site", "Receiving site", "Quality")
    several = await ask(shop, "What do you want to take home?", QuestionKind.CHOICES, "Prices", "Timelines")
    box = await ask(shop, "My question may be read out, without my name.", QuestionKind.AGREEMENT)
    await rule(shop, approval=True, company_mail_only=True, recording_choice=True, on_demand_until=clock.now())
    given = {f"s1_{text}": "A peptide", f"s1_{one}": "Quality", f"s1_{several}": "Prices", f"s1_{box}": "yes"}
    order = await request(attending, shop, 2, **given)
    held = await attending.client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "2"})
    details = str(held.headers["location"])
    await sign_in(attending)
    here = f"/staff/events/{shop.event_id}"
    paths = [
        details, order, "/staff/requests", f"{here}/attendees?state=all", f"{here}/registration",
        f"{here}/registration/tickets/{shop.tickets['Seat']}", f"{here}/registration/questions/{one.removeprefix('q')}",
        f"{here}/registration/tickets/new", f"{here}/texts", "/staff/events/new",
    ]  # fmt: skip
    found = []
    async with chromium(instead="the pages of rules and requests were not looked at") as browser:
        page = await browser.new_page()
        await feed(page, attending.client)
        for path in paths:
            await page.goto(START + path)
            await page.evaluate(LOOK)
            found += [f"{path}: {fault}" for fault in await faults(page)]
        # A refused form, with messages beside its fields.
        await page.goto(START + details)
        await page.get_by_role("button", name="Ask for 2 places").click()
        await page.locator("#errors").wait_for()
        found += [f"refused: {fault}" for fault in await faults(page)]
    assert found == []
