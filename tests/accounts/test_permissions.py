"""Who may act on an organisation: its owners, the publisher's support, and nobody of another organisation."""

from collections.abc import Awaitable, Callable

import pytest

from portal.accounts.actors import Actor
from portal.accounts.organisations import commands, permissions
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden, NotFound
from tests.accounts.conftest import AMARA, Browser
from tests.accounts.test_organisations import OTHER, actor, organisation, roles

ACTS: dict[str, Callable[[Actor, int, int, int], Awaitable[object]]] = {
    "invite": lambda actor, made, member, offer: commands.invite(
        actor=actor, organisation_id=made, email="new@vials.example", role=MemberRole.OWNER, now=clock.now()
    ),
    "withdraw": lambda actor, made, member, offer: commands.withdraw_invitation(
        actor=actor, organisation_id=made, invitation_id=offer, now=clock.now()
    ),
    "role": lambda actor, made, member, offer: commands.change_member_role(
        actor=actor, organisation_id=made, account_id=member, role=MemberRole.OWNER, now=clock.now()
    ),
    "remove": lambda actor, made, member, offer: commands.remove_member(
        actor=actor, organisation_id=made, account_id=member, now=clock.now()
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["owner of another", "editor here", "leads here", "nobody"])
async def test_only_owners_of_this_organisation_act_on_it(database: str, who: str, act: str) -> None:
    """A member of A never touches B, whatever the role in A; and members of B need to be owners."""
    made = await organisation("boss@vials.example", ("member@vials.example", MemberRole.LEADS))
    await organisation(AMARA, name="Another company")
    offer = await commands.invite(
        actor=await actor("boss@vials.example"),
        organisation_id=made,
        email=OTHER,
        role=MemberRole.LEADS,
        now=clock.now(),
    )
    member = await db.fetch_value("SELECT id FROM account WHERE email = 'member@vials.example'")
    if who.endswith("here"):
        someone = await actor("x@vials.example")
        await db.execute(
            "INSERT INTO membership (organisation, account, role, since) VALUES ($1, $2, $3, now())",
            made, someone.account_id, who.split(maxsplit=1)[0],
        )  # fmt: skip
        someone = await actor("x@vials.example")
    else:
        someone = await actor(AMARA if who.startswith("owner") else "x@vials.example")
    before = await db.fetch(
        "SELECT * FROM membership UNION ALL SELECT id, organisation, id, role, invited_at FROM invitation"
    )
    with pytest.raises(Forbidden if who.endswith("here") else NotFound):
        await ACTS[act](someone, made, member, offer)
    after = await db.fetch(
        "SELECT * FROM membership UNION ALL SELECT id, organisation, id, role, invited_at FROM invitation"
    )
    assert before == after


async def test_over_http_another_organisation_does_not_exist(amara: Browser) -> None:
    own = await organisation(AMARA)
    theirs = await organisation("boss@vials.example", name="Theirs")
    boss = await db.fetch_value("SELECT id FROM account WHERE email = 'boss@vials.example'")
    assert (await amara.get(f"/account/organisations/{own}")).status_code == 200
    there = f"/account/organisations/{theirs}"
    said = [
        (await amara.get(there)).status_code,
        (await amara.post(f"{there}/invitations", email=AMARA, role="owner")).status_code,
        (await amara.post(f"{there}/members/{boss}/role", role="leads")).status_code,
        (await amara.post(f"{there}/members/{boss}/removal")).status_code,
        (await amara.post(f"{there}/departure")).status_code,
        (await amara.post(f"{there}/invitations/1/withdrawal")).status_code,
        (await amara.get("/account/organisations/4711")).status_code,
    ]
    assert said == [404] * 7
    # An invitation of theirs cannot be reached through one's own organisation either.
    await commands.invite(
        actor=await actor("boss@vials.example"),
        organisation_id=theirs,
        email=OTHER,
        role=MemberRole.LEADS,
        now=clock.now(),
    )
    offer = await db.fetch_value("SELECT id FROM invitation")
    assert (await amara.post(f"/account/organisations/{own}/invitations/{offer}/withdrawal")).status_code == 404
    assert (await amara.post(f"/account/organisations/{own}/members/{boss}/removal")).status_code == 404
    assert await roles(theirs) == {"boss@vials.example": "owner"}


async def test_support_may_help_and_is_audited(database: str) -> None:
    made = await organisation("boss@vials.example", (OTHER, MemberRole.LEADS))
    helper = Actor(account_id=77, email="s@x.example", name="S", roles=frozenset({StaffRole.SUPPORT}))
    member = await db.fetch_value("SELECT id FROM account WHERE email = $1", OTHER)
    await commands.change_member_role(
        actor=helper, organisation_id=made, account_id=member, role=MemberRole.OWNER, now=clock.now()
    )
    rows = await db.fetch("SELECT actor, verb, kind, key, facts FROM audit_entry")
    assert [(r["actor"], r["verb"], r["kind"], r["key"]) for r in rows] == [
        ("account 77", "organisation.role_changed", "organisation", str(made))
    ]
    assert rows[0]["facts"].count("@") == 0
    editor = Actor(account_id=78, email="e@x.example", name="E", roles=frozenset({StaffRole.EDITOR}))
    with pytest.raises(NotFound):
        await commands.remove_member(actor=editor, organisation_id=made, account_id=member, now=clock.now())


def test_permissions_are_decided_from_the_actor_alone() -> None:
    owner = Actor(account_id=1, email="a", name="a", memberships={1: MemberRole.OWNER, 2: MemberRole.LEADS})
    assert [permissions.can_see(owner, n) for n in (1, 2, 3)] == [True, True, False]
    assert [permissions.can_manage_members(owner, n) for n in (1, 2, 3)] == [True, False, False]
    admin = Actor(account_id=2, email="b", name="b", roles=frozenset({StaffRole.ADMIN}))
    assert permissions.can_manage_members(admin, 1)
    assert permissions.acts_as_staff(admin, 1)


async def test_somebody_demoted_meanwhile_acts_no_more(database: str) -> None:
    """The actor was read as an owner when the request began."""
    made = await organisation(AMARA, (OTHER, MemberRole.OWNER))
    stale, other = await actor(AMARA), await actor(OTHER)
    await commands.change_member_role(
        actor=other, organisation_id=made, account_id=stale.account_id, role=MemberRole.LEADS, now=clock.now()
    )
    with pytest.raises(Conflict):
        await commands.remove_member(actor=stale, organisation_id=made, account_id=other.account_id, now=clock.now())
