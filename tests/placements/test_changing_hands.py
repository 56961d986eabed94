"""A company that changes hands: nobody pays on for what they lost, and nobody sees what the former owner paid."""

import asyncio
import re
from uuid import uuid4

import httpx
import pytest

from portal import wiring
from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.core.settings import current
from portal.core.times import moment
from portal.directory.commands import ownership
from portal.directory.commands.merging import merge_companies
from portal.placements.tables import Plan
from tests.directory.conftest import account, join, organisation
from tests.factories import companies
from tests.paying import text_of
from tests.placements.conftest import BILLING, OWNER, Desk, signed_in
from tests.placements.test_sponsoring import FILLING, categories, hold, month, to_payment

__all__ = ["categories"]
NEXT = "boss@halden.example"


async def owner() -> int | None:
    found: int | None = await db.fetch_value("SELECT organisation FROM company")
    return found


async def hand_over(desk: Desk, *, work: bool = True) -> None:
    """Staff give the company to somebody else."""
    made = await organisation(NEXT, "Halden AS")
    await ownership.transfer(
        actor=PORTAL, company_id=desk.company_id, organisation_id=made, reason="It was sold.", now=clock.now()
    )
    if work:
        await desk.everything_settles()


async def mail(subject: str) -> str:
    """The newest mail about plans whose subject has these words, on one line."""
    text = await db.fetch_value(
        "SELECT text FROM mail WHERE topic = 'plans' AND subject LIKE '%' || $1 || '%' ORDER BY id DESC LIMIT 1",
        subject,
    )
    return " ".join(str(text).split())


async def questions() -> list[str]:
    return [row["sentence"] for row in await db.fetch("SELECT sentence FROM money_question ORDER BY id")]


async def test_a_company_is_not_given_up_while_its_plan_renews(desk: Desk) -> None:
    await desk.subscribe()
    members = f"/companies/{desk.slug}/manage/members"
    refused = await desk.client.post(f"{members}/surrender")
    assert (refused.status_code, "Cancel it first, under Plan." in text_of(refused)) == (409, True)
    assert await owner() == desk.organisation_id
    await desk.client.post(f"{desk.plan_page}/cancellation")
    await desk.everything_settles()
    assert (await desk.client.post(f"{members}/surrender")).status_code == 303
    assert await owner() is None


async def test_what_staff_hand_over_is_not_renewed_for_the_former_owner(desk: Desk) -> None:
    await desk.subscribe()
    await hand_over(desk)
    record = await desk.record()
    assert (record.renewal, record.ends_at) == (None, record.period_end)
    # What is paid for stays with the profile; who paid it, how and what is shown to nobody else.
    assert await desk.plan() is Plan.PREMIUM
    assert (await desk.client.get(desk.plan_page)).status_code == 404
    await signed_in(desk.client, NEXT, None, MemberRole.OWNER)
    page = text_of(await desk.client.get(desk.plan_page))
    assert "is Premium" in page
    for secret in (OWNER, "Bachmair", "4242", "4,153.10", "Klopferspitz"):
        assert secret not in page
    for act in ("stripe", "cancellation", "continuation", "check"):
        answer = await desk.client.post(f"{desk.plan_page}/{act}")
        assert answer.headers["location"] == desk.plan_page
    assert (await desk.record()).ends_at == record.ends_at


async def test_who_lost_the_company_reads_what_is_true_for_them(desk: Desk) -> None:
    await desk.subscribe()
    await desk.client.post(f"{desk.plan_page}/cancellation")
    await desk.everything_settles()
    told = await mail("ends on")
    assert "An owner of your organisation can take this back on the plan’s page until that day." in told
    assert f"http://localhost:8000{desk.plan_page}" in told
    await desk.client.post(f"{desk.plan_page}/continuation")
    await desk.everything_settles()
    await hand_over(desk)
    told = await mail("ends on")
    assert "Your organisation no longer looks after the profile that this was bought for (Premium profile" in told
    assert "You cannot take this back." in told
    assert "/manage/" not in told
    assert (await desk.client.get(desk.plan_page)).status_code == 404


async def test_a_plan_of_the_new_owner_s_is_left_alone(desk: Desk) -> None:
    url = await desk.choose()
    await hand_over(desk)
    # The page the former owner had opened is closed, and the choice is over.
    await desk.stripe.pay(url)
    await desk.everything_settles()
    assert await db.fetch_value("SELECT array_agg(state) FROM subscription") == ["ended"]
    await signed_in(desk.client, NEXT, None, MemberRole.OWNER)
    await desk.subscribe(email=NEXT, name="Boss Halden", company="Halden AS")
    await desk.sweep()
    await desk.everything_settles()
    assert (await desk.record()).renewal is not None
    page = text_of(await desk.client.get(desk.plan_page))
    assert (NEXT in page, "Renews" in page, OWNER in page) == (True, True, False)
    await desk.client.post(f"{desk.plan_page}/cancellation")
    await desk.everything_settles()
    assert ((await desk.record()).renewal, await questions()) == (None, [])


@pytest.mark.parametrize("given_up", [True, False])
async def test_a_page_paid_before_it_was_closed_is_not_renewed(desk: Desk, given_up: bool) -> None:
    url = await desk.choose()
    if given_up:
        assert (await desk.client.post(f"/companies/{desk.slug}/manage/members/surrender")).status_code == 303
    else:
        await hand_over(desk, work=False)
    await desk.stripe.pay(url)
    await desk.everything_settles()
    record = await desk.record()
    assert (record.state, record.renewal, record.ends_at) == ("active", None, record.period_end)
    (asked,) = await questions()
    assert "was paid although its buyer is not the owner any more" in asked
    assert "Our staff look at what becomes of your money." in await mail("Your payment came too late")
    # Taken back at Stripe, where the former owner may still have a page: it ends again.
    await desk.stripe.api(
        "POST", f"/v1/subscriptions/{record.stripe_id}", "cancel_at_period_end=false", idempotency_key="on"
    )
    await desk.everything_settles()
    assert ((await desk.record()).renewal, len(await questions())) == (None, 1)


async def test_the_next_owner_waits_until_the_former_page_is_closed(desk: Desk) -> None:
    url = await desk.choose()
    await hand_over(desk, work=False)
    await signed_in(desk.client, NEXT, None, MemberRole.OWNER)
    await desk.client.post(desk.plan_page, data={"plan": "premium", "interval": "year", **BILLING, "email": NEXT})
    assert "is just being closed" in text_of(await desk.client.get(desk.plan_page))
    assert await db.fetch_value("SELECT array_agg(email) FROM subscription") == [OWNER]
    await desk.everything_settles()
    assert await desk.choose(email=NEXT) != url


async def test_the_next_owner_is_told_until_when_a_former_plan_runs(desk: Desk) -> None:
    await desk.subscribe()
    await hand_over(desk)
    await signed_in(desk.client, NEXT, None, MemberRole.OWNER)
    answer = await desk.client.get(desk.plan_page)
    until = moment((await desk.record()).ends_at, current().site_timezone, "d MMMM y")
    assert f"A former owner has paid for Premium until {until}" in text_of(answer)
    assert 'name="plan"' not in answer.text
    await desk.client.post(desk.plan_page, data={"plan": "premium", "interval": "year", **BILLING, "email": NEXT})
    assert f"runs until {until}" in text_of(await desk.client.get(desk.plan_page))


@pytest.mark.parametrize("what", ["plan", "sponsorship"])
async def test_nothing_is_bought_by_who_has_just_lost_the_company(desk: Desk, what: str) -> None:
    """The request began while the company was still theirs."""
    plan = (desk.plan_page, {"plan": "premium", "interval": "year", **BILLING})
    page, form = plan if what == "plan" else (desk.sponsorships, {"pick": f"{FILLING} {month()}"})
    go = asyncio.Event()

    async def buy() -> httpx.Response:
        await go.wait()
        return await desk.client.post(page, data=form)

    buying = asyncio.create_task(buy())
    async with db.transaction():
        await hand_over(desk, work=False)
        go.set()
        # Until it waits for the company's row.
        while not await db.fetch_value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.02)
    answer = await buying
    assert "stripe" not in answer.headers.get("location", "")
    bought = "SELECT (SELECT count(*) FROM subscription) + (SELECT count(*) FROM sponsor_booking)"
    assert await db.fetch_value(bought) == 0


async def test_a_company_with_a_plan_is_not_merged_away(desk: Desk) -> None:
    await desk.subscribe()
    other = await companies.make("Isarwerk Biologics", owner=desk.organisation_id)
    with pytest.raises(Conflict, match=r"has a paid plan.*Keep that one"):
        await merge_companies(actor=PORTAL, kept_id=other, merged_id=desk.company_id, now=clock.now())
    await merge_companies(actor=PORTAL, kept_id=desk.company_id, merged_id=other, now=clock.now())


async def test_the_last_member_goes_and_nothing_is_renewed(desk: Desk) -> None:
    await desk.subscribe()
    told = await erased(desk, OWNER)
    assert "The paid plan of a company nobody is left to look after is not renewed." in told["Companies"]
    record = await desk.record()
    assert (record.renewal, record.ends_at) == (None, record.period_end)


async def test_one_of_two_members_goes_and_the_plan_goes_on(desk: Desk) -> None:
    await desk.subscribe()
    await join(desk.organisation_id, await account(NEXT), MemberRole.EDITOR)
    told = await erased(desk, OWNER)
    assert "not renewed" not in told["Companies"]
    assert (await desk.record()).renewal is not None


async def test_the_next_owner_reads_nothing_of_a_former_booking(desk: Desk) -> None:
    page = await hold(desk, f"{FILLING} {month()}")
    await desk.stripe.pay(await to_payment(desk, page))
    await desk.everything_settles()
    held = await hold(desk, f"{FILLING} {month(2)}")
    await to_payment(desk, held)
    (paper,) = re.findall(r'href="([^"]+\.pdf)"', (await desk.client.get(page)).text)
    assert (await desk.client.get(paper)).status_code == 200
    await hand_over(desk)
    await signed_in(desk.client, NEXT, None, MemberRole.OWNER)
    for gone in (page, held, paper):
        assert (await desk.client.get(gone)).status_code == 404
    shown = await desk.client.get(desk.sponsorships)
    assert page.rpartition("/")[2] not in shown.text
    other = await companies.make("Isarwerk Biologics", owner=await owner())
    with pytest.raises(Conflict, match="sponsored months"):
        await merge_companies(actor=PORTAL, kept_id=other, merged_id=desk.company_id, now=clock.now())
    # Who paid has the address of the invoice in the mail.
    text = await db.fetch_value("SELECT text FROM mail WHERE topic = 'plans' AND recipient = $1", OWNER)
    (link,) = re.findall(r"/sponsorships/[0-9a-f-]{36}/\S+\.pdf", text)
    desk.client.cookies.clear()
    read = await desk.client.get(link)
    assert (read.status_code, read.headers["content-type"]) == (200, "application/pdf")
    for wrong in (link.replace(link.split("/")[2], str(uuid4())), link.replace(".pdf", "1.pdf")):
        assert (await desk.client.get(wrong)).status_code == 404


async def erased(desk: Desk, email: str) -> dict[str, str]:
    """Erase somebody from the top down, as the page does; gives what each source says."""
    async with db.transaction():
        told = {
            part.name: await part.erase(email, clock.now()) for part in reversed(wiring.personal_data(desk.services))
        }
    await desk.everything_settles()
    return told
