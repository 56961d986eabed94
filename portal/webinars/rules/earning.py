"""What a certificate asks for, and what somebody still lacks.

The version of the rule in force when a place was confirmed holds for it, whatever is changed afterwards.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from portal.webinars.tables.rooms import ReplayAccess, RoomState
from portal.webinars.values import Room

MOST_TRIES = 3


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One version of what is asked for; see `CertificateRule` for what each means."""

    id: int
    version: int
    since: datetime
    minutes: int
    polls: int
    test_percent: int
    replay_counts: bool
    credit: str
    offered: bool


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody did. `replay_seconds` are those of parts they did not see live; `best` of their tries, in per cent."""

    live_seconds: float = 0
    replay_seconds: float = 0
    corrected: int = 0
    polls_answered: int = 0
    best: int | None = None
    tries: int = 0
    named: bool = True
    removed: bool = False
    handed_over: bool = False
    """Sent on to another service's room, where nothing is measured."""


class Phase(StrEnum):
    BEFORE = "before"
    LIVE = "live"
    OVER = "over"


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What there was to do, and what can be done still."""

    phase: Phase
    recording: bool = False
    """It can be watched, now or later."""
    recording_here: bool = False
    test_open: bool = False
    polls_asked: int = 0
    test_questions: int = 0


class Lack(StrEnum):
    MINUTES = "minutes"
    POLLS = "polls"
    TEST = "test"
    NAME = "name"
    LEFT = "left"


class Missing(msgspec.Struct, frozen=True):
    """Something a certificate still needs; `can_be_had` says whether there is a way left."""

    what: Lack
    words: str
    can_be_had: bool = True


class Verdict(msgspec.Struct, frozen=True):
    """How somebody stands under the rule of their place; `rule` is None where there is no certificate for them."""

    rule: Rule | None
    minutes: int
    missing: tuple[Missing, ...] = ()
    earned: bool = False


def setting(room: Room, *, polls_asked: int, test_questions: int) -> Setting:
    """What a room's state leaves to be done."""
    over = room.state in (RoomState.ENDED, RoomState.REPLAY, RoomState.CLOSED)
    return Setting(
        phase=Phase.LIVE if room.state is RoomState.LIVE else Phase.OVER if over else Phase.BEFORE,
        recording=room.replay is not ReplayAccess.NONE and room.state is not RoomState.CLOSED,
        recording_here=room.state is RoomState.REPLAY,
        test_open=room.state in (RoomState.ENDED, RoomState.REPLAY),
        polls_asked=polls_asked,
        test_questions=test_questions,
    )


def in_force(rules: Sequence[Rule], confirmed_at: datetime) -> Rule | None:
    """The version of a place: the newest there was when it was confirmed, or the first one if there was none yet."""
    before = [rule for rule in rules if rule.since <= confirmed_at]
    if before:
        return max(before, key=lambda rule: rule.version)
    return min(rules, key=lambda rule: rule.version, default=None)


def minutes(record: Record, *, replay_counts: bool) -> int:
    """Whole minutes that count."""
    seconds = record.live_seconds + (record.replay_seconds if replay_counts else 0)
    return max(0, int(seconds // 60) + record.corrected)


def judge(rules: Sequence[Rule], confirmed_at: datetime, record: Record, at: Setting) -> Verdict:
    """How a place stands by the version that holds for it."""
    rule = in_force(rules, confirmed_at)
    if rule is None or not rule.offered:
        return Verdict(None, minutes(record, replay_counts=True))
    lacking = tuple(missing(rule, record, at))
    return Verdict(
        rule,
        minutes(record, replay_counts=rule.replay_counts),
        lacking,
        earned=at.phase is Phase.OVER and not lacking,
    )


def missing(rule: Rule, record: Record, at: Setting) -> list[Missing]:
    """What a rule asks for that is not there yet, in sentences."""
    if record.removed:
        return [Missing(Lack.LEFT, "The host has asked you to leave, so no certificate is made.", can_be_had=False)]
    found = [_minutes(rule, record, at), _polls(rule, record, at), _test(rule, record, at)]
    if not record.named:
        found.append(Missing(Lack.NAME, "Your place has no name on it yet. A certificate needs one."))
    return [one for one in found if one is not None]


def _minutes(rule: Rule, record: Record, at: Setting) -> Missing | None:
    # Nobody earns a certificate of attendance who was not there at all.
    short = max(1, rule.minutes) - minutes(record, replay_counts=rule.replay_counts)
    if short <= 0:
        return None
    if record.handed_over:
        reported = "It takes place in another service’s room, and the host reports who was there how long:"
        return Missing(Lack.MINUTES, f"{reported} {_count(short, 'more minute')} are needed.")
    if at.phase is not Phase.OVER:
        return Missing(Lack.MINUTES, f"{_count(short, 'more minute')} in the room.")
    if not rule.replay_counts or not at.recording:
        return Missing(Lack.MINUTES, f"{_count(short, 'minute')} too few, and it is over.", can_be_had=False)
    where = "with what you missed of the recording" if at.recording_here else "with the recording, once it is here"
    return Missing(Lack.MINUTES, f"{_count(short, 'more minute')} {where}.")


def _polls(rule: Rule, record: Record, at: Setting) -> Missing | None:
    over = at.phase is Phase.OVER
    # Polls that were never asked are nobody's fault.
    needed = min(rule.polls, at.polls_asked) if over else rule.polls
    short = needed - record.polls_answered
    if short <= 0:
        return None
    if over:
        return Missing(Lack.POLLS, f"{_count(short, 'poll')} too few answered, and they are closed.", can_be_had=False)
    to_come = " The next one opens here." if at.polls_asked <= record.polls_answered else ""
    return Missing(Lack.POLLS, f"Answer {_count(short, 'more poll')}.{to_come}")


def _test(rule: Rule, record: Record, at: Setting) -> Missing | None:
    if not rule.test_percent or (record.best is not None and record.best >= rule.test_percent):
        return None
    asked = f"{rule.test_percent} % right answers are asked for"
    if at.phase is not Phase.OVER:
        return Missing(Lack.TEST, f"The short test, after the webinar: {asked}.")
    so_far = f" Your best so far: {record.best} %." if record.best is not None else ""
    if record.tries >= MOST_TRIES:
        return Missing(
            Lack.TEST, f"The {MOST_TRIES} tries at the short test are used, and {asked}.{so_far}", can_be_had=False
        )
    if not at.test_open:
        return Missing(Lack.TEST, f"The short test is closed; {asked}.{so_far}", can_be_had=False)
    if not at.test_questions:
        return Missing(Lack.TEST, "The short test is still being prepared. It will be here.")
    left = MOST_TRIES - record.tries
    return Missing(Lack.TEST, f"The short test: {asked}, and you have {_count(left, 'try', 'tries')}.{so_far}")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
