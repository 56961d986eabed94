"""What is known of a person as a speaker, and forgetting it."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.speakers.commands import remove_speaker

_KNOWN = """
SELECT name, nullif(job_title, '') AS job_title, nullif(company_name, '') AS company, nullif(bio, '') AS about,
    nullif(website, '') AS website, photo <> '' AS photo, '/speakers/' || slug AS page
FROM speaker WHERE email = $1 ORDER BY id LIMIT 5000
"""
LABELS = {"job_title": "Job title", "about": "About you", "website": "Website", "photo": "Photo", "page": "Page"}


async def known_about(email: str) -> list[dict[str, Any]]:
    """The person as programmes name them."""
    return [
        {"what": "You as a speaker", **row, "photo": "yes" if row["photo"] else None}
        for row in await db.fetch(_KNOWN, email)
    ]


async def forget(email: str, now: datetime) -> str:
    """Take the person off every programme, with photo and page."""
    async with db.transaction():
        rows = await db.fetch("SELECT id FROM speaker WHERE email = $1 ORDER BY id FOR UPDATE", email)
        for row in rows:
            await remove_speaker(actor=PORTAL, speaker_id=row["id"], now=now)
    return (
        "You are on no programme any more; your page and photo are gone."
        if rows
        else "You were not known as a speaker."
    )
