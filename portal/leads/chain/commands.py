"""Keeping a scan, what is noted of a lead, and letting leads go."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.commands import record_disclosures
from portal.core import db
from portal.core.errors import Conflict, NotFound
from portal.core.tokens import readable
from portal.leads.chain import linking
from portal.leads.chain.exports import public_key, written
from portal.leads.chain.queries import IS_THEM
from portal.leads.chain.tables import Kind
from portal.leads.chain.values import OCCASION, WORDING, Kept, Noted, Person, Visit, Whose
from portal.leads.commands import give_consent

TAKEN_BACK = "This person has taken their consent back since. Nothing was kept."
NOT_ASKED = "They have not agreed yet. Please ask them first."
HOW = "badge"

_KNOWN = """
SELECT r.lead AS code, l.visits FROM lead_record r LEFT JOIN lead l ON l.chain = r.chain AND l.code = r.lead
WHERE r.chain = ANY($1::bigint[]) AND r.client_id = $2
"""
# Receipts that were taken back before each person had their own say nobody’s name.
_TAKEN_BACK = """
SELECT EXISTS (SELECT FROM consent WHERE email = $1 AND company_id = ANY($2::bigint[]) AND kind = $3 AND key = $4
    AND (person = '' OR lower(person) = lower($5)) AND withdrawn_at >= $6)
"""
# A lead is a person: an address may be shared, so each of its people is asked, and has a receipt of their own. Whoever agreed at
# the stand of a company that was merged into this one is not asked again, since the receipt went over with the company, which has
# them on its list by it; they go on in the chain they are in. Who was asked all the same agreed to this company’s own sentence.
_THEM = f"""
SELECT l.id, l.chain, c.id AS consent, w.version FROM lead l JOIN consent c ON c.id = l.consent_id AND c.withdrawn_at IS NULL
JOIN wording_of_consent w ON w.id = c.wording
WHERE l.chain = ANY($1::bigint[]) AND l.email = $2 AND {IS_THEM.format(badge="$3", name="$4", first="$5")}
ORDER BY lower(l.name) = lower($4) DESC, array_position($1, l.chain), l.id LIMIT 1
"""
# A receipt that came with a merged company makes room for the one of this company’s own sentence: both stand, each where it was
# read.
_READ_THERE = """
UPDATE consent c SET company_id = w.key::bigint FROM wording_of_consent w
WHERE c.email = $1 AND lower(c.person) = lower($2) AND c.company_id = $3 AND c.kind = $4 AND c.key = $5 AND c.withdrawn_at IS NULL
    AND w.id = c.wording AND w.kind = $6 AND w.key = ANY($7::text[])
"""
# The receipt says whose it is as the badge does, unless that is somebody else’s by now.
_RENAMED = """
UPDATE consent c SET person = $2 WHERE id = $1 AND person <> $2 AND NOT EXISTS (SELECT FROM consent o WHERE o.id <> c.id
    AND (o.email, lower(o.person), o.company_id, o.kind, o.key) = (c.email, lower($2), c.company_id, c.kind, c.key)
    AND o.withdrawn_at IS NULL)
"""
# Places get other names: a badge that is somebody else’s by now is the former lead’s no more.
_FREE_BADGE = "UPDATE lead SET badge = code WHERE chain = $1 AND badge = $2 AND id IS DISTINCT FROM $3::bigint"
_ANOTHER_VISIT = """
UPDATE lead l SET visits = l.visits + 1, first_at = least(l.first_at, $7), last_at = greatest(l.last_at, $7), last_by = $8,
    badge = $2, first_name = $3, last_name = $4, name = $10,
    job_title = $5, company = $6, changed_at = $9, version = l.version + 1
WHERE id = $1 RETURNING code, visits
"""
_FIRST_VISIT = """
INSERT INTO lead (chain, consent_id, code, email, badge, first_name, last_name, name, job_title, company, note, tags, answers,
    follow_up, visits, first_at, last_at, last_by, changed_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $13, $8, $9, '', '{}', '{}', '', 1,
    $10, $10, $11, $12, 1)
RETURNING code, visits
"""
_LEAD = """
SELECT l.id, l.chain, l.rating, l.note, l.tags, l.answers, l.follow_up, l.follow_up_by, l.follow_up_who,
    l.follow_up_done_at, l.version FROM lead l WHERE l.chain = $1 AND l.code = $2
"""
_NOTE = """
UPDATE lead SET rating = $2, note = $3, tags = $4, follow_up = $5, follow_up_by = $6, follow_up_who = $7,
    follow_up_done_at = $8, changed_at = $9, answers = $10::jsonb, version = version + 1 WHERE id = $1
"""
# Where companies became one, each one’s lead may rest on one receipt: it stands as long as the other does.
_REMOVED = """
UPDATE consent SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL
    AND NOT EXISTS (SELECT FROM lead WHERE consent_id = $1 AND id <> $3)
"""
_SIGNER = """
INSERT INTO lead_signer (public_key, first_used_at, last_used_at) VALUES ($1, $2, $2)
ON CONFLICT (public_key) DO UPDATE SET last_used_at = excluded.last_used_at
"""
_FOLLOW = """
UPDATE lead_chain c SET company_id = $2 WHERE company_id = $1 AND ($3::bigint[] IS NULL OR id = ANY($3))
    AND NOT EXISTS (SELECT FROM lead_chain o WHERE o.company_id = $2 AND o.event_id = c.event_id) RETURNING id
"""


async def keep_scan(*, whose: Whose, person: Person, visit: Visit, purpose: str, now: datetime) -> Kept:
    """Keep that somebody’s badge was scanned, who agrees to it now or has before. Sent twice, it counts once.

    Raises Conflict where nobody agreed, where they took it back since, or where the wording is not the newest any more.
    """
    async with db.transaction():
        chains = await linking.hold_all(whose)
        known = await known_scan(chains, visit.client_id)
        kept = known or await _keep(chains, whose, person, visit, purpose, now)
    return kept  # noqa: RET504 — a return inside the block is none for mypy


async def _keep(
    chains: list[int], whose: Whose, person: Person, visit: Visit, purpose: str, now: datetime
) -> Kept:  # fmt: skip
    where = chains if visit.wording is None else chains[:1]
    known = await db.fetch_one(_THEM, where, person.email, person.badge, person.name, person.first_name)
    chain = known["chain"] if known is not None else chains[0]
    await db.execute(_FREE_BADGE, chain, person.badge, known["id"] if known is not None else None)
    if known is None:
        row, version = await _first(chain, whose, person, visit, now)
    else:
        row = await db.fetch_one(
            _ANOTHER_VISIT, known["id"], person.badge, person.first_name, person.last_name, person.job_title,
            person.company, visit.at, visit.by, now, person.name,
        )  # fmt: skip
        version = known["version"]
        await db.execute(_RENAMED, known["consent"], person.name)
    assert row is not None, "one or the other"
    wording = version if visit.wording is None else visit.wording.version
    payload = {
        "by": visit.by, "scanned_at": written(visit.at), "wording": wording, "name": person.name,
        "job_title": person.job_title, "company": person.company, "email": person.email,
    }  # fmt: skip
    await linking.append(
        chain=chain, lead=row["code"], kind=Kind.SCAN, payload=payload, now=now, client_id=visit.client_id
    )
    if row["visits"] == 1:
        await record_disclosures(
            emails=[person.email], recipient=whose.company, what="Name, job title, company and address", purpose=purpose,
            now=now,
        )  # fmt: skip
    return Kept(row["code"], row["visits"])


async def _first(chain: int, whose: Whose, person: Person, visit: Visit, now: datetime) -> tuple[Any, int]:
    """Somebody this company does not know yet: their consent, of the moment they agreed, and the lead that rests on it."""
    key = str(whose.event_id)
    companies = [whose.company_id, *whose.former]
    if await db.fetch_value(_TAKEN_BACK, person.email, companies, OCCASION, key, person.name, visit.at):
        raise Conflict(TAKEN_BACK)
    if visit.wording is None:
        raise Conflict(NOT_ASKED)
    if former := [str(one) for one in whose.former]:
        await db.execute(_READ_THERE, person.email, person.name, whose.company_id, OCCASION, key, WORDING, former)
    consent = await give_consent(
        email=person.email, person=person.name, company_id=whose.company_id, company_name=whose.company,
        wording_id=visit.wording.id, kind=OCCASION, key=key, how=HOW, now=visit.at, outdated=visit.outdated,
    )  # fmt: skip
    row = await db.fetch_one(
        _FIRST_VISIT, chain, consent, readable(8), person.email, person.badge, person.first_name, person.last_name,
        person.job_title, person.company, visit.at, visit.by, now, person.name,
    )  # fmt: skip
    return row, visit.wording.version


async def known_scan(chains: Sequence[int], client_id: str | None) -> Kept | None:
    """What became of what a device has sent before. Raises Conflict where the person took it back since."""
    row = await db.fetch_one(_KNOWN, chains, client_id) if client_id is not None else None
    if row is None:
        return None
    if row["visits"] is None:
        raise Conflict(TAKEN_BACK)
    return Kept(row["code"], row["visits"], again=True)


async def note_lead(
    *, whose: Whose, code: str, noted: Noted, by: int, version: int | None, now: datetime, client_id: str | None = None,
    adding: bool = False,
) -> bool:  # fmt: skip
    """Note how a lead stands; a record for each thing that is not as it was. True when something was.

    `adding`: what is given comes on top of what stands there, and what is left out stays (from a stand). Raises NotFound for
    a lead that is none of this company’s, or no longer; Conflict when it has another version by now.
    """
    async with db.transaction():
        chain = await linking.hold(whose.company_id, whose.event_id)
        known = await known_scan([chain], client_id)
        changed = known is None and await _note(chain, code, noted, by, version, now, client_id, adding)
    return changed  # noqa: RET504 — a return inside the block is none for mypy


async def _note(
    chain: int, code: str, noted: Noted, by: int, version: int | None, now: datetime, client_id: str | None, adding: bool
) -> bool:  # fmt: skip
    row = await db.fetch_one(_LEAD, chain, code)
    if row is None:
        raise NotFound("There is no such lead of your company. Whoever takes their consent back is gone from the list.")
    if version is not None and version != row["version"]:
        raise Conflict("Somebody of your team has changed this lead meanwhile.")
    before = _noted(row)
    after = _on_top(before, noted) if adding else noted
    changed = _changes(before, after)
    for place, (kind, payload) in enumerate(changed):
        await linking.append(
            chain=chain, lead=code, kind=kind, payload={"by": by, **payload}, now=now,
            client_id=client_id if place == 0 else None,
        )  # fmt: skip
    if changed:
        done = (row["follow_up_done_at"] or now) if after.done else None
        await db.execute(
            _NOTE, row["id"], after.rating, after.note, list(after.tags), after.follow_up, after.follow_up_by,
            after.follow_up_who, done, now, msgspec.json.encode(after.answers).decode(),
        )  # fmt: skip
    return bool(changed)


def _noted(row: Any) -> Noted:
    return Noted(
        rating=row["rating"], note=row["note"], tags=tuple(row["tags"]), answers=msgspec.json.decode(row["answers"]),
        follow_up=row["follow_up"],
        follow_up_by=row["follow_up_by"], follow_up_who=row["follow_up_who"], done=row["follow_up_done_at"] is not None,
    )  # fmt: skip


def _on_top(before: Noted, more: Noted) -> Noted:
    follows = bool(more.follow_up)
    return Noted(
        rating=more.rating or before.rating,
        note="\n".join(dict.fromkeys(filter(None, (before.note, more.note)))),
        tags=tuple({tag.casefold(): tag for tag in (*before.tags, *more.tags)}.values()),
        answers={**before.answers, **more.answers},
        follow_up=more.follow_up or before.follow_up,
        follow_up_by=more.follow_up_by if follows else before.follow_up_by,
        follow_up_who=more.follow_up_who if follows else before.follow_up_who,
        done=before.done and not follows,
    )


def _changes(before: Noted, after: Noted) -> list[tuple[Kind, dict[str, Any]]]:
    found: list[tuple[Kind, dict[str, Any]]] = []
    if after.rating != before.rating:
        found.append((Kind.RATING, {"rating": after.rating}))
    if after.note != before.note:
        found.append((Kind.NOTE, {"text": after.note}))
    if after.tags != before.tags:
        found.append((Kind.TAGS, {"tags": list(after.tags)}))
    if after.answers != before.answers:
        found.append((Kind.ANSWERS, {"answers": after.answers}))
    follow_up = [(one.follow_up, one.follow_up_by, one.follow_up_who, one.done) for one in (before, after)]
    if follow_up[0] != follow_up[1]:
        by_when = after.follow_up_by.isoformat() if after.follow_up_by else None
        what = {"what": after.follow_up, "by_when": by_when, "who": after.follow_up_who, "done": after.done}
        found.append((Kind.FOLLOW_UP, what))
    return found


async def remove_lead(*, whose: Whose, code: str, by: int, at: datetime, now: datetime) -> None:
    """Take somebody off the list, because they said no after all or the company has no need to know them: nothing personal is
    left, and who comes back is asked again. Of two who share an address, the other stays.

    Raises NotFound for a lead that is none of this company’s, or no longer.
    """
    async with db.transaction():
        chain = await linking.hold(whose.company_id, whose.event_id)
        row = await db.fetch_one("SELECT id, consent_id FROM lead WHERE chain = $1 AND code = $2", chain, code)
        if row is None:
            raise NotFound("There is no such lead of your company, or not any more.")
        await db.execute(_REMOVED, row["consent_id"], at, row["id"])
        await linking.end([row["id"]], kind=Kind.REMOVAL, payload={"by": by}, now=now)


@asynccontextmanager
async def taking_out(chains: Collection[int]) -> AsyncIterator[None]:
    """Hold a company’s chains while leads are read and noted as taken along: who takes it back at that moment is either not among
    them, or the company is told to delete them.
    """
    async with db.transaction():
        await linking.hold_these(chains)
        yield


async def note_taken_out(*, leads: Collection[str], now: datetime) -> None:
    """Note that a company took these along: should one of them take it back, it is told to delete them there, too."""
    await db.execute("UPDATE lead SET taken_out_at = $2 WHERE code = ANY($1)", list(leads), now)


async def note_signer(*, now: datetime) -> None:
    """Remember the key that exports are signed with: what it signed is known here when there is another."""
    await db.execute(_SIGNER, public_key(), now)


async def expire(*, chains: Collection[int], now: datetime) -> int:
    """Let leads go that were kept long enough; how many. Receipts of consent stay, and so does the chain without its payloads."""
    async with db.transaction():
        await linking.hold_these(chains)
        rows = await db.fetch("SELECT id FROM lead WHERE chain = ANY($1) ORDER BY id", list(chains))
        await linking.end([row["id"] for row in rows], kind=Kind.EXPIRY, now=now)
    return len(rows)


async def follow_company(*, source: int, target: int, ids: Collection[int] | None) -> list[int]:
    """Let chains (these, or all there are) be those of the company that another became part of; those that went. Where both
    have one for an event, the other waits with the former company.
    """
    rows = await db.fetch(_FOLLOW, source, target, None if ids is None else list(ids))
    return sorted(row["id"] for row in rows)
