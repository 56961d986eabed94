"""Two companies of one owner take meetings at one event and are made one: all goes on with the kept one."""

import asyncio

import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Forbidden
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.exhibitors.meetings.commands import following
from portal.exhibitors.meetings.commands.turns import turn
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.queries import openings, requests
from portal.exhibitors.queries import desks
from tests.attending import Attending
from tests.exhibitors.meetings.reading import messages, told
from tests.factories import exhibitors, meetings
from tests.factories.meetings import Fair

AMARA = "amara@brennhof.example"


async def second(fair: Fair) -> Fair:
    """Another company of the same owner at the same event."""
    stand = await exhibitors.make("Quellmark Single-Use", event_id=fair.event_id, package="Other")
    await db.execute(
        "UPDATE company SET organisation = $2 WHERE id = $1", stand.exhibitor.company_id, fair.stand.organisation_id
    )
    found = await desks.by_id(stand.exhibitor.id)
    assert found is not None
    stand = msgspec.structs.replace(
        stand, exhibitor=found, owner=fair.owner, organisation_id=fair.stand.organisation_id
    )
    return Fair(stand, fair.day)


async def times(fair: Fair) -> dict[int, int]:
    """How many spans each person who can be met has."""
    rows = await db.fetch(
        "SELECT h.account, count(*) AS n FROM exhibitor_host h JOIN meeting_availability v ON v.host = h.id "
        "WHERE h.exhibitor = $1 GROUP BY 1",
        fair.exhibitor_id,
    )
    return {row["account"]: row["n"] for row in rows}


async def of(fair: Fair) -> list[int]:
    return [one.id for one in await known.of_exhibitor(fair.exhibitor_id)]


async def test_meetings_times_and_requests_of_both_are_the_kept_companys(attending: Attending) -> None:
    kept = await meetings.fair(publish=False)
    await kept.publish(kept.owner, 9, 12)
    other = await second(kept)
    leni = await kept.member()
    # Olga can be met for both, Leni for the other alone.
    await other.publish(other.owner, 13, 17)
    await other.publish(leni, 9, 17)
    amara = await kept.visitor()
    mine = await kept.meet(amara, 9)
    with_olga, with_leni = await other.meet(amara, 13), await other.meet(amara, 14, actor=leni)
    asked = await other.ask(await kept.visitor("bob@brennhof.example", "Bob Vos"), 15)
    await attending.work()
    before = [await of(kept), await of(other), await times(kept), await times(other)]
    assert [seq for _, seq in await told(AMARA)] == [0, 0, 0]
    merge = await merge_companies(
        actor=PORTAL, kept_id=kept.stand.exhibitor.company_id, merged_id=other.stand.exhibitor.company_id, now=clock.now()
    )  # fmt: skip
    await attending.work()
    assert await following.follow(now=clock.now()) == 0, "nothing rests on the merged company any more"
    assert await of(kept) == [mine, with_olga, with_leni]
    assert await times(kept) == {kept.owner.account_id: 2, leni.account_id: 1}
    assert await told(AMARA) == [("REQUEST", 0)] * 3 + [("REQUEST", 1)] * 2
    last = (await messages(AMARA))[-1].walk("VEVENT")[0]
    assert kept.stand.exhibitor.company_name in str(last["SUMMARY"])
    assert {one.account_id for one in await openings.hosts(kept.exhibitor_id)} == {
        kept.owner.account_id, leni.account_id,
    }  # fmt: skip
    request = await requests.by_id(asked)
    assert request is not None
    assert request.exhibitor_id == kept.exhibitor_id
    later = await kept.accept(asked)
    await undo_merge(actor=PORTAL, merge_id=merge, now=clock.now())
    await attending.work()
    assert [await of(kept), await of(other), await times(kept), await times(other)] == [
        [mine, later], [with_olga, with_leni], *before[2:],
    ]  # fmt: skip
    assert [seq for _, seq in await told(AMARA)] == [0, 0, 0, 1, 1, 2, 2]


_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"


@pytest.mark.usefixtures("database")
async def test_a_meeting_that_is_fixed_at_the_same_moment_goes_along() -> None:
    kept = await meetings.fair()
    other = await second(kept)
    await other.publish(await kept.member(), 9, 17)
    leni = await kept.member()
    first, late = [
        await other.ask(await kept.visitor(f"v{n}@brennhof.example", "Vera Vos"), 9 + n, actor=leni) for n in (1, 2)
    ]
    held = asyncio.Event()

    async def merge() -> None:
        await held.wait()
        await merge_companies(
            actor=PORTAL, kept_id=kept.stand.exhibitor.company_id, merged_id=other.stand.exhibitor.company_id,
            now=clock.now(),
        )  # fmt: skip

    merging = asyncio.create_task(merge())
    async with turn(kept.event_id):
        held.set()
        async with asyncio.timeout(10):
            while not await db.fetch_value(_WAITS):
                await asyncio.sleep(0)
        made = await other.accept(first, actor=leni)
    await merging
    assert await of(kept) == [made]
    with pytest.raises(Forbidden):
        await other.accept(late, actor=leni)
    assert await kept.accept(late, actor=leni) > made
