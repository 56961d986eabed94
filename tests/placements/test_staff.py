"""What the publisher's staff see of money: questions that wait for a person, and what is sold."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from portal.accounts import commands
from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.payments.commands.questions import ask
from tests.chromium import chromium, faults, feed
from tests.conftest import browser
from tests.paying import text_of
from tests.placements.conftest import Desk, signed_in
from tests.placements.test_money_back import DISPUTED
from tests.placements.test_sponsoring import FILLING, categories, hold, month, to_payment
from tests.queries import counting

__all__ = ["categories"]
PAGES = ("/staff/money", "/staff/sales")


async def as_staff(client: httpx.AsyncClient, role: StaffRole) -> httpx.AsyncClient:
    email = f"{role.value}@sterileline.example"
    await signed_in(client, email, None, MemberRole.OWNER)
    await commands.grant_role(actor=PORTAL, email=email, role=role, now=clock.now())
    return client


@pytest.fixture
async def finance(desk: Desk, paying_app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(paying_app) as opened:
        yield await as_staff(opened, StaffRole.FINANCE)


async def test_a_question_is_seen_to_and_opened_again(desk: Desk, finance: httpx.AsyncClient) -> None:
    await desk.subscribe(card=DISPUTED)
    shown = text_of(await finance.get("/staff/money"))
    assert "Money 1" in shown
    assert "A dispute about €4,153.10 was opened by a bank" in shown
    number = await db.fetch_value("SELECT id FROM money_question")
    for act, again, settled in (("settlement", "reopening", 1), ("reopening", "settlement", 0)):
        answer = await finance.post(f"/staff/money/{number}/{act}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/money")
        assert await db.fetch_value("SELECT count(*) FROM money_question WHERE settled_at IS NOT NULL") == settled
        page = await finance.get("/staff/money")
        assert f"/staff/money/{number}/{again}" in page.text
        # A second click, or a colleague's.
        await finance.post(f"/staff/money/{number}/{act}")
        assert "Somebody else was quicker" in (await finance.get("/staff/money")).text
    acts = await db.fetch("SELECT actor FROM audit_entry WHERE kind = 'money_question'")
    assert len(acts) == 2


async def test_what_is_sold_is_listed(desk: Desk, finance: httpx.AsyncClient, categories: None) -> None:
    await desk.subscribe()
    await desk.client.post(f"{desk.plan_page}/cancellation")
    await desk.stripe.pay(await to_payment(desk, await hold(desk, f"{FILLING} {month()}")))
    await desk.everything_settles()
    shown = text_of(await finance.get("/staff/sales"))
    for words in ("Plans (1)", "Premium, by the year", "Cancelled", "Ends", "Sponsored places (1)", "€512.00"):
        assert words in shown, words


@pytest.mark.parametrize("role", [StaffRole.EDITOR, StaffRole.DOOR, StaffRole.SUPPORT])
async def test_only_those_who_see_to_money(desk: Desk, paying_app: Litestar, role: StaffRole) -> None:
    await ask(reference="x", purchase_id=None, sentence="What was it for?", now=clock.now())
    number = await db.fetch_value("SELECT id FROM money_question")
    async with browser(paying_app) as opened:
        await as_staff(opened, role)
        for path in PAGES:
            assert (await opened.get(path)).status_code == 403
        assert (await opened.post(f"/staff/money/{number}/settlement")).status_code == 403
    assert (await desk.client.get("/staff/money")).status_code == 403
    assert await db.fetch_value("SELECT count(*) FROM money_question WHERE settled_at IS NULL") == 1


@pytest.mark.parametrize("path", PAGES)
async def test_many_cost_no_more_queries(desk: Desk, finance: httpx.AsyncClient, path: str) -> None:
    counts = []
    for many in (1, 30):
        for at in range(many):
            await ask(reference=f"{many} {at}", purchase_id=None, sentence="What was it for?", now=clock.now())
        async with counting() as asked:
            assert (await finance.get(path)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.browser
async def test_the_pages_fit_and_axe_finds_nothing(desk: Desk, finance: httpx.AsyncClient) -> None:
    await desk.subscribe(card=DISPUTED)
    await ask(reference="x", purchase_id=None, sentence="What was it for?", now=clock.now(), facts={"code": "card"})
    await finance.post(f"/staff/money/{await db.fetch_value('SELECT max(id) FROM money_question')}/settlement")
    found = []
    async with chromium(instead="the staff's pages about money were not looked at") as shown:
        page = await shown.new_page()
        await feed(page, finance)
        for path in PAGES:
            await page.goto(f"http://localhost:8000{path}")
            found += await faults(page)
    assert found == []
