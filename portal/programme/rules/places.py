"""Who may have a place in a workshop, and what is in its way."""

from collections.abc import Iterable
from datetime import datetime

from portal.core.errors import Conflict
from portal.programme.workshops import Guest, OwnPlace, Workshop
from portal.registration.tables import Watching


def why_not(guest: Guest) -> str:
    """Why this place at the event opens no workshop; nothing where it does."""
    if guest.extra:
        return "This ticket is an extra. Workshops go with the ticket to the event itself."
    if not guest.is_named:
        return "Please put a name on this place first: a workshop has to know who comes."
    if guest.watching is Watching.RECORDING:
        return "You watch the recording. Workshops are for those who take part while they go on."
    return ""


def check_open(workshop: Workshop, now: datetime) -> None:
    """Raises Conflict where nobody can sign up any more."""
    if not workshop.is_on:
        raise Conflict("This workshop does not take place.")
    if workshop.starts_at <= now:
        raise Conflict("This workshop has begun.")


def clashing(workshop: Workshop, mine: Iterable[OwnPlace]) -> list[OwnPlace]:
    """What somebody has or waits for at the same time."""
    return [
        one
        for one in mine
        if one.session != workshop.id and one.starts_at < workshop.ends_at and workshop.starts_at < one.ends_at
    ]
