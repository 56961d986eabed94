"""What the desk changes of a running room: where its picture comes from, and what is open in it."""

from datetime import datetime
from enum import StrEnum

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.webinars.announcing import touch_all
from portal.webinars.rules.sources import refusals, stored
from portal.webinars.tables.rooms import VideoSource


class Switch(StrEnum):
    """What can be switched on and off; also the columns of `webinar`."""

    QUESTIONS = "questions_on"
    CHAT = "chat_on"
    REACTIONS = "reactions_on"


_SOURCE = "SELECT source, source_url FROM webinar WHERE id = $1 FOR NO KEY UPDATE"
_CHANGE = "UPDATE webinar SET source = $2, source_url = $3, version = version + 1 WHERE id = $1"


async def change_source(
    *, webinar_id: int, source: VideoSource, address: str, had: tuple[VideoSource, str], actor: Actor, now: datetime
) -> None:
    """Take the picture from elsewhere: open pages follow at once, and every join link leads to it. Nobody is written to.

    `had` is where it came from when the host began; raises Conflict where somebody else has changed it meanwhile, Invalid
    for an address that cannot be used.
    """
    kept = "" if source is VideoSource.NONE else stored(source, address)
    if errors := refusals(source, kept):
        raise Invalid(errors)
    async with db.transaction():
        row = await db.fetch_one(_SOURCE, webinar_id)
        if row is None:
            raise NotFound("There is no such webinar.")
        before = (VideoSource(row["source"]), row["source_url"])
        if before == (source, kept):
            return
        if before != had:
            raise Conflict(
                "Somebody else has just changed where the picture comes from. Send yours again to replace it."
            )
        await db.execute(_CHANGE, webinar_id, source.value, kept)
        await audit.record(
            actor=actor.label, verb="changed source", kind="webinar", key=webinar_id, now=now,
            was=before[0].value, source=source.value,
        )  # fmt: skip
        await touch_all(webinar_id)


async def turn(*, webinar_id: int, switch: Switch, on: bool, actor: Actor, now: datetime) -> None:
    """Open or close questions, chat or reactions. Turned already, nothing happens."""
    async with db.transaction():
        tag = await db.execute(
            f"UPDATE webinar SET {switch.value} = $2, version = version + 1 WHERE id = $1 AND {switch.value} <> $2",
            webinar_id, on,
        )  # fmt: skip
        if db.affected(tag):
            verb = "switched on" if on else "switched off"
            await audit.record(actor=actor.label, verb=verb, kind="webinar", key=webinar_id, now=now, what=switch.value)
            await touch_all(webinar_id)
