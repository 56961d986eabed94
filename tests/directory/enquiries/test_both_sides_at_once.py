"""Buyer, company and staff acting on one enquiry at the same moment: in one order, with nobody waiting in a circle."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import httpx

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.directory.enquiries.commands import answering, talking
from portal.directory.enquiries.tables import Outcome
from tests.directory.enquiries.conftest import World, ask, mails, reply, run_jobs

_BLOCKS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"


async def _ids(company: int) -> tuple[int, int]:
    row = await db.fetch_one("SELECT enquiry, id FROM enquiry_recipient WHERE company = $1", company)
    assert row is not None
    return row["enquiry"], row["id"]


async def _closed_while(enquiry: int, other: Awaitable[Any]) -> list[Any]:
    """The buyer holds the enquiry, and closes it once `other` waits for it; what became of both."""
    held = asyncio.Event()

    async def buyer() -> None:
        async with db.transaction():
            await db.fetch_one("SELECT FROM enquiry WHERE id = $1 FOR UPDATE", enquiry)
            held.set()
            async with asyncio.timeout(5):
                while not await db.fetch_value(_BLOCKS):
                    await asyncio.sleep(0.01)
            await talking.close(enquiry_id=enquiry, outcome=Outcome.OTHER, winner=None, decided=None, now=clock.now())

    async def late() -> None:
        await held.wait()
        await other

    return list(await asyncio.gather(asyncio.create_task(buyer()), asyncio.create_task(late()), return_exceptions=True))


async def test_staff_settle_a_report_while_the_buyer_closes(buyer: httpx.AsyncClient, world: World) -> None:
    number = await ask(buyer, "isarwerk", "halden")
    enquiry, recipient = await _ids(world.isarwerk)
    await answering.report(actor=PORTAL, recipient_id=recipient, text="Spam.", now=clock.now())
    settling = answering.settle_report(actor=PORTAL, recipient_id=recipient, closes=True, now=clock.now())
    assert await _closed_while(enquiry, settling) == [None, None]
    rows = await db.fetch("SELECT state, report_settled_at IS NOT NULL AS settled FROM enquiry_recipient ORDER BY id")
    assert [row["state"] for row in rows] == ["ended", "ended"]
    assert sum(row["settled"] for row in rows) == 1
    await run_jobs()
    told = [mail["recipient"] for mail in await mails() if mail["subject"] == f"Enquiry {number} is closed"]
    assert sorted(told) == ["hanne@halden.example", "olga@isarwerk.example"], "who closed first tells everybody, once"


async def test_no_message_lands_in_an_enquiry_that_was_just_closed(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer, "isarwerk")
    await reply(olga, "isarwerk", number)
    enquiry, recipient = await _ids(world.isarwerk)
    writing = answering.write(actor=PORTAL, recipient_id=recipient, text="Late.", form_key="late", now=clock.now())
    closed, written = await _closed_while(enquiry, writing)
    assert closed is None
    assert isinstance(written, Conflict)
    assert await db.fetch_value("SELECT count(*) FROM enquiry_message WHERE text = 'Late.'") == 0
