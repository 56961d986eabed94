"""Making one person of two who are the same. What they were named on follows, in every package (`inputs.Followers`)."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Forbidden, Invalid, NotFound
from portal.media import commands as media
from portal.media.values import Owner
from portal.speakers.commands import PHOTOS
from portal.speakers.permissions import can_edit_speakers
from portal.speakers.values import Follow

# What the one who stays does not say of themselves is taken over.
_FILL = """
UPDATE speaker k SET changed_at = $3,
    job_title = coalesce(nullif(k.job_title, ''), g.job_title), website = coalesce(nullif(k.website, ''), g.website),
    company_name = coalesce(nullif(k.company_name, ''), g.company_name), company = coalesce(k.company, g.company),
    email = coalesce(nullif(k.email, ''), g.email), photo = coalesce(nullif(k.photo, ''), g.photo),
    links = coalesce(nullif(k.links, ''), g.links),
    bio = coalesce(nullif(k.bio, ''), g.bio), bio_html = CASE k.bio WHEN '' THEN g.bio_html ELSE k.bio_html END
FROM speaker g WHERE k.id = $1 AND g.id = $2
"""
_ADDRESS = "INSERT INTO speaker_address (slug, speaker, since) SELECT slug, $1, $3 FROM speaker WHERE id = $2"


async def unite_speakers(*, actor: Actor, kept_id: int, gone_id: int, followers: list[Follow], now: datetime) -> None:
    """Let one of two stay, with everything the other one was named on; the other’s address leads there. Raises Invalid for
    one and the same, NotFound where one is gone.
    """
    if not can_edit_speakers(actor):
        raise Forbidden("Only organisers and editors change who speaks.")
    if kept_id == gone_id:
        raise Invalid({"other": "Please choose somebody else than the person themselves."})
    async with db.transaction():
        ids = [kept_id, gone_id]
        rows = await db.fetch(
            "SELECT id, slug, name, photo FROM speaker WHERE id = ANY($1) ORDER BY id FOR UPDATE", ids
        )
        both = {row["id"]: row for row in rows}
        if len(both) != 2:
            raise NotFound("One of the two is not there any more.")
        kept, gone = Owner(PHOTOS, str(kept_id)), Owner(PHOTOS, str(gone_id))
        if gone_photo := both[gone_id]["photo"]:
            if both[kept_id]["photo"]:
                await media.delete(keys=[gone_photo], owner=gone, actor=actor, now=now)
            else:
                await media.hand_over(source=gone, target=kept, keys=[gone_photo])
        await db.execute(_FILL, kept_id, gone_id, now)
        for follow in followers:
            await follow(kept_id, gone_id)
        await db.execute("UPDATE speaker_address SET speaker = $1 WHERE speaker = $2", kept_id, gone_id)
        await db.execute(_ADDRESS, kept_id, gone_id, now)
        await db.execute("DELETE FROM speaker WHERE id = $1", gone_id)
        await audit.record(
            actor=actor.label, verb="united", kind="speaker", key=kept_id, now=now, gone=gone_id,
            name=both[gone_id]["name"], address=both[gone_id]["slug"],
        )  # fmt: skip
