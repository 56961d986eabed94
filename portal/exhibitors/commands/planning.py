"""Floor plans as staff draw them. The plan's row is locked first; booths somebody has are neither dropped nor made smaller."""

from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.jobs import enqueue
from portal.core.text import slug
from portal.exhibitors.commands.offering import only_organisers
from portal.exhibitors.plans import Drawing, DrawnBooth, Hall, Spot
from portal.exhibitors.queries import plans
from portal.exhibitors.rules.laying import Laying, clash, hall_size, laid_over
from portal.exhibitors.rules.measures import MOST_CM

MOST_HALLS = 20
_ADD = """
INSERT INTO floor_plan (event, position, slug, name, width, height, public, version)
VALUES ($1, (SELECT coalesce(max(position), 0) + 1 FROM floor_plan WHERE event = $1), $2, $3, $4, $5, false, 1) RETURNING id
"""
_INSERT = """
INSERT INTO booth (plan, label, x, y, width, height, price, package, on_sale, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT p.id FROM exhibition_package p JOIN floor_plan f ON f.event = p.event
    WHERE f.id = $1 AND p.slug = $8), $9, $10)
"""
_UPDATE = """
UPDATE booth b SET label = $2, x = $3, y = $4, width = $5, height = $6, price = $7, package = (SELECT p.id
    FROM exhibition_package p JOIN floor_plan f ON f.event = p.event WHERE f.id = b.plan AND p.slug = $8), on_sale = $9,
    note = $10
WHERE b.id = $1
"""
_FEATURE = "INSERT INTO plan_feature (plan, kind, label, x, y, width, height) VALUES ($1, $2, $3, $4, $5, $6, $7)"
_GROWN = "UPDATE floor_plan SET width = $2, height = $3, version = version + 1 WHERE id = $1 RETURNING version"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A hall as it is to be laid: into plan `plan_id`, or a new one. `whole`: what is not drawn goes. 0 is any size."""

    name: str
    drawing: Drawing
    plan_id: int | None = None
    whole: bool = True
    width: int = 0
    height: int = 0


async def lay(
    *, actor: Actor, event_id: int, wish: Wish, now: datetime, version: int | None = None
) -> tuple[int, Laying]:
    """Draw a hall, or lay a drawing over one; its id, and what came of it. With `version`, only over what was seen.

    Raises Conflict when the plan was changed meanwhile, Invalid for a name that is taken.
    """
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        hall = None if wish.plan_id is None else await _locked(event_id, wish.plan_id, version, now)
        laying = laid_over(hall, wish.drawing, whole=wish.whole)
        kept = [one for one in hall.spots if one not in laying.removed] if hall else []
        size = hall_size(wish.drawing, kept, width=wish.width or (hall.width if hall else 0),
                         height=wish.height or (hall.height if hall else 0))  # fmt: skip
        if max(size) > MOST_CM:
            raise Invalid({"": "A hall is a kilometre wide at most."})
        plan_id = hall.id if hall else await _new(event_id, wish.name, size)
        await db.execute("DELETE FROM booth WHERE id = ANY($1::bigint[])", [one.id for one in laying.removed])
        if wish.whole and hall:
            await db.execute("DELETE FROM plan_feature WHERE plan = $1", plan_id)
        async with db.connection() as c:
            await c.executemany(
                _UPDATE, [(before.id, *_values(booth, on_sale=before.on_sale)) for before, booth in laying.changed]
            )
            await c.executemany(_INSERT, [(plan_id, *_values(booth)) for booth in laying.added])
            await c.executemany(_FEATURE, [(plan_id, *msgspec.structs.astuple(one)) for one in wish.drawing.features])
        await db.execute(_GROWN, plan_id, *size)
        told = {"added": len(laying.added), "changed": len(laying.changed), "removed": len(laying.removed)}
        await _note(actor, plan_id, "lay floor plan", now, **told)
    return plan_id, laying


async def save_booth(
    *,
    actor: Actor,
    event_id: int,
    plan_id: int,
    booth: DrawnBooth,
    on_sale: bool,
    now: datetime,
    booth_id: int | None = None,
) -> None:
    """Add a booth, or change one. Raises Invalid for a label that is there, for a place that is taken, and for a smaller size of
    what somebody has.
    """
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        hall = await _locked(event_id, plan_id, None, now)
        before = _spot(hall, booth_id) if booth_id is not None else None
        others = [one.drawn for one in hall.spots if one.id != booth_id]
        if why := clash(booth, others):
            raise Invalid({"label" if "label" in why else "x": why})
        if before is not None and before.is_had and (booth.width < before.width or booth.height < before.height):
            raise Invalid({"width": f"{before.company_name} has it: it can be moved, but not made smaller."})
        if before is None:
            await db.execute(_INSERT, plan_id, *_values(booth, on_sale=on_sale))
        else:
            await db.execute(_UPDATE, before.id, *_values(booth, on_sale=on_sale))
            if before.is_had and before.label != booth.label:
                await _rename(before, booth.label, now)
        await _grow(hall, booth)
        await _note(actor, plan_id, "save booth", now, booth=booth.label)


async def _rename(before: Spot, label: str, now: datetime) -> None:
    """Whoever has the booth finds it by its new name, and is told."""
    booking = await db.fetch_value(
        "UPDATE booth_booking SET label = $2 WHERE booth = $1 AND state IN ('held', 'paying', 'booked') RETURNING id",
        before.id, label,
    )  # fmt: skip
    await enqueue("exhibitors.tell_renamed", booking=booking, before=before.label, at=now.isoformat())


async def place_booth(
    *, actor: Actor, event_id: int, plan_id: int, booth_id: int, x: int, y: int, now: datetime
) -> int:
    """Put a booth elsewhere in its hall; the plan's version then. Raises Invalid where another stands."""
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        hall = await _locked(event_id, plan_id, None, now)
        before = _spot(hall, booth_id)
        wish = msgspec.structs.replace(before.drawn, x=x, y=y)
        if why := clash(wish, [one.drawn for one in hall.spots if one.id != booth_id]):
            raise Invalid({"x": why})
        await db.execute("UPDATE booth SET x = $2, y = $3 WHERE id = $1", booth_id, x, y)
        await _note(actor, plan_id, "place booth", now, booth=before.label, x=x, y=y)
        version = await _grow(hall, wish)
    # Outside the block: a transaction’s end may raise, and then nothing is placed.
    return version  # noqa: RET504


async def remove_booth(*, actor: Actor, event_id: int, plan_id: int, booth_id: int, now: datetime) -> None:
    """Take a booth off the plan. Raises Conflict for one somebody has."""
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        before = _spot(await _locked(event_id, plan_id, None, now), booth_id)
        if before.is_had:
            raise Conflict(
                f"{before.company_name} has booth {before.label}. Move the company or end its booking first."
            )
        await db.execute("DELETE FROM booth WHERE id = $1", booth_id)
        await _note(actor, plan_id, "remove booth", now, booth=before.label)


async def rename_hall(
    *, actor: Actor, event_id: int, plan_id: int, name: str, public: bool, version: int, now: datetime
) -> None:
    """What a hall is called, and whether everybody sees it."""
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        hall = await _locked(event_id, plan_id, version, now)
        if await _taken(event_id, name, plan_id):
            raise Invalid({"name": "Another hall is called so."})
        await db.execute(
            "UPDATE floor_plan SET name = $2, public = $3, version = version + 1 WHERE id = $1", hall.id, name, public
        )
        await _note(actor, plan_id, "publish floor plan" if public else "hide floor plan", now)


async def remove_hall(*, actor: Actor, event_id: int, plan_id: int, now: datetime) -> None:
    """Take a hall away. Raises Conflict while somebody has a booth in it."""
    only_organisers(actor)
    async with db.transaction():
        await _lock_event(event_id)
        hall = await _locked(event_id, plan_id, None, now)
        had = [one.label for one in hall.spots if one.is_had]
        if had:
            raise Conflict(f"Somebody has {', '.join(had[:5])}{' and others' if len(had) > 5 else ''}. The hall stays.")
        await db.execute("DELETE FROM floor_plan WHERE id = $1", plan_id)
        await _note(actor, plan_id, "remove floor plan", now, hall=hall.name)


async def _lock_event(event_id: int) -> None:
    """Booths are held under this lock, too (`booking`): what is laid is seen by whoever takes one."""
    if await db.fetch_value("SELECT 1 FROM exhibition WHERE event = $1 FOR UPDATE", event_id) is None:
        raise Conflict("Say first on what terms companies exhibit at this event.")


async def _locked(event_id: int, plan_id: int, version: int | None, now: datetime) -> Hall:
    hall = await plans.hall(event_id, plan_id, now)
    if hall is None:
        raise NotFound("There is no such hall any more.")
    if version is not None and hall.version != version:
        raise Conflict("The plan was changed meanwhile. Look at it again before you lay anything over it.")
    return hall


async def _new(event_id: int, name: str, size: tuple[int, int]) -> int:
    if await _taken(event_id, name, None):
        raise Invalid({"name": "Another hall is called so."})
    if int(await db.fetch_value("SELECT count(*) FROM floor_plan WHERE event = $1", event_id)) >= MOST_HALLS:
        raise Invalid({"name": f"An event has {MOST_HALLS} halls at most."})
    return int(await db.fetch_value(_ADD, event_id, slug(name), name, *size))


async def _taken(event_id: int, name: str, plan_id: int | None) -> bool:
    found = await db.fetch_value(
        "SELECT 1 FROM floor_plan WHERE event = $1 AND (slug = $2 OR lower(name) = lower($3)) AND id IS DISTINCT FROM $4",
        event_id, slug(name), name, plan_id,
    )  # fmt: skip
    return found is not None


def _spot(hall: Hall, booth_id: int) -> Spot:
    found = next((one for one in hall.spots if one.id == booth_id), None)
    if found is None:
        raise NotFound("There is no such booth any more.")
    return found


async def _grow(hall: Hall, booth: DrawnBooth) -> int:
    wide, deep = max(hall.width, booth.x + booth.width), max(hall.height, booth.y + booth.height)
    return int(await db.fetch_value(_GROWN, hall.id, wide, deep))


def _values(one: DrawnBooth, *, on_sale: bool = True) -> tuple[Any, ...]:
    return one.label, one.x, one.y, one.width, one.height, one.price, one.package, on_sale, one.note


async def _note(actor: Actor, plan_id: int, verb: str, now: datetime, **facts: Any) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="floor plan", key=plan_id, now=now, **facts)
