"""The desk of a company at an event: for its people, and nobody else."""

import httpx

from portal.accounts.tables import MemberRole, StaffRole
from tests.directory.conftest import SignIn
from tests.factories import exhibitors


async def test_the_desk_is_the_companys_own(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    address = stand.exhibitor.address
    member = await sign_in("leads@isarwerk.example", stand.organisation_id, MemberRole.LEADS)
    page = await member.get(address)
    assert page.status_code == 200
    assert "Fill &amp; Finish Forum" in page.text
    events = await member.get(address.rpartition("/")[0])
    assert f'href="{address}"' in events.text
    stranger = await sign_in("someone@elsewhere.example")
    staff = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    for who in (stranger, staff):
        assert (await who.get(address)).status_code == 404
    for wrong in (address + "-x", address.replace("/companies/", "/companies/x-")):
        assert (await member.get(wrong)).status_code == 404


async def test_who_is_not_signed_in_is_asked_to(client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    answer = await client.get(stand.exhibitor.address)
    assert answer.status_code in (302, 303)
    assert answer.headers["location"].startswith("/account/sign-in")
