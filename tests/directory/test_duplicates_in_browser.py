"""The pages of duplicates and of adding a company in a real browser: axe-core, both widths and themes."""

from datetime import datetime

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import db
from portal.directory.commands import duplicates
from portal.directory.commands.corrections import ask_to_add
from portal.directory.commands.vocabulary import load_vocabulary
from tests.chromium import chromium, faults, feed
from tests.directory.conftest import SignIn, organisation
from tests.factories import companies

pytestmark = pytest.mark.browser
QUEUE = "/staff/companies/duplicates"
INBOX = "/staff/companies/corrections"


async def test_axe_finds_nothing_on_any_page(sign_in: SignIn, now: datetime) -> None:
    owner = await organisation("owner@morava.example", "Morava Lyophil")
    await companies.make("Morava Lyophil s.r.o.", now=now, city="Olomouc", country="CZ", owner=owner)
    await companies.make(
        "MORAVA LYOPHIL",
        now=now,
        city="Olomouc",
        country="CZ",
        website="https://morava-lyophilisation-company.example/en/about",
    )
    await companies.make("Merged before", now=now, city="Olomouc", country="CZ")
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    by_hand = {"one": "morava-lyophil", "other": "merged-before"}
    named = (await editor.post(QUEUE, data=by_hand)).headers["location"]
    await editor.post(f"{named}/merge", data={"keep": "first", "seen": "1-1"})
    await duplicates.find_duplicates(now=now)
    await load_vocabulary()
    request = await ask_to_add(
        name="Morava Lyophil",
        website="https://morava.example",
        country="CZ",
        does="",
        email="eva@morava.example",
        now=now,
    )
    open_hint = await db.fetch_value("SELECT id FROM duplicate_hint WHERE state = 'open'")
    async with chromium(instead="the pages of duplicates were not looked at") as browser:
        page = await (await browser.new_context()).new_page()
        found = []

        async def look(client: httpx.AsyncClient, path: str) -> None:
            await page.unroute_all()
            await feed(page, client)
            await page.goto(f"http://localhost:8000{path}")
            found.extend(await faults(page))

        for path in (QUEUE, f"{QUEUE}/{open_hint}", named, "/staff/companies/new", f"{INBOX}/{request}/company"):
            await look(editor, path)
    assert found == []
