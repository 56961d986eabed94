"""`/staff/webinars/{id}/reminders`: the mails around a webinar, what each says, and what became of it."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import NotFound
from portal.events.permissions import EDITORS
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import see_other
from portal.webinars.commands.reminding import set_reminder, try_reminder
from portal.webinars.queries import reminders
from portal.webinars.rules.reminders import name
from portal.webinars.staff.frame import staff_page
from portal.webinars.staff.inputs import the_room
from portal.webinars.tables.reminders import ReminderKind
from portal.webinars.values import Room

_STATE_WORDS = {"waiting": "On the way", "accepted": "Delivered", "bounced": "Came back", "stopped": "Not wanted"}

_WORD_OF = {stored: _STATE_WORDS[word] for word, all_stored in reminders.STATES.items() for stored in all_stored}


class ReminderForm(msgspec.Struct):
    is_on: Annotated[str, field("Send it", max_length=3)] = ""
    words: Annotated[str, field("Your words", kind="text", max_length=2000)] = ""


class StaffReminders(Controller):
    path = "/staff/webinars/{webinar_id:int}/reminders"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], webinar_id: FromPath[int], now: Now) -> Response[str]:
        room = await the_room(webinar_id)
        return staff_page(
            request, "webinars/staff/reminders.html", room, "reminders", now=now,
            series=await reminders.summary(room.id, now=now),
        )  # fmt: skip

    @get("/{kind:str}")
    async def show(
        self, request: Request[Any, Any, Any], webinar_id: FromPath[int], kind: FromPath[str], now: Now
    ) -> Response[str]:
        """What it says besides ours, and to whom it went."""
        return await _mail(request, await the_room(webinar_id), _kind(kind), now)

    @post("/{kind:str}")
    async def save(
        self, request: Request[Any, Any, Any], webinar_id: FromPath[int], kind: FromPath[str], actor: SignedIn, now: Now
    ) -> Response[Any]:
        room, which = await the_room(webinar_id), _kind(kind)
        form = await read(request, ReminderForm)
        if form.data is None:
            return await _mail(request, room, which, now, form=form)
        await set_reminder(
            webinar_id=room.id, kind=which, is_on=bool(form.data.is_on), words=form.data.words, actor=actor, now=now
        )
        return see_other(f"/staff/webinars/{room.id}/reminders", notice=f"Saved: {name(which).lower()}.")

    @post("/{kind:str}/trial")
    async def try_it(self, webinar_id: FromPath[int], kind: FromPath[str], actor: SignedIn, now: Now) -> Response[Any]:
        """Send it to whoever sets it up."""
        room, which = await the_room(webinar_id), _kind(kind)
        await try_reminder(webinar_id=room.id, kind=which, actor=actor, now=now)
        here = f"/staff/webinars/{room.id}/reminders/{which.value}"
        return see_other(here, notice=f"On its way to {actor.email}, with the words as they are saved.")


def _kind(kind: str) -> ReminderKind:
    if kind not in list(ReminderKind):
        raise NotFound("There is no such mail.")
    return ReminderKind(kind)


async def _mail(
    request: Request[Any, Any, Any], room: Room, kind: ReminderKind, now: Now, *, form: Filled[Any] | None = None
) -> Response[str]:
    asked = dict(pairs(request)).get("state", "")
    wanted = asked if asked in reminders.STATES else ""
    [status] = [one for one in await reminders.summary(room.id, now=now) if one.kind is kind]
    return staff_page(
        request, "webinars/staff/reminder.html", room, "reminders", status=422 if form else 200, mail=status,
        form=form or blank(words=status.words, is_on="yes" if status.is_on else ""), wanted=wanted, now=now,
        people=await reminders.people(room.id, kind, wanted), state_words=_STATE_WORDS, word_of=_WORD_OF,
    )  # fmt: skip
