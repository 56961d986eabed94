"""Who is on stage."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.speakers.commands import save_speaker
from portal.speakers.values import SpeakerFacts
from portal.webinars.commands.preparing.acts import begun, done, last_place, shift

REGIONS = ("stage", "state")
_ADD = """
INSERT INTO webinar_speaker (webinar, speaker, position, is_moderator)
SELECT $1, s.id, $3, $4 FROM speaker s WHERE s.id = $2
ON CONFLICT (webinar, speaker) DO NOTHING RETURNING id
"""


async def add_speaker(
    *, actor: Actor, webinar_id: int, speaker_id: int, is_moderator: bool = False, now: datetime
) -> None:
    """Put a person on the programme, behind the others. Raises Conflict where they are on it, NotFound for nobody."""
    async with db.transaction():
        await begun(actor, webinar_id)
        place = await last_place("webinar_speaker", webinar_id)
        if await db.fetch_value(_ADD, webinar_id, speaker_id, place, is_moderator) is None:
            if await db.fetch_value("SELECT id FROM speaker WHERE id = $1", speaker_id) is None:
                raise NotFound("There is no such speaker.")
            raise Conflict("This person is on the programme already.")
        await done(
            actor=actor, webinar_id=webinar_id, verb="speaker added", now=now, regions=REGIONS, speaker=speaker_id
        )


async def add_new_speaker(
    *, actor: Actor, webinar_id: int, facts: SpeakerFacts, is_moderator: bool = False, now: datetime
) -> None:
    """Make a person and put them on the programme. Raises Invalid by field."""
    async with db.transaction():
        made = await save_speaker(actor=actor, facts=facts, now=now)
        await add_speaker(actor=actor, webinar_id=webinar_id, speaker_id=made, is_moderator=is_moderator, now=now)


async def set_moderator(*, actor: Actor, webinar_id: int, speaker_id: int, is_moderator: bool, now: datetime) -> None:
    """Say whether somebody on the programme leads through it."""
    async with db.transaction():
        await begun(actor, webinar_id)
        sql = "UPDATE webinar_speaker SET is_moderator = $3 WHERE webinar = $1 AND speaker = $2"
        if not db.affected(await db.execute(sql, webinar_id, speaker_id, is_moderator)):
            raise NotFound("This person is not on the programme any more.")
        verb = "moderator named" if is_moderator else "moderator made speaker"
        await done(actor=actor, webinar_id=webinar_id, verb=verb, now=now, regions=REGIONS, speaker=speaker_id)


async def move_speaker(*, actor: Actor, webinar_id: int, speaker_id: int, up: bool, now: datetime) -> None:
    """Let somebody change places with the one before or behind."""
    async with db.transaction():
        await begun(actor, webinar_id)
        row = await db.fetch_value(
            "SELECT id FROM webinar_speaker WHERE webinar = $1 AND speaker = $2", webinar_id, speaker_id
        )
        if row is not None and await shift("webinar_speaker", webinar_id, row, up=up):
            await done(
                actor=actor,
                webinar_id=webinar_id,
                verb="speakers ordered",
                now=now,
                regions=REGIONS,
                speaker=speaker_id,
            )


async def remove_speaker(*, actor: Actor, webinar_id: int, speaker_id: int, now: datetime) -> None:
    """Take a person off this programme; they stay known."""
    async with db.transaction():
        await begun(actor, webinar_id)
        tag = await db.execute(
            "DELETE FROM webinar_speaker WHERE webinar = $1 AND speaker = $2", webinar_id, speaker_id
        )
        if db.affected(tag):
            await done(
                actor=actor, webinar_id=webinar_id, verb="speaker removed", now=now, regions=REGIONS, speaker=speaker_id
            )
