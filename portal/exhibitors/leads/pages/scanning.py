"""`…/events/{event}/scan`: badges are scanned here, with the attendee’s consent on the same screen.

With scripts the page reads badges by the camera and keeps what it could not send (`static/js/scan.js`); without, and from any
phone’s own camera, each badge has an address of its own. Nothing of the person is shown before they agree.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, RateLimited
from portal.core.rate_limits import Limit, spend
from portal.core.settings import current
from portal.core.text import many_lines, one_line
from portal.exhibitors.guards import DESK, AtDesk, Desk, desk, desk_page
from portal.exhibitors.leads import commands, queries, rules, wordings
from portal.exhibitors.leads.commands import DeviceNote, DeviceScan, DeviceUndo
from portal.exhibitors.leads.forms import BadgeForm, ConsentForm, LeadForm, filled, noted, read_lead, split
from portal.exhibitors.leads.values import RATINGS, Asking, LeadRow
from portal.exhibitors.rules.keeping import kept_until
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.values import AtEvent
from portal.leads.chain.values import Person
from portal.registration.rules.badges import read_badge
from portal.web.forms import Filled, blank, differences, read
from portal.web.inputs import Now
from portal.web.rendering import see_other

# So many badges nobody scans by hand in that time.
_GUESSES = Limit("badges", tries=300, per=timedelta(minutes=10))
_MOST_AT_ONCE = 200
CAMERA = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"}


class Shown(msgspec.Struct, frozen=True):
    """What guests are asked from now on, where the page still asked something else."""

    text: str
    version: int
    read: str


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a record from a device. `refused` for good: sent again, it will be again."""

    id: str
    state: str
    words: str = ""
    code: str = ""
    name: str = ""
    company: str = ""
    visits: int = 0
    sentence: Shown | None = None


class Sent(msgspec.Struct, frozen=True):
    """What a device kept: by whose account, and what its clock said when it sent them."""

    by: int
    sent_at: datetime
    records: list[DeviceScan | DeviceNote | DeviceUndo]


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
        try:
            person = await _person(at_desk, form.data.badge, now)
        except Invalid as refused:
            return await _scan_page(request, at_desk, now, form.refuse(refused), status=422)
        return see_other(f"{at_desk.exhibitor.address}/scan/badges/{person.badge}")

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
        form = (await read(request, ConsentForm)).data or ConsentForm()
        person = await _wearer(at_desk, badge, now)
        try:
            kept = await commands.scan(
                exhibitor=at_desk.exhibitor, actor=at_desk.actor, badge=person.badge, read=form.read, at=now, now=now,
                client_id=form.number if _is_number(form.number) else None,
            )  # fmt: skip
        except Conflict as refused:
            return await _ask(request, at_desk, badge, now, problem=refused.message, status=409)
        return see_other(f"{at_desk.exhibitor.address}/scan/leads/{kept.code}", notice=_words(kept.visits))

    @get("/leads/{code:str}")
    async def note(self, request: Request[Any, Any, Any], at_desk: AtDesk, code: FromPath[str]) -> Response[Any]:
        """Rating, note and what comes next, right after a scan; for whoever scanned them."""
        lead = await _just_scanned(at_desk, code)
        asking = await queries.asking(at_desk.exhibitor)
        return await _note_page(request, at_desk, lead, filled(lead, asking.questions), asking)

    @post("/leads/{code:str}")
    async def keep_note(
        self, request: Request[Any, Any, Any], at_desk: AtDesk, code: FromPath[str], now: Now
    ) -> Response[Any]:
        lead = await _just_scanned(at_desk, code)
        asking = await queries.asking(at_desk.exhibitor)
        form, answers = await read_lead(request, lead, asking.questions)
        if form.data is None:
            return await _note_page(request, at_desk, lead, form, asking, status=422)
        try:
            await commands.note(
                exhibitor=at_desk.exhibitor, actor=at_desk.actor, code=lead.code, noted=noted(form.data, answers), now=now,
                version=form.data.version,
            )  # fmt: skip
        except Invalid as refused:
            return await _note_page(request, at_desk, lead, form.refuse(refused), asking, status=422)
        except Conflict as refused:
            return await _note_page(request, at_desk, lead, form, asking, status=409, conflict=refused.message)
        return see_other(f"{at_desk.exhibitor.address}/scan", notice=f"Saved. Lead {lead.code} is noted.")

    @post("/leads/{code:str}/removal")
    async def undo(self, at_desk: AtDesk, code: FromPath[str], now: Now) -> Response[Any]:
        """The guest said no after all, or it was a slip; while nothing but this one scan would be lost."""
        lead = await _just_scanned(at_desk, code)
        if lead.visits > 1:
            raise Conflict(commands.KNOWN_BEFORE)
        await commands.remove(exhibitor=at_desk.exhibitor, actor=at_desk.actor, code=lead.code, now=now)
        return see_other(f"{at_desk.exhibitor.address}/scan", notice="Undone. Nothing is kept of this guest.")

    @post("/records", status_code=200)
    async def records(self, request: Request[Any, Any, Any], at_desk: AtDesk, now: Now) -> Response[list[Told]]:
        """What a device kept, in its own order and with its own times. Sent again, nothing is kept twice."""
        try:
            sent = msgspec.json.decode(await request.body(), type=Sent)
        except (msgspec.MsgspecError, UnicodeError) as problem:
            raise DomainError("These records could not be read.") from problem
        if len(sent.records) > _MOST_AT_ONCE or sent.sent_at.tzinfo is None:
            raise DomainError(
                f"Please send {_MOST_AT_ONCE} records at a time, with the time by your clock and its zone."
            )
        if sent.by != at_desk.actor.account_id:
            raise Conflict("Somebody else scanned these. They are sent when that person signs in here again.")
        told: list[Told] = []
        await spend(_GUESSES, str(at_desk.actor.account_id), now=now, count=0)
        try:
            for one in sent.records:
                told.append(await _take(at_desk, one, now, sent.sent_at))
        except RateLimited:
            # What was taken is said; the rest comes again.
            if not told:
                raise
        return Response(told, headers={"Cache-Control": "no-store"})


async def _take(at_desk: Desk, one: DeviceScan | DeviceNote | DeviceUndo, now: Now, sent_at: datetime) -> Told:
    """One record after the other: a wrong one does not hold up the next."""
    if not _is_number(one.id) or (not isinstance(one, DeviceNote) and one.at.tzinfo is None):
        return Told(one.id[:36], "refused", "This record could not be read.")
    try:
        if isinstance(one, DeviceUndo):
            await commands.undo_on_device(
                exhibitor=at_desk.exhibitor,
                actor=at_desk.actor,
                sent=one,
                at=rules.happened(one.at, now, sent_at),
                now=now,
            )
            return Told(one.id, "kept", "Undone. Nothing is kept.")
        if isinstance(one, DeviceNote):
            code = await commands.note_on_device(
                exhibitor=at_desk.exhibitor, actor=at_desk.actor, sent=_tidied(one), now=now
            )
            return Told(one.id, "kept", code=code)
        kept = await commands.scan(
            exhibitor=at_desk.exhibitor, actor=at_desk.actor, badge=read_badge(one.badge) or "", read=one.read,
            at=rules.happened(one.at, now, sent_at), now=now, client_id=one.id, by_device=True,
        )  # fmt: skip
    except (Conflict, Invalid, NotFound) as refused:
        if isinstance(refused, Invalid):
            await spend(_GUESSES, str(at_desk.actor.account_id), now=now)
        words = " ".join(refused.fields.values()) if isinstance(refused, Invalid) else refused.message
        return Told(one.id, "refused", words, sentence=await _changed(at_desk.exhibitor, one, now))
    exhibitor = at_desk.exhibitor
    lead = await queries.one(exhibitor.company_id, exhibitor.event_id, kept.code)
    name, company = (lead.name, lead.company) if lead is not None else ("", "")
    return Told(one.id, "known" if kept.again else "kept", _words(kept.visits), kept.code, name, company, kept.visits,
                await _changed(exhibitor, one, now))  # fmt: skip


async def _changed(exhibitor: AtEvent, one: DeviceScan | DeviceNote | DeviceUndo, now: Now) -> Shown | None:
    """The sentence of now, where the device’s page still has another."""
    if not isinstance(one, DeviceScan) or one.read == wordings.read_now(exhibitor.company_name):
        return None
    asked = await wordings.shown(exhibitor.company_id, exhibitor.company_name, now)
    return Shown(asked.text, asked.version, asked.read)


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
        answers={
            one_line(text)[:120]: one_line(answer)[:500]
            for text, answer in list(sent.answers.items())[: rules.MOST_QUESTIONS]
            if one_line(text) and one_line(answer)
        },
    )


def _words(visits: int) -> str:
    return "Kept." if visits == 1 else f"Kept: visit {visits} of somebody you know."


async def _person(at_desk: Desk, typed: str, now: Now) -> Person:
    """Whose badge was typed or scanned. Raises Invalid."""
    await spend(_GUESSES, str(at_desk.actor.account_id), now=now)
    return await commands.person_at_stand(at_desk.exhibitor, read_badge(typed), now)


async def _wearer(at_desk: Desk, badge: str, now: Now) -> Person:
    """The same for an address: what leads to nobody is not there."""
    try:
        return await _person(at_desk, badge, now)
    except Invalid as refused:
        raise NotFound(refused.message) from refused


async def _scan_page(
    request: Request[Any, Any, Any], at_desk: Desk, now: Now, form: Filled[Any], *, status: int = 200
) -> Response[Any]:
    exhibitor = at_desk.exhibitor
    return desk_page(
        request, "exhibitors/leads/scan.html", at_desk, here="scan", status=status, headers=CAMERA, form=form,
        closed=rules.closed(now, exhibitor.starts_at, exhibitor.ends_at), over=rules.over(now, exhibitor.ends_at),
        by=at_desk.actor.account_id, copied=False, ratings=RATINGS,
        sentence=await wordings.shown(exhibitor.company_id, exhibitor.company_name, now), until=emptied_at(exhibitor),
        asking=await queries.asking(exhibitor),
    )  # fmt: skip


async def _ask(
    request: Request[Any, Any, Any], at_desk: Desk, badge: str, now: Now, *, problem: str = "", status: int = 200
) -> Response[Any]:
    person = await _wearer(at_desk, badge, now)
    sentence, agreed = await wordings.asked(at_desk.exhibitor, person)
    return desk_page(
        request, "exhibitors/leads/consent.html", at_desk, here="scan", status=status, badge=person.badge,
        agreed=agreed, sentence=sentence, number=str(uuid4()), problem=problem,
        until=emptied_at(at_desk.exhibitor),
    )  # fmt: skip


def emptied_at(exhibitor: AtEvent) -> datetime:
    return kept_until(exhibitor.ends_at, current().leads_keep_months)


async def _just_scanned(at_desk: Desk, code: str) -> LeadRow:
    exhibitor = at_desk.exhibitor
    company, event, me = exhibitor.company_id, exhibitor.event_id, at_desk.actor.account_id
    lead = await queries.one(company, event, code[:20])
    # A colleague may have scanned them again while this one’s note was typed.
    if lead is None or (lead.last_by != me and not await queries.has_scanned(company, event, lead.code, me)):
        raise NotFound("There is no such lead that you scanned.")
    return lead


async def _note_page(
    request: Request[Any, Any, Any], at_desk: Desk, lead: LeadRow, form: Filled[Any], asking: Asking, *,
    status: int = 200, conflict: str = "",
) -> Response[Any]:  # fmt: skip
    stored = differences(form, filled(lead, asking.questions), LeadForm) if conflict else []
    if conflict:
        form = Filled({**form.values, "version": lead.version}, form.errors)
    return desk_page(
        request, "exhibitors/leads/note.html", at_desk, here="scan", status=status, lead=lead, form=form, ratings=RATINGS,
        asking=asking, conflict=conflict, stored=stored,
    )  # fmt: skip
