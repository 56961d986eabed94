"""What every act of setting up begins and ends with, and the order of what a webinar has several of."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Forbidden, NotFound
from portal.webinars.announcing import touch
from portal.webinars.permissions import can_prepare
from portal.webinars.queries import people
from portal.webinars.tables.rooms import CrewRole

_ORDERED = frozenset({"webinar_speaker", "webinar_sponsor", "webinar_poll", "webinar_resource"})


def allow(actor: Actor) -> None:
    if not can_prepare(actor):
        raise Forbidden("Only organisers and editors set webinars up.")


async def begun(actor: Actor, webinar_id: int, *, crew: Collection[CrewRole] = ()) -> None:
    """The actor may, as staff or in one of these roles of the webinar's crew, and the webinar is there: held, so that acts
    on it come one after the other, while people go on asking and talking in it.
    """
    if not can_prepare(actor):
        entry = await people.crew_entry(webinar_id, actor.email)
        if entry is None or entry.role not in crew:
            raise Forbidden("Only organisers and editors set webinars up, and what is its crew’s its crew.")
    if await db.fetch_value("SELECT id FROM webinar WHERE id = $1 FOR NO KEY UPDATE", webinar_id) is None:
        raise NotFound("There is no such webinar.")


async def done(
    *, actor: Actor, webinar_id: int, verb: str, now: datetime, regions: tuple[str, ...] = (), **facts: Any
) -> None:
    """Note the change, for who keeps copies and for the record, and let open pages show these regions anew."""
    await db.execute("UPDATE webinar SET changed_at = $2 WHERE id = $1", webinar_id, now)
    await audit.record(actor=actor.label, verb=verb, kind="webinar", key=webinar_id, now=now, **facts)
    if regions:
        await touch(webinar_id, *regions)


async def last_place(table: str, webinar_id: int) -> int:
    """The place behind all the others."""
    assert table in _ORDERED
    return int(
        await db.fetch_value(f"SELECT coalesce(max(position), 0) + 1 FROM {table} WHERE webinar = $1", webinar_id)
    )


async def shift(table: str, webinar_id: int, item_id: int, *, up: bool, group: str = "true") -> bool:
    """Change places with the one before or behind (of the same `group`, a column); False at the end of the list, or for
    what is gone.
    """
    assert table in _ORDERED
    tag = await db.execute(
        f"""
        WITH numbered AS (
            SELECT id, row_number() OVER (ORDER BY position, id) AS n FROM {table}
            WHERE webinar = $1 AND {group} = (SELECT {group} FROM {table} WHERE id = $2 AND webinar = $1)),
        me AS (SELECT n FROM numbered WHERE id = $2),
        other AS (SELECT id, n FROM numbered WHERE n = (SELECT n FROM me) + $3)
        UPDATE {table} t SET position = CASE t.id WHEN $2 THEN o.n WHEN o.id THEN (SELECT n FROM me) ELSE x.n END
        FROM numbered x, other o WHERE t.id = x.id
        """,
        webinar_id, item_id, -1 if up else 1,
    )  # fmt: skip
    return bool(db.affected(tag))
