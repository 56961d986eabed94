"""Whose a company is: the members' page, asking to be invited, objecting, staff's decisions, handing over, giving up."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from portal.core.settings import current
from portal.media.flows import Media
from tests.directory.claiming import (
    CLAIM,
    CODE,
    LEONIE,
    RIVAL,
    SITE,
    Network,
    by_record,
    company,
    faults,
    network,
    proof,
    start,
    states,
    words,
)  # fmt: skip
from tests.directory.conftest import SignIn, account, join, organisation
from tests.factories import companies

OWNER = "owner@isarwerk.example"
MEMBERS = "/companies/isarwerk-biologics/manage/members"
STAFF = "/staff/companies/claims"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n"
    b"0000000009 00000 n \n0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n168\n%%EOF\n"
)


@pytest.fixture
async def owner(database: str) -> int:
    """The organisation that owns the company."""
    made = await organisation(OWNER)
    await companies.make(owner=made, website=SITE)
    return made


@pytest.fixture
async def net(app: Litestar, client: httpx.AsyncClient, owner: int) -> AsyncIterator[Network]:
    async with network(app) as made:
        yield made


@pytest.fixture
async def editor(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)


@pytest.fixture
async def proved(net: Network, sign_in: SignIn) -> httpx.AsyncClient:
    """A rival who proved the domain although the company has an owner."""
    rival = await sign_in(RIVAL)
    await by_record(rival, net)
    assert await states() == [(RIVAL, "proved")]
    return rival


async def roles(organisation_id: int) -> dict[str, str]:
    rows = await db.fetch(
        "SELECT a.email, m.role FROM membership m JOIN account a ON a.id = m.account WHERE m.organisation = $1",
        organisation_id,
    )
    return {row["email"]: row["role"] for row in rows}


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


ROUTES = (
    ("/invitations", {"email": "x@y.example", "role": "owner"}), ("/invitations/1/withdrawal", {}),
    ("/1/role", {"role": "owner"}), ("/1/removal", {}), ("/requests/1/answer", {"answer": "owner"}),
    ("/claims/1/objection", {"objection": "No."}), ("/surrender", {}),
)  # fmt: skip


async def everything() -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for table in ("membership", "invitation", "join_request", "claim", "company"):
        found += [tuple(row) for row in await db.fetch(f"SELECT * FROM {table} ORDER BY 1")]
    return found


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


async def test_an_owner_objects_and_staff_refuse(
    net: Network, proved: httpx.AsyncClient, editor: httpx.AsyncClient, sign_in: SignIn
) -> None:
    boss = await sign_in(OWNER)
    [mail] = await net.mails(OWNER)
    assert mail["subject"] == "Somebody claims Isarwerk Biologics GmbH"
    claim = await db.fetch_value("SELECT id FROM claim")
    empty = await boss.post(f"{MEMBERS}/claims/{claim}/objection", data={"objection": ""})
    assert (empty.status_code, list(faults(empty))) == (422, ["objection"])
    assert (await boss.post(f"{MEMBERS}/claims/{claim}/objection", data={"objection": "They left."})).status_code == 303
    assert RIVAL in words(await editor.get(STAFF))
    page = words(await editor.get(f"{STAFF}/{claim}"))
    assert ("They left." in page, "The record _tradefloor.isarwerk.example holds the text." in page) == (True, True)
    without = await editor.post(f"{STAFF}/{claim}/refusal")
    assert (without.status_code, list(faults(without))) == (422, ["reason"])
    done = await editor.post(f"{STAFF}/{claim}/refusal", data={"reason": "You no longer work there."})
    assert (done.status_code, await states()) == (303, [(RIVAL, "refused")])
    assert (await editor.post(f"{STAFF}/{claim}/acceptance", data={"reason": "x"})).status_code == 409
    assert "You no longer work there." in (await net.mails(RIVAL))[-1]["text"]
    assert "You no longer work there." in words(await proved.get(CLAIM))
    verbs = [row["verb"] for row in await db.fetch("SELECT verb FROM audit_entry WHERE kind = 'company' ORDER BY id")]
    assert verbs == ["company.claim_refused"]
    assert (await start(proved, "dns")).status_code == 303


async def test_staff_accept_against_an_owner_with_a_reason(
    net: Network, owner: int, proved: httpx.AsyncClient, editor: httpx.AsyncClient
) -> None:
    claim = await db.fetch_value("SELECT id FROM claim")
    without = await editor.post(f"{STAFF}/{claim}/acceptance")
    assert (without.status_code, list(faults(without))) == (422, ["reason"])
    done = await editor.post(f"{STAFF}/{claim}/acceptance", data={"reason": "The company was sold."})
    assert done.status_code == 303
    now = await company()
    assert (now["organisation"] != owner, now["verified_by"], now["verified_site"]) == (True, "dns", "isarwerk.example")
    assert await roles(now["organisation"]) == {RIVAL: "owner"}
    told = (await net.mails(OWNER))[-1]
    assert told["subject"] == "Isarwerk Biologics GmbH no longer belongs to your organisation"
    assert "The company was sold." in told["text"]
    assert (await proved.get(MEMBERS)).status_code == 200
    entry = await db.fetch_one("SELECT actor, facts FROM audit_entry WHERE verb = 'company.claimed'")
    assert entry is not None
    assert entry["actor"] == f"account {await account('judith@sterileline.example')}"


async def test_a_proof_of_an_old_website_is_not_accepted(
    net: Network, proved: httpx.AsyncClient, editor: httpx.AsyncClient
) -> None:
    await db.execute("UPDATE company SET website = 'https://elsewhere.example', domain = 'elsewhere.example'")
    claim = await db.fetch_value("SELECT id FROM claim")
    assert (await editor.post(f"{STAFF}/{claim}/acceptance", data={"reason": "Sold."})).status_code == 409
    assert await states() == [(RIVAL, "proved")]


async def test_only_the_publisher_s_editors_decide(net: Network, proved: httpx.AsyncClient, sign_in: SignIn) -> None:
    claim, here = await db.fetch_value("SELECT id FROM claim"), f"/staff/companies/{(await company())['id']}/ownership"
    before = await everything()
    for browser in (proved, await sign_in(OWNER), await sign_in("s@sterileline.example", staff=StaffRole.SUPPORT)):
        for path in (STAFF, f"{STAFF}/{claim}", here):
            assert (await browser.get(path)).status_code == 403
        for path in (f"{STAFF}/{claim}/acceptance", f"{STAFF}/{claim}/refusal", here):
            assert (await browser.post(path, data={"reason": "x", "to": "nobody"})).status_code == 403
    assert await everything() == before
    admin = await sign_in("a@sterileline.example", staff=StaffRole.ADMIN)
    assert (await admin.get(f"{STAFF}/4711")).status_code == 404
    assert (await admin.get("/staff/companies/4711/ownership")).status_code == 404


async def test_staff_hand_a_company_over(net: Network, owner: int, editor: httpx.AsyncClient) -> None:
    other = await organisation("boss@halden.example", "Halden AS")
    here = f"/staff/companies/{(await company())['id']}/ownership"
    assert "No account has the address" in words(await editor.get(here, params={"email": "no@halden.example"}))
    found = await editor.get(here, params={"email": "Boss@halden.example"})
    assert f'name="to" value="{other}"' in found.text
    for data, field in (
        ({"to": str(other), "email": "boss@halden.example"}, "reason"),
        ({"to": str(owner), "email": "boss@halden.example", "reason": "x"}, "to"),
        ({"to": "new", "email": "nobody@halden.example", "reason": "x"}, "to"),
        ({"email": "boss@halden.example", "reason": "x"}, "to"),
    ):
        refused = await editor.post(here, data=data)
        assert (refused.status_code, list(faults(refused))) == (422, [field]), data
    done = await editor.post(here, data={"to": str(other), "email": "boss@halden.example", "reason": "It was bought."})
    assert done.status_code == 303
    now = await company()
    assert (now["organisation"], now["verified_by"]) == (other, None)
    assert (await net.mails(OWNER))[-1]["subject"].endswith("no longer belongs to your organisation")
    assert (await net.mails("boss@halden.example"))[-1]["subject"].endswith("belongs to your organisation")
    await editor.post(here, data={"to": "new", "email": "boss@halden.example", "reason": "Apart."})
    assert (await company())["organisation"] not in {other, owner}
    await editor.post(here, data={"to": "nobody", "reason": "A mistake."})
    assert (await company())["organisation"] is None
    facts = await db.fetch(
        "SELECT facts->>'reason' AS why FROM audit_entry WHERE verb = 'company.transferred' ORDER BY id"
    )
    assert [row["why"] for row in facts] == ["It was bought.", "Apart.", "A mistake."]


async def test_an_owner_gives_the_company_up_and_somebody_else_claims_it(
    net: Network, owner: int, sign_in: SignIn
) -> None:
    boss = await sign_in(OWNER)
    assert "Give up Isarwerk Biologics GmbH" in words(await boss.get(MEMBERS))
    gone = await boss.post(f"{MEMBERS}/surrender")
    assert (gone.status_code, gone.headers["location"]) == (303, CLAIM)
    now = await company()
    assert (now["organisation"], now["claimed_at"], now["verified_by"], now["verified_site"]) == (None, None, None, "")
    assert (await boss.get(MEMBERS)).status_code == 404
    leonie = await sign_in(LEONIE)
    await start(leonie, "code", email=LEONIE)
    await leonie.post(CODE, data={"code": await net.code(LEONIE)})
    assert await states() == [(LEONIE, "accepted")]


@pytest.fixture
def files(app: Litestar, tmp_path: Path) -> None:
    """Files handed in go to a folder of the test's own."""
    app.state.services.media = Media.of(current().model_copy(update={"portal_data": str(tmp_path)}))


@pytest.mark.usefixtures("files")
async def test_a_document_is_read_by_a_person(
    net: Network, editor: httpx.AsyncClient, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    await db.execute("UPDATE company SET organisation = NULL")
    leonie = await sign_in(LEONIE)
    await start(leonie, "document", organisation_name="Isarwerk Holding")

    async def send(name: str, content: bytes) -> httpx.Response:
        return await leonie.post(f"{CLAIM}/document", files={"document": (name, content, "application/pdf")})

    assert (await leonie.post(f"{CLAIM}/document", files={"other": ("x", b"")})).status_code == 422
    for name, content in (("extract.png", PDF), ("extract.pdf", b"MZ no pdf"), ("extract.pdf", b"")):
        refused = await send(name, content)
        assert (refused.status_code, list(faults(refused))) == (422, ["document"])
    assert (await send("HRB 1234.pdf", PDF)).status_code == 303
    assert "We have your document since" in words(await leonie.get(CLAIM))
    assert (await send("again.pdf", PDF)).status_code == 409
    claim = await db.fetch_value("SELECT id FROM claim")
    page = await editor.get(f"{STAFF}/{claim}")
    address = page.text.partition('href="/media/')[2].partition('"')[0]
    assert "HRB 1234.pdf" in page.text
    assert (await editor.get(f"/media/{address}")).content == PDF
    rival = await sign_in(RIVAL)
    assert {(await one.get(f"/media/{address}")).status_code for one in (client, rival, leonie)} == {404}
    assert (await editor.post(f"{STAFF}/{claim}/acceptance")).status_code == 303
    now = await company()
    assert (now["verified_by"], now["verified_site"]) == ("document", "")
    assert [mail["subject"] for mail in await net.mails(LEONIE)] == ["Isarwerk Biologics GmbH is yours to look after"]


async def test_a_member_sees_no_claim_against_them_of_another_owner_s(
    net: Network, owner: int, sign_in: SignIn
) -> None:
    rival = await sign_in(RIVAL)
    await start(rival, "dns")
    assert "Somebody else claims" not in words(await (await sign_in(OWNER)).get(MEMBERS))
    assert await proof(rival)


async def test_your_data_knows_claims_and_erases_them(net: Network, proved: httpx.AsyncClient, sign_in: SignIn) -> None:
    asker = await sign_in("asker@isarwerk.example")
    await asker.post(f"{CLAIM}/joining", data={"note": "I run sales"})
    shown = (await proved.get("/account/privacy/data.json")).json()["sources"]["Companies"]
    assert [(row["what"], row["company"], row["state"]) for row in shown] == [
        ("Claim of a company", "Isarwerk Biologics GmbH", "proved")
    ]
    other = (await asker.get("/account/privacy/data.json")).json()["sources"]["Companies"]
    assert [(row["what"], row["note"]) for row in other] == [("Asked to be invited", "I run sales")]
    for browser, email in ((proved, RIVAL), (asker, "asker@isarwerk.example")):
        await browser.post("/account/privacy/erasure/codes")
        done = await browser.post("/account/privacy/erasure", data={"code": await net.code(email)})
        assert done.headers["location"] == "/account/erased"
    assert await db.fetch_value("SELECT (SELECT count(*) FROM claim) + (SELECT count(*) FROM join_request)") == 0
