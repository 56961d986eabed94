"""What an address of a page must be like, and a person who speaks in schema.org's words."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from portal.core import json_ld
from portal.core.addresses import parts_of
from portal.directory.values import Appearance
from portal.speakers.values import Speaker, SpeakerRow

MOST_LINKS = 6
_WHOLE = "Please give a full address that starts with https://."


def parted(held: Sequence[Appearance], day: date) -> tuple[list[Appearance], list[Appearance]]:
    """What is to come, the next first, and what is past, the last first."""
    ahead = [talk for talk in held if talk.until >= day]
    return ahead, [talk for talk in reversed(held) if talk.until < day]


def address_faults(website: str, links: str) -> dict[str, str]:
    """What is wrong with a website and with further links, one a line."""
    errors = {}
    if website and not _leads(website):
        errors["website"] = _WHOLE
    lines = links.splitlines()
    if len(lines) > MOST_LINKS:
        errors["links"] = f"Please give {MOST_LINKS} addresses at most."
    elif wrong := next((line for line in lines if line and not _leads(line)), ""):
        errors["links"] = f"“{wrong[:60]}” is no full address. Each line is one, and starts with https://."
    return errors


def _leads(address: str) -> bool:
    parts = parts_of(address)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in address and len(address) <= 500


def host(address: str) -> str:
    """How a link to a page elsewhere is called: `linkedin.com`."""
    return (parts_of(address).hostname or address).removeprefix("www.")


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
    if speaker.addresses:
        about["sameAs"] = speaker.addresses
    page = {"@context": "https://schema.org", "@type": "ProfilePage", "url": address, "mainEntity": about}
    return [page, json_ld.trail([("Speakers", f"{base_url}/leaders"), (speaker.name, address)])]
