"""Who is on stage, and who pays for it."""

import msgspec

from portal.core import db


class OnStage(msgspec.Struct, frozen=True, kw_only=True):
    """A speaker of a webinar."""

    slug: str
    name: str
    job_title: str
    company_name: str
    photo: str
    is_moderator: bool


class Paying(msgspec.Struct, frozen=True, kw_only=True):
    """A sponsor of a webinar."""

    company_id: int
    slug: str
    name: str
    note: str


async def on_stage(webinar_id: int) -> list[OnStage]:
    rows = await db.fetch(
        "SELECT s.slug, s.name, s.job_title, s.company_name, s.photo, w.is_moderator FROM webinar_speaker w "
        "JOIN speaker s ON s.id = w.speaker WHERE w.webinar = $1 ORDER BY w.position, w.id LIMIT 50",
        webinar_id,
    )
    return [msgspec.convert(dict(row), OnStage) for row in rows]


async def sponsors(webinar_id: int) -> list[Paying]:
    rows = await db.fetch(
        "SELECT c.id AS company_id, c.slug, c.name, s.note FROM webinar_sponsor s JOIN company c ON c.id = s.company "
        "WHERE s.webinar = $1 AND c.state <> 'merged' ORDER BY s.position, s.id LIMIT 20",
        webinar_id,
    )
    return [msgspec.convert(dict(row), Paying) for row in rows]
