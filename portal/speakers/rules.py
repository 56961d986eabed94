"""A person who speaks in schema.org's words."""

from typing import Any

from portal.core import json_ld
from portal.speakers.values import Speaker, SpeakerRow


def person(row: SpeakerRow, *, base_url: str) -> dict[str, Any]:
    """The Person, as a programme names one."""
    found: dict[str, Any] = {"@type": "Person", "name": row.name, "url": f"{base_url}/speakers/{row.slug}"}
    if row.job_title:
        found["jobTitle"] = row.job_title
    if row.company_name:
        found["worksFor"] = {"@type": "Organization", "name": row.company_name}
        if row.company_slug:
            found["worksFor"]["url"] = f"{base_url}/companies/{row.company_slug}"
    return found


def profile(speaker: Speaker, *, base_url: str, image: str) -> list[dict[str, Any]]:
    """What the person's own page says: who it is, and where the page stands."""
    address = f"{base_url}/speakers/{speaker.slug}"
    about = person(speaker, base_url=base_url) | {"@id": address}
    if image:
        about["image"] = image
    if speaker.website:
        about["sameAs"] = [speaker.website]
    page = {"@context": "https://schema.org", "@type": "ProfilePage", "url": address, "mainEntity": about}
    return [page, json_ld.trail([("Webinars", f"{base_url}/webinars"), (speaker.name, address)])]
