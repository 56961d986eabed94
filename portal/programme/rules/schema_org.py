"""A session as schema.org describes events: https://schema.org/Event with `superEvent`."""

from typing import Any

from portal.core.text import plain
from portal.programme.public import Programme, Session, Texts


def brief(programme: Programme, one: Session, *, base_url: str) -> dict[str, Any]:
    """What lists say of it: `subEvent` of the event."""
    off = one.is_cancelled or programme.is_cancelled
    state = "EventCancelled" if off else "EventScheduled" if programme.stands(one) else "EventPostponed"
    told: dict[str, Any] = {
        "@type": "Event",
        "name": one.title,
        "url": f"{base_url}/events/{programme.slug}/programme/{one.slug}",
        "startDate": one.starts_at.astimezone(programme.zone).isoformat(),
        "endDate": one.ends_at.astimezone(programme.zone).isoformat(),
        "eventStatus": f"https://schema.org/{state}",
    }
    if one.room:
        told["location"] = {"@type": "Place", "name": one.room.name}
    return told


def session(programme: Programme, one: Session, texts: Texts, *, base_url: str) -> dict[str, Any]:
    """What its own page says."""
    told = {"@context": "https://schema.org", **brief(programme, one, base_url=base_url)}
    if about := plain(texts.abstract_html or texts.description_html):
        told["description"] = about
    if one.language:
        told["inLanguage"] = one.language
    if one.people:
        told["performer"] = [
            {"@type": "Person", "name": person.name, "url": f"{base_url}/speakers/{person.slug}"}
            for person in one.people
        ]
    if one.capacity is not None:
        told["maximumAttendeeCapacity"] = one.capacity
    event = f"{base_url}/events/{programme.slug}"
    told["superEvent"] = {"@type": "Event", "name": programme.title, "url": event}
    return told
