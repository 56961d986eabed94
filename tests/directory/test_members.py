"""The members of a company: inviting, changing, removing, asking to be invited, and who reaches none of it."""

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from tests.directory.claiming import (
    CLAIM,
    MEMBERS,
    OWNER,
    RIVAL,
    Network,
    everything,
    faults,
    proof,
    roles,
    start,
    words,
)
from tests.directory.conftest import SignIn, account, join, organisation
from tests.factories import companies

pytestmark = pytest.mark.usefixtures("owner")

ROUTES = (
    ("/invitations", {"email": "x@y.example", "role": "owner"}), ("/invitations/1/withdrawal", {}),
    ("/1/role", {"role": "owner"}), ("/1/removal", {}), ("/requests/1/answer", {"answer": "owner"}),
    ("/claims/1/objection", {"objection": "No."}), ("/surrender", {}),
)  # fmt: skip


async def test_owners_invite_change_and_remove_members(net: Network, owner: int, sign_in: SignIn) -> None:
    boss = await sign_in(OWNER)
    invited = await boss.post(f"{MEMBERS}/invitations", data={"email": "ute@isarwerk.example", "role": "leads"})
    assert (invited.status_code, invited.headers["location"]) == (303, MEMBERS)
    assert "ute@isarwerk.example" in words(await boss.get(MEMBERS))
    [mail] = await net.mails("ute@isarwerk.example")
    assert mail["subject"].startswith("Invitation to Isarwerk Biologics GmbH")
    offer = await db.fetch_value("SELECT id FROM invitation")
    assert (await boss.post(f"{MEMBERS}/invitations/{offer}/withdrawal")).status_code == 303
    jan = await account("jan@isarwerk.example", "Jan")
    await join(owner, jan, MemberRole.LEADS)
    assert (await boss.post(f"{MEMBERS}/{jan}/role", data={"role": "editor"})).status_code == 303
    assert await roles(owner) == {OWNER: "owner", "jan@isarwerk.example": "editor"}
    assert (await boss.post(f"{MEMBERS}/{jan}/removal")).status_code == 303
    for path, data in (("/departure", {}), (f"/{await account(OWNER)}/role", {"role": "leads"})):
        stays = await boss.post(MEMBERS + path, data=data)
        assert (stays.status_code, "An organisation needs an owner." in words(stays)) == (409, True)
    bad = await boss.post(f"{MEMBERS}/invitations", data={"email": "no address", "role": "king"})
    assert (bad.status_code, sorted(faults(bad))) == (422, ["email", "role"])
    assert 'value="no address"' in bad.text


async def test_members_of_another_company_reach_nothing_of_this_one(
    net: Network, proved: httpx.AsyncClient, sign_in: SignIn
) -> None:
    """Every route of the members' page, for strangers, another company's owner and the publisher's staff."""
    other = await organisation("boss@halden.example", "Halden AS")
    await companies.make("Halden AS", owner=other)
    asker = await sign_in("asker@isarwerk.example")
    await asker.post(f"{CLAIM}/joining", data={"note": "Me"})
    people = [
        (await sign_in("nobody@example.org"), 404),
        (await sign_in("boss@halden.example"), 404),
        (await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR), 403),
        (await sign_in("door@sterileline.example", staff=StaffRole.DOOR), 404),
    ]
    before = await everything()
    for browser, status in people:
        assert (await browser.get(MEMBERS)).status_code == status
        for path, data in (*ROUTES, ("/departure", {})):
            assert (await browser.post(MEMBERS + path, data=data)).status_code == status, path
    # Through the page of one's own company nothing of another is reached either.
    boss, there = people[1][0], "/companies/halden/manage/members"
    claim, request = await db.fetch_value("SELECT id FROM claim"), await db.fetch_value("SELECT id FROM join_request")
    theirs = await account(OWNER)
    for path, data in (
        (f"/{theirs}/role", {"role": "leads"}), (f"/{theirs}/removal", {}), (f"/requests/{request}/answer", {"answer": "no"}),
        (f"/claims/{claim}/objection", {"objection": "No."}),
    ):  # fmt: skip
        assert (await boss.post(there + path, data=data)).status_code == 404, path
    assert await everything() == before


async def test_who_asks_and_who_claims_reads_that_the_owners_know_them(
    net: Network, proved: httpx.AsyncClient, sign_in: SignIn
) -> None:
    asker = await sign_in("asker@isarwerk.example")
    for note in ("Me", "Me again"):
        await asker.post(f"{CLAIM}/joining", data={"note": note})
    received = (await asker.get("/account/privacy/data.json")).json()["received_by_others"]
    assert [(row["recipient"], row["purpose"]) for row in received] == [
        ("Owners of Isarwerk Biologics GmbH", "Asking to be invited")
    ]
    claimant = await db.fetch_value(
        "SELECT a.email FROM claim l JOIN account a ON a.id = l.account WHERE l.state = 'proved'"
    )
    told = await db.fetch("SELECT recipient, purpose FROM disclosure WHERE email = $1", claimant)
    assert [tuple(row) for row in told] == [("Owners of Isarwerk Biologics GmbH", "Hearing both sides of a claim")]


async def test_editors_and_leads_see_the_members_and_change_nothing(
    net: Network, owner: int, proved: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await (await sign_in("asker@isarwerk.example")).post(f"{CLAIM}/joining")
    people = [
        await sign_in("ed@isarwerk.example", owner, MemberRole.EDITOR),
        await sign_in("le@isarwerk.example", owner, MemberRole.LEADS),
    ]
    before = await everything()
    for browser in people:
        assert (await browser.get(MEMBERS)).status_code == 200
        statuses = {(await browser.post(MEMBERS + path, data=data)).status_code for path, data in ROUTES}
        assert statuses <= {403, 404}
        started = await start(browser, "dns")
        assert (started.status_code, "Your organisation owns this company." in started.text) == (409, True)
    assert await everything() == before


async def test_somebody_asks_to_be_invited(net: Network, owner: int, sign_in: SignIn) -> None:
    asker, boss = await sign_in("asker@isarwerk.example"), await sign_in(OWNER)
    assert "This company has an owner" in words(await asker.get(CLAIM))
    long = await asker.post(f"{CLAIM}/joining", data={"note": "x" * 500})
    assert (long.status_code, list(faults(long))) == (422, ["note"])
    for _ in range(2):
        assert (await asker.post(f"{CLAIM}/joining", data={"note": "I run <b>sales</b>"})).status_code == 303
    assert "You asked to be invited on" in words(await asker.get(CLAIM))
    [mail] = await net.mails(OWNER)
    assert mail["subject"] == "Somebody asks to join Isarwerk Biologics GmbH"
    assert "sales" not in mail["text"]
    page = await boss.get(MEMBERS)
    assert "“I run &lt;b&gt;sales&lt;/b&gt;”" in page.text
    request = await db.fetch_value("SELECT id FROM join_request")
    odd = await boss.post(f"{MEMBERS}/requests/{request}/answer", data={"answer": "king"})
    assert odd.status_code == 422
    yes = await boss.post(f"{MEMBERS}/requests/{request}/answer", data={"answer": "leads"})
    assert yes.status_code == 303
    offer = await db.fetch_one("SELECT email, role, organisation FROM invitation")
    assert tuple(offer or ()) == ("asker@isarwerk.example", "leads", owner)
    assert (await boss.post(f"{MEMBERS}/requests/{request}/answer", data={"answer": "no"})).status_code == 404
    await asker.post(f"{CLAIM}/joining")
    request = await db.fetch_value("SELECT id FROM join_request")
    await boss.post(f"{MEMBERS}/requests/{request}/answer", data={"answer": "no"})
    assert "No invitation to Isarwerk Biologics GmbH" in [
        m["subject"] for m in await net.mails("asker@isarwerk.example")
    ]


async def test_who_asked_is_a_member_by_now(net: Network, owner: int, sign_in: SignIn) -> None:
    asker, boss = await sign_in("asker@isarwerk.example"), await sign_in(OWNER)
    await asker.post(f"{CLAIM}/joining")
    request = await db.fetch_value("SELECT id FROM join_request")
    await join(owner, await account("asker@isarwerk.example"), MemberRole.LEADS)
    answer = await boss.post(f"{MEMBERS}/requests/{request}/answer", data={"answer": "leads"})
    assert (answer.status_code, "is a member by now" in words(answer)) == (409, True)
    assert "We sent an invitation" not in words(await boss.get(MEMBERS))
    assert await db.fetch_value("SELECT (SELECT count(*) FROM join_request) + (SELECT count(*) FROM invitation)") == 0


async def test_members_and_visitors_of_free_companies_do_not_ask(net: Network, owner: int, sign_in: SignIn) -> None:
    boss = await sign_in(OWNER)
    assert (await boss.post(f"{CLAIM}/joining")).status_code == 409
    await companies.make("Halden AS")
    assert (await boss.post("/companies/halden/claim/joining")).status_code == 409


async def test_a_member_sees_no_claim_against_them_of_another_owner_s(
    net: Network, owner: int, sign_in: SignIn
) -> None:
    rival = await sign_in(RIVAL)
    await start(rival, "dns")
    assert "Somebody else claims" not in words(await (await sign_in(OWNER)).get(MEMBERS))
    assert await proof(rival)
