"""What somebody came for, a plan or a page, is kept with the claim, by whichever way, and shown where it goes on."""

from collections.abc import Awaitable, Callable

import asyncpg
import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import db
from portal.directory import privacy
from portal.placements.tables import Plan
from tests.directory.claiming import CLAIM, CODE, LEONIE, PDF, Network, company, proof, start, words
from tests.directory.conftest import SignIn
from tests.factories import exhibitors, plans

PLAN = "/companies/isarwerk-biologics/manage/plan?plan=premium"
pytestmark = pytest.mark.usefixtures("unclaimed")
Prove = Callable[[httpx.AsyncClient, Network, SignIn], Awaitable[None]]


async def _by_code(leonie: httpx.AsyncClient, net: Network, _: SignIn) -> None:
    typed = await leonie.post(CODE, data={"code": await net.code(LEONIE)})
    assert typed.headers["location"] == PLAN


async def _by_record(leonie: httpx.AsyncClient, net: Network, _: SignIn) -> None:
    net.names.records["_tradefloor.isarwerk.example"] = {"TXT": [await proof(leonie)]}
    await leonie.post(f"{CLAIM}/look")


async def _by_file(leonie: httpx.AsyncClient, net: Network, _: SignIn) -> None:
    net.site.put("www.isarwerk.example", await proof(leonie))
    await leonie.post(f"{CLAIM}/look")


async def _by_document(leonie: httpx.AsyncClient, net: Network, sign_in: SignIn) -> None:
    await leonie.post(f"{CLAIM}/document", files={"document": ("extract.pdf", PDF, "application/pdf")})
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    await editor.post("/staff/companies/claims/1/acceptance", data={"reason": ""})


@pytest.mark.parametrize(
    ("way", "prove"), [("code", _by_code), ("dns", _by_record), ("file", _by_file), ("document", _by_document)]
)
async def test_a_plan_is_kept_to_the_end(net: Network, sign_in: SignIn, way: str, prove: Prove) -> None:
    leonie = await sign_in(LEONIE)
    door = await leonie.get(f"{CLAIM}?plan=premium")
    assert ("You choose Premium once it is yours." in words(door), door.text.count('name="plan" value="premium"')) == (
        True, 1,
    )  # fmt: skip
    await start(leonie, way, email=LEONIE, plan="premium")
    assert "You choose Premium once it is yours." in words(await leonie.get(CLAIM))
    await prove(leonie, net, sign_in)
    await net.work()
    page = await leonie.get(CLAIM)
    assert f'href="{PLAN}">Go on to Premium' in page.text
    found = await leonie.get(CLAIM, headers={"HX-Request": "true"})
    assert (found.status_code, found.headers["HX-Redirect"]) == (204, PLAN)
    [mail] = [mail for mail in await net.mails(LEONIE) if "is yours to look after" in mail["subject"]]
    assert ("You came for the plan Premium. Nothing is bought yet" in mail["text"], PLAN in mail["text"]) == (
        True,
        True,
    )
    chosen = await leonie.get(PLAN)
    assert chosen.text.count('name="plan" value="premium" checked') == 1
    assert [row.get("plan") for row in await privacy.known_about(LEONIE)] == ["premium"]


@pytest.mark.parametrize(
    ("way", "prove"), [("dns", _by_record), ("file", _by_file), ("document", _by_document)]
)  # fmt: skip
async def test_an_application_waits_for_what_takes_days(net: Network, sign_in: SignIn, way: str, prove: Prove) -> None:
    """Somebody asked to exhibit somewhere: page and mail lead there once the company is theirs, in whatever browser."""
    there = f"/events/{(await exhibitors.make('Other AG')).exhibitor.event_slug}/exhibit"
    leonie = await sign_in(LEONIE)
    await leonie.get(there)
    await start(leonie, way)
    leonie.cookies.delete("way-back")
    await prove(leonie, net, sign_in)
    await net.work()
    found = await leonie.get(CLAIM, headers={"HX-Request": "true"})
    assert (found.status_code, found.headers["HX-Redirect"]) == (204, there)
    assert f'href="{there}">Go on where you were' in (await leonie.get(CLAIM)).text
    [mail] = [mail for mail in await net.mails(LEONIE) if "is yours to look after" in mail["subject"]]
    assert "You had begun something that needs the company to be yours." in " ".join(mail["text"].split())
    assert there in mail["text"]


@pytest.mark.parametrize("plan", ["free", "gold", "PREMIUM", "//evil.example", "premium" * 200, ""])
async def test_what_is_not_sold_is_not_kept(net: Network, sign_in: SignIn, plan: str) -> None:
    leonie = await sign_in(LEONIE)
    assert "once it is yours" not in words(await leonie.get(CLAIM, params={"plan": plan}))
    assert (await start(leonie, "dns", plan=plan)).status_code == 303
    assert await db.fetch_value("SELECT plan FROM claim") == "free"
    await _by_record(leonie, net, sign_in)
    [mail] = await net.mails(LEONIE)
    assert ("You came for" in mail["text"], "manage/plan" in mail["text"]) == (False, False)
    with pytest.raises(asyncpg.CheckViolationError):
        await db.execute("UPDATE claim SET plan = 'gold'")


async def test_another_way_keeps_the_plan(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "dns", plan="enhanced")
    await leonie.post(f"{CLAIM}/withdrawal")
    again = await leonie.get(CLAIM)
    assert 'name="plan" value="enhanced"' in again.text
    # Whoever comes for another one since has that, also when something on the form is refused.
    assert 'name="plan" value="premium"' in (await leonie.get(f"{CLAIM}?plan=premium")).text
    refused = await start(leonie, "code", email="leonie@elsewhere.example", plan="premium")
    assert (refused.status_code, 'name="plan" value="premium"' in refused.text) == (422, True)


async def test_a_plan_that_runs_is_not_offered_again(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    await start(leonie, "code", email=LEONIE, plan="premium")
    await _by_code(leonie, net, sign_in)
    assert "You came for Premium" in words(await leonie.get(CLAIM))
    await plans.give((await company())["id"], Plan.ENHANCED)
    assert "You came for" not in words(await leonie.get(CLAIM))
