"""Whose badge may be scanned, when, and in which words people agree."""

import hashlib
from datetime import datetime, timedelta

from portal.events.tables import EventFormat
from portal.registration.queries.badges import Badge
from portal.registration.tables import Watching

BEFORE = AFTER = timedelta(days=1)
"""Badges are scanned from a day before the event, when people collect them, until a day after: the last dinner."""
LATEST = timedelta(days=14)
"""So long after that, devices may still send what they kept."""
MORNING = 7
"""The hour of the day in which people are told what is due."""
MOST_TAGS = 20
MOST_QUESTIONS = 12
MOST_CHOICES = 12
NO_BADGE = "No badge has this code. It has ten letters and digits; the ticket’s own code is another one."
ENDED = "This badge does not count any more: the place was passed on or given up."


def usual(publisher: str, company: str) -> str:
    """The sentence people agree to. Exactly what it names is handed over."""
    return (
        f"I agree that {publisher} passes on my name, job title, company and email address to {company}. {company} may note what "
        "we talk about, and write to me or call me about it. I can take this back at any time, on the page of my ticket or in my "
        f"account at {publisher}; then {company} no longer finds me in its list."
    )


def digest(text: str) -> str:
    """Which sentence somebody read; what they agree to has to be that one."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def closed(at: datetime, starts_at: datetime, ends_at: datetime) -> str | None:
    """Why nobody’s badge can be scanned at that moment."""
    if at < starts_at - BEFORE:
        return "Badges are scanned from a day before the event on."
    return "Badges were scanned until a day after the event." if over(at, ends_at) else None


def over(at: datetime, ends_at: datetime) -> bool:
    """Whether nobody’s badge is scanned any more."""
    return at > ends_at + AFTER


def too_late(now: datetime, ends_at: datetime) -> bool:
    """Whether devices cannot send any more what they kept."""
    return now > ends_at + AFTER + LATEST


def happened(by_device: datetime, now: datetime, sent_at: datetime) -> datetime:
    """When something was, by a device whose clock said `sent_at` when ours says `now`: slow or fast, it is put right."""
    return min(by_device + (now - sent_at), now)


def refusal(badge: Badge | None, event_id: int) -> str | None:
    """Why this badge is not scanned."""
    if badge is None:
        return NO_BADGE
    if badge.event_id != event_id:
        return "This badge is of another event."
    if not badge.stands:
        return ENDED
    if not badge.is_on:
        return "The event was called off."
    if badge.format is EventFormat.ONLINE or badge.watching is Watching.RECORDING:
        return "This person takes part from afar; only badges of those who are here are scanned."
    if not badge.named:
        return "Nobody’s name is on this badge yet."
    return "This is somebody of your own team." if badge.colleague else None
