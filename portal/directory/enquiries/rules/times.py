"""Working days, and when an enquiry is to be answered, reminded of and over."""

from datetime import datetime, timedelta

import msgspec

from portal.core.times import zone
from portal.directory.rules.reasons import hours

REMIND_AFTER = (2, 5)
"""Working days without an answer after which a company is reminded."""
EXPIRES_AFTER = timedelta(days=30)
ENDS_AFTER = timedelta(days=90)
"""So long may a talk go on that the buyer does not close."""
UNPROVED_AFTER = timedelta(days=1)
DUPLICATE_WITHIN = timedelta(days=7)
SATURDAY = 5


def working_days(start: datetime, days: int, zone_name: str) -> datetime:
    """So many working days later, at the same time of day where the publisher is. Holidays differ by country and count."""
    at = start.astimezone(zone(zone_name))
    while days:
        at += timedelta(days=1)
        days -= at.weekday() < SATURDAY
    return at.astimezone(start.tzinfo)


def reminders_due(sent_at: datetime, now: datetime, zone_name: str) -> int:
    """How many reminders a company that has not answered should have had by now."""
    return sum(working_days(sent_at, days, zone_name) <= now for days in REMIND_AFTER)


class Age(msgspec.Struct, frozen=True):
    """How long ago, as people say it, and whether an answer is late."""

    words: str
    late: bool


def age(sent_at: datetime, answered_at: datetime | None, now: datetime, zone_name: str) -> Age:
    """`3 days`; late when the last reminder is due and nothing was answered."""
    late = answered_at is None and working_days(sent_at, REMIND_AFTER[-1], zone_name) <= now
    return Age(span(now - sent_at), late)


def span(length: timedelta) -> str:
    """`5 hours`, `1.4 days`."""
    whole = round(length.total_seconds() / 3600)
    return hours(whole) if whole >= 1 else "less than an hour"
