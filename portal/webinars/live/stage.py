"""Regions: what goes on (`state`), and the picture (`stage`)."""

from datetime import datetime

from portal.web.rendering import render
from portal.webinars.queries import recordings
from portal.webinars.rules import stage as rules
from portal.webinars.rules.taking_part import open_parts
from portal.webinars.rules.words import NAMES, what_now
from portal.webinars.values import Room


async def state(room: Room, now: datetime) -> str:
    return render(
        "webinars/room/state.html", room=room, name=NAMES[room.state], what_now=what_now(room), open=open_parts(room)
    )


async def stage(room: Room, now: datetime) -> str:
    """The player as everybody sees it; where the film is shown as if live, the second follows from `live_at`."""
    film = await recordings.of_room(room.id)
    shown = rules.shown(room, film)
    captioned = shown is not None and (
        await recordings.has_cues(film.id) if shown.begun and film else bool(shown.captions)
    )
    return render(
        "webinars/room/stage.html", room=room, shown=shown, what_now=what_now(room), embedded=rules.embedded,
        captions=f"{room.path}/captions.vtt?v={shown.key}" if shown and captioned else "",
    )  # fmt: skip
