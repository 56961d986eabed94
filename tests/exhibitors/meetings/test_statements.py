"""No page of meetings takes more than six statements, however many meetings, tables, hosts and companies there are."""

import httpx

from portal.accounts.tables import StaffRole
from portal.core import db
from tests.directory.conftest import SignIn
from tests.factories import meetings
from tests.factories.meetings import Fair
from tests.queries import counting

OWNER, AMARA = "owner@isarwerk-biologics-gmbh.example", "amara@brennhof.example"


async def crowd(fair: Fair, first: int, last: int) -> None:
    """So many more hosts, tables, companies and people who have met and asked."""
    for n in range(first, last):
        leni = await fair.member(f"leni{n}@isarwerk.example")
        await fair.publish(leni)
        visitor = await fair.visitor(f"v{n}@brennhof.example", f"V {n}")
        await fair.meet(visitor, 9 + n % 14 / 2, actor=leni)
        await fair.ask(visitor, 16.5, actor=leni)
        other = meetings.Fair(await meetings.exhibitors.make(f"Company {n}", event_id=fair.event_id), fair.day)
        await other.publish(other.owner)


async def test_no_page_takes_more_than_six(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    fair = await meetings.fair()
    await fair.tables(30)
    amara = await fair.visitor()
    made = await fair.meet(amara, 9)
    asked = await fair.ask(await fair.visitor("bob@brennhof.example", "Bob Vos"), 10)
    owner, mine = await sign_in(OWNER, fair.stand.organisation_id), await sign_in(AMARA)
    judith = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    desk, here = f"{fair.stand.exhibitor.address}/meetings", fair.stand.exhibitor
    staff = f"/staff/events/{fair.event_id}/exhibitors/meetings"
    box = str(int(fair.at(9).timestamp()))
    await judith.post(f"{staff}/tables", data={"names": "Table 1-30"})
    await judith.post(staff, data={"name": "Lounge", "answer_hours": "48", "box": box})
    pages = [
        *((owner, desk + tail) for tail in ("", "/times", "/tables", "/now", "/all", "/sheet", "/people")),
        *((owner, desk + tail) for tail in (f"/requests/{asked}", f"/{made}")),
        *((client, amara.path + tail) for tail in ("", f"/companies/{here.company_slug}", f"/{made}")),
        (mine, "/account/meetings"), (client, f"/events/{here.event_slug}/meetings"),
        (judith, staff), (judith, f"{staff}/sheet"),
    ]  # fmt: skip
    counts: list[dict[str, int]] = []
    for first, last in ((0, 1), (1, 30)):
        await crowd(fair, first, last)
        counts.append({})
        for browser, address in pages:
            async with counting() as seen:
                assert (await browser.get(address)).status_code == 200
            # What waits in the staff's areas is counted around every page of theirs.
            counts[-1][address] = sum("count(*) FROM" not in one[:25] for one in seen)
    assert counts[0] == counts[1]
    assert {address: count for address, count in counts[1].items() if count > 6} == {}
    assert await db.fetch_value("SELECT count(*) FROM meeting") == 31
