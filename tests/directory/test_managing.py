"""The frame of the pages by which a company's people look after it: whom it lets in, and what it leads to."""

import httpx
import pytest

from portal.accounts.tables import MemberRole, StaffRole
from portal.directory.pages.managing import SECTIONS
from tests.directory.conftest import SignIn, organisation
from tests.factories import companies

MANAGE = "/companies/isarwerk-biologics/manage"


@pytest.fixture
async def owned(database: str) -> int:
    """The organisation that owns a company."""
    made = await organisation()
    await companies.make(owner=made)
    return made


async def test_visitors_sign_in_and_strangers_find_nothing(
    client: httpx.AsyncClient, owned: int, sign_in: SignIn
) -> None:
    answer = await client.get(MANAGE)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/account/sign-in?next=%2Fcompanies%2Fisarwerk-biologics%2Fmanage",
    )
    other = await organisation("rival@halden.example", "Halden AS")
    rival = await sign_in("rival@halden.example", other, MemberRole.OWNER)
    for stranger in (await sign_in("nobody@example.org"), rival):
        assert (await stranger.get(MANAGE)).status_code == 404


@pytest.mark.parametrize(
    ("role", "first"),
    [(MemberRole.OWNER, "profile"), (MemberRole.EDITOR, "profile"), (MemberRole.LEADS, "enquiries")],
)
async def test_members_are_led_to_the_first_part_that_is_open_to_them(
    owned: int, sign_in: SignIn, role: MemberRole, first: str
) -> None:
    member = await sign_in("member@isarwerk.example", owned, role)
    assert (await member.get(MANAGE)).headers["location"] == f"{MANAGE}/{first}"


async def test_the_publishers_editors_look_after_every_company(owned: int, sign_in: SignIn) -> None:
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    assert (await editor.get(MANAGE)).headers["location"] == f"{MANAGE}/profile"
    door = await sign_in("door@sterileline.example", staff=StaffRole.DOOR)
    assert (await door.get(MANAGE)).status_code == 404


def test_parts_are_named_once() -> None:
    assert len({section.key for section in SECTIONS}) == len(SECTIONS)
