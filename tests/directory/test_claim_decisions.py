"""Claims that wait for a person: what the owner objects, what staff decide and read, documents."""

from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from portal.accounts.tables import StaffRole
from portal.core import db
from portal.core.settings import current
from portal.media.flows import Media
from tests.directory.claiming import (
    CLAIM,
    LEONIE,
    MEMBERS,
    OWNER,
    PDF,
    RIVAL,
    STAFF,
    Network,
    company,
    everything,
    faults,
    roles,
    start,
    states,
    words,
)
from tests.directory.conftest import SignIn, account

pytestmark = pytest.mark.usefixtures("owner")


@pytest.fixture
def files(app: Litestar, tmp_path: Path) -> None:
    """Files handed in go to a folder of the test's own."""
    app.state.services.media = Media.of(current().model_copy(update={"portal_data": str(tmp_path)}))


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
