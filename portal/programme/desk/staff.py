"""`/staff/events/{id}/programme/readiness`: who still owes what, invitations and reminders, and what is set for the desk."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, get, post
from litestar.response import Response

from portal.accounts.guards import SignedIn, staff
from portal.accounts.organisations.pages import Id
from portal.core import times
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.overtaking import mark
from portal.core.text import one_line
from portal.programme.desk import inviting, readiness
from portal.programme.desk.forms import AddressForm, SettingsForm
from portal.programme.desk.opening import shut_everywhere
from portal.programme.desk.rules import ITEMS
from portal.programme.permissions import EDITORS
from portal.web import moments
from portal.web.forms import Filled, blank, differences, read
from portal.web.inputs import Now
from portal.web.open_data import table as csv_of
from portal.web.query_strings import page_number, pairs
from portal.web.rendering import page, plural, see_other

_MOST_ROWS = 20_000
_COLUMNS = (
    "name", "job_title", "company", "email", "sessions", "invited_at", "reminded_at", "mail", "opened_at",
    *(f"has_{key}" for key in ITEMS), "coming", "why_not", "slides_expected", "slides_handed_in", "recording",
    "recording_answered_at", "note", "not_in", "not_recorded_in",
)  # fmt: skip
_FILTERS = {
    "": "Everybody", "any": "Something missing", "address": "No address", "invited": "Not invited",
    "undelivered": "Mail came back", "unopened": "Desk never opened", "coming": "Not said whether they come",
    "declined": "Not coming, or in part", "bio": "No text", "photo": "No photo", "availability": "No times",
    "slides": "No slides", "consent": "Not said about recording", "refused": "Not to be recorded", "note": "With a note",
}  # fmt: skip
_Asked = Request[Any, Any, Any]


class StaffReadiness(Controller):
    path = "/staff/events/{event_id:int}/programme/readiness"
    guards = [staff(*EDITORS)]
    include_in_schema = False

    @get("/")
    async def index(self, request: _Asked, event_id: Id, now: Now) -> Response[str]:
        return await _table(request, event_id, now)

    @post("/speakers/{speaker_id:int}/invitation", status_code=200)
    async def invite(self, request: _Asked, event_id: Id, speaker_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, AddressForm)
        if form.data is None:
            return await _table(request, event_id, now, form=form, speaker=speaker_id, status=422)
        email = form.data.email
        try:
            await inviting.invite(actor=actor, event_id=event_id, speaker_id=speaker_id, email=email, now=now)
        except Conflict as today:
            refused = form.refuse(Invalid({"email": today.message}))
            return await _table(request, event_id, now, form=refused, speaker=speaker_id, status=409)
        return see_other(_here(event_id), notice=f"A mail that points the desk out is on its way to {email}.")

    @post("/reminders")
    async def remind_all(self, event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        count = await inviting.remind(actor=actor, event_id=event_id, now=now)
        return see_other(_here(event_id), notice=_told(count))

    @post("/speakers/{speaker_id:int}/reminders")
    async def remind(self, event_id: Id, speaker_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        count = await inviting.remind(actor=actor, event_id=event_id, speaker_id=speaker_id, now=now)
        return see_other(_here(event_id), notice=_told(count))

    @post("/speakers/{speaker_id:int}/departures")
    async def shut(self, event_id: Id, speaker_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        await shut_everywhere(actor=actor, speaker_id=speaker_id, now=now)
        return see_other(_here(event_id), notice="The desk is shut in every browser. A new code opens it again.")

    @post("/sessions/{session_id:int}/recording")
    async def do_not_record(self, event_id: Id, session_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        await inviting.do_not_record(actor=actor, event_id=event_id, session_id=session_id, now=now)
        return see_other(_here(event_id), notice="It is not recorded. The public reads so with the next release.")

    @get("/readiness.csv")
    async def csv(self, event_id: Id) -> Response[bytes]:
        setup = await _setup(event_id)
        rows, _ = await readiness.table(event_id, size=_MOST_ROWS)
        told = csv_of(_COLUMNS, (_line(one) for one in rows))
        headers = {
            "Content-Disposition": f'attachment; filename="{setup.slug}-speakers.csv"',
            "Cache-Control": "private, no-store",
        }
        return Response(told.encode(), media_type="text/csv", headers=headers)

    @get("/settings")
    async def settings(self, request: _Asked, event_id: Id) -> Response[str]:
        setup = await _setup(event_id)
        return _settings(request, setup, _filled(await readiness.settings(event_id), setup.timezone))

    @post("/settings", status_code=200)
    async def save(self, request: _Asked, event_id: Id, actor: SignedIn, now: Now) -> Response[Any]:
        setup = await _setup(event_id)
        form = await read(request, SettingsForm)
        due_at, fault = moments.moment(str(form.value("due")), setup.timezone)
        if fault:
            form.errors["due"] = fault
        if form.data is None or fault:
            return _settings(request, setup, form, status=422)
        wanted = readiness.Settings(
            wording=form.data.wording, slides_due_at=due_at, slides_at_once=bool(form.data.at_once),
            shows_draft=bool(form.data.shows_draft), reminds=bool(form.data.reminds), briefing=form.data.briefing,
        )  # fmt: skip
        try:
            await inviting.set_up(actor=actor, event_id=event_id, wanted=wanted, seen=form.data.seen, now=now)
        except Conflict as overtaken:
            stored = _filled(await readiness.settings(event_id), setup.timezone)
            kept: Filled[Any] = Filled({**form.values, "seen": stored.value("seen")})
            told = differences(form, stored, SettingsForm)
            return _settings(request, setup, kept, status=409, conflict=overtaken.message, stored=told)
        return see_other(_here(event_id), notice="Saved. The desk asks like that from now on.")


async def _setup(event_id: int) -> readiness.Setup:
    found = await readiness.setup(event_id)
    if found is None:
        raise NotFound("There is no such event.")
    return found


def _here(event_id: int) -> str:
    return f"/staff/events/{event_id}/programme/readiness"


def _told(count: int) -> str:
    if not count:
        return "Nobody was written to: nothing is missing, no address is known, or the mail went out today already."
    return f"{plural(count, 'person is', 'people are')} asked for what is missing."


async def _table(
    request: _Asked,
    event_id: int,
    now: datetime,
    *,
    form: Filled[Any] | None = None,
    speaker: int = 0,
    status: int = 200,
) -> Response[str]:
    setup = await _setup(event_id)
    given = dict(reversed(pairs(request)))
    words = one_line(given.get("q", ""))[:120]
    only = given.get("only", "") if given.get("only") in readiness.FILTERS else ""
    number = page_number(request)
    rows, at = await readiness.table(event_id, words=words, only=only, number=number)
    if number > 1 and not rows:
        raise NotFound("There is no such page of this list.")

    counts = await readiness.counts(event_id)

    def address(**more: str) -> str:
        kept = {name: value for name, value in {"q": words, "only": only, **more}.items() if value}
        return _here(event_id) + (f"?{urlencode(kept)}" if kept else "")

    return page(
        request, "programme/desk/staff/readiness.html", block="rows", private=True, status=status, e=setup, rows=rows, at=at,
        words=words, only=only, items=ITEMS, filters=_filters(counts), address=address, now=now, missing=counts["any"],
        unrecorded=await readiness.unrecorded(event_id), form=form or blank(), speaker=speaker, here="readiness",
        at_page=lambda n: address(page=str(n) if n > 1 else ""),
    )  # fmt: skip


def _filters(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """What the table can be narrowed to: key, words, how many."""
    return [(key, words, counts[key]) for key, words in _FILTERS.items()]


def _settings(
    request: _Asked, setup: readiness.Setup, form: Filled[Any], *, status: int = 200, conflict: str = "",
    stored: list[tuple[str, str]] | None = None,
) -> Response[str]:  # fmt: skip
    return page(
        request, "programme/desk/staff/settings.html", private=True, status=status, e=setup, form=form, conflict=conflict,
        stored=stored or [], here="settings",
    )  # fmt: skip


def _filled(stored: readiness.Settings, zone: str) -> Filled[Any]:
    return blank(
        wording=stored.wording, briefing=stored.briefing, due=moments.shown(stored.slides_due_at, zone), seen=mark(stored),
        at_once="yes" if stored.slides_at_once else "", shows_draft="yes" if stored.shows_draft else "",
        reminds="yes" if stored.reminds else "",
    )  # fmt: skip


def _line(one: readiness.Ready) -> list[object]:
    coming = ("in part" if one.absent else "yes") if one.confirmed_at else "no" if one.declined_at else ""
    recording = ("in part" if one.unseen else "agreed") if one.agreed_at else "refused" if one.refused_at else ""
    return [
        one.name, one.job_title, one.company_name, one.email, "; ".join(one.sessions), _utc(one.invited_at),
        _utc(one.reminded_at), one.mail or "", _utc(one.opened_at), *(one.has(key) for key in ITEMS), coming,
        one.declined_why or "", one.wanted, one.handed, recording, _utc(one.agreed_at or one.refused_at), one.note or "",
        "; ".join(one.absent), "; ".join(one.unseen),
    ]  # fmt: skip


def _utc(at: datetime | None) -> str:
    return times.utc(at).isoformat() if at else ""
