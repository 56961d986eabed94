"""Where a desk is open: by a code, for half a day, until the person or staff shut it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Forbidden, NotFound
from portal.core.tokens import hashed, secret
from portal.programme.permissions import can_edit_programme
from portal.speakers.queries import FULL
from portal.speakers.values import Speaker

OPEN_FOR = timedelta(hours=12)
_MOST = 100


class Desk(msgspec.Struct, frozen=True):
    """The addresses this browser proved, those `by_code` among them, and the people who have one of them."""

    addresses: frozenset[str]
    by_code: frozenset[str]
    people: list[Speaker]
    actor: Actor | None

    def acting(self, speaker: Speaker) -> Actor:
        """Who the audit trail names: the account that is signed in with the address, else the speaker."""
        if self.actor is not None and self.actor.email == speaker.email:
            return self.actor
        return Actor(account_id=0, email=speaker.email, name=f"speaker {speaker.id}")

    def the(self, speaker_id: int) -> Speaker:
        """The person of a route; raises NotFound for anybody else."""
        found = next((one for one in self.people if one.id == speaker_id), None)
        if found is None:
            raise NotFound("There is no such speaker at this desk.")
        return found


_OPENED = f"""
SELECT p.proved, p.by_code, {FULL}
FROM (SELECT proved, bool_or(by_code) AS by_code FROM (
        SELECT email AS proved, true AS by_code FROM open_desk WHERE secret_hash = ANY($1) AND expires_at > $3
        UNION ALL SELECT $2::text, false WHERE $2::text <> '') found GROUP BY proved) p
LEFT JOIN speaker s ON s.email = p.proved ORDER BY s.name, s.id LIMIT {_MOST}
"""


async def opened_with(hashes: Sequence[str], actor: Actor | None, *, now: datetime) -> Desk | None:
    """The desk of a browser with these secrets, and of whoever is signed in; None where neither proves an address."""
    if not hashes and actor is None:
        return None
    rows = await db.fetch(_OPENED, list(hashes), actor.email if actor else "", now)
    people = [msgspec.convert(dict(row), Speaker) for row in rows if row["id"] is not None]
    by_code = frozenset(row["proved"] for row in rows if row["by_code"])
    return Desk(frozenset(row["proved"] for row in rows), by_code, people, actor) if rows else None


async def open_desk(*, email: str, user_agent: str, instead_of: Sequence[str], now: datetime) -> str:
    """Open the desk of an address that was proved, inside the caller’s transaction; the secret for the browser’s cookie.

    What the browser had for the same address before, `instead_of`, ends.
    """
    made = secret()
    await db.execute(
        "DELETE FROM open_desk WHERE expires_at <= $1 OR email = $2 AND secret_hash = ANY($3)",
        now,
        email,
        list(instead_of),
    )
    await db.execute(
        "INSERT INTO open_desk (secret_hash, email, opened_at, expires_at, user_agent) VALUES ($1, $2, $3, $4, $5)",
        hashed(made), email, now, now + OPEN_FOR, user_agent,
    )  # fmt: skip
    return made


class Browser(msgspec.Struct, frozen=True):
    """Where the desk of an address is open; `here`: in the browser that asks."""

    email: str
    user_agent: str
    opened_at: datetime
    here: bool


_BROWSERS = f"""
SELECT email, user_agent, opened_at, secret_hash = ANY($2) AS here FROM open_desk
WHERE email = ANY($1) AND expires_at > $3 ORDER BY opened_at DESC, id DESC LIMIT {_MOST}
"""


async def browsers(desk: Desk, hashes: Sequence[str], *, now: datetime) -> list[Browser]:
    """Every browser in which the desk of one of these addresses is open, the last one first."""
    rows = await db.fetch(_BROWSERS, sorted(desk.addresses), list(hashes), now)
    return [msgspec.convert(dict(row), Browser) for row in rows]


async def shut(hashes: Sequence[str]) -> None:
    """Shut the desk in the browser with these secrets."""
    async with db.transaction():
        await db.execute("DELETE FROM open_desk WHERE secret_hash = ANY($1)", list(hashes))


async def shut_elsewhere(desk: Desk, hashes: Sequence[str]) -> int:
    """Shut it in all browsers but this one, for all addresses that it proved; how many those were."""
    async with db.transaction():
        done = await db.execute(
            "DELETE FROM open_desk WHERE email = ANY($1) AND secret_hash <> ALL($2)",
            sorted(desk.addresses),
            list(hashes),
        )
    return db.affected(done)


_SHUT_ALL = """
DELETE FROM open_desk d USING speaker p WHERE p.id = $1 AND p.email <> '' AND d.email = p.email
"""


async def shut_everywhere(*, actor: Actor, speaker_id: int, now: datetime) -> None:
    """What staff do when somebody’s computer is lost: a new code is needed in every browser."""
    if not can_edit_programme(actor):
        raise Forbidden("Only organisers and editors look after the speakers of a programme.")
    async with db.transaction():
        if db.affected(await db.execute(_SHUT_ALL, speaker_id)):
            await audit.record(actor=actor.label, verb="shut the desk", kind="speaker", key=speaker_id, now=now)
