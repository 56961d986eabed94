"""The frame of all pages about one webinar, and what a save tells its editor."""

from typing import Any

from litestar.connection import Request
from litestar.response import Response

from portal.events.rules.states import time_words
from portal.events.tables import EventState
from portal.web.rendering import page, see_other
from portal.webinars.rules.states import OPEN_STATES
from portal.webinars.rules.words import NAMES, what_now
from portal.webinars.staff.tabs import TABS
from portal.webinars.values import Room


def staff_page(
    request: Request[Any, Any, Any], template: str, room: Room, here: str, *, status: int = 200, block: str | None = None,
    **context: Any,
) -> Response[str]:  # fmt: skip
    """A page about one webinar; `here` is the key of its tab."""
    return page(
        request, template, block=block, private=True, status=status, room=room, here=here, tabs=TABS, state=NAMES[room.state],
        what_now=what_now(room), time=time_words(room.starts_at, room.ends_at, room.timezone, all_day=False), **context,
    )  # fmt: skip


def saved(room: Room, tail: str, done: str, *, in_room: str = "") -> Response[Any]:
    """Back to a page of the webinar, with what was done and who sees it. `in_room`: what open pages of the room show of it,
    where they show anything.
    """
    return see_other(f"/staff/webinars/{room.id}{tail}", notice=f"{done} {seen_by(room, in_room)}".strip())


def seen_by(room: Room, in_room: str) -> str:
    """Who sees a change, and when."""
    if room.state in OPEN_STATES and in_room:
        return f"Pages that are open in the room show {in_room} within two seconds."
    if room.event_state is EventState.DRAFT:
        return "The event is a draft: nobody sees it yet."
    return ""
