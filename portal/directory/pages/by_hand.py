"""Open forms say when they were opened, signed: programs send them too soon."""

from contextlib import suppress
from datetime import UTC, datetime

from portal.core.tokens import signature, signature_matches
from portal.directory.rules.correcting import MOST_TIME, typed_by_hand

NOT_OPEN = "This page was not open long enough, or for too long. Please read it through and send it again."


def by_hand(stamp: str, subject: str, now: datetime) -> bool:
    """Whether the form about `subject` was open for as long as reading it takes."""
    return typed_by_hand(_opened(stamp, subject), now)


def stamp_of(given: str, subject: str, now: datetime) -> str:
    """What the form says next: whoever had it open for a while sends it again at once."""
    before = _opened(given, subject)
    if before and now - before < MOST_TIME:
        return given
    at = str(int(now.timestamp()))
    return f"{at}.{signature('correction', f'{subject}:{at}')}"


def _opened(stamp: str, subject: str) -> datetime | None:
    at, _, given = stamp.partition(".")
    if not signature_matches("correction", f"{subject}:{at}", given):
        return None
    with suppress(ValueError, OverflowError):
        return datetime.fromtimestamp(int(at), UTC)
    return None
