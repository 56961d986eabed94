"""The grid in a real browser: mouse, keyboard and no scripts come to the same rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar
from playwright.async_api import Browser, CDPSession, Page, expect

from portal.accounts import commands
from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock
from portal.programme.commands.releasing import release
from portal.programme.editing import Place
from portal.programme.tables import SessionKind
from tests.chromium import chromium, faults, feed
from tests.events.conftest import PASSWORD
from tests.factories import events
from tests.programme.editing.making import add, make, row
from tests.programme.test_pages import NINE, held
from tests.serving import served

pytestmark = pytest.mark.browser
SAID = "[data-said]"
PATH = "/staff/events/{}/programme?day=2027-02-09&step=10"
WANTED = ("Raum Prater", datetime(2027, 2, 9, 10, tzinfo=UTC), timedelta(hours=1))


class Finger:
    """One that touches the page, as the device tells the browser."""

    def __init__(self, session: CDPSession) -> None:
        self.session = session

    async def draws(self, first: tuple[float, float], last: tuple[float, float]) -> None:
        await self._is("touchStart", first)
        for part in (0.1, 0.4, 0.7, 1):
            await self._is(
                "touchMove", (first[0] + (last[0] - first[0]) * part, first[1] + (last[1] - first[1]) * part)
            )
        await self._is("touchEnd")

    async def _is(self, kind: str, *points: tuple[float, float]) -> None:
        touching = [{"x": x, "y": y} for x, y in points]
        await self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touching})


async def opened(browser: Browser, editor: httpx.AsyncClient, path: str, **more: Any) -> Page:
    context = await browser.new_context(viewport={"width": 1400, "height": 1000}, **more)
    page = await context.new_page()
    await feed(page, editor)
    await page.goto(f"http://localhost:8000{path}")
    return page


async def a_draft() -> int:
    event_id = await make(
        held("1", "First air"), held("2", "Fees", room="Raum Prater", people=()), held("3", "Third", hours=2)
    )
    await add(event_id, "Loose")
    return event_id


async def where(event_id: int, title: str) -> tuple[Any, ...]:
    one = await row(event_id, title)
    starts = one["starts_at"]
    return (one["room_name"], starts, one["ends_at"] - starts if starts else None)


async def middle(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Brings it to the middle of the window; where it is then."""
    await page.locator(selector).evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
    return await seen(page, selector)


async def seen(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Where it lies, and how large it is."""
    box = await page.locator(selector).bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


async def test_mouse_keyboard_and_finger_come_to_the_same_row(editor: httpx.AsyncClient) -> None:
    """First air goes to Raum Prater at 11:00, for an hour; each way on a draft of its own."""
    async with chromium(instead="the grid was not used") as browser:
        dragged = await a_draft()
        page = await opened(browser, editor, PATH.format(dragged))
        one = (await row(dragged, "First air"))["id"]
        column, _, across, _ = await middle(page, "thead th:nth-child(3)")
        await page.locator("tr[data-start='10:00'] th").evaluate(
            "one => one.scrollIntoView({block: 'center', behavior: 'instant'})"
        )
        x, y, width, _ = await seen(page, f"#s-{one}")
        _, line, _, _ = await seen(page, "tr[data-start='11:00'] th")
        await page.mouse.move(x + width / 2, y + 8)
        await page.mouse.down()
        await page.mouse.move(x + width / 2, y + 30)
        await page.mouse.move(column + across / 2, line + 9, steps=4)
        await page.mouse.up()
        await expect(page.locator(SAID)).to_contain_text("“First air” is Tue 9 Feb, 11:00–11:40, in Raum Prater")
        assert page.url.endswith("step=10")
        x, y, width, height = await middle(page, f"#s-{one}")
        _, line, _, tall = await seen(page, "tr[data-start='11:50'] th")
        await page.mouse.move(x + width / 2, y + height - 3)
        await page.mouse.down()
        await page.mouse.move(x + width / 2, y + height + 20)
        await page.mouse.move(x + width / 2, line + tall / 2, steps=3)
        await page.mouse.up()
        await expect(page.locator(SAID)).to_contain_text("11:00–12:00")
        # Given up on the way, whatever the hand does then.
        x, y, width, _ = await middle(page, f"#s-{one}")
        await page.mouse.move(x + width / 2, y + 8)
        await page.mouse.down()
        await page.mouse.move(x + width / 2, y + 60)
        await page.keyboard.press("Escape")
        await expect(page.locator(SAID)).to_have_text("First air is where it was.")
        await page.mouse.move(x + width / 2, y + 120, steps=3)
        await expect(page.locator(".programme-ghost")).to_have_count(0)
        await page.mouse.up()

        carried = await a_draft()
        page = await opened(browser, editor, PATH.format(carried))
        slot = page.locator(f"#s-{(await row(carried, 'First air'))['id']}")
        await slot.focus()
        await page.keyboard.press("Space")
        await expect(page.locator(SAID)).to_contain_text("First air picked up at 09:00 to 09:40, Saal Lobau.")
        for key in ("ArrowRight", *["ArrowDown"] * 12, "Shift+ArrowDown", "Shift+ArrowDown"):
            await page.keyboard.press(key)
        # The one who speaks is in “Third” then; told by the server while the session is carried.
        await expect(page.locator(SAID)).to_have_text("11:00 to 12:00, Raum Prater. Maeve Donnellan is in “Third”")
        await expect(page.locator(".programme-hindrance")).to_have_text("Maeve Donnellan is in “Third”")
        await page.keyboard.press("Enter")
        await expect(page.locator(SAID)).to_contain_text("11:00–12:00, in Raum Prater")
        await expect(slot).to_be_focused()
        await expect(page.locator(".programme-hindrance")).to_have_count(0)
        # What begins between the lines of the grid keeps its minutes where it only goes to another room.
        place = Place(starts_at=NINE + timedelta(minutes=10), ends_at=NINE + timedelta(minutes=50))
        odd = await add(carried, "Odd", place=place)
        await page.goto(f"http://localhost:8000{PATH.format(carried).replace('=10', '=30')}")
        await page.locator(f"#s-{odd}").focus()
        await page.keyboard.press("Space")
        await expect(page.locator(SAID)).to_contain_text("Odd picked up at 09:10 to 09:50, No room.")
        await page.keyboard.press("ArrowLeft")
        await page.keyboard.press("Enter")
        await expect(page.locator(SAID)).to_contain_text("Tue 9 Feb, 09:10–09:50, in Raum Prater")

        touched = await a_draft()
        page = await opened(browser, editor, PATH.format(touched), has_touch=True, is_mobile=True)
        one = (await row(touched, "First air"))["id"]
        await page.locator("tr[data-start='10:00'] th").evaluate(
            "one => one.scrollIntoView({block: 'center', behavior: 'instant'})"
        )
        finger = Finger(await page.context.new_cdp_session(page))
        x, y, width, height = await seen(page, f"#s-{one}")
        column, _, across, _ = await seen(page, "thead th:nth-child(3)")
        _, line, _, _ = await seen(page, "tr[data-start='11:00'] th")
        await finger.draws((x + width - 10, y + 8), (column + across / 2, line + 9))
        await expect(page.locator(SAID)).to_contain_text("“First air” is Tue 9 Feb, 11:00–11:40, in Raum Prater")
        x, y, width, height = await seen(page, f"#s-{one}")
        _, line, _, tall = await seen(page, "tr[data-start='11:50'] th")
        await finger.draws((x + width / 2, y + height - 5), (x + width / 2, line + tall / 2))
        await expect(page.locator(SAID)).to_contain_text("11:00–12:00")
        # Anywhere else a finger scrolls: it is no drag.
        x, y, _, _ = await seen(page, f"#s-{one}")
        await finger.draws((x + 20, y + 40), (x + 20, y - 60))
        await expect(page.locator(".programme-ghost")).to_have_count(0)
    assert [await where(event_id, "First air") for event_id in (dragged, carried, touched)] == [WANTED] * 3


async def test_without_scripts_a_form_comes_to_the_same_row(app: Litestar, database: str) -> None:
    event_id = await a_draft()
    email = "staff@sterileline.example"
    account_id = await commands.ensure_account(email=email, name="Editha Editor", now=clock.now())
    await commands.set_password(account_id=account_id, password=PASSWORD, now=clock.now())
    await commands.grant_role(actor=PORTAL, email=email, role=StaffRole.EDITOR, now=clock.now())
    async with served(app) as address, chromium(instead="the form was not used") as browser:
        page = await (await browser.new_context(java_script_enabled=False)).new_page()
        await page.goto(f"{address}/account/sign-in?next={PATH.format(event_id)}")
        await page.fill("input[name=email]", email)
        await page.fill("input[name=password]", PASSWORD)
        await page.click("main button[type=submit]")
        await page.locator(f"#s-{(await row(event_id, 'First air'))['id']}").click()
        await page.get_by_label("Start").fill("11:00")
        await page.get_by_label("Length").fill("60")
        await page.get_by_label("Room", exact=True).select_option("Raum Prater")
        await page.get_by_role("button", name="Put it there").click()
        await expect(page.get_by_text("Put there.")).to_be_visible()
    assert await where(event_id, "First air") == WANTED


async def test_escape_puts_back_and_the_tray_takes_and_gives(editor: httpx.AsyncClient) -> None:
    event_id = await a_draft()
    async with chromium(instead="the grid was not used") as browser:
        page = await opened(browser, editor, f"/staff/events/{event_id}/programme?step=15")
        first, loose = [f"#s-{(await row(event_id, title))['id']}" for title in ("First air", "Loose")]
        await page.locator(first).focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Escape")
        await expect(page.locator(SAID)).to_have_text("First air is where it was.")
        await expect(page.locator(first)).to_be_focused()
        await expect(page.locator(".programme-ghost")).to_have_count(0)
        assert (await row(event_id, "First air"))["version"] == 1
        # From the tray to the first row that is seen, by keyboard; into the tray by mouse, and back by Undo.
        await page.locator(loose).focus()
        await page.keyboard.press("Space")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Space")
        await expect(page.locator(SAID)).to_contain_text("“Loose” is Tue 9 Feb, 08:15–08:45, in Saal Lobau")
        x, y, width, _ = await middle(page, first)
        tray_x, tray_y, _, _ = await seen(page, "[data-tray]")
        await page.mouse.move(x + width / 2, y + 8)
        await page.mouse.down()
        await page.mouse.move(x + 90, y + 30)
        await page.mouse.move(tray_x + 60, tray_y + 60, steps=4)
        await page.mouse.up()
        await expect(page.locator(SAID)).to_contain_text("“First air” is not placed yet")
        assert (await row(event_id, "First air"))["starts_at"] is None
        await page.get_by_role("button", name="Undo").click()
        await expect(page.locator(SAID)).to_contain_text("“First air” is Tue 9 Feb, 09:00–09:40, in Saal Lobau")
    assert (await row(event_id, "First air"))["starts_at"] == NINE


async def test_somebody_else_was_faster_and_the_server_is_away(editor: httpx.AsyncClient) -> None:
    event_id = await a_draft()
    async with chromium(instead="the grid was not used") as browser:
        page = await opened(browser, editor, f"/staff/events/{event_id}/programme?step=15")
        one = await row(event_id, "First air")
        place = {"version": "1", "room": "", "day": "2027-02-09", "start": "16:00", "length": "40"}
        await editor.post(f"/staff/events/{event_id}/programme/sessions/{one['id']}/place", data=place)
        for key in ("Space", "ArrowDown", "Space"):
            await page.locator(f"#s-{one['id']}").focus() if key == "Space" else None
            await page.keyboard.press(key)
        await expect(page.locator("#errors")).to_be_focused()
        await expect(page.locator("#errors")).to_contain_text("It is now Tue 9 Feb, 16:00–16:40, in no room")
        await expect(page.get_by_label("Start")).to_have_value("09:15")
        await page.get_by_role("button", name="Put it there").click()
        await expect(page.locator(SAID)).to_contain_text("09:15–09:55, in Saal Lobau")
        await page.unroute("**/*")
        await page.route("**/place*", lambda route: route.abort())
        await page.locator(f"#s-{one['id']}").focus()
        for key in ("Space", "ArrowDown", "Space"):
            await page.keyboard.press(key)
        await expect(page.locator(".error")).to_contain_text("could not be saved")
    assert (await row(event_id, "First air"))["starts_at"] == NINE + timedelta(minutes=15)


async def test_the_pages_are_sound(editor: httpx.AsyncClient) -> None:
    places = {"kind": SessionKind.WORKSHOP, "capacity": 12}
    event_id = await make(held("1", "First air"), held("2", "Fees"), held("3", "Third", hours=2, **places))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    bare = await events.make("Bare")
    first, workshop = await row(event_id, "First air"), (await row(event_id, "Third"))["id"]
    one, room, track = first["id"], first["room"], first["track"]
    await add(event_id, "Loose")
    await add(
        event_id, "Late", place=Place(starts_at=NINE + timedelta(days=9), ends_at=NINE + timedelta(days=9, hours=1))
    )
    here = f"/staff/events/{event_id}/programme"
    found: list[str] = []
    async with chromium(instead="the editor was not looked at") as browser:
        page = await browser.new_page()
        await feed(page, editor)
        for path in (
            f"?move={one}",
            f"/sessions/{one}?q=maeve",
            "/sessions",
            "/rooms",
            "/tracks",
            "/people",
            "/release",
            "/preview",
            "/preview/first-air",
            "/import",
            f"/rooms/{room}",
            f"/rooms/{room}/removal",
            f"/tracks/{track}",
            "/sessions/new?day=2027-02-09",
            "/../workshops",
            f"/../workshops/{workshop}",
        ):
            await page.goto(f"http://localhost:8000{here}{path}")
            found += await faults(page)
        await page.goto(f"http://localhost:8000/staff/events/{bare}/programme")
        found += await faults(page)
        for path in ("/now", "/zone", "/workshops"):
            await page.goto(f"http://localhost:8000/events/forum-2027{path}")
            found += await faults(page)
    assert found == []
