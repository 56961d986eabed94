"""What a profile may hold: typed text tidied, and what is wrong with it, beside the field's name."""

import re
from datetime import date
from urllib.parse import urlsplit

import msgspec

from portal.core import countries
from portal.core.text import many_lines, one_line
from portal.directory.values import Profile

MOST_FACTS = 200
MOST_ITEMS = 60
_LENGTHS = {
    "name": 200, "tagline": 300, "website": 500, "email": 254, "phone": 40, "street": 200, "postal_code": 20,
    "city": 120, "region": 120, "description": 20_000,
}  # fmt: skip
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LONG = {"description", "text"}


def tidied(profile: Profile) -> Profile:
    """The same with typed text as it is kept, in every field of every item."""
    return msgspec.convert(_tidied(msgspec.to_builtins(profile)), Profile)


def _tidied(value: object, name: str = "") -> object:
    if isinstance(value, dict):
        return {key: _tidied(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_tidied(inner, name) for inner in value]
    if isinstance(value, str):
        return many_lines(value) if name in _LONG else one_line(value)
    return value


def faults(profile: Profile, today: date) -> dict[str, str]:
    """What is wrong, by field; items of lists are named `facts.ID`, `sites.ID` and so on."""
    found: dict[str, str] = {}
    if not profile.name:
        found["name"] = "Please type the company’s name."
    for name, most in _LENGTHS.items():
        if len(getattr(profile, name)) > most:
            found[name] = f"At most {most:,} characters, please."
    for name in ("website", "action_url"):
        if getattr(profile, name) and not is_web_address(getattr(profile, name)):
            found[name] = "Please type an address that begins with https:// or http://."
    found |= _button_faults(profile)
    if profile.email and not _ADDRESS.fullmatch(profile.email):
        found["email"] = "This does not look like an email address."
    if profile.country and profile.country not in countries.names():
        found["country"] = "Please choose a country from the list."
    if profile.founded is not None and not 1000 <= profile.founded <= today.year:
        found["founded"] = f"Please type a year up to {today.year}."
    for name in ("facts", "sites", "contacts", "products", "documents", "videos", "posts", "gallery", "names"):
        most = MOST_FACTS if name in {"facts", "names"} else MOST_ITEMS
        if len(getattr(profile, name)) > most:
            found[name] = f"At most {most}, please."
    for fact in profile.facts:
        if fact.confirmed_on and fact.confirmed_on > today:
            found[f"facts.{fact.id}"] = "A fact cannot be confirmed on a day to come."
    for contact in profile.contacts:
        if contact.email and not _ADDRESS.fullmatch(contact.email):
            found[f"contacts.{contact.id}"] = "This does not look like an email address."
    return found


def _button_faults(profile: Profile) -> dict[str, str]:
    """What is wrong with the company's own button, besides the look of its address."""
    if bool(profile.action_url) != bool(profile.action_label):
        return {"action_url" if profile.action_label else "action_label": "A button needs both words and an address."}
    most = {"action_label": 40, "action_url": 500}
    return {
        name: f"At most {limit} characters, please."
        for name, limit in most.items()
        if len(getattr(profile, name)) > limit
    }


def is_web_address(value: str) -> bool:
    """An absolute address of a page with a host."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
