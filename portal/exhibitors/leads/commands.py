"""What an exhibitor’s team does: scans, notes, and sends what its devices kept meanwhile."""

from collections.abc import Collection
from datetime import date, datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.tokens import hashed, secret
from portal.exhibitors.leads import queries, rules, wordings
from portal.exhibitors.leads.values import Colleague
from portal.exhibitors.values import AtEvent
from portal.leads.chain import commands as chain
from portal.leads.chain.tables import Rating
from portal.leads.chain.values import Kept, Noted, Person, Visit, Whose
from portal.registration.queries.badges import by_badge

_SENT_BEFORE = """
SELECT k.id FROM lead_chain k JOIN lead_record r ON r.chain = k.id AND r.client_id = $3
WHERE k.company_id = $1 AND k.event_id = $2
"""
_OF_SCAN = """
SELECT r.lead FROM lead_chain k JOIN lead_record r ON r.chain = k.id AND r.kind = 'scan' AND r.client_id = $3
WHERE k.company_id = $1 AND k.event_id = $2
"""
_KEY = """
INSERT INTO lead_key (exhibitor, hashed, starts, made_at, made_by) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (exhibitor) DO UPDATE SET hashed = excluded.hashed, starts = excluded.starts, made_at = excluded.made_at,
    made_by = excluded.made_by, used_at = NULL
"""
CHANGED = "The wording has changed meanwhile. Please let them read it once more."


class DeviceScan(msgspec.Struct, tag_field="kind", tag="scan", frozen=True, kw_only=True):
    """A badge as a device scanned it. `id` is its own; `read`, which sentence was agreed to."""

    id: str
    badge: str
    at: datetime
    read: str


class DeviceNote(msgspec.Struct, tag_field="kind", tag="note", frozen=True, kw_only=True):
    """What somebody noted on a device about its own scan `of`."""

    id: str
    of: str
    rating: Rating | None = None
    note: str = ""
    tags: tuple[str, ...] = ()
    follow_up: str = ""
    follow_up_by: date | None = None
    follow_up_who: int | None = None


def whose(exhibitor: AtEvent) -> Whose:
    return Whose(company_id=exhibitor.company_id, event_id=exhibitor.event_id, company=exhibitor.company_name)


async def scan(
    *, exhibitor: AtEvent, actor: Actor, badge: str, read: str, at: datetime, now: datetime, client_id: str | None = None
) -> Kept:  # fmt: skip
    """Keep that somebody’s badge was scanned; `read` says which sentence they agreed to, empty when they had before.

    Raises Invalid for a badge that is not scanned, Conflict where nobody agreed to the present sentence.
    """
    if client_id is not None and (known := await _sent_before(exhibitor, client_id)) is not None:
        return known
    at = rules.happened(at, now)
    if rules.too_late(now, exhibitor.ends_at):
        raise Conflict("This came too late: the event is long over.")
    if (why := rules.closed(at, exhibitor.starts_at, exhibitor.ends_at)) is not None:
        raise Invalid({"badge": why}, why)
    found = await by_badge(badge)
    team = await queries.team(exhibitor.organisation_id)
    why = rules.refusal(found, exhibitor.event_id, {one.email for one in team})
    if found is None or why is not None:
        raise Invalid({"badge": why or rules.NO_BADGE}, why or rules.NO_BADGE)
    async with db.transaction():
        wording = await wordings.agreed(exhibitor.company_id, exhibitor.company_name, read, now) if read else None
        if read and wording is None:
            raise Conflict(CHANGED)
        person = Person(email=found.email, name=found.name, job_title=found.job_title, company=found.company)
        visit = Visit(by=actor.account_id, at=at, client_id=client_id, wording_id=wording.id if wording else None)
        kept = await chain.keep_scan(
            whose=whose(exhibitor), person=person, visit=visit, now=now,
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
        whose=whose(exhibitor), code=code, noted=noted, by=actor.account_id, version=version, now=now, adding=adding,
        client_id=client_id,
    )  # fmt: skip


async def note_on_device(*, exhibitor: AtEvent, actor: Actor, sent: DeviceNote, now: datetime) -> str:
    """Take over what a device kept; the lead’s code. Raises NotFound for a scan that never came, or is gone."""
    code = await db.fetch_value(_OF_SCAN, exhibitor.company_id, exhibitor.event_id, sent.of)
    if code is None:
        raise NotFound("The scan this belongs to was not kept.")
    noted = Noted(
        rating=sent.rating.value if sent.rating else None, note=sent.note, tags=sent.tags, follow_up=sent.follow_up,
        follow_up_by=sent.follow_up_by, follow_up_who=sent.follow_up_who,
    )  # fmt: skip
    await note(
        exhibitor=exhibitor, actor=actor, code=code, noted=noted, version=None, now=now, adding=True, client_id=sent.id
    )
    return str(code)


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
    return None if number is None else await chain.known_scan(number, client_id)


def _check(noted: Noted, team: Collection[Colleague]) -> None:
    if noted.follow_up_who is not None and noted.follow_up_who not in {one.id for one in team}:
        raise Invalid({"follow_up_who": "Please choose somebody of your team."})
    if not noted.follow_up and (noted.follow_up_by or noted.follow_up_who):
        raise Invalid({"follow_up": "Please say what is to be done."})
    if len(noted.tags) > rules.MOST_TAGS:
        raise Invalid({"tags": f"Please give {rules.MOST_TAGS} tags at most."})
