"""Organisations: invitations, roles, the owner that never goes missing, and nobody touching another's."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from portal.accounts.actors import Actor
from portal.accounts.organisations import commands
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import DomainError, NotFound
from tests.accounts.conftest import AMARA, OFFICE, Browser, OpenBrowser, account, mails
from tests.queries import counting

OTHER = "p.lindqvist@brennhof.example"


async def actor(email: str, name: str = "Some Body") -> Actor:
    """Somebody as the guards would read them now."""
    account_id = await account(email, name, password=None)
    rows = await db.fetch("SELECT organisation, role FROM membership WHERE account = $1", account_id)
    return Actor(
        account_id=account_id,
        email=email,
        name=name,
        timezone="UTC",
        memberships={row["organisation"]: MemberRole(row["role"]) for row in rows},
    )


async def organisation(owner: str = AMARA, *more: tuple[str, MemberRole], name: str = "Brennhof Pharma GmbH") -> int:
    """An organisation with members."""
    made = await commands.create_organisation(actor=await actor(owner), name=name, now=clock.now())
    for email, role in more:
        member = await actor(email)
        await db.execute(
            "INSERT INTO membership (organisation, account, role, since) VALUES ($1, $2, $3, now())",
            made, member.account_id, role.value,
        )  # fmt: skip
    return made


async def roles(organisation_id: int) -> dict[str, str]:
    rows = await db.fetch(
        "SELECT a.email, m.role FROM membership m JOIN account a ON a.id = m.account WHERE m.organisation = $1",
        organisation_id,
    )
    return {row["email"]: row["role"] for row in rows}


async def test_making_one_and_inviting_a_colleague(amara: Browser, open_browser: OpenBrowser) -> None:
    answer = await amara.post("/account/organisations", name="Brennhof Pharma GmbH", country="DE")
    here = answer.headers["location"]
    assert (answer.status_code, here) == (303, "/account/organisations/1")
    assert (await amara.post(f"{here}/invitations", email=OTHER.upper(), role="editor")).status_code == 303
    [mail] = await mails(OTHER)
    assert mail["subject"] == "Invitation to Brennhof Pharma GmbH at Sterile Line"
    assert re.findall(r"https?://[^/\s]*(/[^\s]*)", mail["text"]) == ["/account/organisations"]
    colleague = await open_browser(OFFICE)
    await account(OTHER, "P. Lindqvist")
    await colleague.sign_in(OTHER)
    page = (await colleague.get("/account/organisations")).text
    [accept] = re.findall(r'action="(/account/invitations/\d+/acceptance)"', page)
    answer = await colleague.post(accept)
    assert answer.headers["location"] == here
    assert await roles(1) == {AMARA: "owner", OTHER: "editor"}
    assert (await colleague.get(here)).text.count("P. Lindqvist") >= 1
    assert (await colleague.post(accept)).status_code == 404


async def test_an_invitation_is_for_its_address_only(amara: Browser, open_browser: OpenBrowser) -> None:
    made = await organisation("boss@vials.example")
    await commands.invite(
        actor=await actor("boss@vials.example"),
        organisation_id=made,
        email=OTHER,
        role=MemberRole.OWNER,
        now=clock.now(),
    )
    invitation = await db.fetch_value("SELECT id FROM invitation")
    assert (await amara.get("/account/organisations")).text.count("acceptance") == 0
    for verb in ("acceptance", "refusal"):
        assert (await amara.post(f"/account/invitations/{invitation}/{verb}")).status_code == 404
    assert await db.fetch_value("SELECT count(*) FROM invitation") == 1
    assert await roles(made) == {"boss@vials.example": "owner"}


async def test_invitations_can_be_declined_withdrawn_renewed_and_run_out(
    open_browser: OpenBrowser, amara: Browser
) -> None:
    made = await organisation(AMARA)
    boss = await actor(AMARA)
    invited = await actor(OTHER)

    async def offer(role: MemberRole = MemberRole.LEADS) -> int:
        return await commands.invite(actor=boss, organisation_id=made, email=OTHER, role=role, now=clock.now())

    await commands.decline_invitation(actor=invited, invitation_id=await offer(), now=clock.now())
    await commands.withdraw_invitation(actor=boss, organisation_id=made, invitation_id=await offer(), now=clock.now())
    first = await offer()
    assert await offer(MemberRole.EDITOR) == first
    assert await db.fetch_value("SELECT role FROM invitation") == "editor"
    await db.execute("UPDATE invitation SET expires_at = now()")
    with pytest.raises(NotFound):
        await commands.accept_invitation(actor=invited, invitation_id=first, now=clock.now())
    assert await roles(made) == {AMARA: "owner"}


async def test_a_member_is_not_invited_again(amara: Browser) -> None:
    made = await organisation(AMARA, (OTHER, MemberRole.LEADS))
    answer = await amara.post(f"/account/organisations/{made}/invitations", email=OTHER, role="owner")
    assert answer.status_code == 422
    assert re.findall(r'id="f-(\w+)-e"', answer.text) == ["email"]


async def test_roles_change_and_count_at_once(amara: Browser, open_browser: OpenBrowser) -> None:
    made = await organisation(AMARA, (OTHER, MemberRole.LEADS))
    await account(OTHER)
    colleague = await open_browser(OFFICE)
    await colleague.sign_in(OTHER)
    here = f"/account/organisations/{made}"
    assert (await colleague.post(f"{here}/invitations", email="x@vials.example", role="owner")).status_code == 403
    theirs = await db.fetch_value("SELECT id FROM account WHERE email = $1", OTHER)
    await amara.post(f"{here}/members/{theirs}/role", role="owner")
    assert (await colleague.post(f"{here}/invitations", email="x@vials.example", role="owner")).status_code == 303
    await amara.post(f"{here}/members/{theirs}/removal")
    assert (await colleague.get(here)).status_code == 404
    assert await roles(made) == {AMARA: "owner"}


async def test_the_last_owner_stays(amara: Browser) -> None:
    made = await organisation(AMARA, (OTHER, MemberRole.EDITOR))
    own = await db.fetch_value("SELECT id FROM account WHERE email = $1", AMARA)
    here = f"/account/organisations/{made}"
    for path, fields in (
        (f"{here}/departure", {}),
        (f"{here}/members/{own}/role", {"role": "editor"}),
        (f"{here}/members/{own}/removal", {}),
    ):
        answer = await amara.post(path, **fields)
        assert answer.status_code == 409
        assert answer.text.count("An organisation needs an owner.") == 1
    assert await roles(made) == {AMARA: "owner", OTHER: "editor"}


async def _simultaneously(*acts: Awaitable[object]) -> list[str]:
    """What became of acts done at the same moment, each on a connection of its own."""
    done = await asyncio.gather(*acts, return_exceptions=True)
    unexpected = [one for one in done if isinstance(one, BaseException) and not isinstance(one, DomainError)]
    assert unexpected == []
    return sorted("refused" if isinstance(one, DomainError) else "done" for one in done)


Act = Callable[[int, Actor, Actor], Awaitable[object]]


async def _leave(made: int, actor: Actor, other: Actor) -> None:
    await commands.leave(actor=actor, organisation_id=made, now=clock.now())


async def _step_down(made: int, actor: Actor, other: Actor) -> None:
    await commands.change_member_role(
        actor=actor, organisation_id=made, account_id=actor.account_id, role=MemberRole.EDITOR, now=clock.now()
    )


async def _remove_the_other(made: int, actor: Actor, other: Actor) -> None:
    await commands.remove_member(actor=actor, organisation_id=made, account_id=other.account_id, now=clock.now())


@pytest.mark.parametrize("first", [_leave, _step_down, _remove_the_other])
@pytest.mark.parametrize("second", [_leave, _step_down, _remove_the_other])
async def test_two_owners_at_the_same_moment_leave_one(database: str, first: Act, second: Act) -> None:
    for _ in range(4):
        await db.execute("DELETE FROM rate_limit")
        made = await organisation(AMARA, (OTHER, MemberRole.OWNER))
        a, b = await actor(AMARA), await actor(OTHER)
        outcome = await _simultaneously(first(made, a, b), second(made, b, a))
        owners = list((await roles(made)).values()).count("owner")
        # Both may be done only where both were aimed at the same person.
        assert (owners, outcome[0]) == (1, "done")


async def test_the_database_refuses_what_no_command_does(database: str) -> None:
    """Two raw connections, past all commands: the second waits for the first and then finds itself the last owner."""
    made = await organisation(AMARA, (OTHER, MemberRole.OWNER))
    first, second = [await asyncpg.connect(database) for _ in range(2)]
    gone = "DELETE FROM membership USING account a WHERE a.id = account AND organisation = $1 AND a.email = $2"
    transaction = first.transaction()
    await transaction.start()
    await first.execute(gone, made, AMARA)
    late = asyncio.create_task(second.execute(gone, made, OTHER))
    pid = second.get_server_pid()
    while not late.done() and not await db.fetch_value("SELECT cardinality(pg_blocking_pids($1)) > 0", pid):
        await asyncio.sleep(0)
    await transaction.commit()
    with pytest.raises(asyncpg.CheckViolationError):
        await late
    assert await roles(made) == {OTHER: "owner"}
    with pytest.raises(asyncpg.CheckViolationError):
        await db.execute("UPDATE membership SET role = 'editor' WHERE organisation = $1", made)
    for line in (first, second):
        await line.close()


async def test_an_organisation_itself_can_go_with_its_members(database: str) -> None:
    made = await organisation(AMARA, (OTHER, MemberRole.OWNER))
    await db.execute("DELETE FROM organisation WHERE id = $1", made)
    assert await roles(made) == {}


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": "", "country": ""}, "name"),
        ({"name": "x" * 121, "country": ""}, "name"),
        ({"name": "www.evil.example", "country": ""}, "name"),
        ({"name": "Fine", "country": "XX"}, "country"),
        ({"name": "Fine", "country": "Germany"}, "country"),
    ],
)
async def test_bad_organisations_are_told(amara: Browser, fields: dict[str, str], fault: str) -> None:
    answer = await amara.post("/account/organisations", **fields)
    assert answer.status_code == 422
    assert re.findall(r'id="f-(\w+)-e"', answer.text) == [fault]
    assert await db.fetch_value("SELECT count(*) FROM organisation") == 0


@pytest.mark.parametrize("role", ["", "boss", "owner' OR 1=1", "OWNER"])
async def test_made_up_roles_are_refused(amara: Browser, role: str) -> None:
    made = await organisation(AMARA)
    answer = await amara.post(f"/account/organisations/{made}/invitations", email=OTHER, role=role)
    assert answer.status_code == 422
    answer = await amara.post(f"/account/organisations/{made}/members/1/role", role=role)
    assert answer.status_code == 422


async def test_two_companies_may_have_the_same_name(amara: Browser) -> None:
    for _ in range(2):
        assert (await amara.post("/account/organisations", name="Same Ltd")).status_code == 303
    slugs = [row["slug"] for row in await db.fetch("SELECT slug FROM organisation ORDER BY id")]
    assert (slugs[0], slugs[1][:9], len(slugs[1])) == ("same-ltd", "same-ltd-", 15)


async def test_pages_cost_the_same_with_many_members(amara: Browser) -> None:
    made = await organisation(AMARA)
    counts = []
    for _ in range(2):
        async with counting() as run:
            assert (await amara.get(f"/account/organisations/{made}")).status_code == 200
        counts.append(len(run))
        await db.execute(
            "WITH a AS (INSERT INTO account (email, name, timezone, created_at) "
            "SELECT gen_random_uuid() || '@vials.example', 'M' || n, 'UTC', now() FROM generate_series(1, 30) n RETURNING id) "
            "INSERT INTO membership (organisation, account, role, since) SELECT $1, id, 'leads', now() FROM a",
            made,
        )
    assert counts[0] == counts[1] <= 6
