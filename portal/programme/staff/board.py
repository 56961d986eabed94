"""The grid of rooms and times: every session can be put elsewhere, by a form that scripts send too."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core import times
from portal.core.errors import Invalid
from portal.programme.commands import rooms as room_commands
from portal.programme.commands import sessions
from portal.programme.commands.sessions import Overtaken
from portal.programme.editing import Clash, Desk, Draft, Place, Room
from portal.programme.permissions import EDITORS
from portal.programme.public import day_of
from portal.programme.queries import clashes, editing, hindrances
from portal.programme.rules import clashes as clash_rules
from portal.programme.rules import grid
from portal.programme.staff.forms import PlaceForm, as_it_stood, filled_place, placed
from portal.programme.staff.frame import Id, staff_page, the_desk
from portal.programme.staff.sessions import the_session
from portal.web.asking import wants_fragment
from portal.web.forms import Filled, blank, field, read
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import plural, see_other

_USUAL = 30
_MOST_ROOMS = 60


class StartForm(msgspec.Struct):
    rooms: Annotated[str, field("Rooms", kind="text", missing="Please name one room at least.")]


class StaffBoard(Controller):
    path = "/staff/events/{event_id:int}/programme"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], event_id: Id) -> Response[str]:
        desk = await the_desk(event_id)
        if desk.edition is None:
            return staff_page(request, "start.html", desk, "grid", form=blank())
        return await _show(request, desk)

    @post("/")
    async def start(self, request: Request[Any, Any, Any], event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk = await the_desk(event_id)
        form = await read(request, StartForm)
        named = [] if form.data is None else [line.strip() for line in form.data.rooms.splitlines() if line.strip()]
        if len(named) > _MOST_ROOMS or any(len(name) > 120 for name in named):
            form.errors["rooms"] = f"Please give {_MOST_ROOMS} rooms at most, each with a name of 120 letters at most."
        if form.errors:
            return staff_page(request, "start.html", desk, "grid", form=form, status=422)
        try:
            await room_commands.start(actor=actor, event_id=event_id, rooms=named, now=now)
        except Invalid as refused:
            refusal = form.refuse(Invalid({"rooms": " ".join(refused.fields.values())}))
            return staff_page(request, "start.html", desk, "grid", form=refusal, status=422)
        return see_other(
            f"{desk.path}/sessions/new", notice="The programme has begun. Nobody reads it before its first release."
        )

    @get("/sessions/{session_id:int}/hindrances")
    async def hindrances(self, request: Request[Any, Any, Any], event_id: Id, session_id: Id) -> Response[Any]:
        """When it cannot be, on a day: shown in the grid while it is carried. Times are minutes since 1970."""
        desk, _ = await the_desk(event_id), await the_session(event_id, session_id)
        on = _day(_asked(request).get("day", ""), desk.days, None, desk)
        found = await hindrances.of_session(event_id, session_id, grid.whole(on, desk.zone))
        told = [
            {"room": one.room, "from": grid.minutes(one.starts_at), "to": grid.minutes(one.ends_at), "why": one.why}
            for one in found
        ]
        return Response(told, headers={"Cache-Control": "private, no-store"})

    @post("/sessions/{session_id:int}/place", status_code=200)
    async def place(
        self, request: Request[Any, Any, Any], event_id: Id, session_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        desk = await the_desk(event_id)
        form = await read(request, PlaceForm)
        wanted = placed(form, desk.timezone)
        before = await editing.session(event_id, session_id)
        if form.data is None or wanted is None:
            return await _show(request, desk, moving=session_id, form=form, status=422)
        if before is not None:
            wanted = as_it_stood(wanted, before.facts.place, desk.timezone)
        try:
            await sessions.place_session(
                actor=actor, event_id=event_id, session_id=session_id, version=form.data.version, place=wanted, now=now
            )
        except Invalid as refused:
            return await _show(request, desk, moving=session_id, form=form.refuse(refused), status=422)
        except Overtaken as overtaken:
            return await _show(request, desk, moving=session_id, form=form, status=409, overtaken=overtaken)
        if wants_fragment(request.scope):
            return await _show(request, desk, moved=session_id, back=before.facts.place if before else None)
        day = form.data.day or _asked(request).get("day", "")
        notice = "Put there. The public sees it with the next release." if form.data.day else "Taken off the grid."
        return see_other(f"{desk.path}{f'?day={day}' if day else ''}#s-{session_id}", notice=notice)

    @post("/along")
    async def move_along(self, event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk = await the_desk(event_id)
        moved = await sessions.move_along(actor=actor, event_id=event_id, now=now)
        return see_other(desk.path, notice=f"{moved:,} sessions moved along. The public sees it with the next release.")

    @post("/times-kept")
    async def keep_times(self, event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk = await the_desk(event_id)
        await sessions.keep_times(actor=actor, event_id=event_id, now=now)
        return see_other(desk.path, notice="The sessions stand where they are.")


def _asked(request: Request[Any, Any, Any]) -> dict[str, str]:
    return dict(reversed(pairs(request)))


async def _show(
    request: Request[Any, Any, Any], desk: Desk, *, moving: int | None = None, form: Filled[Any] | None = None,
    status: int = 200, overtaken: Overtaken | None = None, moved: int | None = None, back: Place | None = None,
) -> Response[str]:  # fmt: skip
    asked = _asked(request)
    drafts = await editing.drafts(desk.id)
    rooms, tracks = await editing.rooms_and_tracks(desk.id)
    found, clashing = await clashes.of_draft(desk.id)
    known = {one.id: one for one in drafts}
    if moving is None and asked.get("move", "").isascii() and asked.get("move", "").isdigit():
        moving = int(asked["move"])
    taken = known.get(moving) if moving else None
    days = desk.days
    on = _day(asked.get("day", ""), days, taken or known.get(moved or 0), desk)
    these = [one for one in drafts if one.on(desk.zone) == on]
    step = int(asked["step"]) if asked.get("step", "") in {str(one) for one in grid.STEPS} else 0
    troubled: dict[int, list[str]] = {}
    for clash in found:
        for session in {clash.session, clash.other} - {None}:
            troubled.setdefault(session or 0, []).append(clash_rules.words(clash, desk.timezone))
    hindered = await hindrances.of_session(desk.id, taken.id, grid.whole(on, desk.zone)) if taken else []
    counted = Counter(one.on(desk.zone) for one in drafts)
    return staff_page(
        request, "grid.html", desk, "grid", block="board", status=status,
        preview_at=f"?day={on.isoformat()}" if these else "", board=grid.board(
            on, desk.zone, these, rooms, step=step or grid.step_of(these)), rooms=rooms, on=on, step=step, steps=grid.STEPS,
        tracks={one.id: one for one in tracks}, days=days, counted=counted, troubled=troubled,
        choices=[(one.id, one.name) for one in rooms],
        tray=[one for one in drafts if one.starts_at is None], clashing=clashing,
        said=[(clash, clash_rules.words(clash, desk.timezone)) for clash in found if _concerns(clash, on, desk)],
        hindered=hindered, minutes=grid.minutes, taken=taken,
        form=_form(form, taken, on, desk, overtaken), overtaken=overtaken, known=known,
        moved=known.get(moved or 0), back=_back(back, known.get(moved or 0), desk),
        words=lambda one: _where(one, rooms, desk), usual=_USUAL, moved_words=_moved_words(desk.moved_by),
    )  # fmt: skip


def _day(asked: str, days: Sequence[date], meant: Draft | None, desk: Desk) -> date:
    """The day that is asked for, else that of the session at hand, else the first."""
    try:
        wanted: date | None = date.fromisoformat(asked)
    except ValueError:
        wanted = None
    if wanted is not None and wanted in days:
        return wanted
    own = meant.on(desk.zone) if meant else None
    return own or days[0]


def _concerns(clash: Clash, on: date, desk: Desk) -> bool:
    """Whether it is to be said beside this day; what has no day is said beside each."""
    return clash.since is None or day_of(clash.since, desk.zone) == on


def _form(
    form: Filled[Any] | None, taken: Draft | None, on: date, desk: Desk, overtaken: Overtaken | None
) -> Filled[Any] | None:
    """The form of the session that is moved: as typed, else as it stands. After somebody else, what was typed with the
    version of now, so that sending it again means it.
    """
    if taken is None:
        return None
    stands = filled_place(
        Place(room=taken.room, starts_at=taken.starts_at, ends_at=taken.ends_at), taken.version, desk.timezone
    )
    if form is None:
        return blank(**{**stands, "day": stands["day"] or on.isoformat(), "length": stands["length"] or _USUAL})
    version = stands["version"] if overtaken else form.value("version")
    return Filled({**form.values, "version": version}, form.errors)


def _back(place: Place | None, moved: Draft | None, desk: Desk) -> dict[str, Any] | None:
    """What to send so that a session is where it was before."""
    return None if place is None or moved is None else filled_place(place, moved.version, desk.timezone)


def _where(one: Draft, rooms: Sequence[Room], desk: Desk) -> str:
    """When and where, in words."""
    room = next((room.name for room in rooms if room.id == one.room), "")
    if one.starts_at is None or one.ends_at is None:
        return "not placed yet"
    when = times.moment(one.starts_at, desk.timezone, "EEE d MMM, HH:mm")
    span = f"{when}–{times.clock(one.ends_at, desk.timezone)}"
    return f"{span}, in {room}" if room else f"{span}, in no room"


def _moved_words(seconds: float) -> str:
    """`7 days on`, `1 hour back`."""
    minutes = round(abs(seconds) / 60)
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [plural(n, noun) for n, noun in ((days, "day"), (hours, "hour"), (rest, "minute")) if n]
    return f"{' and '.join(parts)} {'back' if seconds < 0 else 'on'}"
