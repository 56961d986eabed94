"""Regions: questions, polls, resources, chat, people, reactions. Each is the same for everybody; a page that is made for
one person gives its `reader`, so that it is whole without scripts.
"""

from datetime import datetime
from typing import Any

import msgspec

from portal.media import queries as files
from portal.web import forms
from portal.web.rendering import render
from portal.webinars.queries import attendance
from portal.webinars.queries import chat as lines
from portal.webinars.queries import polls as counted
from portal.webinars.queries import questions as asked
from portal.webinars.queries import reactions as reacted
from portal.webinars.queries import resources as to_take
from portal.webinars.queries.own import NOBODY, Mine
from portal.webinars.queries.questions import Order
from portal.webinars.rules.reactions import WORDS
from portal.webinars.rules.taking_part import open_parts
from portal.webinars.tables.taking_part import PollState
from portal.webinars.values import Room


class Refused(msgspec.Struct, frozen=True):
    """An answer that a poll did not take, as it was typed."""

    poll_id: int
    form: forms.Filled[Any]


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Whose page it is: what is marked as their own, and how they read."""

    mine: Mine = NOBODY
    order: Order = Order.TOP
    refused: Refused | None = None


EVERYBODY = Reader()


async def questions(room: Room, now: datetime, reader: Reader = EVERYBODY) -> str:
    board = await asked.board(room.id)
    return render(
        "webinars/room/questions.html", room=room, board=board, shown=board.in_order(reader.order), reader=reader,
        open=open_parts(room),
    )  # fmt: skip


async def polls(room: Room, now: datetime, reader: Reader = EVERYBODY) -> str:
    """What is asked now, or was last; what was asked earlier is folded away."""
    found = await counted.seen(room.id)
    current = [poll for poll in found if poll.state is PollState.OPEN] or found[:1]
    earlier = [poll for poll in found if poll not in current]
    return render(
        "webinars/room/polls.html", room=room, current=current, earlier=earlier, reader=reader, open=open_parts(room)
    )


async def resources(room: Room, now: datetime) -> str:
    offered = await to_take.offered(room.id, now)
    stored = await files.by_keys([one.file for one in offered if one.file])
    return render("webinars/room/resources.html", room=room, offered=offered, files=stored)


async def chat(room: Room, now: datetime) -> str:
    return render("webinars/room/chat.html", room=room, lines=await lines.last_lines(room.id))


async def people(room: Room, now: datetime) -> str:
    return render("webinars/room/people.html", room=room, present=await attendance.here(room.id, now))


async def reactions(room: Room, now: datetime) -> str:
    given = await reacted.given(room.id)
    return render("webinars/room/reactions.html", room=room, given=given, words=WORDS, open=open_parts(room))
