"""Numbers beyond what the database holds, and companies that are not public: a clear refusal, never a fault of ours."""

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.core import db
from tests.directory.conftest import SignIn, organisation
from tests.factories import companies

COMPANY = "/companies/isarwerk-biologics"
HUGE = 2**70


@pytest.fixture
async def owner(database: str, sign_in: SignIn) -> httpx.AsyncClient:
    made = await organisation()
    await companies.make(owner=made)
    return await sign_in("owner@isarwerk.example", made, MemberRole.OWNER)


@pytest.mark.parametrize(
    ("address", "sent", "refused"),
    [
        (f"/account/searches/{HUGE}/removal", {}, 404),
        (f"/account/searches/-{HUGE}/removal", {}, 404),
        (f"/account/searches/-{HUGE}", {"name": "x", "frequency": "off"}, 404),
        (f"{COMPANY}/manage/history/1/restoration", {"since": f"000000000001{'9' * 20}"}, 303),
        (f"{COMPANY}/manage/history/1/restoration", {"since": str(HUGE)}, 422),
    ],
)
async def test_numbers_no_row_can_have(
    owner: httpx.AsyncClient, address: str, sent: dict[str, str], refused: int
) -> None:
    assert (await owner.post(address, data=sent)).status_code == refused


async def test_numbers_staff_may_mistype(database: str, sign_in: SignIn) -> None:
    editor = await sign_in("judith@portal.example", staff=StaffRole.EDITOR)
    answer = await editor.post(f"/staff/companies/corrections/-{HUGE}/decision", data={"state": "done"})
    assert answer.status_code == 404


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
@pytest.mark.parametrize("what", ["companies", "events"])
async def test_moments_outside_of_the_calendar(client: httpx.AsyncClient, moment: str, what: str) -> None:
    answer = await client.get(f"/api/v1/{what}?changed_since={moment}")
    assert answer.status_code == 400
    assert "changed_since" in answer.json()["message"]


async def test_a_hidden_company_is_named_to_nobody(owner: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    await db.execute("UPDATE company SET state = 'hidden'")
    for shown in (
        await client.get(f"{COMPANY}/reconfirm"),
        await client.post(f"{COMPANY}/reconfirm", data={"holds.f1": "true"}),
        await client.post("/companies/shortlist", data={"company": "isarwerk-biologics"}),
    ):
        assert shown.status_code in (404, 422)
        assert "Isarwerk" not in shown.text
