"""Who pays for a webinar. A sponsor is named by its company; what people agree to is the company's own (`staff.leads`)."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.core.overtaking import not_overtaken
from portal.webinars.commands.preparing.acts import begun, done, last_place, shift

REGIONS = ("state", "resources")
_ADD = """
INSERT INTO webinar_sponsor (webinar, company, position, note, added_at)
SELECT $1, c.id, $3, $4, $5 FROM company c WHERE c.id = $2 AND c.state = 'public'
ON CONFLICT (webinar, company) DO NOTHING RETURNING id
"""
_ONE = "SELECT id, note FROM webinar_sponsor WHERE webinar = $1 AND company = $2"


async def add_sponsor(*, actor: Actor, webinar_id: int, company_id: int, note: str = "", now: datetime) -> int:
    """Name a company of the directory as a sponsor, behind the others. Raises Conflict where it is one, NotFound for none."""
    async with db.transaction():
        await begun(actor, webinar_id)
        place = await last_place("webinar_sponsor", webinar_id)
        made = await db.fetch_value(_ADD, webinar_id, company_id, place, note, now)
        if made is None:
            if await db.fetch_one(_ONE, webinar_id, company_id) is None:
                raise NotFound("There is no such company in the directory.")
            raise Conflict("This company is a sponsor already.")
        await done(
            actor=actor, webinar_id=webinar_id, verb="sponsor added", now=now, regions=REGIONS, company=company_id
        )
    return int(made)


async def save_note(*, actor: Actor, webinar_id: int, company_id: int, note: str, seen: str, now: datetime) -> bool:
    """Say what a sponsor offers those who agree. `seen` is the `overtaking.mark` of the note that the editor saw.

    False when nothing is different. Raises Conflict when somebody else was faster.
    """
    async with db.transaction():
        await begun(actor, webinar_id)
        row = await db.fetch_one(_ONE, webinar_id, company_id)
        if row is None:
            raise NotFound("This company is no sponsor any more.")
        not_overtaken(seen, row["note"])
        if row["note"] == note:
            return False
        await db.execute("UPDATE webinar_sponsor SET note = $2 WHERE id = $1", row["id"], note)
        await done(
            actor=actor, webinar_id=webinar_id, verb="sponsor changed", now=now, regions=REGIONS, company=company_id
        )
    return True


async def move_sponsor(*, actor: Actor, webinar_id: int, company_id: int, up: bool, now: datetime) -> None:
    """Let a sponsor change places with the one before or behind."""
    async with db.transaction():
        await begun(actor, webinar_id)
        row = await db.fetch_one(_ONE, webinar_id, company_id)
        if row is not None and await shift("webinar_sponsor", webinar_id, row["id"], up=up):
            await done(
                actor=actor,
                webinar_id=webinar_id,
                verb="sponsors ordered",
                now=now,
                regions=REGIONS,
                company=company_id,
            )


async def remove_sponsor(*, actor: Actor, webinar_id: int, company_id: int, now: datetime) -> None:
    """Name a company as a sponsor no more. What people agreed to stands until they take it back."""
    async with db.transaction():
        await begun(actor, webinar_id)
        tag = await db.execute(
            "DELETE FROM webinar_sponsor WHERE webinar = $1 AND company = $2", webinar_id, company_id
        )
        if db.affected(tag):
            await done(
                actor=actor, webinar_id=webinar_id, verb="sponsor removed", now=now, regions=REGIONS, company=company_id
            )
