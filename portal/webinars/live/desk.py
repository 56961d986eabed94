"""The regions of the desk. Each role has its own: what is not theirs to press is not sent to them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import TypeAlias

from portal.web.rendering import render
from portal.webinars.live import stage
from portal.webinars.live.regions import Render
from portal.webinars.permissions import Rights, rights
from portal.webinars.queries import attendance, backstage, crowd, moderated_polls, rooms, showing
from portal.webinars.queries.queue import Pile
from portal.webinars.queries.queue import queue as queued
from portal.webinars.rules import desk_words as words
from portal.webinars.rules.desk_words import at_second
from portal.webinars.rules.states import actions
from portal.webinars.rules.words import NAMES, what_now
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.values import Room

_Render: TypeAlias = Callable[[Rights, Room, datetime], Awaitable[str]]


def regions(role: CrewRole) -> dict[str, Render]:
    """What the desk of this role shows, by name."""
    own: dict[str, _Render] = {
        "state": state,
        "desk-queue": queue,
        "desk-polls": polls,
        "desk-resources": resources,
        "desk-chat": chat,
        "desk-people": people,
        "desk-notes": notes,
    }
    return {name: partial(one, rights(role)) for name, one in own.items()} | {"stage": stage.stage}


async def state(may: Rights, room: Room, now: datetime) -> str:
    """What goes on, the host's buttons, where the picture comes from, what is switched on."""
    plan = await rooms.plan(room.id) if may.hosts else None
    return render(
        "webinars/desk/state.html", room=room, may=may, name=NAMES[room.state], what_now=what_now(room),
        actions=actions(plan, now) if plan else [], buttons=words.BUTTONS, picture=words.picture(room),
        switches=[(key, name, getattr(room, key)) for key, name in words.SWITCHES.items()],
    )  # fmt: skip


async def queue(may: Rights, room: Room, now: datetime) -> str:
    return render(
        "webinars/desk/queue.html", room=room, may=may, queue=await queued(room.id), piles=Pile, at_second=at_second
    )


async def polls(may: Rights, room: Room, now: datetime) -> str:
    return render(
        "webinars/desk/polls.html",
        room=room,
        may=may,
        polls=await moderated_polls.all_polls(room.id),
        kinds=words.KINDS,
    )


async def resources(may: Rights, room: Room, now: datetime) -> str:
    return render("webinars/desk/resources.html", room=room, may=may, things=await showing.everything(room.id, now))


async def chat(may: Rights, room: Room, now: datetime) -> str:
    return render("webinars/desk/chat.html", room=room, may=may, lines=await backstage.lines(room.id))


async def people(may: Rights, room: Room, now: datetime) -> str:
    return render(
        "webinars/desk/people.html", room=room, may=may, here=await attendance.here(room.id, now),
        people=await crowd.first(room.id, now),
    )  # fmt: skip


async def notes(may: Rights, room: Room, now: datetime) -> str:
    return render("webinars/desk/notes.html", room=room, notes=await backstage.notes(room.id))
