"""What an exhibitor’s team does: scans, notes, and sends what its devices kept meanwhile."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.tokens import hashed, secret
from portal.exhibitors.leads import queries, rules, wordings
from portal.exhibitors.leads.values import Colleague
from portal.exhibitors.queries.desks import OURS
from portal.exhibitors.values import AtEvent
from portal.leads.chain import commands as chain
from portal.leads.chain.tables import Rating
from portal.leads.chain.values import Kept, Noted, Person, Visit, Whose
from portal.registration.queries.badges import by_badge

# Devices may have sent it to a company that was merged into this one since.
_SENT = f"""
FROM lead_chain k JOIN lead_record r ON r.chain = k.id AND r.client_id = $3
WHERE k.company_id IN {OURS.format(company="$1::bigint")} AND k.event_id = $2
"""
_SENT_BEFORE = f"SELECT k.id {_SENT}"
_OF_SCAN = f"SELECT r.lead {_SENT} AND r.kind = 'scan'"
_KEY = """
INSERT INTO lead_key (exhibitor, hashed, starts, made_at, made_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (exhibitor) DO UPDATE SET hashed = excluded.hashed, starts = excluded.starts, made_at = excluded.made_at,
    made_by = excluded.made_by, used_at = NULL
"""
_QUESTION = """
INSERT INTO lead_question (exhibitor, position, text, choices) VALUES ($1, $2, $3, $4)
ON CONFLICT (exhibitor, text) DO UPDATE SET position = excluded.position, choices = excluded.choices
"""
KNOWN_BEFORE = "They were on your list before this scan. Take them off on the page of the lead, if you wish."
CHANGED = "The wording has changed meanwhile. Please let them read it once more."


class DeviceScan(msgspec.Struct, tag_field="kind", tag="scan", frozen=True, kw_only=True):
    """A badge as a device scanned it. `id` is its own; `read`, which sentence was agreed to."""

    id: str
    badge: str
    at: datetime
    read: str


class DeviceUndo(msgspec.Struct, tag_field="kind", tag="undo", frozen=True, kw_only=True):
    """That the scan `of` was a slip, or the guest said no after all."""

    id: str
    of: str
    at: datetime


class DeviceNote(msgspec.Struct, tag_field="kind", tag="note", frozen=True, kw_only=True):
    """What somebody noted on a device about its own scan `of`."""

    id: str
    of: str
    rating: Rating | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    answers: dict[str, str] = msgspec.field(default_factory=dict)
    follow_up: str = ""
    follow_up_by: date | None = None
    follow_up_who: int | None = None


def whose(exhibitor: AtEvent) -> Whose:
    return Whose(company_id=exhibitor.company_id, event_id=exhibitor.event_id, company=exhibitor.company_name)


async def _whose(exhibitor: AtEvent, code: str) -> Whose:
    """The company in whose chain a lead is."""
    found = await queries.company_of(exhibitor.company_id, exhibitor.event_id, code)
    return msgspec.structs.replace(whose(exhibitor), company_id=found)


async def person_at_stand(exhibitor: AtEvent, badge: str | None, at: datetime) -> Person:
    """Whose badge this is, for those who may be asked at that moment. Raises Invalid, which says why they may not."""
    why = rules.closed(at, exhibitor.starts_at, exhibitor.ends_at)
    found = await by_badge(badge, exhibitor.organisation_id) if badge and why is None else None
    why = why or rules.refusal(found, exhibitor.event_id)
    if found is None or badge is None or why is not None:
        raise Invalid({"badge": why or rules.NO_BADGE}, why or rules.NO_BADGE)
    return Person(
        badge=badge, email=found.email, first_name=found.first_name, last_name=found.last_name, job_title=found.job_title,
        company=found.company,
    )  # fmt: skip


async def scan(
    *, exhibitor: AtEvent, actor: Actor, badge: str, read: str, at: datetime, now: datetime, client_id: str | None = None,
    by_device: bool = False,
) -> Kept:  # fmt: skip
    """Keep that somebody’s badge was scanned; `read` says which sentence they agreed to, empty when they had before. What
    a device kept meanwhile may have been asked in the words of before.

    Raises Invalid for a badge that is not scanned, Conflict where nobody agreed to the present sentence.
    """
    if client_id is not None and (known := await _sent_before(exhibitor, client_id)) is not None:
        return known
    if rules.too_late(now, exhibitor.ends_at):
        raise Conflict("This came too late: the event is long over.")
    person = await person_at_stand(exhibitor, badge, at)
    async with db.transaction():
        wording = await wordings.agreed(
            exhibitor.company_id, exhibitor.company_name, read, now, outdated=by_device
        ) if read else None  # fmt: skip
        if read and wording is None:
            raise Conflict(CHANGED)
        at_stand = msgspec.structs.replace(whose(exhibitor), former=await queries.former(exhibitor.company_id))
        visit = Visit(by=actor.account_id, at=at, client_id=client_id, wording=wording, outdated=by_device)
        kept = await chain.keep_scan(
            whose=at_stand, person=person, visit=visit, now=now,
            purpose=f"You agreed to it at {exhibitor.event_title}",
        )  # fmt: skip
    return kept  # noqa: RET504 — a return inside the block is none for mypy


async def note(
    *, exhibitor: AtEvent, actor: Actor, code: str, noted: Noted, version: int | None, now: datetime, adding: bool = False,
    client_id: str | None = None,
) -> bool:  # fmt: skip
    """Note how a lead stands. Raises Invalid for a follow-up that is given to somebody else’s people, or to nobody to do."""
    _check(noted, await queries.team(exhibitor.organisation_id))
    return await chain.note_lead(
        whose=await _whose(exhibitor, code), code=code, noted=noted, by=actor.account_id, version=version, now=now, adding=adding,
        client_id=client_id,
    )  # fmt: skip


async def note_on_device(*, exhibitor: AtEvent, actor: Actor, sent: DeviceNote, now: datetime) -> str:
    """Take over what a device kept; the lead’s code. Raises NotFound for a scan that never came, or is gone."""
    code = await db.fetch_value(_OF_SCAN, exhibitor.company_id, exhibitor.event_id, sent.of)
    if code is None:
        raise NotFound("The scan this belongs to was not kept.")
    noted = Noted(
        rating=sent.rating.value if sent.rating else None, note=sent.note, tags=sent.tags, answers=sent.answers,
        follow_up=sent.follow_up, follow_up_by=sent.follow_up_by, follow_up_who=sent.follow_up_who,
    )  # fmt: skip
    await note(
        exhibitor=exhibitor, actor=actor, code=code, noted=noted, version=None, now=now, adding=True, client_id=sent.id
    )
    return str(code)


async def undo_on_device(*, exhibitor: AtEvent, actor: Actor, sent: DeviceUndo, at: datetime, now: datetime) -> None:
    """Take a scan of one’s own back, of somebody who was not on the list before. Undone twice, or never kept, it is undone.

    Raises Conflict where more than this scan would be lost.
    """
    code = await db.fetch_value(_OF_SCAN, exhibitor.company_id, exhibitor.event_id, sent.of)
    lead = await queries.one(exhibitor.company_id, exhibitor.event_id, code) if code is not None else None
    if lead is None:
        return
    if lead.visits > 1 or lead.last_by != actor.account_id:
        raise Conflict(KNOWN_BEFORE)
    await remove(exhibitor=exhibitor, actor=actor, code=lead.code, at=at, now=now)


async def remove(*, exhibitor: AtEvent, actor: Actor, code: str, now: datetime, at: datetime | None = None) -> None:
    """Take somebody off the company’s list, with all that was noted; `at` is when that was decided."""
    await chain.remove_lead(whose=await _whose(exhibitor, code), code=code, by=actor.account_id, at=at or now, now=now)


async def save_questions(
    *, exhibitor: AtEvent, actor: Actor, questions: Sequence[tuple[str, tuple[str, ...]]], now: datetime
) -> None:
    """What the team asks from now on, in this order. Answers that were given to others stay with their leads."""
    async with db.transaction():
        await db.execute("SELECT FROM exhibitor WHERE id = $1 FOR UPDATE", exhibitor.id)
        await db.execute(
            "DELETE FROM lead_question WHERE exhibitor = $1 AND text <> ALL($2)",
            exhibitor.id,
            [text for text, _ in questions],
        )
        for position, (text, choices) in enumerate(questions):
            await db.execute(_QUESTION, exhibitor.id, position, text, list(choices))
        await audit.record(
            actor=actor.label,
            verb="set lead questions",
            kind="exhibitor",
            key=exhibitor.id,
            now=now,
            count=len(questions),
        )


async def rotate_key(*, exhibitor: AtEvent, actor: Actor, now: datetime) -> str:
    """Another key for the exhibitor’s programs; the one before opens nothing any more. It is given once."""
    made = f"leads_{secret()}"
    async with db.transaction():
        await db.execute(_KEY, exhibitor.id, hashed(made), made[:12], now, actor.label)
        await audit.record(
            actor=actor.label, verb="rotate lead key", kind="exhibitor", key=exhibitor.id, now=now, starts=made[:12]
        )
    return made


async def revoke_key(*, exhibitor: AtEvent, actor: Actor, now: datetime) -> None:
    """Let no program read the leads any more."""
    async with db.transaction():
        await db.execute("DELETE FROM lead_key WHERE exhibitor = $1", exhibitor.id)
        await audit.record(actor=actor.label, verb="revoke lead key", kind="exhibitor", key=exhibitor.id, now=now)


async def _sent_before(exhibitor: AtEvent, client_id: str) -> Kept | None:
    number = await db.fetch_value(_SENT_BEFORE, exhibitor.company_id, exhibitor.event_id, client_id)
    return None if number is None else await chain.known_scan([number], client_id)


def _check(noted: Noted, team: Collection[Colleague]) -> None:
    if noted.follow_up_who is not None and noted.follow_up_who not in {one.id for one in team}:
        raise Invalid({"follow_up_who": "Please choose somebody of your team."})
    if not noted.follow_up and (noted.follow_up_by or noted.follow_up_who):
        raise Invalid({"follow_up": "Please say what is to be done."})
    if len(noted.tags) > rules.MOST_TAGS:
        raise Invalid({"tags": f"Please give {rules.MOST_TAGS} tags at most."})
