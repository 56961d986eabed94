"""Companies that change hands: handed over by staff, given up by an owner; claims in what a person is known by."""

import httpx
import pytest

from portal.core import db
from tests.directory.claiming import (
    CLAIM,
    CODE,
    LEONIE,
    MEMBERS,
    OWNER,
    RIVAL,
    Network,
    company,
    faults,
    start,
    states,
    words,
)
from tests.directory.conftest import SignIn, organisation

pytestmark = pytest.mark.usefixtures("owner")


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
