"""Who is staff: granted and revoked by admins, audited, effective at once."""

from datetime import datetime

import pytest

from portal.accounts import commands
from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import StaffRole
from portal.core import db
from portal.core.errors import Conflict, Forbidden, NotFound
from tests.accounts.conftest import AMARA, Browser, account, newest_code


def admin(account_id: int) -> Actor:
    return Actor(account_id=account_id, email="a@x.example", name="A", roles=frozenset({StaffRole.ADMIN}))


async def roles() -> list[str]:
    return [row["role"] for row in await db.fetch("SELECT role FROM staff_member ORDER BY role")]


async def test_granting_is_audited_once_without_the_address(database: str, now: datetime) -> None:
    account_id = await account(AMARA, password=None)
    for _ in range(2):
        assert (
            await commands.grant_role(actor=PORTAL, email=AMARA.upper(), role=StaffRole.EDITOR, now=now) == account_id
        )
    await commands.grant_role(actor=admin(7), email=AMARA, role=StaffRole.DOOR, now=now)
    rows = await db.fetch("SELECT actor, verb, kind, key, facts, at FROM audit_entry ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("portal", "staff.granted", "account", str(account_id), '{"role": "editor"}', now),
        ("account 7", "staff.granted", "account", str(account_id), '{"role": "door"}', now),
    ]
    assert await roles() == ["door", "editor"]


async def test_an_address_without_an_account_gets_one_that_signs_in_by_code(browser: Browser, now: datetime) -> None:
    await commands.grant_role(actor=PORTAL, email=AMARA, role=StaffRole.ADMIN, now=now)
    await browser.post("/account/sign-in/codes", email=AMARA)
    await browser.post("/account/sign-in/code", code=await newest_code(AMARA))
    assert await browser.name() == "amara"


async def test_revoking_is_audited_and_counts_at_once(amara: Browser, now: datetime) -> None:
    await commands.grant_role(actor=PORTAL, email=AMARA, role=StaffRole.EDITOR, now=now)
    menu = {"HX-Request": "true"}
    assert (await amara.get("/account/menu", headers=menu)).text.count('href="/staff"') == 1
    await commands.revoke_role(actor=admin(7), email=AMARA, role=StaffRole.EDITOR, now=now)
    assert (await amara.get("/account/menu", headers=menu)).text.count('href="/staff"') == 0
    assert await db.fetch_value("SELECT verb FROM audit_entry ORDER BY id DESC LIMIT 1") == "staff.revoked"
    with pytest.raises(NotFound):
        await commands.revoke_role(actor=PORTAL, email=AMARA, role=StaffRole.EDITOR, now=now)


async def test_only_admins_decide_who_is_staff(database: str, now: datetime) -> None:
    for role in set(StaffRole) - {StaffRole.ADMIN}:
        someone = Actor(account_id=3, email="e@x.example", name="E", roles=frozenset({role}))
        with pytest.raises(Forbidden):
            await commands.grant_role(actor=someone, email=AMARA, role=StaffRole.DOOR, now=now)
        with pytest.raises(Forbidden):
            await commands.revoke_role(actor=someone, email=AMARA, role=StaffRole.DOOR, now=now)
    assert await db.fetch_value("SELECT count(*) FROM audit_entry") == 0


async def test_the_last_admin_stays_unless_the_command_line_says_so(database: str, now: datetime) -> None:
    account_id = await commands.grant_role(actor=PORTAL, email=AMARA, role=StaffRole.ADMIN, now=now)
    with pytest.raises(Conflict):
        await commands.revoke_role(actor=admin(account_id), email=AMARA, role=StaffRole.ADMIN, now=now)
    assert await roles() == ["admin"]
    await commands.revoke_role(actor=PORTAL, email=AMARA, role=StaffRole.ADMIN, now=now)
    assert await roles() == []


async def test_the_audit_trail_is_never_edited(database: str, now: datetime) -> None:
    await commands.grant_role(actor=PORTAL, email=AMARA, role=StaffRole.EDITOR, now=now)
    for sql in ("UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(Exception, match="never edited"):
            await db.execute(sql)
