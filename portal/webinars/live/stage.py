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


async def stage(room: Room, now: datetime, *, allowed: bool = False) -> str:
    """The player as everybody sees it; where the film is shown as if live, the second follows from `live_at`. A film of
    another service is loaded once it is wanted; in a page made for somebody who wants it (`allowed`), at once.
    """
    film = await recordings.of_room(room.id)
    shown = rules.shown(room, film)
    as_live = shown is not None and shown.begun is not None
    captioned = await recordings.has_cues(film.id) if as_live and film else shown is not None and bool(shown.captions)
    return render(
        "webinars/room/stage.html", room=room, shown=shown, what_now=what_now(room), embedded=rules.embedded, allowed=allowed,
        captions=f"{room.path}/captions.vtt?v={shown.key}" if shown and captioned else "",
        spoken=film.language if as_live and film else "",
    )  # fmt: skip
