"""What an event offers exhibitors: whether they may apply, and in which packages."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Forbidden
from portal.core.text import slug
from portal.exhibitors.permissions import can_organise
from portal.exhibitors.tables.exhibiting import Right


class PackageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A package as staff write it. `price` is net, in minor units; `most` None for any number of exhibitors."""

    name: str
    summary: str = ""
    includes: tuple[str, ...] = ()
    price: int = 0
    passes: int = 2
    most: int | None = None
    rights: Sequence[Right] = tuple(Right)
    on_offer: bool = True


_OPEN = """
INSERT INTO exhibition (event, open, applications_until, intro, intro_html, terms_url, contact_email, currency, created_at,
    version)
VALUES ($1, $2, $3, '', '', '', '', $4, $5, 1) ON CONFLICT (event)
DO UPDATE SET open = $2, applications_until = $3, version = exhibition.version + 1
"""
_SAVE = """
INSERT INTO exhibition_package (event, position, slug, name, summary, includes, price, passes, most, rights, on_offer)
VALUES ($1, (SELECT count(*) FROM exhibition_package WHERE event = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (event, slug) DO UPDATE SET name = $3, summary = $4, includes = $5, price = $6, passes = $7, most = $8,
    rights = $9, on_offer = $10
RETURNING id
"""


def _only_organisers(actor: Actor) -> None:
    if not can_organise(actor):
        raise Forbidden("Only organisers and editors set up what exhibitors are offered.")


async def open_applications(
    *, actor: Actor, event_id: int, until: datetime | None, currency: str, now: datetime, to: bool = True
) -> None:
    """Let companies apply until then, or (`to` False) no more. The currency is fixed by the first call."""
    _only_organisers(actor)
    async with db.transaction():
        await db.execute(_OPEN, event_id, to, until, currency, now)
        await audit.record(actor=actor.label, verb="open to exhibitors", kind="event", key=event_id, now=now, open=to)


async def save_package(*, actor: Actor, event_id: int, facts: PackageFacts, now: datetime) -> int:
    """Keep a package under the slug of its name; its id. Who was accepted in it keeps what it had then."""
    _only_organisers(actor)
    async with db.transaction():
        made = await db.fetch_value(
            _SAVE, event_id, slug(facts.name), facts.name, facts.summary, list(facts.includes), facts.price, facts.passes,
            facts.most, [right.value for right in facts.rights], facts.on_offer,
        )  # fmt: skip
        await audit.record(
            actor=actor.label, verb="save package", kind="event", key=event_id, now=now, package=facts.name
        )
    return int(made)
