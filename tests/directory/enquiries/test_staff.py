"""First messages of guests with links wait for staff."""

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.core import db
from portal.directory.enquiries.rules import spam
from tests.directory.conftest import SignIn
from tests.directory.enquiries.conftest import GUEST, World, ask, code_for, fields, mails, manage, run_jobs

LINKED = "Look at https://cheap-vials.example for what we need"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (LINKED, True), ("see www.vials.example", True), ("write to vials dot com", False), ("vials.com has it", True),
        ("vials [dot] com has it", True), ("Batches of 5.000 vials, pH 7.4, 2.5 mL. No more.", False),
        ("In ISO 13485. Combined with 10R vials", False), ("hxxp or http only", True),
    ],
)  # fmt: skip
def test_what_counts_as_a_link(text: str, links: bool) -> None:
    assert spam.has_link(text) is links


async def held(client: httpx.AsyncClient, **changes: str) -> httpx.Response:
    await client.post("/enquiries/new", data=fields(email=GUEST, need=LINKED, **changes))
    return await client.post("/account/enquiries/code", data={"code": await code_for(GUEST)})


async def test_a_guests_link_waits_until_staff_release_it(
    client: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn, world: World
) -> None:
    done = await held(client)
    page = (await client.get(done.headers["location"])).text
    number = await db.fetch_value("SELECT number FROM enquiry")
    assert ("Held for a look by our staff" in page, (await olga.get(manage("isarwerk", number))).status_code) == (
        True,
        404,
    )
    await run_jobs()
    assert [m["subject"] for m in await mails("olga@isarwerk.example")] == []
    assert len(await db.fetch("SELECT FROM mail WHERE topic = 'enquiries-staff'")) == 1
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    assert LINKED in (await editor.get("/staff/enquiries")).text
    assert (await editor.post(f"/staff/enquiries/{number}/release")).status_code == 303
    again = await editor.post(f"/staff/enquiries/{number}/refusal")
    assert again.status_code == 303
    assert await db.fetch_value("SELECT state FROM enquiry") == "open"
    assert (await olga.get(manage("isarwerk", number))).status_code == 200
    acts = await db.fetch("SELECT verb, key FROM audit_entry WHERE kind = 'enquiry'")
    assert [tuple(act) for act in acts] == [("enquiry open", number)]


async def test_what_staff_refuse_is_never_sent_and_its_sender_is_told(
    client: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn, world: World
) -> None:
    done = await held(client)
    number = await db.fetch_value("SELECT number FROM enquiry")
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    assert (await editor.post(f"/staff/enquiries/{number}/refusal")).status_code == 303
    await run_jobs()
    assert f"Your enquiry {number} was stopped by our staff" in [m["subject"] for m in await mails(GUEST)]
    assert "Our staff did not send this" in (await client.get(done.headers["location"])).text
    assert (await olga.get(manage("isarwerk", number))).status_code == 404
    assert (await editor.post("/staff/enquiries/NOPE/release")).status_code == 404


async def test_who_has_an_account_may_link(buyer: httpx.AsyncClient, world: World) -> None:
    await ask(buyer, need=LINKED)
    assert await db.fetch_value("SELECT state FROM enquiry") == "open"
