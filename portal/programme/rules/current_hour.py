"""What is on now, and what comes next."""

from datetime import datetime, timedelta

import msgspec

from portal.programme.public import Programme, Session, day_of
from portal.programme.tables import SessionKind

_BEFORE = timedelta(hours=18)


class OnNow(msgspec.Struct, frozen=True):
    """What is on `at` a moment, and what begins next on the same day of the conference, all at one time."""

    at: datetime
    on: list[Session]
    next: list[Session]


def on_now(programme: Programme, now: datetime) -> OnNow | None:
    """While a day of the conference goes on, between sessions too; None before its first and after its last."""
    if not is_soon(programme, now):
        return None
    today = day_of(now, programme.zone)
    these = [one for one in programme.talks if one.on == today and programme.stands(one)]
    on = [one for one in programme.at(now) if one.kind is not SessionKind.BREAK]
    later = [one for one in these if one.starts_at > now]
    if not on and not (later and any(one.ends_at <= now for one in these)):
        return None
    return OnNow(now, on, [one for one in later if one.starts_at == later[0].starts_at])


def is_soon(programme: Programme, now: datetime) -> bool:
    """Whether a page that is open may come to show it: from the evening before to the end."""
    if not programme.sessions:
        return False
    first, last = programme.sessions[0].starts_at, max(one.ends_at for one in programme.sessions)
    return first - _BEFORE <= now < last
