"""Making the draft public: what would change, what clashes, and the log of what was released before."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.core.errors import Conflict
from portal.events.tables import EventState
from portal.programme.commands import sessions
from portal.programme.commands.releasing import Released, release
from portal.programme.editing import Desk
from portal.programme.permissions import EDITORS
from portal.programme.queries import clashes, drafts, public
from portal.programme.rules import clashes as clash_rules
from portal.programme.rules.changes import changes
from portal.programme.rules.words import changed
from portal.programme.staff.frame import Id, staff_page, the_desk
from portal.programme.tables import ChangeKind
from portal.web.forms import Filled, field, read
from portal.web.inputs import Now
from portal.web.rendering import plural, see_other

MOST_SHOWN = 200
_AWAY = (ChangeKind.MOVED, ChangeKind.REMOVED)
_HEARD = (EventState.PUBLISHED, EventState.MOVED)
"""Of an event nobody can see, and of one that is off, speakers are told nothing."""


class ReleaseForm(msgspec.Struct):
    """`edition` is that of the draft that was looked at."""

    edition: Annotated[int, field("", ge=0, le=2**62, missing="This page is out of date. Please open it again.")]
    note: Annotated[str, field("For the public", max_length=400)] = ""
    tell: Annotated[str, field("Write to the speakers", max_length=3)] = ""


class StaffReleases(Controller):
    path = "/staff/events/{event_id:int}/programme/release"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def show(self, request: Request[Any, Any, Any], event_id: Id) -> Response[str]:
        return await _show(request, await the_desk(event_id))

    @post("/")
    async def make(self, request: Request[Any, Any, Any], event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk, form = await the_desk(event_id), await read(request, ReleaseForm)
        if form.data is None:
            return await _show(request, desk, form, status=422)
        try:
            made = await release(
                actor=actor, event_id=event_id, now=now, note=form.data.note, edition=form.data.edition,
                tell=form.data.tell == "yes" and desk.state in _HEARD,
            )  # fmt: skip
        except Conflict as overtaken:
            return await _show(request, await the_desk(event_id), form, status=409, conflict=overtaken.message)
        if made is None:
            return see_other(
                f"{desk.path}/release", notice="Nothing is other than what is public. There is no new release."
            )
        return see_other(f"{desk.path}/release", notice=f"Release {made.number} is public.{_told(made)}")

    @post("/put-back")
    async def put_back(self, event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        desk = await the_desk(event_id)
        count = await sessions.put_back(actor=actor, event_id=event_id, now=now)
        there = "Every session stood there already." if not count else f"{plural(count, 'session')} put back."
        return see_other(f"{desk.path}/release", notice=there)


def _told(made: Released) -> str:
    """Who is written to, and who cannot be."""
    said = f" {plural(made.told, 'speaker is', 'speakers are')} written to." if made.told else ""
    if made.unreached:
        said += f" {plural(made.unreached, 'speaker has', 'speakers have')} no address and must be told by you."
    return said


async def _show(
    request: Request[Any, Any, Any],
    desk: Desk,
    form: Filled[Any] | None = None,
    *,
    status: int = 200,
    conflict: str = "",
) -> Response[str]:
    before, after = await drafts.both(desk.id)
    told = changes(before, after)
    found, total = await clashes.of_draft(desk.id)
    typed: Filled[Any] = Filled(
        {
            "note": form.value("note") if form else "",
            "tell": form.value("tell") if form else "yes",
            "edition": desk.edition or 0,
        },
        form.errors if form else {},
    )
    return staff_page(
        request, "release.html", desk, "release", status=status, conflict=conflict, count=len(told),
        can_put_back=any(one.kind in _AWAY for one in told),
        form=typed, lines=[(one, changed(one, desk.timezone)) for one in told[:MOST_SHOWN]] if desk.release else [],
        first=not desk.release, may_tell=desk.state in _HEARD, sessions=len(after), clashing=total,
        said=[(one, clash_rules.words(one, desk.timezone)) for one in found[:MOST_SHOWN]],
        log=[(one, [(line, changed(line, desk.timezone)) for line in one.changes])
             for one in await public.releases(desk.id, most=20, lines=20)],
    )  # fmt: skip
