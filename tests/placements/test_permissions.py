"""Only an owner of the organisation that owns a company buys for it; everybody else is kept out of every route."""

import httpx
import pytest
from litestar import Litestar

from portal.accounts import commands
from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import TermKind
from tests.conftest import browser
from tests.directory.conftest import organisation
from tests.factories import companies
from tests.placements.conftest import BILLING, Desk, signed_in
from tests.placements.test_sponsoring import hold, month

CHOICE = {"plan": "premium", "interval": "year", "at": "1", **BILLING}
PLAN = (
    ("GET", "plan"), ("POST", "plan"), ("GET", "plan/change?plan=enhanced&interval=year"), ("POST", "plan/change"),
    ("POST", "plan/cancellation"), ("POST", "plan/continuation"), ("POST", "plan/stripe"), ("POST", "plan/check"),
)  # fmt: skip
SPONSORSHIPS = (("GET", "sponsorships"), ("POST", "sponsorships"))


async def tried(client: httpx.AsyncClient, slug: str, number: str) -> set[tuple[int, str]]:
    """What every route of a company answers: status, and where it leads."""
    booking = (
        ("GET", f"sponsorships/{number}"), ("POST", f"sponsorships/{number}"), ("POST", f"sponsorships/{number}/return"),
        ("GET", f"sponsorships/{number}/SL-R2026-00001.pdf"),
    )  # fmt: skip
    found = set()
    for method, path in (*PLAN, *SPONSORSHIPS, *booking):
        answer = await client.request(
            method, f"/companies/{slug}/manage/{path}", data=CHOICE | {"pick": f"sterile-filling {month()}"}
        )
        found.add((answer.status_code, answer.headers.get("location", "").split("?")[0]))
    return found


async def standing() -> list[tuple[object, ...]]:
    """All that could be touched."""
    rows = await db.fetch(
        "SELECT state, plan, interval, ends_at::text, next_plan FROM subscription UNION ALL "
        "SELECT state, number, holds_until::text, purchase_id::text, '' FROM sponsor_booking"
    )
    acts = await db.fetch_value("SELECT count(*) FROM subscription_act")
    return [*map(tuple, rows), (acts,)]


@pytest.fixture
async def number(desk: Desk) -> str:
    """The company has a running plan and a held booking."""
    await add_terms([NewTerm(kind=TermKind.CATEGORY, name="Sterile filling")])
    await desk.subscribe()
    return (await hold(desk, f"sterile-filling {month()}")).rpartition("/")[2]


async def test_strangers_find_nothing_and_change_nothing(desk: Desk, number: str, paying_app: Litestar) -> None:
    before = await standing()
    other = await organisation("rival@halden.example", "Halden AS")
    await companies.make("Halden AS", owner=other)
    async with browser(paying_app) as rival, browser(paying_app) as visitor:
        await signed_in(rival, "rival@halden.example", other, MemberRole.OWNER)
        assert await tried(rival, desk.slug, number) == {(404, "")}
        assert {status for status, _ in await tried(visitor, desk.slug, number)} <= {303, 401}
        # Nor does a booking of another company open under one's own.
        own = await db.fetch_value("SELECT slug FROM company WHERE organisation = $1", other)
        assert (await rival.get(f"/companies/{own}/manage/sponsorships/{number}")).status_code == 404
        assert (await rival.post(f"/companies/{own}/manage/sponsorships/{number}/return")).status_code == 404
    assert await standing() == before


@pytest.mark.parametrize("role", [MemberRole.EDITOR, MemberRole.LEADS])
async def test_other_members_are_told_who_buys(desk: Desk, number: str, paying_app: Litestar, role: MemberRole) -> None:
    before = await standing()
    async with browser(paying_app) as member:
        await signed_in(member, "member@isarwerk.example", desk.organisation_id, role)
        assert await tried(member, desk.slug, number) == {(403, "")}
        assert "Only an owner of the organisation" in (await member.get(desk.plan_page)).text
    assert await standing() == before


async def test_the_publishers_editors_do_not_buy_for_a_company(desk: Desk, number: str, paying_app: Litestar) -> None:
    before = await standing()
    async with browser(paying_app) as editor:
        await signed_in(editor, "judith@sterileline.example", None, MemberRole.OWNER)
        await commands.grant_role(
            actor=PORTAL, email="judith@sterileline.example", role=StaffRole.EDITOR, now=clock.now()
        )
        assert await tried(editor, desk.slug, number) == {(403, "")}
    assert await standing() == before
