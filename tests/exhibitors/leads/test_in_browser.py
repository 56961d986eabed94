"""The stand’s phone in a real browser: sound to look at, scanning by camera and by hand, and with no connection."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Page, Route, expect

from portal.accounts import commands
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.qr import drawn
from portal.exhibitors.leads import queries
from portal.registration.rules.badges import badge_code
from tests.chromium import chromium, faults, feed
from tests.directory.conftest import PASSWORD, SignIn, account, join
from tests.factories.scans import Hall
from tests.serving import served

pytestmark = pytest.mark.browser

# A camera that sees one badge until it is held another: `hold(picture)`. The browser has no detector, as Safari has none, so
# that ours reads the picture.
_CAMERA = """
delete globalThis.BarcodeDetector;
const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
globalThis.opened = 0;
globalThis.hold = (picture) => new Promise((then) => {
  const drawn = new Image();
  drawn.onload = () => {
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, 640, 480);
    pen.drawImage(drawn, 170, 90, 300, 300);
    then();
  };
  drawn.src = "data:image/svg+xml," + encodeURIComponent(picture);
});
Object.defineProperty(navigator, "mediaDevices", { value: { getUserMedia: async () => {
  if (%(refused)s) throw new DOMException("no", "NotAllowedError");
  globalThis.opened += 1;
  await hold(%(picture)s);
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, 1, 1), 50);
  return canvas.captureStream(20);
} } });
"""


def picture(badge: str) -> str:
    """The badge’s QR code."""
    [drawing, *_] = drawn(f"https://portal.example/b/{badge}")
    return drawing


@asynccontextmanager
async def phone(client: httpx.AsyncClient, *, camera: str = "", refused: bool = False) -> AsyncIterator[Page]:
    """A browser in which the person of `client` is signed in."""
    async with chromium(instead="scanning was not looked at") as chrome:
        context = await chrome.new_context(base_url="http://localhost:8000", viewport={"width": 390, "height": 780})
        page = await context.new_page()
        await feed(page, client)
        page.set_default_timeout(15_000)
        faulty: list[str] = []
        page.on("pageerror", lambda error: faulty.append(str(error)))
        if camera:
            made = {"picture": json.dumps(picture(camera)), "refused": json.dumps(refused)}
            await page.add_init_script(_CAMERA % made)
        yield page
        assert faulty == []


async def lost(route: Route) -> None:
    """There is no connection."""
    await route.abort()


async def leads(hall: Hall) -> list[tuple[str, str | None, str, int]]:
    exhibitor = hall.stand.exhibitor
    found = await queries.everyone(exhibitor.company_id, exhibitor.event_id)
    return [(one.name, one.rating, one.note, one.visits) for one in found]


async def test_each_page_is_sound(team: httpx.AsyncClient, sign_in: SignIn, hall: Hall) -> None:
    secret = await hall.seat()
    kept = await hall.scan(badge_code(secret))
    other = await hall.attendee("bob@vos.example", "Bob Vos")
    async with phone(team) as page:
        await page.goto(f"{hall.address}/scan")
        assert await faults(page) == []
        await page.get_by_label("Code on the badge").fill(other)
        await page.get_by_role("button", name="Next: ask for their consent").click()
        await expect(page.get_by_text("Please turn the screen to your guest")).to_be_visible()
        assert await faults(page) == []
        await page.get_by_role("button", name="I agree").click()
        await expect(page.get_by_role("heading", name="Bob Vos, Brennhof Pharma GmbH")).to_be_visible()
        for path in (
            f"{hall.address}/scan/badges/{other}", f"{hall.address}/leads", f"{hall.address}/leads/{kept.code}",
            f"{hall.address}/export", "/leads/proof", f"/seats/{secret}", f"/b/{'2' * 10}",
        ):  # fmt: skip
            answer = await page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            assert await faults(page) == []
    amara = await sign_in("amara@brennhof.example")
    async with phone(amara) as page:
        await page.goto("/account/scans")
        assert await faults(page) == []


async def test_badges_are_scanned_one_after_the_other_by_an_open_camera(team: httpx.AsyncClient, hall: Hall) -> None:
    badge, other = await hall.attendee(), await hall.attendee("bob@vos.example", "Bob Vos")
    third = await hall.attendee("eve@vos.example", "Eve Vos")
    async with phone(team, camera=badge) as page:
        await page.goto(f"{hall.address}/scan")
        await page.get_by_role("button", name="Scan with the camera").click()
        await expect(page.get_by_text("Please turn the screen to your guest")).to_be_visible()
        assert await db.fetch_value("SELECT count(*) FROM lead") == 0
        await page.get_by_role("button", name="I agree").click()
        await expect(page.get_by_role("heading", name="Amara Okonjo-Reuter, Brennhof Pharma GmbH")).to_be_visible()
        await page.get_by_text("Hot", exact=True).click()
        await page.get_by_role("textbox", name="Note").fill("Wants 2 ml vials")
        await page.get_by_role("button", name="Save and scan the next").click()
        # Her badge is still in the picture: she is not asked again. The next one is, without opening the camera anew.
        await expect(page.get_by_text("That one is done.")).to_be_visible()
        await page.evaluate("hold", picture(other))
        await page.get_by_role("button", name="I agree").click()
        await expect(page.get_by_role("heading", name="Bob Vos")).to_be_visible()
        await page.get_by_role("button", name="Undo").click()
        await page.evaluate("hold", picture(third))
        await page.get_by_role("button", name="No, thank you").click()
        await expect(page.get_by_text("Everything is sent.")).to_be_visible()
        assert await page.evaluate("opened") == 1
    assert await leads(hall) == [("Amara Okonjo-Reuter", "hot", "Wants 2 ml vials", 1)]


async def test_a_camera_that_is_not_allowed_is_said_and_the_code_is_typed(team: httpx.AsyncClient, hall: Hall) -> None:
    badge = await hall.attendee()
    async with phone(team, camera=badge, refused=True) as page:
        await page.goto(f"{hall.address}/scan")
        await page.get_by_role("button", name="Scan with the camera").click()
        await expect(page.get_by_text("allow it in the browser’s settings")).to_be_visible()
        await page.get_by_label("Code on the badge").fill(badge)
        await page.get_by_label("Code on the badge").press("Enter")
        await expect(page.get_by_role("button", name="I agree")).to_be_visible()


async def test_without_a_connection_scans_wait_on_the_device_and_are_kept_once(
    team: httpx.AsyncClient, hall: Hall
) -> None:
    badge = await hall.attendee()
    async with phone(team) as page:
        await page.goto(f"{hall.address}/scan")
        await page.route("**/scan/records", lost)
        for typed, note in ((badge, "Said it twice"), ("2345678923", "")):
            await page.get_by_label("Code on the badge").fill(typed)
            await page.get_by_role("button", name="Next: ask for their consent").click()
            await page.get_by_role("button", name="I agree").click()
            await page.get_by_role("textbox", name="Note").fill(note)
            await page.get_by_role("button", name="Save and scan the next").click()
        await expect(page.get_by_text("3 not sent yet. There is no connection.")).to_be_visible()
        assert await db.fetch_value("SELECT count(*) FROM lead") == 0
        queue = await page.evaluate("Object.entries(localStorage).find(([key]) => /^leads-.*[0-9]$/.test(key))")
        assert "Amara" not in queue[1]
        await page.unroute("**/scan/records", lost)
        await page.get_by_role("button", name="Send now").click()
        await expect(page.get_by_text("Everything is sent. 1 not kept.")).to_be_visible()
        await expect(page.locator("[data-list]")).to_contain_text("No badge has this code")
        await page.get_by_role("button", name="Remove").click()
        await expect(page.get_by_text("1 not kept")).to_have_count(0)
        # The answer was lost on its way: the device sends the same once more.
        await page.evaluate("([key, queue]) => localStorage.setItem(key, queue)", queue)
        await page.reload()
        await expect(page.get_by_text("Everything is sent. 1 not kept.")).to_be_visible()
    assert await leads(hall) == [("Amara Okonjo-Reuter", None, "Said it twice", 1)]
    assert await db.fetch_value("SELECT count(*) FROM lead_record") == 2


async def test_what_waits_for_somebody_else_who_uses_the_device_is_shown_and_not_sent(
    team: httpx.AsyncClient, hall: Hall
) -> None:
    badge = await hall.attendee()
    async with phone(team) as page:
        await page.goto(f"{hall.address}/scan")
        await page.route("**/scan/records", lost)
        await page.get_by_label("Code on the badge").fill(badge)
        await page.get_by_role("button", name="Next: ask for their consent").click()
        await page.get_by_role("button", name="I agree").click()
        await expect(page.get_by_text("1 not sent yet. There is no connection.")).to_be_visible()
        # As if a colleague had scanned it, who went off without a connection.
        await page.evaluate(
            """() => {
            const [key, queue] = Object.entries(localStorage).find(([key]) => /^leads-.*[0-9]$/.test(key));
            localStorage.removeItem(key);
            localStorage.setItem(key.replace(/[0-9]+$/, "987654"), queue);
            }"""
        )
        await page.unroute("**/scan/records", lost)
        await page.reload()
        await expect(page.get_by_text("1 not sent yet of somebody else who uses this device.")).to_be_visible()
        await expect(page.get_by_text("Nothing of yours waits.")).to_be_visible()
        await expect(page.locator("[data-theirs-list]")).to_contain_text(f"Badge {badge[:5]} {badge[5:]}")
        await expect(page.get_by_role("button", name="Send now")).to_be_hidden()
        assert await faults(page) == []
    assert await leads(hall) == []


async def test_without_scripts_forms_do_the_same(app: Litestar, hall: Hall) -> None:
    badge = await hall.attendee()
    member = await account("leads@isarwerk.example")
    await commands.set_password(account_id=member, password=PASSWORD, now=clock.now())
    await join(hall.stand.organisation_id, member, MemberRole.LEADS)
    async with served(app) as address, chromium(instead="scanning without scripts was not tried") as chrome:
        context = await chrome.new_context(base_url=address, java_script_enabled=False)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        await page.goto(f"/b/{badge}")
        await page.get_by_role("link", name="Sign in").click()
        await page.get_by_label("Email").fill("leads@isarwerk.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.get_by_role("link", name="No, thank you").click()
        assert await leads(hall) == []
        await page.get_by_label("Code on the badge").fill(badge)
        await page.get_by_role("button", name="Next: ask for their consent").click()
        await page.get_by_role("button", name="I agree").click()
        await expect(page.get_by_role("heading", name="Amara Okonjo-Reuter")).to_be_visible()
        await page.get_by_text("Warm", exact=True).click()
        await page.get_by_label("What is to be done").fill("Send the offer")
        await page.get_by_role("button", name="Save and scan the next").click()
        await page.get_by_role("link", name="Leads", exact=True).click()
        await page.get_by_role("link", name="Amara Okonjo-Reuter").click()
        await expect(page.get_by_text("Rated warm")).to_be_visible()
        await page.get_by_role("checkbox", name="It is done").check()
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.get_by_text("Done", exact=True)).to_be_visible()
        await context.close()
    assert [(name, rating) for name, rating, *_ in await leads(hall)] == [("Amara Okonjo-Reuter", "warm")]
