"""Wordings of consent, giving it, and that somebody was told. Taking it back is in `withdrawing`."""

from collections.abc import Collection
from datetime import datetime

from portal.core import db
from portal.core.errors import Conflict
from portal.leads.queries import Wording, newest_wording

# One after the other: what the second compares with is what the first wrote.
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('wording_of_consent'), hashtext($1 || ' ' || $2))"
_NEXT = """
INSERT INTO wording_of_consent (kind, key, version, text, since)
SELECT $1::varchar, $2::varchar, coalesce(max(version), 0) + 1, $3, $4 FROM wording_of_consent WHERE kind = $1 AND key = $2
"""
_GIVE = """
INSERT INTO consent (email, company_id, company_name, wording, kind, key, how, given_at, person)
SELECT $1, $2, $3, w.id, $5, $6, $7, $8, $9 FROM wording_of_consent w WHERE w.id = $4 AND ($10 OR NOT EXISTS (
    SELECT FROM wording_of_consent n WHERE n.kind = w.kind AND n.key = w.key AND n.version > w.version))
ON CONFLICT (email, lower(person), company_id, kind, key) WHERE withdrawn_at IS NULL DO NOTHING RETURNING id
"""
_STANDING = """
SELECT id FROM consent WHERE email = $1 AND company_id = $2 AND kind = $3 AND key = $4 AND withdrawn_at IS NULL
    AND lower(person) = lower($5)
"""
_TOLD = """
UPDATE consent SET told_at = $2 WHERE id = ANY($1) AND withdrawn_at IS NULL AND (told_at IS NULL OR told_at < $3) RETURNING email
"""
_FOLLOW = """
UPDATE consent c SET company_id = $2 WHERE company_id = $1 AND ($3::bigint[] IS NULL OR id = ANY($3))
    AND (withdrawn_at IS NOT NULL OR NOT EXISTS (SELECT FROM consent o WHERE o.company_id = $2 AND o.withdrawn_at IS NULL
        AND (o.email, lower(o.person), o.kind, o.key) = (c.email, lower(c.person), c.kind, c.key))) RETURNING id
"""


async def keep_wording(*, kind: str, key: str, text: str, now: datetime) -> Wording:
    """The wording from now on: the newest when it says just that, else another version."""
    async with db.transaction():
        await db.execute(_ALONE, kind, key)
        newest = await newest_wording(kind, key)
        if newest is None or newest.text != text:
            await db.execute(_NEXT, kind, key, text, now)
            newest = await newest_wording(kind, key)
    assert newest is not None
    return newest


async def give_consent(
    *, email: str, company_id: int, company_name: str, wording_id: int, kind: str, key: str, how: str, now: datetime,
    person: str = "", outdated: bool = False,
) -> int:  # fmt: skip
    """Agree that a company is told of a person on one occasion; given twice, the first receipt stands. Its id. `person` is whose
    it is, where several may share the address.

    Raises Conflict for a wording that is not the newest any more: what was agreed to is what was read. `outdated` lets it be:
    it was read where nobody could know.
    """
    async with db.transaction():
        made = await db.fetch_value(
            _GIVE, email, company_id, company_name, wording_id, kind, key, how, now, person, outdated
        )
        if made is None:
            made = await db.fetch_value(_STANDING, email, company_id, kind, key, person)
    if made is None:
        raise Conflict("The wording has changed meanwhile. Please read it once more.")
    return int(made)


async def note_told(*, consents: Collection[int], since: datetime | None, now: datetime) -> list[str]:
    """Note that a company was shown whom these consents are of. Gives those addresses it had not seen before; with `since`,
    not since then: a company that changed hands is told anew.
    """
    async with db.transaction():
        rows = await db.fetch(_TOLD, list(consents), now, since)
    return [row["email"] for row in rows]


async def follow_company(*, source: int, target: int, ids: Collection[int] | None) -> list[int]:
    """Let consents (these, or all there are) be for the company that another became part of, under the name that was read;
    those that went. Where the person agreed for both, both stand.
    """
    async with db.transaction():
        rows = await db.fetch(_FOLLOW, source, target, None if ids is None else list(ids))
    return sorted(row["id"] for row in rows)
