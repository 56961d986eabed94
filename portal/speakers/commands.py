"""Acts on people who speak."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import count
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Forbidden, Invalid, NotFound
from portal.core.overtaking import not_overtaken
from portal.core.text import name_fault, safe_html, slug
from portal.media import commands as media
from portal.media.values import Owner
from portal.speakers import queries
from portal.speakers.permissions import can_edit_speakers, is_own
from portal.speakers.rules import address_faults
from portal.speakers.values import OwnFacts, Speaker, SpeakerFacts

PHOTOS = "speaker"
"""The kind of a photo's owner."""

_ADD = """
INSERT INTO speaker (slug, name, email, job_title, company_name, company, bio, bio_html, website, links, photo,
    created_at, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $11) RETURNING id
"""
_CHANGE = """
UPDATE speaker SET name = $2, email = $3, job_title = $4, company_name = $5, company = $6, bio = $7, bio_html = $8, website = $9,
    links = $10, changed_at = $11
WHERE id = $1
"""
# Another company’s name does not lead to the profile of the one before.
_CHANGE_OWN = """
UPDATE speaker SET job_title = $2, company = CASE WHEN company_name = $3 THEN company END, company_name = $3, bio = $4,
    bio_html = $5, website = $6, links = $7, changed_at = $8
WHERE id = $1
"""
_KEEP_FORMER = "INSERT INTO speaker_former (speaker, at, before) VALUES ($1, $2, $3::jsonb)"
_ADD_MANY = """
INSERT INTO speaker (slug, name, email, job_title, company_name, bio, bio_html, website, photo, created_at, changed_at)
SELECT x.slug, x.name, '', x.job_title, x.company, x.bio, x.bio_html, '', '', $7, $7
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    AS x (slug, name, job_title, company, bio, bio_html)
RETURNING id, slug
"""
# Another company’s name does not lead to the profile of the one before.
_FOLLOW = """
UPDATE speaker p SET changed_at = $2,
    name = CASE WHEN p.name = x.was_name THEN x.name ELSE p.name END,
    job_title = CASE WHEN p.job_title = x.was_job_title THEN x.job_title ELSE p.job_title END,
    company_name = CASE WHEN p.company_name = x.was_company_name THEN x.company_name ELSE p.company_name END,
    company = CASE WHEN p.company_name <> x.was_company_name OR x.company_name = x.was_company_name THEN p.company END,
    bio = CASE WHEN p.bio = x.was_bio THEN x.bio ELSE p.bio END,
    bio_html = CASE WHEN p.bio = x.was_bio THEN x.bio_html ELSE p.bio_html END
FROM jsonb_to_recordset($1::jsonb) AS x (id bigint, name text, was_name text, job_title text, was_job_title text,
    company_name text, was_company_name text, bio text, bio_html text, was_bio text)
WHERE p.id = x.id
"""


async def save_speaker(
    *, actor: Actor, facts: SpeakerFacts, now: datetime, speaker_id: int | None = None, seen: str = ""
) -> int:
    """Add a person, or change one that the editor saw as `seen` (`overtaking.mark` of the facts). Raises Invalid by field,
    Conflict when somebody else was faster. The address of the page stays: it is linked to.
    """
    _allow(actor)
    if errors := _faults(facts):
        raise Invalid(errors)
    told: list[Any] = [
        facts.name, facts.email.lower(), facts.job_title, facts.company_name, facts.company_id, facts.bio,
        safe_html(facts.bio), facts.website, facts.links, now,
    ]  # fmt: skip
    async with db.transaction():
        if speaker_id is None:
            speaker_id = int(await db.fetch_value(_ADD, await _free_slug(facts.name), *told))
            verb = "made"
        else:
            stored = await _locked(speaker_id)
            not_overtaken(seen, stored.facts)
            await db.execute(_CHANGE, speaker_id, *told)
            verb = "changed"
        await audit.record(actor=actor.label, verb=verb, kind="speaker", key=speaker_id, now=now)
    assert speaker_id is not None
    return speaker_id


async def save_own(
    *, actor: Actor, addresses: Collection[str], speaker_id: int, facts: OwnFacts, now: datetime, seen: str
) -> None:
    """Change what somebody says of themselves, as whoever proved one of these addresses. It is public at once; what stood
    there before is kept for staff, as long as the person is. Raises NotFound for another’s, Invalid by field, Conflict when
    overtaken.
    """
    if errors := address_faults(facts.website, facts.links):
        raise Invalid(errors)
    async with db.transaction():
        stored = await hold_own(addresses, speaker_id)
        not_overtaken(seen, stored.own)
        if facts == stored.own:
            return
        await db.execute(
            _CHANGE_OWN, speaker_id, facts.job_title, facts.company_name, facts.bio, safe_html(facts.bio), facts.website,
            facts.links, now,
        )  # fmt: skip
        before = {name: was for name, was in msgspec.structs.asdict(stored.own).items() if was != getattr(facts, name)}
        await audit.record(actor=actor.label, verb="changed own page", kind="speaker", key=speaker_id, now=now)
        await db.execute(_KEEP_FORMER, speaker_id, now, msgspec.json.encode(before).decode())


async def hold_own(addresses: Collection[str], speaker_id: int) -> Speaker:
    """The person, held until the transaction ends, for whoever proved one of these addresses. Raises NotFound for another’s."""
    # Only what others refer to stays as it is: programmes may name the person meanwhile.
    await db.execute("SELECT id FROM speaker WHERE id = $1 FOR NO KEY UPDATE", speaker_id)
    found = await queries.by_id(speaker_id)
    if found is None or not is_own(addresses, found.email):
        raise NotFound("There is no such speaker at this desk.")
    return found


async def set_email(*, actor: Actor, speaker_id: int, email: str, now: datetime) -> None:
    """Where the code to the person’s desk goes. Whoever proved the address before is out at once."""
    _allow(actor)
    async with db.transaction():
        stored = await _locked(speaker_id)
        if stored.email != email.lower():
            await db.execute(
                "UPDATE speaker SET email = $2, changed_at = $3 WHERE id = $1", speaker_id, email.lower(), now
            )
            await audit.record(actor=actor.label, verb="gave an address", kind="speaker", key=speaker_id, now=now)


async def add_speakers(*, actor: Actor, facts: Sequence[SpeakerFacts], now: datetime) -> list[int]:
    """Add many people of an import at once: name, post and biography of each. Gives their ids in the same order."""
    _allow(actor)
    if not facts:
        return []
    async with db.transaction():
        slugs = await _free_slugs([one.name for one in facts])
        stored = await db.fetch(
            _ADD_MANY, slugs, [one.name for one in facts], [one.job_title for one in facts],
            [one.company_name for one in facts], [one.bio for one in facts], [safe_html(one.bio) for one in facts], now,
        )  # fmt: skip
        ids = {row["slug"]: int(row["id"]) for row in stored}
        told: dict[str | int, dict[str, Any]] = {ids[one]: {"imported": True} for one in slugs}
        await audit.record_many(actor=actor.label, verb="made", kind="speaker", now=now, facts=told)
    return [ids[one] for one in slugs]


async def follow(*, actor: Actor, told: Sequence[tuple[int, SpeakerFacts, SpeakerFacts]], now: datetime) -> None:
    """Take over what an import says of people: for each, what it said before and what it says now. Name, post and biography are
    changed where they are as it said before: what somebody here has written otherwise stays.
    """
    _allow(actor)
    names = ("name", "job_title", "company_name", "bio")
    rows = [
        {"id": speaker, "bio_html": safe_html(now_.bio)}
        | {name: getattr(now_, name) for name in names}
        | {f"was_{name}": getattr(before, name) for name in names}
        for speaker, before, now_ in told
    ]
    await db.execute(_FOLLOW, msgspec.json.encode(rows).decode(), now)


async def set_photo(
    *, actor: Actor, speaker_id: int, photo: str, now: datetime, addresses: Collection[str] | None = None
) -> None:
    """Show this stored picture (its key; none: initials), and let go of the one before. With `addresses`, as the person."""
    if addresses is None:
        _allow(actor)
    async with db.transaction():
        stored = await (_locked(speaker_id) if addresses is None else hold_own(addresses, speaker_id))
        if photo == stored.photo:
            return
        owner = Owner(PHOTOS, str(speaker_id))
        if photo:
            await media.attach(keys=[photo], owner=owner, actor=actor, now=now)
        if stored.photo:
            await media.delete(keys=[stored.photo], owner=owner, actor=actor, now=now)
        await db.execute("UPDATE speaker SET photo = $2, changed_at = $3 WHERE id = $1", speaker_id, photo, now)
        verb = "gave a photo" if photo else "took the photo off"
        await audit.record(actor=actor.label, verb=verb, kind="speaker", key=speaker_id, now=now)


async def remove_speaker(*, actor: Actor, speaker_id: int, now: datetime) -> None:
    """Take a person off the portal and off every programme."""
    _allow(actor)
    async with db.transaction():
        await _locked(speaker_id)
        await media.forget(owner=Owner(PHOTOS, str(speaker_id)), actor=actor, now=now)
        await db.execute("DELETE FROM speaker WHERE id = $1", speaker_id)
        await audit.record(actor=actor.label, verb="removed", kind="speaker", key=speaker_id, now=now)


def _allow(actor: Actor) -> None:
    if not can_edit_speakers(actor):
        raise Forbidden("Only organisers and editors change who speaks.")


def _faults(facts: SpeakerFacts) -> dict[str, str]:
    errors = address_faults(facts.website, facts.links)
    if not facts.name:
        errors["name"] = "Please give the name as it is to be shown."
    elif fault := name_fault(facts.name):
        errors["name"] = fault
    return errors


async def _locked(speaker_id: int) -> Speaker:
    await db.execute("SELECT id FROM speaker WHERE id = $1 FOR UPDATE", speaker_id)
    if (found := await queries.by_id(speaker_id)) is None:
        raise NotFound("There is no such speaker.")
    return found


async def _free_slug(name: str) -> str:
    return (await _free_slugs([name]))[0]


async def _free_slugs(names: Sequence[str]) -> list[str]:
    """Addresses nobody has, one for each name. Holds back other givers until commit."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('speaker slugs'))")
    bases = [slug(name, fallback="speaker") for name in names]
    rows = await db.fetch(
        "SELECT slug FROM (SELECT slug FROM speaker UNION ALL SELECT slug FROM speaker_address) s "
        "WHERE slug = ANY($1) OR regexp_replace(slug, '-[0-9]+$', '') = ANY($1)",
        bases,
    )
    taken, free = {row["slug"] for row in rows}, []
    for base in bases:
        free.append(base if base not in taken else next(s for n in count(2) if (s := f"{base}-{n}") not in taken))
        taken.add(free[-1])
    return free
