"""How meetings look, wide and narrow, by day and by night; and the road from publishing to moving, with scripts and without."""

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Browser, Page, expect

from portal.accounts.tables import StaffRole
from portal.core import clock
from portal.exhibitors.meetings.commands import answering, approaching
from portal.exhibitors.meetings.queries import meetings as known
from tests.chromium import chromium, faults, feed
from tests.directory.conftest import PASSWORD, SignIn
from tests.factories import meetings
from tests.factories.meetings import Fair
from tests.serving import served

HERE, OWNER = "http://localhost:8000", "owner@isarwerk-biologics-gmbh.example"


async def busy_fair() -> Fair:
    """Two hosts, two tables of their own and two of the organiser's, a meeting, a proposal, a request."""
    fair = await meetings.fair(days=2)
    leni = await fair.member()
    await fair.publish(leni, 10, 12)
    await fair.tables(1)
    amara, bob = await fair.visitor(), await fair.visitor("bob@brennhof.example", "Bob Vos")
    made = await fair.meet(amara, 9)
    await answering.propose_move(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, meeting_id=made, keys=[await fair.key(14)], words="A flight.",
        now=clock.now(),
    )  # fmt: skip
    await fair.ask(bob, 10, 11, actor=leni)
    carla = await fair.visitor("carla@brennhof.example", "Carla Cruz")
    await approaching.open_up(visitor=carla, about="A second source", now=clock.now())
    return fair


async def looked_at(browser: Browser, client: httpx.AsyncClient, *paths: str) -> list[str]:
    found = []
    for path in paths:
        page = await browser.new_page()
        await feed(page, client)
        answer = await page.goto(HERE + path)
        assert answer is not None
        found += [] if answer.status == 200 else [f"{path}: {answer.status}"]
        found += await faults(page)
        await page.close()
    return found


@pytest.mark.browser
async def test_pages_of_both_sides_are_sound(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    fair = await busy_fair()
    at, company = f"{fair.stand.exhibitor.address}/meetings", fair.stand.exhibitor.company_slug
    owner = await sign_in(OWNER, fair.stand.organisation_id)
    made = (await known.of_exhibitor(fair.exhibitor_id))[0]
    own = f"/seats/{made.claim}/meetings"
    async with chromium(instead="nobody looked at the pages of meetings") as browser:
        desk = ("", "/times", "/all", "/sheet", "/people", "/people/1", "/requests/3", f"/{made.id}")
        assert await looked_at(browser, owner, *(at + tail for tail in desk)) == []
        visitor = (own, f"{own}/companies/{company}", f"{own}/{made.id}")
        assert await looked_at(browser, client, *visitor, f"/events/{fair.stand.exhibitor.event_slug}/meetings") == []


@pytest.mark.browser
async def test_the_organisers_pages_are_sound(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    fair = await busy_fair()
    judith = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    at = f"/staff/events/{fair.event_id}/exhibitors/meetings"
    boxes = [str(int(fair.at(hour).timestamp())) for hour in (9, 9.5, 10)]
    await judith.post(f"{at}/tables", data={"names": "Table 1-4", "place": "Hall B"})
    await judith.post(at, data={"name": "Lounge", "answer_hours": "48", "box": boxes})
    async with chromium(instead="nobody looked at the organiser’s pages of meetings") as browser:
        assert await looked_at(browser, judith, at, f"{at}/sheet") == []


async def road(page: Page, here: str, fair: Fair, own: str) -> None:
    """The owner publishes, somebody asks with the link of their place, the owner accepts, they move it."""
    at = f"{here}{fair.stand.exhibitor.address}/meetings"
    await page.goto(f"{at}/times")
    await page.get_by_label("Email").first.fill(OWNER)
    await page.get_by_label("Password", exact=True).first.fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").first.click()
    await page.wait_for_url(f"{at}/times")
    for clock_ in ("09:00", "09:30", "10:00"):
        box = page.get_by_role("checkbox", name=clock_, exact=True)
        await box.focus()
        await page.keyboard.press("Space")
        await expect(box).to_be_checked()
    await page.get_by_role("button", name="Publish these times").click()
    await expect(page.get_by_text("Saved: 3 meetings fit into these times.")).to_be_visible()

    await page.goto(here + own)
    await page.get_by_role("link", name="Ask for a meeting with Isarwerk Biologics GmbH").click()
    await page.get_by_role("button", name="Ask for a meeting").click()
    await expect(page.get_by_text("Please say what it is about.").first).to_be_visible()
    for clock_ in ("09:00–09:30", "10:00–10:30"):
        await page.get_by_role("checkbox", name=clock_).focus()
        await page.keyboard.press("Space")
    await page.get_by_label("What you would like to talk about").fill("Syringes")
    await page.get_by_role("button", name="Ask for a meeting").click()
    await expect(page.get_by_text("Waits for an answer")).to_be_visible()

    await page.goto(at)
    await page.get_by_role("link", name="Answer Amara Okonjo").click()
    await page.get_by_role("radio").nth(1).check()
    await page.get_by_role("button", name="Meet then").click()
    await expect(page.get_by_text("Both of you get it as a calendar invitation.")).to_be_visible()

    await page.goto(here + own)
    await page.get_by_role("link", name="Move or cancel Isarwerk Biologics GmbH").click()
    await page.get_by_role("radio", name="09:30–10:00").focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Move to this time").click()
    await expect(page.get_by_text("Moved. Both calendars are told.")).to_be_visible()


# The embedded server ends without closing what the application sends events to itself by.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
async def test_from_publishing_to_moving_by_keyboard(
    scripts: bool, app: Litestar, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    fair = await meetings.fair(publish=False)
    await sign_in(OWNER, fair.stand.organisation_id)
    await fair.publish(fair.owner, 9, 9)
    other = meetings.Fair(await meetings.exhibitors.make("Other Ltd", event_id=fair.event_id), fair.day)
    await other.publish(other.owner)
    amara = await fair.visitor()
    async with served(app) as here, chromium(instead="the road to a meeting was not walked") as browser:
        context = await browser.new_context(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
        await road(await context.new_page(), here, fair, amara.path)
    found = await known.of_seat(amara.seat_id, amara.email)
    assert [meetings.shown(one) for one in found] == [("planned", 9.5, 10)]
