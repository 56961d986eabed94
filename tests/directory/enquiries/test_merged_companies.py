"""Enquiries follow a company into the one it is merged with, and come back with it."""

import httpx

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.directory.commands.merging import merge_companies, undo_merge
from tests.directory.enquiries.conftest import World, ask


async def recipients() -> dict[str, set[int]]:
    rows = await db.fetch("SELECT number, r.company FROM enquiry_recipient r JOIN enquiry e ON e.id = r.enquiry")
    return {row["number"]: {other["company"] for other in rows if other["number"] == row["number"]} for row in rows}


async def test_enquiries_go_over_once_and_come_back(buyer: httpx.AsyncClient, world: World) -> None:
    alone, both = await ask(buyer, "tessin"), await ask(buyer, "tessin", "halden")
    before = await recipients()
    made = await merge_companies(actor=PORTAL, kept_id=world.halden, merged_id=world.tessin, now=clock.now())
    assert await recipients() == {alone: {world.halden}, both: {world.tessin, world.halden}}
    await undo_merge(actor=PORTAL, merge_id=made, now=clock.now())
    assert await recipients() == before == {alone: {world.tessin}, both: {world.tessin, world.halden}}
