"""Desks in a real browser: every kind of page wide and narrow, by day and by night; giving a pass with and without scripts."""

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.directory.commands.merging import merge_companies
from portal.exhibitors.desks.commands.guests import make_guest_code
from portal.exhibitors.tables.desk import TaskKind
from portal.leads.chain import linking
from portal.leads.chain.tables import Kind
from tests.chromium import chromium, faults, feed
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask, judge, late, say
from tests.exhibitors.desks.test_documents import give as publish
from tests.exhibitors.desks.test_passes import give
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand
from tests.factories.registration import make_shop
from tests.media.made import pdf

pytestmark = pytest.mark.browser
HOME = "http://localhost:8000"


async def full(sign_in: SignIn) -> tuple[Stand, httpx.AsyncClient, httpx.AsyncClient]:
    """A desk with something of everything; an editor's and an organiser's browser."""
    shop = await make_shop(capacity=50)
    stand = await exhibitors.make(event_id=shop.event_id, passes=3)
    await db.execute("UPDATE exhibition_package SET guests = 5")
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    judith = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    await publish(judith, stand)
    await give(stand)
    at = stand.exhibitor.address
    await editor.post(f"{at}/passes/guests")
    await editor.post(
        f"{at}/documents", data={"title": "A", "shown": "yes"}, files={"upload": ("a.pdf", pdf(1), "application/pdf")}
    )
    await editor.post(f"{at}/profile/items", data={"kind": "product", "title": "A dryer", "text": "**Small**"})
    tasks = [
        await ask(stand, f"Task {kind.value}", kind, options=("One", "Two"))
        for kind in TaskKind
        if kind is not TaskKind.PASSES
    ]
    await late(tasks[0])
    await join(stand)
    await say(stand, tasks[2])
    await say(stand, tasks[4])
    await judge(stand, tasks[4], "Which invoice?")
    return stand, editor, judith


async def join(stand: Stand) -> None:
    """Another company at the event, with a code and a chain of leads of its own, is made one with this one."""
    now, event = clock.now(), stand.exhibitor.event_id
    other = await exhibitors.make("Quellmark Single-Use", event_id=event)
    await db.execute("UPDATE exhibition_package SET guests = 5")
    await make_guest_code(actor=other.owner, exhibitor_id=other.exhibitor.id, now=now)
    async with db.transaction():
        for one in (stand, other):
            chain = await linking.hold(one.exhibitor.company_id, event)
            await linking.append(chain=chain, lead="7Q4K2", kind=Kind.SCAN, payload={"by": 1}, now=now)
    await db.execute("UPDATE company SET organisation = NULL WHERE id = $1", other.exhibitor.company_id)
    await merge_companies(
        actor=PORTAL, kept_id=stand.exhibitor.company_id, merged_id=other.exhibitor.company_id, now=now
    )


async def test_every_page_is_well_made(sign_in: SignIn) -> None:
    stand, editor, judith = await full(sign_in)
    here = stand.exhibitor
    tasks = [row["id"] for row in await db.fetch("SELECT id FROM exhibitor_task ORDER BY id")]
    mine = [f"{here.address}{tail}" for tail in (
        "", "/tasks", *(f"/tasks/{n}" for n in tasks), "/tasks/calendar", "/documents", "/profile", "/profile/items/new",
        "/passes", "/export",
        f"/passes/{await db.fetch_value('SELECT id FROM exhibitor_pass')}",
    )]  # fmt: skip
    mine.append(f"/events/{here.event_slug}/exhibitors/{here.company_slug}")
    staff = f"/staff/events/{here.event_id}/exhibitors"
    theirs = [f"{staff}{tail}" for tail in (
        "/tasks", "/tasks/copy", f"/tasks/{tasks[3]}", f"/tasks/{tasks[2]}/of/{here.id}", "/documents",
        f"/documents/{await db.fetch_value('SELECT id FROM exhibition_paper')}", "/passes",
    )]  # fmt: skip
    async with chromium(instead="desks were not looked at") as browser:
        for client, addresses in ((editor, mine), (judith, theirs)):
            page = await (await browser.new_context()).new_page()
            await feed(page, client)
            for address in addresses:
                await page.goto(f"{HOME}{address}")
                assert await faults(page) == []


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_pass_is_given_by_keyboard(scripts: bool, sign_in: SignIn) -> None:
    stand, editor, _ = await full(sign_in)
    async with chromium(instead="passes were not given") as browser:
        context = await browser.new_context(java_script_enabled=scripts)
        known = [{"name": one.name, "value": one.value or "", "url": HOME} for one in editor.cookies.jar]
        await context.add_cookies(known)  # type: ignore[arg-type]
        page = await context.new_page()
        await feed(page, editor)
        await page.goto(f"{HOME}{stand.exhibitor.address}/passes")
        await page.get_by_label("First name").focus()
        for typed in ("Ben", "Sandhu", "ben@isarwerk", "Service"):
            await page.keyboard.type(typed)
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_role("alert").get_by_role("link").wait_for()
        field = page.get_by_label("Work email")
        assert await field.input_value() == "ben@isarwerk"
        await field.fill("ben@isarwerk.example")
        await field.press("Enter")
        await page.get_by_text("Ben has a pass").wait_for()
        await page.locator("th", has_text="Ben Sandhu").wait_for()
