"""Leads for customer systems: columns that their imports know, with what they cannot do without."""

import csv
import io

import httpx
import pytest

from portal.core import clock, db
from portal.exhibitors.leads import commands
from portal.leads.chain.values import Noted
from tests.factories.scans import Hall


@pytest.fixture
async def noted(hall: Hall) -> Hall:
    kept = await hall.scan(await hall.attendee())
    await hall.scan(await hall.attendee("prince@x.example", "Prince Only"))
    await db.execute("UPDATE lead SET company = '', last_name = '' WHERE email = 'prince@x.example'")
    await commands.note(
        exhibitor=hall.stand.exhibitor, actor=hall.stand.owner, code=kept.code, version=None, now=clock.now(),
        noted=Noted(rating="hot", note="@home()", tags=("vials", "lyo"), answers={"Volume": "10 million"}),
    )  # fmt: skip
    return hall


async def table(team: httpx.AsyncClient, hall: Hall, name: str) -> list[dict[str, str]]:
    answer = await team.get(f"{hall.address}/export/{name}.csv")
    assert answer.status_code == 200
    assert f'filename="{name}-' in answer.headers["content-disposition"]
    assert not answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_hubspot_gets_the_columns_it_knows_by_name(team: httpx.AsyncClient, noted: Hall) -> None:
    amara, prince = await table(team, noted, "hubspot")
    assert (amara["First Name"], amara["Last Name"], amara["Email"], amara["Company Name"], amara["Job Title"]) == (
        "Amara", "Okonjo-Reuter", "amara@brennhof.example", "Brennhof Pharma GmbH", "Head of filling",
    )  # fmt: skip
    assert amara["hs_legal_basis"] == "Freely given consent from contact"
    assert amara["Note"] == "'@home()\nVolume: 10 million\nTags: vials, lyo"
    assert prince["Last Name"] == ""


async def test_salesforce_gets_a_last_name_and_a_company_for_everybody(team: httpx.AsyncClient, noted: Hall) -> None:
    amara, prince = await table(team, noted, "salesforce")
    assert (amara["Rating"], amara["Title"], amara["Lead Source"]) == ("Hot", "Head of filling", "Trade Show")
    assert (prince["First Name"], prince["Last Name"], prince["Company"]) == ("", "Prince", "[not provided]")
    assert await db.fetch_value("SELECT count(*) FROM lead WHERE taken_out_at IS NULL") == 0


@pytest.mark.parametrize("name", ["pipedrive.csv", "hubspot", "leads.json"])
async def test_no_other_table_is_there(team: httpx.AsyncClient, noted: Hall, name: str) -> None:
    assert (await team.get(f"{noted.address}/export/{name}")).status_code == 404
    assert await db.fetch_value("SELECT count(*) FROM audit_entry WHERE verb = 'export leads'") == 0
