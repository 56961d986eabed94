"""What is noted when a sponsor's people look at its leads."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.commands import record_disclosures
from portal.core import db
from portal.directory.queries.companies import KnownCompany
from portal.leads.commands import note_told
from portal.webinars.queries.leads import Lead
from portal.webinars.values import Room


async def note_read(*, company: KnownCompany, room: Room, leads: Sequence[Lead], now: datetime) -> None:
    """Note of each, once for every owner of the company, that its people could read who it is."""
    async with db.transaction():
        told = await note_told(consents=[lead.consent_id for lead in leads], since=company.claimed_at, now=now)
        if told:
            await record_disclosures(
                emails=told, recipient=company.name, now=now, purpose=f"You agreed to it for {room.title}",
                what="Name, job title, company, address, and how you took part",
            )  # fmt: skip
