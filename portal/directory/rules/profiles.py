"""What a profile may hold: typed text tidied, and what is wrong with it, beside the field's name."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import msgspec

from portal.core import countries
from portal.core.text import many_lines, one_line
from portal.directory.values import Profile, ProfileFact, ProfilePost, ProfileSite, ProfileVideo

MOST_FACTS = 200
MOST_ITEMS = 200
_LENGTHS = {
    "name": 200, "tagline": 300, "website": 500, "email": 254, "phone": 40, "street": 200, "postal_code": 20,
    "city": 120, "region": 120, "description": 20_000,
}  # fmt: skip
_ITEM_LENGTHS = {
    "name": 400, "title": 200, "role": 120, "email": 254, "phone": 40, "url": 500, "alt": 300, "street": 200,
    "postal_code": 20, "city": 120, "region": 120, "value": 200, "detail": 500, "issuer": 200, "reference": 200,
    "source_url": 500, "text": 10_000,
}  # fmt: skip
_NEEDED = {
    "contacts": {"name": "Please type a name."},
    "products": {"name": "Please type the product’s name."},
    "documents": {"title": "Please give the document a title.", "file": "Please choose a file."},
    "videos": {"title": "Please give the video a title.", "url": "Please type the video’s address."},
    "gallery": {"file": "Please choose a picture.", "alt": "Please say in a few words what the picture shows."},
    "posts": {"title": "Please give it a headline."},
}
_LISTS = ("facts", "sites", "contacts", "products", "documents", "videos", "gallery", "posts", "relations", "names")
_FREE = {"", "now", "on request"}
_VIDEOS = {
    "youtube": re.compile(
        r"https?://(?:(?:www\.|m\.)?youtube(?:-nocookie)?\.com/(?:watch\?(?:[^#]*&)?v=|shorts/|embed/|live/)|youtu\.be/)"
        r"([\w-]{11})(?:[?&#].*)?"
    ),
    "vimeo": re.compile(r"https?://(?:www\.|player\.)?vimeo\.com/(?:video/)?(\d{5,12})(?:[/?#].*)?"),
}
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
    for name in _LISTS:
        most = MOST_FACTS if name in {"facts", "names"} else MOST_ITEMS
        if len(getattr(profile, name)) > most:
            found[name] = f"At most {most}, please."
        if name != "names":
            for item in getattr(profile, name):
                found.update({f"{name}.{item.id}.{of}": words for of, words in _item_faults(name, item, today)})
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


def _item_faults(of: str, item: Any, today: date) -> Iterator[tuple[str, str]]:
    """What is wrong with an item of a list, by its field."""
    for name, words in _NEEDED.get(of, {}).items():
        if not getattr(item, name):
            yield name, words
    for name in item.__struct_fields__:
        value = getattr(item, name)
        if isinstance(value, str) and len(value) > _ITEM_LENGTHS.get(name, 200):
            yield name, f"At most {_ITEM_LENGTHS.get(name, 200):,} characters, please."
        if name in {"url", "source_url"} and value and not is_web_address(value):
            yield name, "Please type an address that begins with https:// or http://."
        if name == "email" and value and not _ADDRESS.fullmatch(value):
            yield name, "This does not look like an email address."
    yield from _own_faults(item, today)


def _own_faults(item: Any, today: date) -> Iterator[tuple[str, str]]:
    """What only this kind of item can have wrong."""
    if isinstance(item, ProfileFact):
        if item.confirmed_on and item.confirmed_on > today:
            yield "confirmed_on", "A fact cannot be confirmed on a day to come."
        if item.free_from not in _FREE and not _is_date(item.free_from):
            yield "free_from", "Please choose a date."
        if item.number is not None and not 0 <= item.number < 2**62:
            yield "number", "Please type a number that is not below zero."
    elif isinstance(item, ProfileVideo):
        if item.url and video(item.url) is None:
            yield "url", "Please give the address of a video at YouTube or Vimeo."
    elif isinstance(item, ProfileSite):
        if not (item.name or item.city):
            yield "city", "Where is it? A city is enough."
        if item.country and item.country not in countries.names():
            yield "country", "Please choose a country from the list."
    elif isinstance(item, ProfilePost) and item.on > today:
        yield "on", "News have a date that is not to come."


def video(url: str) -> tuple[str, str] | None:
    """Where a video is and its id there: `("vimeo", "123456")`; None for what is neither YouTube nor Vimeo."""
    found = ((at, pattern.fullmatch(url)) for at, pattern in _VIDEOS.items())
    return next(((at, match[1]) for at, match in found if match), None)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def is_web_address(value: str) -> bool:
    """An absolute address of a page with a host."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
