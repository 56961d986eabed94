"""What an event offers exhibitors: whether they may apply, on what terms, and in which packages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.overtaking import not_overtaken
from portal.core.text import safe_html, slug
from portal.exhibitors.permissions import can_organise
from portal.exhibitors.queries.offers import package_facts
from portal.exhibitors.tables.exhibiting import Right

MOST_PACKAGES = 30


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """On what terms companies exhibit at an event, as staff write them. `intro` is Markdown; `until` None is until the end."""

    currency: str
    open: bool = True
    until: datetime | None = None
    intro: str = ""
    terms_url: str = ""
    contact_email: str = ""


class PackageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A package as staff write it. `price` is net, in minor units; `most` None for any number of exhibitors."""

    name: str
    summary: str = ""
    includes: tuple[str, ...] = ()
    price: int = 0
    passes: int = 2
    guests: int = 0
    guest_discount: int = 100
    most: int | None = None
    rights: Sequence[Right] = tuple(Right)
    on_offer: bool = True


_SET_UP = """
INSERT INTO exhibition (event, open, applications_until, intro, intro_html, terms_url, contact_email, currency, created_at,
    version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) ON CONFLICT (event)
DO UPDATE SET open = $2, applications_until = $3, intro = $4, intro_html = $5, terms_url = $6, contact_email = $7, currency = $8,
    version = exhibition.version + 1
WHERE $10::bigint IS NULL OR exhibition.version = $10 RETURNING version
"""
# What has a price in it is sold in it.
_PRICED = """
SELECT x.currency FROM exhibition x WHERE x.event = $1 AND (
    EXISTS (SELECT FROM exhibition_package WHERE event = $1 AND price > 0)
    OR EXISTS (SELECT FROM booth b JOIN floor_plan f ON f.id = b.plan WHERE f.event = $1 AND b.price > 0))
"""
_ADD = """
INSERT INTO exhibition_package (event, position, slug, name, summary, includes, price, passes, most, rights, on_offer, guests,
    guest_discount)
VALUES ($1, (SELECT coalesce(max(position), 0) + 1 FROM exhibition_package WHERE event = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10,
    $11, $12)
RETURNING id
"""
_CHANGE = """
UPDATE exhibition_package SET name = $2, summary = $3, includes = $4, price = $5, passes = $6, most = $7, rights = $8,
    on_offer = $9, guests = $10, guest_discount = $11 WHERE id = $1
"""
_EVENT = "SELECT 1 FROM event WHERE id = $1 AND kind = 'own' FOR NO KEY UPDATE"
_SAME_NAME = """
SELECT 1 FROM exhibition_package WHERE event = $1 AND (slug = $2 OR lower(name) = lower($3)) AND id IS DISTINCT FROM $4
"""


def only_organisers(actor: Actor) -> None:
    if not can_organise(actor):
        raise Forbidden("Only organisers and editors set up what exhibitors are offered.")


async def set_up(*, actor: Actor, event_id: int, terms: Terms, now: datetime, version: int | None = None) -> None:
    """Keep the terms of an event's exhibition; the first call makes it one. With `version`, only over what was seen.

    Raises Invalid for another currency than the one things are priced in already, Conflict when somebody was faster.
    """
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        priced = await db.fetch_value(_PRICED, event_id)
        if priced is not None and priced != terms.currency:
            raise Invalid({"currency": f"Packages or booths are priced in {priced} already."})
        kept = await db.fetch_value(
            _SET_UP, event_id, terms.open, terms.until, terms.intro, safe_html(terms.intro), terms.terms_url,
            terms.contact_email, terms.currency, now, version,
        )  # fmt: skip
        if kept is None:
            raise Conflict("Somebody else changed this while you were editing it.")
        await audit.record(
            actor=actor.label, verb="set up exhibition", kind="event", key=event_id, now=now, open=terms.open
        )


async def _lock_event(event_id: int) -> None:
    if await db.fetch_value(_EVENT, event_id) is None:
        raise NotFound("There is no such event, or it is another organiser’s.")


async def save_package(
    *, actor: Actor, event_id: int, facts: PackageFacts, now: datetime, package_id: int | None = None, seen: str = ""
) -> int:
    """Add a package, or change one; its id. Who was accepted in it keeps what it had then (see `deciding.hand_out`).

    `seen` is the mark of what the editor saw. Raises Invalid for a name that is taken, Conflict when it was changed meanwhile.
    """
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        if await db.fetch_value("SELECT 1 FROM exhibition WHERE event = $1", event_id) is None:
            raise Conflict("Say first on what terms companies exhibit at this event.")
        if await db.fetch_value(_SAME_NAME, event_id, slug(facts.name), facts.name, package_id) is not None:
            raise Invalid({"name": "Another package of this event is called so."})
        values: tuple[Any, ...] = (
            facts.name, facts.summary, list(facts.includes), facts.price, facts.passes, facts.most,
            [right.value for right in facts.rights], facts.on_offer, facts.guests, facts.guest_discount,
        )  # fmt: skip
        if package_id is None:
            if await _count(event_id) >= MOST_PACKAGES:
                raise Invalid({"": f"An event has {MOST_PACKAGES} packages at most."})
            kept = int(await db.fetch_value(_ADD, event_id, slug(facts.name), *values))
        else:
            stored = await package_facts(event_id, package_id)
            if stored is None:
                raise NotFound("There is no such package any more.")
            if seen:
                not_overtaken(seen, stored)
            await db.execute(_CHANGE, package_id, *values)
            kept = package_id
        await _note(actor, event_id, "save package", now, package=facts.name)
    return kept


async def move_package(*, actor: Actor, event_id: int, package_id: int, up: bool, now: datetime) -> None:
    """One place up or down among the event's."""
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        rows = await db.fetch("SELECT id FROM exhibition_package WHERE event = $1 ORDER BY position, id", event_id)
        order = [row["id"] for row in rows]
        if package_id not in order:
            raise NotFound("There is no such package any more.")
        at = order.index(package_id)
        to = max(0, min(len(order) - 1, at + (-1 if up else 1)))
        order[at], order[to] = order[to], order[at]
        await db.execute(
            "UPDATE exhibition_package p SET position = o.place FROM unnest($1::bigint[]) WITH ORDINALITY AS o (id, place) "
            "WHERE p.id = o.id AND p.position <> o.place",
            order,
        )


async def remove_package(*, actor: Actor, event_id: int, package_id: int, now: datetime) -> None:
    """Take away a package nobody ever asked for; others are put off offer instead."""
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        if await db.fetch_value("SELECT 1 FROM exhibitor WHERE package = $1 LIMIT 1", package_id) is not None:
            raise Conflict("Companies have asked for this package. Take it off offer instead.")
        gone = await db.fetch_value(
            "DELETE FROM exhibition_package WHERE id = $1 AND event = $2 RETURNING name", package_id, event_id
        )
        if gone is None:
            raise NotFound("There is no such package any more.")
        await _note(actor, event_id, "remove package", now, package=gone)


async def _count(event_id: int) -> int:
    return int(await db.fetch_value("SELECT count(*) FROM exhibition_package WHERE event = $1", event_id))


async def _note(actor: Actor, event_id: int, verb: str, now: datetime, **facts: Any) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="event", key=event_id, now=now, **facts)
