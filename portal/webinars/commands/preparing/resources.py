"""What people can take with them, prepared ahead."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import db
from portal.core.errors import Invalid, NotFound
from portal.core.overtaking import not_overtaken
from portal.media import commands as media
from portal.media.values import Owner
from portal.webinars.commands.preparing.acts import begun, done, last_place, shift
from portal.webinars.permissions import DECIDING
from portal.webinars.preparing import ResourceDraft
from portal.webinars.queries.preparing.resources import DRAFT, draft_of
from portal.webinars.rules.preparing import resource_faults
from portal.webinars.tables.taking_part import ResourceKind

FILES = "webinar"
"""The kind of the owner of a webinar's files."""
REGIONS = ("resources", "desk-resources")
_ADD = """
INSERT INTO webinar_resource (webinar, position, kind, title, note, file, url, shows_after, sponsor, needs_consent)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
"""
_CHANGE = """
UPDATE webinar_resource SET kind = $2, title = $3, note = $4, file = $5, url = $6, shows_after = $7, sponsor = $8,
    needs_consent = $9
WHERE id = $1
"""


async def save_resource(
    *,
    actor: Actor,
    webinar_id: int,
    draft: ResourceDraft,
    now: datetime,
    resource_id: int | None = None,
    seen: str = "",
) -> int:
    """Prepare a resource, or change one that the editor saw as `seen` (`overtaking.mark` of the draft).

    A file waits for its owner, or is the webinar's. Raises Invalid by field, Conflict when somebody else was faster.
    """
    if faults := resource_faults(draft):
        raise Invalid(faults)
    is_file = draft.kind is ResourceKind.FILE
    told = (
        draft.kind.value, draft.title, draft.note, draft.file if is_file else "", "" if is_file else draft.url,
        draft.shows_after, draft.sponsor_id, draft.needs_consent,
    )  # fmt: skip
    owner = Owner(FILES, str(webinar_id))
    async with db.transaction():
        await begun(actor, webinar_id)
        mine = "SELECT id FROM webinar_sponsor WHERE webinar = $1 AND id = $2"
        if draft.sponsor_id is not None and await db.fetch_value(mine, webinar_id, draft.sponsor_id) is None:
            raise Invalid({"sponsor": "This company is no sponsor of this webinar any more."})
        before = ""
        if resource_id is None:
            place = await last_place("webinar_resource", webinar_id)
            resource_id = int(await db.fetch_value(_ADD, webinar_id, place, *told))
            verb = "resource prepared"
        else:
            stored = draft_of(await _stored(webinar_id, resource_id))
            not_overtaken(seen, stored)
            before = stored.file
            await db.execute(_CHANGE, resource_id, *told)
            verb = "resource changed"
        if is_file:
            await media.attach(keys=[draft.file], owner=owner, actor=actor, now=now)
        if before and before != told[3]:
            await media.delete(keys=[before], owner=owner, actor=actor, now=now)
        await done(actor=actor, webinar_id=webinar_id, verb=verb, now=now, regions=REGIONS, resource=resource_id)
    assert resource_id is not None
    return resource_id


async def move_resource(*, actor: Actor, webinar_id: int, resource_id: int, up: bool, now: datetime) -> None:
    """Let a resource change places with the one before or behind."""
    async with db.transaction():
        await begun(actor, webinar_id, crew=DECIDING)
        if await shift("webinar_resource", webinar_id, resource_id, up=up):
            await done(
                actor=actor,
                webinar_id=webinar_id,
                verb="resources ordered",
                now=now,
                regions=REGIONS,
                resource=resource_id,
            )


async def remove_resource(*, actor: Actor, webinar_id: int, resource_id: int, now: datetime) -> None:
    """Offer something no more; that people took it is forgotten with it."""
    async with db.transaction():
        await begun(actor, webinar_id)
        stored = draft_of(await _stored(webinar_id, resource_id))
        await db.execute("DELETE FROM webinar_resource WHERE id = $1", resource_id)
        if stored.file:
            owner = Owner(FILES, str(webinar_id))
            await media.delete(keys=[stored.file], owner=owner, actor=actor, now=now)
        await done(
            actor=actor, webinar_id=webinar_id, verb="resource removed", now=now, regions=REGIONS, resource=resource_id
        )


async def _stored(webinar_id: int, resource_id: int) -> dict[str, object]:
    row = await db.fetch_one(f"{DRAFT} WHERE r.webinar = $1 AND r.id = $2", webinar_id, resource_id)
    if row is None:
        raise NotFound("There is nothing like this to take along any more.")
    return dict(row)
