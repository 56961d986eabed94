"""“Your minutes”: a part of the room that is one person's own, on the page and alone."""

from datetime import datetime
from typing import Any

from portal.web.rendering import render
from portal.webinars.queries.standing import Standing, standing
from portal.webinars.rules.minutes import SCRIPTLESS, breaks, corrected, lasting
from portal.webinars.values import Participant, Room


def told(found: Standing | None, *, inside: bool = True) -> dict[str, Any]:
    """What `webinars/room/minutes.html` needs besides `room`; the page leaves it out where `standing` is None. Not `inside`
    the room or its replay it has no buttons that lead on from there.
    """
    return {
        "standing": found, "inside": inside, "breaks": breaks, "lasting": lasting, "corrected": corrected,
        "scriptless": SCRIPTLESS,
    }  # fmt: skip


async def minutes(room: Room, participant: Participant, now: datetime) -> dict[str, Any]:
    """The same for somebody in the room, read now."""
    return told(await standing(room, participant, now))


async def fragment(room: Room, participant: Participant, now: datetime) -> str:
    """The part alone; empty for a place that counts for nothing."""
    given = await minutes(room, participant, now)
    return render("webinars/room/minutes.html", room=room, **given) if given["standing"] is not None else ""
