"""50 exhibitors at once for 10 booths through the real routes: exactly 10, no deadlock, every refused one is told."""

import asyncio
from contextlib import AsyncExitStack

import httpx
from litestar import Litestar

from portal.core import db
from tests.conftest import browser
from tests.factories import events, exhibitors
from tests.placements.conftest import MemberRole, signed_in

BUYERS, BOOTHS = 50, 10


async def test_50_exhibitors_for_10_booths(app: Litestar, client: httpx.AsyncClient) -> None:
    event_id = await events.make("Fill & Finish Forum")
    stands = [await exhibitors.make(f"Company {n}", event_id=event_id) for n in range(BUYERS)]
    booths = list((await exhibitors.hall(event_id)).values())
    assert len(booths) == BOOTHS
    async with AsyncExitStack() as stack:
        hands = []
        for stand in stands:
            opened = await stack.enter_async_context(browser(app))
            await signed_in(opened, stand.owner.email, stand.organisation_id, MemberRole.OWNER)
            hands.append(opened)

        async def buy(n: int) -> tuple[int, str]:
            answer = await hands[n].post(
                f"{stands[n].exhibitor.address}/booth", data={"booth": str(booths[n % BOOTHS])}
            )
            return answer.status_code, answer.text

        answers = await asyncio.gather(*(buy(n) for n in range(BUYERS)))
    assert sorted(status for status, _ in answers) == [303] * BOOTHS + [409] * (BUYERS - BOOTHS)
    assert all("has just been taken. Please choose another" in text for status, text in answers if status == 409)
    rows = await db.fetch("SELECT booth, count(*) AS n FROM booth_booking WHERE state = 'held' GROUP BY booth")
    assert {row["booth"]: row["n"] for row in rows} == dict.fromkeys(booths, 1)
