"""Sessions of the draft: the list, and one with everything that can be said of it."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Invalid, NotFound
from portal.core.text import one_line, safe_html
from portal.media import queries as media
from portal.programme.commands import sessions
from portal.programme.commands.sessions import Overtaken
from portal.programme.desk import readiness
from portal.programme.editing import Desk, Stored
from portal.programme.permissions import EDITORS
from portal.programme.queries import clashes, editing
from portal.programme.rules import clashes as clash_rules
from portal.programme.rules.words import language_name
from portal.programme.staff.forms import SessionForm, VersionForm, as_it_stood, filled, read_session
from portal.programme.staff.frame import Id, staff_page, the_desk
from portal.programme.tables import Level, SessionKind, SessionRole
from portal.speakers import queries as speakers
from portal.web.forms import Filled, blank, differences, read, sent
from portal.web.inputs import Now
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import markup, see_other

STATES = {"": "All", "unplaced": "Not placed", "cancelled": "Cancelled"}
_MOST_FOUND = 10
_LANGUAGES = ("en", "de", "fr", "it", "es", "nl", "pl", "cs", "pt", "da", "sv")


class StaffSessions(Controller):
    path = "/staff/events/{event_id:int}/programme/sessions"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: Request[Any, Any, Any], event_id: Id) -> Response[str]:
        desk = await the_desk(event_id)
        given = dict(reversed(pairs(request)))
        words, number = one_line(given.get("q", ""))[:120], page_number(request)
        state = given.get("state", "") if given.get("state", "") in STATES else ""
        rows, at = await editing.sought(event_id, words, state, number=number)
        if number > 1 and not rows:
            raise NotFound("There is no such page of this list.")
        rooms, tracks = await editing.rooms_and_tracks(event_id)
        return staff_page(
            request, "sessions.html", desk, "sessions", rows=rows, at=at, words=words, state=state, states=STATES,
            rooms={one.id: one.name for one in rooms}, tracks={one.id: one for one in tracks},
            address=lambda n: _address(desk, words, state, n),
        )  # fmt: skip

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], event_id: Id) -> Response[str]:
        desk = await the_desk(event_id)
        asked = dict(reversed(pairs(request)))
        place = {name: asked.get(name, "")[:20] for name in ("day", "start", "room")}
        start = blank(kind="talk", recorded="yes", length=30, version=0, **place)
        return await show_session(request, desk, None, start)

    @post("/")
    async def add(self, request: Request[Any, Any, Any], event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk = await the_desk(event_id)
        form, facts = read_session({**await sent(request), "version": ["0"]}, desk.timezone)
        if form.value("act") == "preview":
            return await show_session(request, desk, None, form, preview=True)
        if facts is None:
            return await show_session(request, desk, None, form, status=422)
        try:
            made = await sessions.add_session(actor=actor, event_id=event_id, facts=facts, now=now)
        except Invalid as refused:
            return await show_session(request, desk, None, form.refuse(refused), status=422)
        return see_other(f"{desk.path}/sessions/{made}", notice="Added to the draft. Now say who is in it.")

    @get("/{session_id:int}")
    async def show(self, request: Request[Any, Any, Any], event_id: Id, session_id: Id) -> Response[str]:
        desk, stored = await the_desk(event_id), await the_session(event_id, session_id)
        return await show_session(request, desk, stored, filled(stored, desk.timezone))

    @post("/{session_id:int}")
    async def change(
        self, request: Request[Any, Any, Any], event_id: Id, session_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        desk, stored = await the_desk(event_id), await the_session(event_id, session_id)
        form, facts = read_session(await sent(request), desk.timezone)
        if form.value("act") == "preview":
            return await show_session(request, desk, stored, form, preview=True)
        if facts is None or form.data is None:
            return await show_session(request, desk, stored, form, status=422)
        place = as_it_stood(facts.place, stored.facts.place, desk.timezone)
        facts = msgspec.structs.replace(facts, place=place)
        try:
            await sessions.change_session(
                actor=actor, event_id=event_id, session_id=session_id, version=form.data.version, facts=facts, now=now
            )
        except Invalid as refused:
            return await show_session(request, desk, stored, form.refuse(refused), status=422)
        except Overtaken as overtaken:
            stored = await the_session(event_id, session_id)
            kept: Filled[Any] = Filled({**form.values, "version": stored.version})
            return await show_session(request, desk, stored, kept, status=409, overtaken=overtaken)
        return see_other(
            f"{desk.path}/sessions/{session_id}", notice="Saved in the draft. The public sees it with the next release."
        )

    @post("/{session_id:int}/cancellation")
    async def cancel(
        self, request: Request[Any, Any, Any], event_id: Id, session_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        return await _set(request, event_id, session_id, actor, now, cancelled=True)

    @post("/{session_id:int}/restoration")
    async def restore(
        self, request: Request[Any, Any, Any], event_id: Id, session_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        return await _set(request, event_id, session_id, actor, now, cancelled=False)

    @post("/{session_id:int}/removal")
    async def remove(
        self, request: Request[Any, Any, Any], event_id: Id, session_id: Id, actor: SignedIn, now: Now
    ) -> Response[Any]:
        desk, stored = await the_desk(event_id), await the_session(event_id, session_id)
        try:
            await sessions.remove_session(
                actor=actor, event_id=event_id, session_id=session_id, version=await _version(request), now=now
            )
        except Overtaken as overtaken:
            return await _again(request, desk, session_id, overtaken)
        return see_other(desk.path, notice=f"“{stored.facts.title}” is out of the draft.")


async def the_session(event_id: int, session_id: int) -> Stored:
    found = await editing.session(event_id, session_id)
    if found is None:
        raise NotFound("This session is not there any more.")
    return found


async def _version(request: Request[Any, Any, Any]) -> int:
    form = await read(request, VersionForm)
    if form.data is None:
        raise Invalid(form.errors, "This page is out of date. Please open it again.")
    return form.data.version


async def _set(
    request: Request[Any, Any, Any], event_id: int, session_id: int, actor: SignedIn, now: Now, *, cancelled: bool
) -> Response[Any]:
    desk = await the_desk(event_id)
    await the_session(event_id, session_id)
    try:
        await sessions.cancel_session(
            actor=actor, event_id=event_id, session_id=session_id, version=await _version(request), cancelled=cancelled, now=now
        )  # fmt: skip
    except Overtaken as overtaken:
        return await _again(request, desk, session_id, overtaken)
    done = "Cancelled in the draft: the next release says so." if cancelled else "On again in the draft."
    return see_other(f"{desk.path}/sessions/{session_id}", notice=done)


async def _again(request: Request[Any, Any, Any], desk: Desk, session_id: int, overtaken: Overtaken) -> Response[Any]:
    """The session as somebody else has just left it, for whoever pressed a button below an older one."""
    stored = await the_session(desk.id, session_id)
    return await show_session(request, desk, stored, filled(stored, desk.timezone), status=409, overtaken=overtaken)


async def show_session(
    request: Request[Any, Any, Any], desk: Desk, stored: Stored | None, form: Filled[Any], *, status: int = 200,
    overtaken: Overtaken | None = None, preview: bool = False, seating: Filled[Any] | None = None, refused: str = "",
    block: str | None = None,
) -> Response[str]:  # fmt: skip
    """The page of one session. `seating` is the form of who is in it, where that was refused."""
    words = one_line(request.query_params.get("q", ""))[:120]
    people = await editing.seated(stored.id) if stored else []
    found = (await speakers.named(words, size=_MOST_FOUND))[0] if words and stored else []
    rooms, tracks = await editing.choices(desk.id)
    troubles = (await clashes.of_draft(desk.id, session_id=stored.id))[0] if stored else []
    unrecorded = await readiness.unrecorded(desk.id, [stored.id]) if stored else []
    faces = sorted({one.photo for one in (*people, *found) if one.photo})
    texts = (("abstract", "In short"), ("description", "Description"))
    now = differences(form, filled(stored, desk.timezone), SessionForm) if stored and overtaken else []
    return staff_page(
        request, "session.html", desk, "sessions", status=status, block=block, stored=stored, form=form, preview=preview,
        preview_at=f"/{stored.slug}" if stored and stored.facts.place.starts_at else "",
        overtaken=overtaken, now_stored=[(label, _said(label, value, rooms, tracks)) for label, value in now],
        previews=[(name, markup(safe_html(form.value(key)))) for key, name in texts],
        days=desk.days, rooms=rooms, tracks=tracks, kinds=[(kind.value, kind.value.capitalize()) for kind in SessionKind],
        levels=[(level.value, level.value.capitalize()) for level in Level],
        languages=[(code, language_name(code)) for code in _LANGUAGES],
        roles=[(role.value, role.value.capitalize()) for role in SessionRole], people=people, words=words, found=found,
        photos=await media.by_keys(faces), seated={one.id for one in people}, usual_role=_usual(stored),
        seating=seating or blank(), refused=refused, troubles=[clash_rules.words(one, desk.timezone) for one in troubles],
        unrecorded=unrecorded,
    )  # fmt: skip


def _usual(stored: Stored | None) -> str:
    """What most people are in a session of this kind."""
    kind = stored.facts.kind if stored else SessionKind.TALK
    return (SessionRole.PANELIST if kind is SessionKind.PANEL else SessionRole.SPEAKER).value


def _said(label: str, value: str, rooms: list[tuple[int, str]], tracks: list[tuple[int, str]]) -> str:
    """What is stored, with the names of rooms and tracks instead of their numbers."""
    names = {"Room": rooms, "Track": tracks}.get(label, [])
    return next((name for number, name in names if str(number) == value), value)


def _address(desk: Desk, words: str, state: str, number: int) -> str:
    given = {"q": words, "state": state, "page": str(number) if number > 1 else ""}
    kept = {name: value for name, value in given.items() if value}
    return f"{desk.path}/sessions" + (f"?{urlencode(kept)}" if kept else "")
