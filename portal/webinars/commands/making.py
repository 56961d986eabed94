"""Making an event a webinar, and setting its room up."""

from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.webinars.announcing import touch_all
from portal.webinars.commands.states import replan
from portal.webinars.rules.sources import refusals
from portal.webinars.values import RoomSettings

_COLUMNS = tuple(name for name in RoomSettings.__struct_fields__ if name != "series_id")
_MAKE = f"""
INSERT INTO webinar (event, planned_start, state_since, created_at, series, {", ".join(_COLUMNS)})
SELECT e.id, e.starts_at, $2, $2, $3, {", ".join(f"${n + 4}" for n in range(len(_COLUMNS)))}
FROM event e WHERE e.id = $1 AND e.kind = 'own' AND e.format IN ('online', 'hybrid')
ON CONFLICT (event) DO NOTHING RETURNING id
"""
_SAVE = f"""
UPDATE webinar SET version = version + 1, changed_at = $3, {", ".join(f"{name} = ${n + 4}" for n, name in enumerate(_COLUMNS))}
WHERE id = $1 AND version = $2
"""


async def make_webinar(*, event_id: int, settings: RoomSettings, actor: Actor, now: datetime) -> int:
    """Give an event its room. Raises Invalid for settings that cannot be, Conflict where there is a room already or the
    event is not an online one of ours.
    """
    _check(settings)
    async with db.transaction():
        made = await db.fetch_value(_MAKE, event_id, now, settings.series_id, *_values(settings))
        if made is None:
            raise Conflict("This event has a room already, or it is not an online event of this portal.")
        await replan(webinar_id=made, now=now)
        await audit.record(actor=actor.label, verb="made", kind="webinar", key=made, now=now, event=event_id)
    return int(made)


async def save_settings(*, webinar_id: int, version: int, settings: RoomSettings, actor: Actor, now: datetime) -> None:
    """Change how a room works; open pages follow. Its series stays (`preparing.series.put_in_series`).

    Raises Conflict when somebody else was faster, NotFound without a room.
    """
    _check(settings)
    async with db.transaction():
        tag = await db.execute(_SAVE, webinar_id, version, now, *_values(settings))
        if not db.affected(tag):
            if await db.fetch_value("SELECT id FROM webinar WHERE id = $1", webinar_id) is None:
                raise NotFound("There is no such webinar.")
            raise Conflict("Somebody else changed these settings meanwhile.")
        await replan(webinar_id=webinar_id, now=now)
        await touch_all(webinar_id)
        await audit.record(actor=actor.label, verb="set up", kind="webinar", key=webinar_id, now=now)


def _check(settings: RoomSettings) -> None:
    errors = refusals(settings.source, settings.source_url)
    if not 0 <= settings.lobby_minutes <= 1440:
        errors["lobby_minutes"] = "Please give minutes from 0 to 1440."
    if errors:
        raise Invalid(errors)


def _values(settings: RoomSettings) -> list[object]:
    return [msgspec.to_builtins(getattr(settings, name), builtin_types=(datetime,)) for name in _COLUMNS]
