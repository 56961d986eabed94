"""Series, and which a webinar belongs to."""

from datetime import datetime
from itertools import count

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Invalid, NotFound
from portal.core.overtaking import not_overtaken
from portal.core.text import slug
from portal.webinars.commands.preparing.acts import allow, begun, done
from portal.webinars.preparing import SeriesFacts

_ADD = """
INSERT INTO series (slug, title, summary, one_registration, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
_STORED = "SELECT title, summary, one_registration FROM series WHERE id = $1 FOR UPDATE"


async def save_series(
    *, actor: Actor, facts: SeriesFacts, now: datetime, series_id: int | None = None, seen: str = ""
) -> int:
    """Make a series, or change one that the editor saw as `seen` (`overtaking.mark` of the facts). Its address stays.

    Raises Invalid by field, Conflict when somebody else was faster.
    """
    allow(actor)
    if not facts.title:
        raise Invalid({"title": "Please give the series a title."})
    async with db.transaction():
        if series_id is None:
            at = await _free_slug(facts.title)
            series_id = int(await db.fetch_value(_ADD, at, facts.title, facts.summary, facts.one_registration, now))
            verb = "made"
        else:
            row = await db.fetch_one(_STORED, series_id)
            if row is None:
                raise NotFound("There is no such series.")
            not_overtaken(seen, SeriesFacts(**row))
            sql = "UPDATE series SET title = $2, summary = $3, one_registration = $4 WHERE id = $1"
            await db.execute(sql, series_id, facts.title, facts.summary, facts.one_registration)
            verb = "changed"
        await audit.record(actor=actor.label, verb=verb, kind="series", key=series_id, now=now, title=facts.title)
    assert series_id is not None
    return series_id


async def put_in_series(*, actor: Actor, webinar_id: int, series_id: int | None, now: datetime) -> None:
    """Let a webinar belong to this series, or to none. Raises NotFound without such a series."""
    async with db.transaction():
        await begun(actor, webinar_id)
        there = await db.fetch_value("SELECT id FROM series WHERE id = $1", series_id) if series_id else None
        if there != series_id:
            raise NotFound("There is no such series any more.")
        await db.execute("UPDATE webinar SET series = $2 WHERE id = $1", webinar_id, series_id)
        await done(actor=actor, webinar_id=webinar_id, verb="series set", now=now, series=series_id)


async def begin_series(*, actor: Actor, webinar_id: int, facts: SeriesFacts, now: datetime) -> int:
    """Make a series that begins with this webinar. Raises Invalid by field."""
    async with db.transaction():
        made = await save_series(actor=actor, facts=facts, now=now)
        await put_in_series(actor=actor, webinar_id=webinar_id, series_id=made, now=now)
    return int(made)


async def remove_series(*, actor: Actor, series_id: int, now: datetime) -> None:
    """Give a series up; its webinars stand for themselves."""
    allow(actor)
    async with db.transaction():
        if not db.affected(await db.execute("DELETE FROM series WHERE id = $1", series_id)):
            raise NotFound("There is no such series.")
        await audit.record(actor=actor.label, verb="removed", kind="series", key=series_id, now=now)


async def _free_slug(title: str) -> str:
    """An address nobody has. Holds back other givers until commit."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('series slugs'))")
    base = slug(title, fallback="series")
    rows = await db.fetch("SELECT slug FROM series WHERE slug = $1 OR slug LIKE $1 || '-%'", base)
    taken = {row["slug"] for row in rows}
    return base if base not in taken else next(s for n in count(2) if (s := f"{base}-{n}") not in taken)
