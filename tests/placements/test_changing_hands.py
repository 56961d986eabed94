"""A company that changes hands: nobody pays on for what they lost, and nobody sees what the former owner paid."""

from portal import wiring
from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands import ownership
from portal.placements.tables import Plan
from tests.directory.conftest import organisation
from tests.paying import text_of
from tests.placements.conftest import OWNER, Desk, signed_in

NEXT = "boss@halden.example"


async def owner() -> int | None:
    found: int | None = await db.fetch_value("SELECT organisation FROM company")
    return found


async def test_a_company_is_not_given_up_while_its_plan_renews(desk: Desk) -> None:
    await desk.subscribe()
    members = f"/companies/{desk.slug}/manage/members"
    refused = await desk.client.post(f"{members}/surrender")
    assert (refused.status_code, "Cancel it first, under Plan." in text_of(refused)) == (409, True)
    assert await owner() == desk.organisation_id
    await desk.client.post(f"{desk.plan_page}/cancellation")
    await desk.everything_settles()
    assert (await desk.client.post(f"{members}/surrender")).status_code == 303
    assert await owner() is None


async def test_what_staff_hand_over_is_not_renewed_for_the_former_owner(desk: Desk) -> None:
    await desk.subscribe()
    made = await organisation(NEXT, "Halden AS")
    await ownership.transfer(
        actor=PORTAL, company_id=desk.company_id, organisation_id=made, reason="It was sold.", now=clock.now()
    )
    await desk.work()
    await desk.everything_settles()
    record = await desk.record()
    assert (record.renewal, record.ends_at) == (None, record.period_end)
    # What is paid for stays with the profile; who paid it, how and what is shown to nobody else.
    assert await desk.plan() is Plan.PREMIUM
    assert (await desk.client.get(desk.plan_page)).status_code == 404
    await signed_in(desk.client, NEXT, None, MemberRole.OWNER)
    page = text_of(await desk.client.get(desk.plan_page))
    assert "is Premium" in page
    for secret in (OWNER, "Bachmair", "4242", "4,153.10", "Klopferspitz"):
        assert secret not in page
    for act in ("stripe", "cancellation", "continuation", "check"):
        answer = await desk.client.post(f"{desk.plan_page}/{act}")
        assert answer.headers["location"] == desk.plan_page
    assert (await desk.record()).ends_at == record.ends_at


async def test_a_plan_of_the_new_owner_s_is_left_alone(desk: Desk) -> None:
    before = clock.now()
    await desk.subscribe()
    jobs = {job.name: job.handler for job in wiring.jobs(desk.services)}
    await jobs["directory.end_renewal"](company_id=desk.company_id, before=before.isoformat())
    assert (await desk.record()).renewal is not None
