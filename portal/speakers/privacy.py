"""What is known of a person as a speaker, and forgetting it."""

from datetime import datetime
from typing import Any

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.speakers.commands import remove_speaker, set_email
from portal.speakers.queries import OF_ONE_PERSON

_KNOWN = """
SELECT name, nullif(job_title, '') AS job_title, nullif(company_name, '') AS company, nullif(bio, '') AS about,
    nullif(website, '') AS website, nullif(links, '') AS links, photo <> '' AS photo, '/speakers/' || slug AS page
FROM speaker WHERE email = $1 ORDER BY id LIMIT 5000
"""
LABELS = {
    "job_title": "Job title", "about": "About you", "website": "Website", "links": "Further links", "photo": "Photo",
    "page": "Page", "at": "Until", "field": "Part", "stood": "What stood there",
}  # fmt: skip


_FORMER = """
SELECT s.name, f.at, b.key AS field, b.value AS stood FROM speaker_former f JOIN speaker s ON s.id = f.speaker
CROSS JOIN LATERAL jsonb_each_text(f.before) b WHERE s.email = $1 AND b.value <> '' ORDER BY f.id, b.key LIMIT 5000
"""


async def known_about(email: str) -> list[dict[str, Any]]:
    """The person as programmes name them, and what stood there before they changed it themselves."""
    found = [
        {"what": "You as a speaker", **row, "photo": "yes" if row["photo"] else None}
        for row in await db.fetch(_KNOWN, email)
    ]
    return found + [{"what": "Your page as it was", **row} for row in await db.fetch(_FORMER, email)]


async def forget(email: str, now: datetime) -> str:
    """Take the person off every programme, with photo and page. An address that serves several people, as an assistant’s
    does, is taken off them, and they stay.
    """
    async with db.transaction():
        held = await db.fetch("SELECT id FROM speaker WHERE email = $1 ORDER BY id FOR UPDATE", email)
        rows = await db.fetch(f"{OF_ONE_PERSON} ORDER BY id", email)
        for row in rows:
            await remove_speaker(actor=PORTAL, speaker_id=row["id"], now=now)
        for row in held if not rows else []:
            await set_email(actor=PORTAL, speaker_id=row["id"], email="", now=now)
    if rows:
        return "You are on no programme any more; your page and photo are gone."
    if held:
        return (
            f"The address is off the {len(held)} speakers it was kept for. Who they are stays: they are other people."
        )
    return "You were not known as a speaker."
