"""When the mails around a webinar are due, and what they are called."""

from datetime import timedelta

import msgspec

from portal.webinars.tables.reminders import ReminderKind

TOPIC = "webinar-reminders"
_M, _H, _D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Step(msgspec.Struct, frozen=True):
    """One mail of the series. `before` the start; later than `grace` after that it is of no use any more."""

    name: str
    before: timedelta
    grace: timedelta


STEPS = {
    ReminderKind.WEEK: Step("A week before", 7 * _D, 2 * _D),
    ReminderKind.DAY: Step("The day before", _D, 6 * _H),
    ReminderKind.HOUR: Step("An hour before", _H, 30 * _M),
    ReminderKind.TEN_MINUTES: Step("Ten minutes before", 10 * _M, 9 * _M),
}
AFTERWARDS = {ReminderKind.ATTENDED: "To those who came", ReminderKind.MISSED: "To those who did not"}
FOLLOWED_FOR = 5 * _D
"""What follows a webinar is sent within that time or not at all."""

FOLLOW_UP = """
CASE WHEN w.ended_at IS NULL THEN NULL WHEN w.replay = 'none' THEN w.ended_at + interval '2 hours'
    ELSE least(w.ended_at + interval '1 day', greatest(w.ended_at + interval '30 minutes', coalesce(f.published_at, 'infinity')))
END
"""
"""When it is due (SQL over `webinar w` and `webinar_recording f`): with the recording, or after a day without one."""


def time_left(left: timedelta) -> str:
    """`In a week`, `In 50 minutes`: as it is when the mail is written, which may be later than planned."""
    for unit, one, many in (
        (7 * _D, "In a week", ""),
        (_D, "In a day", "In {} days"),
        (_H, "In an hour", "In {} hours"),
    ):
        count = round(left / unit)
        if count and left >= unit * 0.95:
            return one if count == 1 else many.format(count)
    minutes = max(1, -(-left // _M))
    return "In a minute" if minutes == 1 else f"In {minutes} minutes"


def name(kind: ReminderKind) -> str:
    return STEPS[kind].name if kind in STEPS else AFTERWARDS[kind]
