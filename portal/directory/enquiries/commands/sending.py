"""Storing an enquiry, proving a guest's address, sending it out, and what staff do with held ones."""

import random
from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from portal.accounts.access.commands import codes
from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import CodePurpose
from portal.core import audit, db, jobs
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.tokens import readable, secret
from portal.directory.commands.counting import count_enquiries
from portal.directory.enquiries import limits
from portal.directory.enquiries.commands.telling import tell
from portal.directory.enquiries.rules import spam, times
from portal.directory.enquiries.tables import EnquiryKind, EnquiryState
from portal.directory.enquiries.values import Line, Notice
from portal.directory.rules.domains import ascii_host, is_shared, registered
from portal.media import commands as media
from portal.media.values import Owner

FILES = "enquiry"
NOTE_MISSED = "enquiries.note_missed"
MOST_COMPANIES = 10
GUEST = Actor(account_id=0, email="", name="guest")
"""Who uploads the files of a guest."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer typed."""

    kind: EnquiryKind
    need: str
    lines: Sequence[Line] = ()
    asked: str = ""
    needed_by: date | None = None
    blind: bool = False
    files_after_yes: bool = False
    name: str
    company: str = ""


class Stored(msgspec.Struct, frozen=True):
    id: int
    number: str
    secret: str
    state: EnquiryState


_INSERT = """
INSERT INTO enquiry (number, secret, form_key, kind, state, need, lines, asked, needed_by, blind, files_after_yes, account,
    email, name, company, company_address, sender, digest, hold_reason, decided_by, created_at)
VALUES ($1, $2, $3, $4, 'unproved', $5, $6::jsonb, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '', '', $18)
ON CONFLICT (form_key) DO NOTHING RETURNING id, number, secret, state
"""
_TWICE = """
SELECT number FROM enquiry WHERE sender = $1 AND digest = $2 AND created_at > $3 AND state NOT IN ('unproved', 'refused')
"""


async def store(
    *, actor: Actor | None, email: str, wish: Wish, company_ids: Sequence[int], files: Sequence[str], form_key: str,
    now: datetime,
) -> Stored:  # fmt: skip
    """Keep what a buyer typed. Of somebody signed in it goes out at once, of a guest once the address is proved.

    The same form sent twice is one enquiry. Raises Invalid for what was sent before under another form.
    """
    sender, digest = spam.sender_key(email), spam.digest(email, wish.need, company_ids)
    async with db.transaction():
        await db.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"enquiry:{sender}")
        if (known := await _known(form_key, digest, now)) is not None:
            return known
        if again := await db.fetch_value(_TWICE, sender, digest, now - times.DUPLICATE_WITHIN):
            raise Invalid({"need": f"You sent this already, as enquiry {again}. Nothing was sent a second time."})
        row = await db.fetch_one(
            _INSERT, readable(), secret(), form_key, wish.kind.value, wish.need,
            msgspec.json.encode(list(wish.lines)).decode(), wish.asked, wish.needed_by, wish.blind, wish.files_after_yes,
            actor.account_id if actor else None, email, wish.name, wish.company, _at_company(email), sender, digest, now,
        )  # fmt: skip
        assert row is not None
        state = EnquiryState.OPEN if actor else EnquiryState.UNPROVED
        stored = Stored(row["id"], row["number"], row["secret"], state)
        await _address(row["id"], company_ids, actor)
        if files:
            await media.attach(keys=files, owner=Owner(FILES, row["number"]), actor=actor or GUEST, now=now)
        if actor is not None:
            await _send_out(row["id"], now)
    return stored


async def _known(form_key: str, digest: str, now: datetime) -> Stored | None:
    """What this form was stored as; a guest's that is not proved yet makes room for the new text."""
    row = await db.fetch_one("SELECT id, number, secret, state, digest FROM enquiry WHERE form_key = $1", form_key)
    if row is None:
        return None
    if row["digest"] == digest:
        return Stored(row["id"], row["number"], row["secret"], EnquiryState(row["state"]))
    if row["state"] != EnquiryState.UNPROVED:
        raise Invalid({"": f"This form was sent already, as enquiry {row['number']}. Please open a new one."})
    await _drop([(row["id"], row["number"])], now=now)
    return None


async def _address(enquiry_id: int, company_ids: Sequence[int], actor: Actor | None) -> None:
    """Note whom it goes to, in an order that is drawn: letters of hidden companies tell nothing."""
    ids = list(dict.fromkeys(company_ids))
    # A company that is being merged is waited for, and takes none under its old name any more.
    rows = await db.fetch(
        "SELECT id, name, organisation FROM company WHERE id = ANY($1) AND state = 'public' ORDER BY id FOR SHARE", ids
    )
    if not ids or len(rows) != len(ids):
        raise Invalid({"company": "One of the companies takes no enquiries any more. Please choose again."})
    if len(ids) > MOST_COMPANIES:
        raise Invalid({"company": f"Please choose {MOST_COMPANIES} companies at most."})
    if own := [row["name"] for row in rows if actor and row["organisation"] in actor.memberships]:
        raise Invalid({"company": f"{own[0]} is your own company. Please leave it out."})
    drawn = random.SystemRandom().sample(ids, len(ids))
    await db.execute(
        "INSERT INTO enquiry_recipient (enquiry, company, position, state, version, reminders, report) "
        "SELECT $1, id, n - 1, 'sent', 0, 0, '' FROM unnest($2::bigint[]) WITH ORDINALITY AS x (id, n)",
        enquiry_id, drawn,
    )  # fmt: skip


def _at_company(email: str) -> bool:
    domain = registered(ascii_host(email.rpartition("@")[2]))
    return bool(domain) and not is_shared(domain)


async def prove(*, ticket: str, code: str, now: datetime) -> Stored:
    """A guest typed the right code: send the enquiry, or hold it for staff when it has links. Raises Invalid, Conflict,
    RateLimited."""
    async with codes.right_code(secret=ticket, purpose=CodePurpose.ENQUIRY, typed=code, now=now) as proved:
        row = await db.fetch_one(
            "SELECT id, number, secret, state, need, lines, name, company, sender FROM enquiry WHERE id = $1 AND email = $2 "
            "FOR UPDATE",
            int(proved.details.get("enquiry", 0)), proved.email,
        )  # fmt: skip
        if row is None:
            raise Conflict("That enquiry is gone. Please write it again.")
        if row["state"] != EnquiryState.UNPROVED:
            return Stored(row["id"], row["number"], row["secret"], EnquiryState(row["state"]))
        asked = await db.fetch("SELECT company FROM enquiry_recipient WHERE enquiry = $1", row["id"])
        await limits.before_going_out(sender=row["sender"], company_ids=[one["company"] for one in asked], now=now)
        if spam.has_link(row["need"], row["lines"], row["name"], row["company"]):
            await db.execute(
                "UPDATE enquiry SET state = 'held', hold_reason = 'It has a link, and its sender has no account.' WHERE id = $1",
                row["id"],
            )
            await tell(Notice.HELD, enquiry=row["id"])
            await tell(Notice.STAFF_HELD, enquiry=row["id"])
            return Stored(row["id"], row["number"], row["secret"], EnquiryState.HELD)
        await _send_out(row["id"], now)
    return Stored(row["id"], row["number"], row["secret"], EnquiryState.OPEN)


_OUT = "UPDATE enquiry SET state = 'open', sent_at = $2 WHERE id = $1 RETURNING blind"
_BLOCKED = """
UPDATE enquiry_recipient r SET state = 'blocked' FROM enquiry e
WHERE e.id = $1 AND r.enquiry = e.id AND EXISTS (SELECT FROM enquiry_block b WHERE b.sender = e.sender AND b.company = r.company)
"""
_WHO = """
SELECT r.id, r.company, c.organisation IS NOT NULL AS claimed FROM enquiry_recipient r JOIN company c ON c.id = r.company
WHERE r.enquiry = $1 AND r.state <> 'blocked' ORDER BY r.id
"""


async def _send_out(enquiry_id: int, now: datetime) -> None:
    blind = await db.fetch_value(_OUT, enquiry_id, now)
    await db.execute(_BLOCKED, enquiry_id)
    if not blind:
        await db.execute(
            "UPDATE enquiry_recipient SET revealed_at = $2 WHERE enquiry = $1 AND state <> 'blocked'", enquiry_id, now
        )
    rows = await db.fetch(_WHO, enquiry_id)
    await count_enquiries([row["company"] for row in rows], now=now)
    await tell(Notice.SENT, enquiry=enquiry_id)
    for row in rows:
        await tell(Notice.ARRIVED if row["claimed"] else Notice.UNREAD, enquiry=enquiry_id, recipient=row["id"])
    await jobs.enqueue(NOTE_MISSED, enquiry=enquiry_id)


async def release(*, actor: Actor, number: str, now: datetime) -> None:
    """Staff let a held enquiry go out."""
    async with db.transaction():
        await _send_out(await _held(number, actor, "open", now), now)


async def refuse(*, actor: Actor, number: str, now: datetime) -> None:
    """Staff do not let it go out; the sender is told."""
    async with db.transaction():
        enquiry_id = await _held(number, actor, "refused", now)
        await db.execute("UPDATE enquiry SET state = 'refused' WHERE id = $1", enquiry_id)
        await tell(Notice.REFUSED, enquiry=enquiry_id)


async def _held(number: str, actor: Actor, becomes: str, now: datetime) -> int:
    row = await db.fetch_one("SELECT id, state FROM enquiry WHERE number = $1 FOR UPDATE", number)
    if row is None:
        raise NotFound("There is no such enquiry.")
    if row["state"] != EnquiryState.HELD:
        raise Conflict("Somebody has decided about this enquiry already.")
    await db.execute("UPDATE enquiry SET decided_by = $2 WHERE id = $1", row["id"], actor.label)
    await audit.record(actor=actor.label, verb=f"enquiry {becomes}", kind="enquiry", key=number, now=now)
    return int(row["id"])


async def drop_unproved(*, now: datetime) -> None:
    """Forget what guests typed and never proved."""
    async with db.transaction():
        rows = await db.fetch(
            "SELECT id, number FROM enquiry WHERE state = 'unproved' AND created_at < $1 ORDER BY id LIMIT 500 "
            "FOR UPDATE SKIP LOCKED",
            now - times.UNPROVED_AFTER,
        )
        await _drop([(row["id"], row["number"]) for row in rows], now=now)


async def _drop(enquiries: Sequence[tuple[int, str]], *, now: datetime) -> None:
    for enquiry_id, number in enquiries:
        await db.execute("DELETE FROM enquiry WHERE id = $1", enquiry_id)
        await media.forget(owner=Owner(FILES, number), actor=PORTAL, now=now)
