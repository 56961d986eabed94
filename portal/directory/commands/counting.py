"""Counting what happens to companies: whole batches in one statement, without personal data."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from portal.core import db, times
from portal.directory.rules.statistics import kept_since
from portal.directory.tables.audience import Kind

REPEAT_WITHIN = timedelta(minutes=30)


class Came(msgspec.Struct, frozen=True):
    """Something that happened, or several alike that are left out. `visit` (hex) tells one visitor's page from all
    others, `session` is the hash of a session's secret: who is signed in is a visitor of their own, and a session that
    there is not tells nothing.
    """

    kind: Kind
    companies: tuple[int, ...]
    day: date
    reason: str = ""
    visit: str = ""
    session: str = ""
    times: int = 1


# Locks are taken in the order of keys, so that processes that count at once never wait for each other in a ring.
_COUNT = """
WITH given AS (
    SELECT x.* FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (kind text, companies bigint[], day date, reason text,
        visit text, session text, times int)) WITH ORDINALITY AS x (kind, companies, day, reason, visit, session, times, n)),
who AS (
    SELECT s.secret_hash, s.account, EXISTS (SELECT FROM staff_member WHERE account = s.account) AS staff,
           array(SELECT organisation FROM membership WHERE account = s.account) AS organisations
    FROM account_session s WHERE s.secret_hash IN (SELECT session FROM given WHERE session <> '')),
known AS (
    SELECT given.*, who.staff, who.organisations, CASE WHEN who.account IS NULL THEN decode(visit, 'hex')
        ELSE substring(sha256(decode(visit, 'hex') || convert_to(who.account::text, 'UTF8')) FOR 16) END AS key
    FROM given LEFT JOIN who ON who.secret_hash = given.session),
came AS (SELECT *, row_number() OVER (PARTITION BY key ORDER BY n) AS turn FROM known),
fresh AS (
    INSERT INTO company_visit AS v (key, until)
    SELECT DISTINCT key, $2::timestamptz + $3::interval FROM came WHERE reason = '' ORDER BY 1
    ON CONFLICT (key) DO UPDATE SET until = excluded.until WHERE v.until <= $2
    RETURNING key),
single AS (
    SELECT c.id AS company, came.day, came.kind, came.times,
           CASE WHEN came.reason <> '' THEN came.reason WHEN came.staff THEN 'staff'
                WHEN c.organisation = ANY (came.organisations) THEN 'own'
                WHEN fresh.key IS NULL OR came.turn > 1 THEN 'repeat' ELSE '' END AS reason
    FROM came CROSS JOIN unnest(came.companies) AS shown (id) JOIN company c ON c.id = shown.id
    LEFT JOIN fresh ON came.reason = '' AND fresh.key = came.key)
INSERT INTO company_day AS d (company, day, kind, reason, times)
SELECT company, day, kind, reason, sum(times) FROM single GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (company, day, kind, reason) DO UPDATE SET times = d.times + excluded.times
"""
_SALT = """
WITH made AS (INSERT INTO audience_salt (day, salt) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING RETURNING salt)
SELECT salt FROM made UNION ALL SELECT salt FROM audience_salt WHERE day = $1 LIMIT 1
"""
_ADD = """
INSERT INTO company_day AS d (company, day, kind, reason, times)
SELECT id, $2, $3, '', 1 FROM unnest($1::bigint[]) AS given (id) ORDER BY id
ON CONFLICT (company, day, kind, reason) DO UPDATE SET times = d.times + excluded.times
"""


async def count(came: Sequence[Came], *, now: datetime) -> None:
    """Add what came to the sums of its days. Companies that are gone are passed over."""
    await db.execute(_COUNT, msgspec.json.encode(came).decode(), now, REPEAT_WITHIN)


async def salt(*, now: datetime) -> bytes:
    """Today's secret for visitor hashes, the same in every process; those of other days are thrown away."""
    day = times.today(now)
    async with db.transaction():
        found = await db.fetch_value(_SALT, day, secrets.token_bytes(32))
        if found is None:
            found = await db.fetch_value("SELECT salt FROM audience_salt WHERE day = $1", day)
        await db.execute("DELETE FROM audience_salt WHERE day < $1", day)
    return bytes(found)


async def count_enquiries(company_ids: Iterable[int], *, now: datetime) -> None:
    """Count an enquiry that was sent to these companies; inside the transaction that stores it."""
    await db.execute(_ADD, sorted(set(company_ids)), times.today(now), Kind.ENQUIRY.value)


async def forget(*, now: datetime) -> None:
    """Drop visits that are no repeat any more, secrets of past days, and sums that no page goes back to."""
    await db.execute("DELETE FROM company_visit WHERE until < $1", now)
    await db.execute("DELETE FROM audience_salt WHERE day < $1", times.today(now))
    await db.execute("DELETE FROM company_day WHERE day < $1", kept_since(times.today(now)))
