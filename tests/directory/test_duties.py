"""What waits for whom: owners find their companies from the account, staff see numbers on every page of theirs."""

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.directory.commands.corrections import send_correction
from portal.directory.tables.corrections import CorrectionTopic
from tests.directory.conftest import SignIn, organisation
from tests.directory.enquiries.conftest import World, fields, world
from tests.directory.forms import words
from tests.factories import companies

__all__ = ["world"]
FACTS = (("category:Contract manufacturer", None), ("capability:Lyophilisation", 100), ("capability:Vial filling", 400))
STAFF_PAGES = (
    *(f"/staff/companies/{of}" for of in ("claims", "duplicates", "corrections", "reconfirmations")),
    "/staff/enquiries", "/staff/events", "/staff/mail",
)  # fmt: skip


@pytest.fixture
async def owned(database: str) -> int:
    made = await organisation()
    await companies.make(owner=made, facts=FACTS)
    return made


@pytest.mark.parametrize(
    "page", ["/account", "/account/organisations", "/account/menu", "/account/orders", "/enquiries"]
)
async def test_an_owner_finds_the_company_from_the_account(owned: int, sign_in: SignIn, page: str) -> None:
    owner = await sign_in("leonie@isarwerk.example", owned)
    assert 'href="/companies/isarwerk-biologics/manage"' in (await owner.get(page)).text
    assert "/manage" not in (await (await sign_in("noor@velmora.example")).get(page)).text


async def test_facts_to_confirm_are_counted_for_those_who_may(owned: int, sign_in: SignIn) -> None:
    owner = await sign_in("leonie@isarwerk.example", owned)
    leads = await sign_in("leads@isarwerk.example", owned, MemberRole.LEADS)
    for page in ("/account", f"/account/organisations/{owned}"):
        assert "2 facts to confirm" in words((await owner.get(page)).text)
        assert "Nothing waits for you." in words((await leads.get(page)).text)


async def test_enquiries_to_answer_are_counted(world: World, sign_in: SignIn, client: httpx.AsyncClient) -> None:
    buyer = await sign_in("noor@velmora.example")
    assert (await buyer.post("/enquiries/new", data=fields("isarwerk"))).status_code == 303
    owner = await sign_in("olga@isarwerk.example", world.isarwerk_org)
    assert "1 enquiry to answer" in words((await owner.get("/account")).text)
    rival = await sign_in("hanne@halden.example", world.halden_org)
    assert "enquiry to answer" not in words((await rival.get("/account")).text)


async def test_the_profile_says_which_facts_wait_and_how_many_are_hidden(owned: int, sign_in: SignIn) -> None:
    owner = await sign_in("leonie@isarwerk.example", owned)
    page = (await owner.get("/companies/isarwerk-biologics/manage/profile")).text
    assert "2 facts wait for your word" in words(page)
    assert "one is hidden from filters by now" in words(page)
    assert 'href="/companies/isarwerk-biologics/reconfirm"' in page
    staff = await sign_in("judith@press.example", staff=StaffRole.EDITOR)
    assert "for your word" not in (await staff.get("/companies/isarwerk-biologics/manage/profile")).text


@pytest.mark.parametrize("page", STAFF_PAGES)
async def test_staff_see_what_waits_wherever_they_are(owned: int, sign_in: SignIn, page: str) -> None:
    company = await db.fetch_value("SELECT id FROM company WHERE organisation = $1", owned)
    for _ in range(2):
        await send_correction(
            company_id=company, topic=CorrectionTopic.NAME, text="It is spelled otherwise.", evidence="", email="",
            now=clock.now(),
        )  # fmt: skip
    await db.execute(
        "INSERT INTO reconfirmation (company, quarter, facts, asked_at) VALUES ($1, current_date, 2, now())", company
    )
    editor = await sign_in("judith@press.example", staff=StaffRole.EDITOR)
    shown = (await editor.get(page)).text
    assert all(f'href="{other}"' in shown for other in STAFF_PAGES)
    assert "Corrections 2 wait" in words(shown)
    assert "Facts that wait 1 waits" in words(shown)
    assert shown.count('aria-current="page">') >= 1


async def test_support_sees_the_mail_alone(owned: int, sign_in: SignIn) -> None:
    support = await sign_in("sam@press.example", staff=StaffRole.SUPPORT)
    shown = (await support.get("/staff/mail")).text
    assert 'href="/staff/mail"' in shown
    assert "/staff/companies" not in shown
