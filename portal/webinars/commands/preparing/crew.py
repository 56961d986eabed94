"""Who works at the desk."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db, jobs
from portal.core.errors import Conflict, NotFound
from portal.webinars.announcing import touch_all
from portal.webinars.commands.preparing.acts import begun, done
from portal.webinars.permissions import HOSTS
from portal.webinars.tables.rooms import CrewRole

_ADD = """
INSERT INTO webinar_crew (webinar, email, name, role, added_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (webinar, email) DO NOTHING RETURNING id
"""


async def add_member(*, actor: Actor, webinar_id: int, email: str, name: str, role: CrewRole, now: datetime) -> None:
    """Let whoever proves this address work at the desk, and tell them. Raises Conflict where the address has a role already."""
    async with db.transaction():
        await begun(actor, webinar_id, crew=HOSTS)
        made = await db.fetch_value(_ADD, webinar_id, email.lower(), name, role.value, now)
        if made is None:
            raise Conflict("This address is in the crew already. Change the role below.")
        await jobs.enqueue("webinars.tell_crew", member_id=made)
        await done(actor=actor, webinar_id=webinar_id, verb="crew added", now=now, member=made, role=role.value)


async def change_role(*, actor: Actor, webinar_id: int, member_id: int, role: CrewRole, now: datetime) -> None:
    """Give somebody of the crew another role; an open desk turns into what it is then."""
    async with db.transaction():
        await begun(actor, webinar_id, crew=HOSTS)
        sql = "UPDATE webinar_crew SET role = $3 WHERE webinar = $1 AND id = $2"
        if not db.affected(await db.execute(sql, webinar_id, member_id, role.value)):
            raise NotFound("This person is not in the crew any more.")
        await done(actor=actor, webinar_id=webinar_id, verb="crew changed", now=now, member=member_id, role=role.value)
        await touch_all(webinar_id)


async def remove_member(*, actor: Actor, webinar_id: int, member_id: int, now: datetime) -> None:
    """Let somebody work at the desk no more; an open one ends within moments."""
    async with db.transaction():
        await begun(actor, webinar_id, crew=HOSTS)
        tag = await db.execute("DELETE FROM webinar_crew WHERE webinar = $1 AND id = $2", webinar_id, member_id)
        if db.affected(tag):
            await done(actor=actor, webinar_id=webinar_id, verb="crew removed", now=now, member=member_id)
            await touch_all(webinar_id)
