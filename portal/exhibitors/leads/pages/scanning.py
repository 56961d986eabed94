"""`…/events/{event}/scan`: badges are scanned here, with the attendee’s consent on the same screen.

With scripts the page reads badges by the camera and keeps what it could not send (`static/js/scan.js`); without, and from any
phone’s own camera, each badge has an address of its own. Nothing of the person is shown before they agree.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Conflict, DomainError, Invalid, NotFound
from portal.core.rate_limits import Limit, spend, take_back
from portal.core.text import many_lines, one_line
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.leads import commands, queries, rules, wordings
from portal.exhibitors.leads.commands import DeviceNote, DeviceScan
from portal.exhibitors.leads.forms import BadgeForm, ConsentForm, LeadForm, filled, noted, split
from portal.exhibitors.leads.values import RATINGS, LeadRow
from portal.exhibitors.tables.exhibiting import Right
from portal.leads.chain.values import OCCASION
from portal.leads.queries import has_agreed
from portal.registration.queries.badges import by_badge
from portal.registration.rules.badges import read_badge
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

# So many wrong codes are slips of the finger; more are guesses.
_GUESSES = Limit("badges", tries=60, per=timedelta(minutes=10))
_MOST_AT_ONCE = 200
CAMERA = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"}


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a record from a device. `refused` for good: sent again, it will be again."""

    id: str
    state: str
    words: str = ""
    code: str = ""
    name: str = ""
    company: str = ""
    visits: int = 0


class ScanPages(Controller):
    path = f"{DESK}/scan"
    guards = [signed_in]
    dependencies = desk(right=Right.SCAN)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        return await _scan_page(request, at_desk, now, blank())

    @post()
    async def typed(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[Any]:
        """A code somebody typed, on its way to the page where the attendee agrees."""
        form = await read(request, BadgeForm)
        if form.data is None:
            return await _scan_page(request, at_desk, now, form, status=422)
        code = read_badge(form.data.badge)
        why = await _why_not(at_desk, code, now)
        if code is None or why is not None:
            wrong = form.refuse(Invalid({"badge": why or rules.NO_BADGE}))
            return await _scan_page(request, at_desk, now, wrong, status=422)
        return see_other(f"{at_desk.exhibitor.address}/scan/badges/{code}")

    @get("/badges/{badge:str}")
    async def ask(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, badge: FromPath[str], now: Now
    ) -> Response[Any]:
        """The sentence, for the attendee to read. Opening this page keeps nothing."""
        return await _ask(request, at_desk, badge, now)

    @post("/badges/{badge:str}")
    async def agree(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, badge: FromPath[str], now: Now
    ) -> Response[Any]:
        form = await read(request, ConsentForm)
        said = form.data.read if form.data is not None else ""
        code = read_badge(badge)
        why = await _why_not(at_desk, code, now)
        if code is None or why is not None:
            raise NotFound(why or rules.NO_BADGE)
        try:
            kept = await commands.scan(
                exhibitor=at_desk.exhibitor, actor=at_desk.actor, badge=code, read=said, at=now, now=now
            )
        except Conflict as refused:
            return await _ask(request, at_desk, badge, now, problem=refused.message, status=409)
        return see_other(f"{at_desk.exhibitor.address}/scan/leads/{kept.code}", notice=_words(kept.visits))

    @get("/leads/{code:str}")
    async def note(self, request: Request[Any, Any, Any], at_desk: AtDesk, code: FromPath[str]) -> Response[Any]:
        """Rating, note and what comes next, right after a scan; for whoever scanned last."""
        lead = await _just_scanned(at_desk, code)
        return await _note_page(request, at_desk, lead, filled(lead))

    @post("/leads/{code:str}")
    async def keep_note(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, code: FromPath[str], now: Now
    ) -> Response[Any]:
        lead = await _just_scanned(at_desk, code)
        form = await read(request, LeadForm)
        if form.data is None:
            return await _note_page(request, at_desk, lead, form, status=422)
        try:
            await commands.note(
                exhibitor=at_desk.exhibitor, actor=at_desk.actor, code=code, noted=noted(form.data), now=now,
                version=form.data.version,
            )  # fmt: skip
        except Invalid as refused:
            return await _note_page(request, at_desk, lead, form.refuse(refused), status=422)
        except Conflict as refused:
            return await _note_page(request, at_desk, lead, form, status=409, conflict=refused.message)
        return see_other(f"{at_desk.exhibitor.address}/scan", notice=f"Saved. Lead {code} is noted.")

    @post("/records", status_code=200)
    async def records(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[list[Told]]:
        """What a device kept, in its own order and with its own times. Sent again, nothing is kept twice."""
        try:
            sent = msgspec.json.decode(await request.body(), type=list[DeviceScan | DeviceNote])
        except (msgspec.MsgspecError, UnicodeError) as problem:
            raise DomainError("These records could not be read.") from problem
        if len(sent) > _MOST_AT_ONCE:
            raise DomainError(f"Please send {_MOST_AT_ONCE} records at a time.")
        return Response([await _take(at_desk, one, now) for one in sent], headers={"Cache-Control": "no-store"})


async def _take(at_desk: Desk, one: DeviceScan | DeviceNote, now: Now) -> Told:
    """One record after the other: a wrong one does not hold up the next."""
    if not _is_number(one.id) or (isinstance(one, DeviceScan) and one.at.tzinfo is None):
        return Told(one.id[:36], "refused", "This record could not be read.")
    try:
        if isinstance(one, DeviceNote):
            code = await commands.note_on_device(
                exhibitor=at_desk.exhibitor, actor=at_desk.actor, sent=_tidied(one), now=now
            )
            return Told(one.id, "kept", code=code)
        badge = read_badge(one.badge)
        if badge is None or (await by_badge(badge)) is None:
            await spend(_GUESSES, str(at_desk.actor.account_id), now=now)
        kept = await commands.scan(
            exhibitor=at_desk.exhibitor, actor=at_desk.actor, badge=badge or "", read=one.read, at=one.at, now=now,
            client_id=one.id,
        )  # fmt: skip
    except (Conflict, Invalid, NotFound) as refused:
        words = " ".join(refused.fields.values()) if isinstance(refused, Invalid) else refused.message
        return Told(one.id, "refused", words)
    exhibitor = at_desk.exhibitor
    lead = await queries.one(exhibitor.company_id, exhibitor.event_id, kept.code)
    name, company = (lead.name, lead.company) if lead is not None else ("", "")
    return Told(one.id, "known" if kept.again else "kept", _words(kept.visits), kept.code, name, company, kept.visits)


def _is_number(text: str) -> bool:
    """Whether it is what devices number their records by."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _tidied(sent: DeviceNote) -> DeviceNote:
    """As the forms tidy and bound what is typed."""
    return msgspec.structs.replace(
        sent,
        note=many_lines(sent.note)[:5000],
        follow_up=one_line(sent.follow_up)[:200],
        tags=split(",".join(sent.tags)),
    )


def _words(visits: int) -> str:
    return "Kept." if visits == 1 else f"Kept: visit {visits} of somebody you know."


async def _why_not(at_desk: Desk, code: str | None, now: Now) -> str | None:
    """Why a badge is not scanned here and now. Codes that nobody has are counted."""
    exhibitor, account = at_desk.exhibitor, str(at_desk.actor.account_id)
    if (why := rules.closed(now, exhibitor.starts_at, exhibitor.ends_at)) is not None:
        return why
    await spend(_GUESSES, account, now=now)
    found = await by_badge(code) if code is not None else None
    if found is not None:
        await take_back(_GUESSES, account)
    team = await queries.team(exhibitor.organisation_id)
    return rules.refusal(found, exhibitor.event_id, {one.email for one in team})


async def _scan_page(
    request: Request[Any, Any, Any], at_desk: Desk, now: Now, form: Filled[Any], *, status: int = 200
) -> Response[Any]:
    exhibitor = at_desk.exhibitor
    return desk_page(
        request, "exhibitors/leads/scan.html", at_desk, here="scan", status=status, headers=CAMERA, form=form,
        closed=rules.closed(now, exhibitor.starts_at, exhibitor.ends_at), ratings=RATINGS,
        sentence=await wordings.shown(exhibitor.company_id, exhibitor.company_name),
        team=await queries.team(exhibitor.organisation_id),
    )  # fmt: skip


async def _ask(
    request: Request[Any, Any, Any], at_desk: Desk, badge: str, now: Now, *, problem: str = "", status: int = 200
) -> Response[Any]:
    exhibitor = at_desk.exhibitor
    code = read_badge(badge)
    why = await _why_not(at_desk, code, now)
    found = await by_badge(code) if code is not None and why is None else None
    if found is None:
        raise NotFound(why or rules.NO_BADGE)
    agreed = await has_agreed(found.email, exhibitor.company_id, OCCASION, str(exhibitor.event_id))
    return desk_page(
        request, "exhibitors/leads/consent.html", at_desk, here="scan", status=status, badge=code, agreed=agreed,
        sentence=await wordings.shown(exhibitor.company_id, exhibitor.company_name), problem=problem,
    )  # fmt: skip


async def _just_scanned(at_desk: Desk, code: str) -> LeadRow:
    exhibitor = at_desk.exhibitor
    lead = await queries.one(exhibitor.company_id, exhibitor.event_id, code[:20])
    if lead is None or lead.last_by != at_desk.actor.account_id:
        raise NotFound("There is no such lead that you scanned.")
    return lead


async def _note_page(
    request: Request[Any, Any, Any], at_desk: Desk, lead: LeadRow, form: Filled[Any], *, status: int = 200, conflict: str = ""
) -> Response[Any]:  # fmt: skip
    if conflict:
        form = Filled({**form.values, "version": lead.version}, form.errors)
    return desk_page(
        request, "exhibitors/leads/note.html", at_desk, here="scan", status=status, lead=lead, form=form, ratings=RATINGS,
        team=await queries.team(at_desk.exhibitor.organisation_id), conflict=conflict,
    )  # fmt: skip
