"""The door for companies: find yours and claim it, ask for one that is missing, come for a plan."""

import re
from datetime import timedelta

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.tokens import signature
from portal.directory import privacy
from tests.accounts.conftest import newest_code
from tests.directory.conftest import SignIn, organisation
from tests.directory.forms import words
from tests.factories import companies

DOOR = "/companies/claim"
INBOX = "/staff/companies/corrections"
TYPED = {
    "name": "Nordvial AS",
    "website": "https://nordvial.example",
    "country": "NO",
    "email": "kari@nordvial.example",
}


def opened(*, ago: timedelta = timedelta(minutes=1)) -> str:
    at = str(int((clock.now() - ago).timestamp()))
    return f"{at}.{signature('correction', f'a new company:{at}')}"


async def test_the_directory_its_footer_and_the_plans_lead_there(client: httpx.AsyncClient) -> None:
    for page in ("/companies", "/plans", "/"):
        assert f'href="{DOOR}"' in (await client.get(page)).text
    plans = (await client.get("/plans")).text
    assert [f"{DOOR}?plan={plan}" in plans for plan in ("enhanced", "premium")] == [True, True]


async def test_a_company_is_found_by_its_name_and_claimed_for_a_plan(
    client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    await companies.make(website="https://isarwerk.example")
    found = (await client.get(DOOR, params={"q": "isarw", "plan": "premium"})).text
    assert 'href="/companies/isarwerk-biologics/claim?plan=premium"' in found
    door = await client.get("/companies/isarwerk-biologics/claim?plan=premium")
    assert "Sign in to claim Isarwerk Biologics GmbH" in words(door.text)
    assert 'href="/account/sign-in?next=/companies/isarwerk-biologics/claim%3Fplan%3Dpremium"' in door.text
    leonie = await sign_in("leonie@example.org")
    page = (await leonie.get("/companies/isarwerk-biologics/claim?plan=premium")).text
    assert 'name="plan" value="premium"' in page
    typed = {"way": "code", "email": "leonie@isarwerk.example", "organisation_name": "Isarwerk", "plan": "premium"}
    await leonie.post("/companies/isarwerk-biologics/claim", data=typed)
    proved = await leonie.post("/account/claims/code", data={"code": await newest_code("leonie@isarwerk.example")})
    assert proved.headers["location"] == "/companies/isarwerk-biologics/manage/plan?plan=premium"
    again = await leonie.get("/companies/isarwerk-biologics/claim?plan=premium")
    assert again.headers["location"] == "/companies/isarwerk-biologics/manage/plan?plan=premium"


async def test_who_looks_after_a_company_is_led_to_its_plan(sign_in: SignIn) -> None:
    owned = await organisation()
    await companies.make(owner=owned)
    owner = await sign_in("leonie@isarwerk.example", owned)
    editor = await sign_in("edda@isarwerk.example", owned, MemberRole.EDITOR)
    answer = await owner.get(f"{DOOR}?plan=premium")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/companies/isarwerk-biologics/manage/plan?plan=premium"
    # Whoever wants another company, or may not buy, finds the door as it was.
    for browser, address in ((owner, DOOR), (owner, f"{DOOR}?plan=premium&q=halden"), (editor, f"{DOOR}?plan=premium")):
        assert "Name of your company" in (await browser.get(address)).text
    await companies.make("Halden Aseptics AS", owner=owned)
    several = (await owner.get(f"{DOOR}?plan=premium")).text
    for slug in ("isarwerk-biologics", "halden-aseptics"):
        assert f'href="/companies/{slug}/manage/plan?plan=premium"' in several


async def test_what_is_no_plan_is_forgotten(client: httpx.AsyncClient) -> None:
    await companies.make()
    page = (await client.get("/companies/isarwerk-biologics/claim?plan=//evil.example")).text
    assert "evil" not in re.sub(r"<link[^>]*>", "", page)


async def test_a_missing_company_is_asked_for_and_an_editor_decides(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    page = words((await client.get(DOOR, params={"q": "Nordvial"})).text)
    assert "Ask us to add it" in page
    answer = await client.post(DOOR, data={**TYPED, "does": "Vials of borosilicate glass.", "opened": opened()})
    assert (answer.status_code, answer.headers["location"]) == (303, DOOR)
    assert "Thank you." in words((await client.get(DOOR)).text)
    editor = await sign_in("judith@press.example", staff=StaffRole.EDITOR)
    inbox = words((await editor.get(INBOX)).text)
    assert "Nordvial AS, Norway" in inbox
    assert "A company to add" in inbox
    assert "kari@nordvial.example" in inbox
    known = await privacy.known_about("kari@nordvial.example")
    assert [row["note"] for row in known] == ["Nordvial AS, Norway\nVials of borosilicate glass."]
    decided = await editor.post(f"{INBOX}/1/company", data={**TYPED, "name": "Nordvial"})
    assert decided.headers["location"] == INBOX
    assert "Added by Leonie Bachmair" in words((await editor.get(f"{INBOX}?state=decided")).text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": ""}, "Please type its name."), ({"website": "javascript:alert(1)"}, "begins with https://"),
        ({"country": "XX"}, "choose from the list"), ({"email": "kari"}, "name@company.com"),
        ({"opened": opened(ago=-timedelta(hours=1))}, "not open long enough"), ({"opened": "1.x"}, "not open long enough"),
    ],
)  # fmt: skip
async def test_bad_input_is_kept_and_explained(client: httpx.AsyncClient, fields: dict[str, str], said: str) -> None:
    answer = await client.post(DOOR, data={"opened": opened(), **TYPED, **fields})
    assert (answer.status_code, said in answer.text) == (422, True)
    assert 'value="https://nordvial.example"' in answer.text or "website" in fields
    assert await db.fetch_value("SELECT count(*) FROM correction") == 0


async def test_programs_are_thanked_and_nothing_is_stored(client: httpx.AsyncClient) -> None:
    assert (await client.post(DOOR, data={**TYPED, "surname": "Bot"})).status_code == 303
    assert await db.fetch_value("SELECT count(*) FROM correction") == 0


async def test_so_many_an_hour_from_one_network(client: httpx.AsyncClient) -> None:
    for _ in range(6):
        assert (await client.post(DOOR, data={**TYPED, "opened": opened()})).status_code == 303
    refused = await client.post(DOOR, data={**TYPED, "opened": opened()})
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)


async def test_readers_do_not_choose_the_topic_of_a_missing_company(client: httpx.AsyncClient) -> None:
    made = await companies.make(owner=await organisation())
    at = str(int((clock.now() - timedelta(minutes=1)).timestamp()))
    stamp = f"{at}.{signature('correction', f'{made}:{at}')}"
    typed = {"topic": "missing", "text": "They are not here at all.", "opened": stamp}
    answer = await client.post("/companies/isarwerk-biologics/correction", data=typed)
    assert (answer.status_code, "offered values" in answer.text) == (422, True)
