"""A session as calendars show it."""

from portal.calendars.values import Entry
from portal.core.text import plain
from portal.programme.public import Programme, Session


def entry(programme: Programme, one: Session, abstract_html: str, *, place: str, base_url: str) -> Entry:
    """For everybody: nothing in it belongs to one person. `place` is where the event is."""
    who = ", ".join(person.name for person in one.people)
    return Entry(
        title=f"{one.title}: {one.subtitle}"[:250] if one.subtitle else one.title,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        timezone=programme.timezone,
        location=", ".join(part for part in (one.room.name if one.room else "", place) if part),
        url=f"{base_url}/events/{programme.slug}/programme/{one.slug}",
        description="\n\n".join(part for part in (who, plain(abstract_html, limit=600)) if part),
        cancelled=not programme.stands(one),
        categories=(one.track.name,) if one.track else (),
    )
