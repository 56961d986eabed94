"""Which addresses get no mail, and why: what mail servers say of them, what readers choose, what staff decide."""

from collections.abc import Mapping
from datetime import datetime

from portal.core import audit, db, text
from portal.core.errors import Conflict
from portal.core.tokens import signature
from portal.notifications import rules
from portal.notifications.tables import Reason

_SERVERS = (Reason.REFUSED, Reason.DOUBTED)


async def suppress(*, actor: str, address: str, now: datetime, topic: str = "*", detail: str = "") -> None:
    """Staff stop mail to an address, on one topic or (`*`) on any."""
    async with db.transaction():
        await _suppress(address, topic, Reason.STAFF, detail, now)
        await _audited("mail stopped", actor, address, topic, now)


async def unsuppress(*, actor: str, address: str, now: datetime, topic: str = "*") -> None:
    """Staff let mail go to an address again, whatever stopped it."""
    async with db.transaction():
        await _allow(address, topic, tuple(Reason))
        await _audited("mail allowed", actor, address, topic, now)


async def _audited(verb: str, actor: str, address: str, topic: str, now: datetime) -> None:
    # The trail outlives whoever is erased, so it holds a keyed hash of the address.
    key = signature("mail address", rules.normal(address))
    await audit.record(actor=actor, verb=verb, kind="mail address", key=key, now=now, topic=topic)


async def forget_refusals(address: str) -> None:
    """Somebody asks for mail to this address, or its server took one: what servers said before counts no more."""
    await _allow(address, "*", _SERVERS)


async def note_refused(*, address: str, words: str, now: datetime) -> None:
    """The server says that there is no such address."""
    await _suppress(address, "*", Reason.REFUSED, words, now)


_DOUBT = """
INSERT INTO suppression AS s (address, topic, reason, detail, since) VALUES ($1, '*', 'doubted', $2, $3)
ON CONFLICT (address, topic) DO UPDATE SET reason = 'refused', detail = excluded.detail, since = excluded.since
WHERE s.reason = 'doubted' AND s.since <= $3::timestamptz - $4::interval
"""


async def note_doubted(*, address: str, words: str, now: datetime) -> None:
    """The server refused the address without saying why: a second time on another day, it counts as no address."""
    await db.execute(_DOUBT, rules.normal(address), _kept(words), now, rules.DOUBT)


def _kept(detail: str) -> str:
    return text.one_line(detail)[:500]


async def _suppress(address: str, topic: str, reason: Reason, detail: str, now: datetime) -> None:
    await db.execute(
        "INSERT INTO suppression AS s (address, topic, reason, detail, since) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (address, topic) DO UPDATE SET "
        "reason = excluded.reason, detail = excluded.detail, since = excluded.since "
        "WHERE s.reason = 'doubted' OR (s.reason = 'refused' AND excluded.reason = 'staff')",
        rules.normal(address), topic, reason, _kept(detail), now,
    )  # fmt: skip


async def _allow(address: str, topic: str, reasons: tuple[Reason, ...]) -> None:
    await db.execute(
        "DELETE FROM suppression WHERE address = $1 AND topic = $2 AND reason = ANY($3)",
        rules.normal(address), topic, list(reasons),
    )  # fmt: skip


async def unsubscribe(*, address: str, topic: str, now: datetime) -> None:
    """The reader wants no more mail on an optional topic."""
    await choose_topics(address=address, wanted={topic: False}, now=now)


async def choose_topics(*, address: str, wanted: Mapping[str, bool], now: datetime) -> None:
    """The reader switches optional topics on and off. What staff or a mail server stopped stays stopped."""
    if needed := sorted(topic for topic in wanted if not rules.optional(topic)):
        raise Conflict(f"Mail on {', '.join(needed)} is part of what you asked for and cannot be switched off.")
    async with db.transaction():
        for topic, on in sorted(wanted.items()):
            if on:
                await _allow(address, topic, (Reason.UNSUBSCRIBED,))
            else:
                await _suppress(address, topic, Reason.UNSUBSCRIBED, "", now)
