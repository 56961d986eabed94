"""The editor in a real browser: with and without scripts, wide and on a phone, by day and by night."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
from litestar import Litestar
from playwright.async_api import Browser, Page, expect

from portal.accounts import commands
from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, times
from portal.directory.commands import publishing
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import ProfileContact, ProfileFact, ProfileSite
from portal.placements.tables import Plan
from tests.chromium import chromium, faults, feed, quiet
from tests.directory.conftest import PASSWORD, SignIn, account, join, organisation
from tests.directory.forms import Editor, draft, published
from tests.factories import companies, plans
from tests.media import made
from tests.serving import served

pytestmark = pytest.mark.browser
AT = "http://localhost:8000/companies/isarwerk-biologics/manage"
PROFILE = "/companies/isarwerk-biologics/manage/profile"
CONTACTS = (ProfileContact(id="c1", name="Leonie Bachmair", role="Sales"), ProfileContact(id="c2", name="Milan Novák"))


async def company() -> int:
    """A company with something of everything; gives the organisation that owns it."""
    await add_terms([NewTerm(kind=TermKind.CERTIFICATE, name="EU GMP")])
    made = await organisation()
    company = await companies.make(
        owner=made, contacts=CONTACTS, sites=(ProfileSite(id="s1", name="Penzberg", city="Penzberg", country="DE"),)
    )
    register = ProfileFact(
        id="r1", term="certificate:eu-gmp", issuer="Upper Bavaria", reference="DE_BY_04", source=FactSource.REGISTER,
        confirmed_on=times.today(clock.now()),
    )  # fmt: skip
    profile = msgspec.structs.replace(await published(), facts=(*(await published()).facts, register))
    await publishing.publish(actor=PORTAL, company_id=company, profile=profile, now=clock.now())
    await plans.give(company, Plan.PREMIUM)
    return made


@asynccontextmanager
async def at_home(app: Litestar, *, scripts: bool = True) -> AsyncIterator[Page]:
    """An editor's page at the portal on a socket: what leads on after a form is followed there."""
    member = await account("anna@isarwerk.example", "Anna")
    await commands.set_password(account_id=member, password=PASSWORD, now=clock.now())
    await join(await company(), member, MemberRole.EDITOR)
    async with chromium(instead="the editor was not used") as chrome, served(app) as address:
        context = await chrome.new_context(base_url=address, java_script_enabled=scripts)
        page = await context.new_page()
        await page.goto("/account/sign-in")
        await page.get_by_label("Email address").fill("anna@isarwerk.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        yield page
        await context.close()


async def look(page: Page, name: str) -> None:
    if folder := os.environ.get("LOOK"):
        for width in (1280, 390):
            for scheme in ("light", "dark"):
                await page.set_viewport_size({"width": width, "height": 900})
                await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                await page.screenshot(path=f"{folder}/cedit-{name}-{width}-{scheme}.png", full_page=True)
        await page.set_viewport_size({"width": 1280, "height": 900})


async def test_every_page_of_the_editor_is_sound(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    made = await company()
    two = [await sign_in(f"{name}@isarwerk.example", made, MemberRole.EDITOR) for name in ("anna", "ben")]
    async with chromium(instead="the editor was not looked at") as chrome:
        assert await faults_of_pages(chrome, *two) == []


async def faults_of_pages(chrome: Browser, *two: httpx.AsyncClient) -> list[str]:
    anna, ben = (Editor(person, PROFILE) for person in two)
    his = await ben.form("basics")
    await anna.save(
        "basics", {**(await anna.form("basics")), "tagline": "Sterile filling for everybody.", "founded": "2009"}
    )
    page = await (await chrome.new_context(viewport={"width": 1280, "height": 900})).new_page()
    await feed(page, two[1])
    found = []
    for name, path in (
        ("overview", "profile"), ("certificates", "profile/certificates"), ("pictures", "profile/pictures"),
        ("history", "history"), ("revision", "history/1"),
    ):  # fmt: skip
        await page.goto(f"{AT}/{path}")
        await look(page, name)
        found += await faults(page)
    await page.goto(f"{AT}/profile/basics")
    await page.evaluate("was => { document.querySelector('[name=was]').value = was }", his["was"])
    await page.get_by_label("What you do, in one sentence").fill("Gentle filling for antibodies.")
    await page.get_by_role("button", name="Save in the draft").click()
    await expect(page.get_by_role("group", name="Tagline")).to_contain_text("As it is now")
    await look(page, "clash")
    found += await faults(page)
    await page.goto(f"{AT}/profile/contacts/items/c1")
    await page.get_by_label("Email").fill("nobody")
    await page.get_by_role("button", name="Save in the draft").click()
    await look(page, "refused")
    found += await faults(page)
    return found


async def test_moving_keeps_the_focus_and_the_place(app: Litestar, database: str) -> None:
    async with at_home(app) as page:
        await page.goto(f"{PROFILE}/contacts")
        await page.get_by_role("button", name="Move Milan Novák up").press("Enter")
        await expect(page.locator(".edit-list strong")).to_have_text(["Milan Novák", "Leonie Bachmair"])
        await quiet(page)
        await page.get_by_role("button", name="Move Milan Novák down").press("Enter")
        await expect(page.locator(".edit-list strong")).to_have_text(["Leonie Bachmair", "Milan Novák"])
        assert page.url.endswith("/contacts")


async def test_a_profile_is_edited_and_published_without_scripts(app: Litestar, database: str) -> None:
    async with at_home(app, scripts=False) as page:
        await page.goto(PROFILE)
        await page.get_by_role("link", name="Contacts").click()
        await page.get_by_role("link", name="Add", exact=True).click()
        await page.get_by_label("Name").fill("Chiara Bellandi")
        await page.get_by_role("button", name="Save in the draft").click()
        await page.get_by_role("button", name="Move Chiara Bellandi up").click()
        await page.get_by_role("button", name="Remove Leonie Bachmair").click()
        await page.get_by_role("link", name="Profile", exact=True).first.click()
        await page.get_by_label("What is new").fill("A new face")
        await page.get_by_role("button", name="Publish").click()
        await expect(page.get_by_text("Published as revision 3.")).to_be_visible()
        assert await draft() is None
        assert [contact.name for contact in (await published()).contacts] == ["Chiara Bellandi", "Milan Novák"]
        await page.get_by_role("link", name="History").click()
        await expect(page.get_by_text("Contact “Leonie Bachmair” removed.")).to_be_visible()
        await page.get_by_role("link", name="Revision 2").click()
        await page.get_by_role("button", name="Restore revision 2").click()
        await expect(page.get_by_text("Revision 2 is published again, as revision 4.")).to_be_visible()


async def test_the_page_of_ageing_facts_is_sound(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    made = await organisation()
    await companies.make(owner=made, facts=[("capability:Lyophilisation", 100), ("capability:Vial filling", 400)])
    person = await sign_in("anna@isarwerk.example", made, MemberRole.EDITOR)
    found = []
    async with chromium(instead="the page of ageing facts was not looked at") as chrome:
        page = await (await chrome.new_context(viewport={"width": 1280, "height": 900})).new_page()
        for name, visitor in (("start", client), ("facts", person)):
            await feed(page, visitor)
            await page.goto("http://localhost:8000/companies/isarwerk-biologics/reconfirm")
            await look(page, f"reconfirm-{name}")
            found += await faults(page)
        await page.get_by_role("button", name="Publish my answers").click()
        await expect(page.get_by_text("Please answer for one fact at least.")).to_be_visible()
        found += await faults(page)
    assert found == []


async def test_a_file_too_large_is_told_before_it_is_sent(app: Litestar, database: str) -> None:
    async with at_home(app) as page:
        await page.goto(f"{PROFILE}/documents/new")
        await page.get_by_label("Title").fill("Brochure")
        sent: list[str] = []
        page.on("request", lambda asked: sent.append(asked.method))
        large = {"name": "large.pdf", "mimeType": "application/pdf", "buffer": b"0" * 21_000_000}
        await page.get_by_label("File").set_input_files(large)  # type: ignore[arg-type]
        told = page.locator("main .error")
        await expect(told).to_have_text("large.pdf has 21 MB; please choose one of up to 20 MB.")
        await page.get_by_role("button", name="Save in the draft").click()
        await expect(page.get_by_label("File")).to_be_focused()
        assert ("POST" in sent, await page.get_by_label("Title").input_value()) == (False, "Brochure")
        assert await faults(page) == []
        small = {"name": "small.pdf", "mimeType": "application/pdf", "buffer": made.pdf(1)}
        await page.get_by_label("File").set_input_files(small)  # type: ignore[arg-type]
        await expect(told).to_have_count(0)
        await page.get_by_role("button", name="Save in the draft").click()
        await expect(page.get_by_text("small.pdf")).to_be_visible()
