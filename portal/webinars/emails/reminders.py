"""The mails around a webinar."""

import msgspec

from portal.core.times import moment, zone_short
from portal.notifications import links
from portal.notifications.composing import compose
from portal.notifications.values import Message
from portal.registration.tables import Watching
from portal.webinars.queries.reminders import DueReminder
from portal.webinars.rules.reminders import TOPIC, time_left
from portal.webinars.rules.states import OPEN_STATES
from portal.webinars.tables.reminders import ReminderKind
from portal.webinars.tables.rooms import RoomState

_SUBJECTS = {
    ReminderKind.WEEK: "{left}: {title}",
    ReminderKind.DAY: "{day}: {title}",
    ReminderKind.HOUR: "{left}: {title}",
    ReminderKind.TEN_MINUTES: "{left}: {title}",
    ReminderKind.ATTENDED: "Thank you for coming: {title}",
    ReminderKind.MISSED: "What you missed: {title}",
}
_OPENINGS = {
    ReminderKind.WEEK: "It begins on {date} at {clock}.",
    ReminderKind.DAY: "It begins on {day} at {clock}.",
    ReminderKind.HOUR: "It begins at {clock}.",
    ReminderKind.TEN_MINUTES: "It begins at {clock}{lobby}.",
    ReminderKind.ATTENDED: "Thank you for being there.",
    ReminderKind.MISSED: "It has taken place without you.",
}


def reminder(due: DueReminder) -> Message:
    """One reminder; what follows a webinar leads to its recording where there is one."""
    afterwards = due.kind in (ReminderKind.ATTENDED, ReminderKind.MISSED)
    recording = due.state is RoomState.REPLAY
    said = {
        "title": due.title, "day": moment(due.starts_at, due.timezone, "EEEE"),
        "date": moment(due.starts_at, due.timezone, "EEEE d MMMM"), "left": time_left(due.starts_at - due.at),
        "clock": moment(due.starts_at, due.timezone, "HH:mm") + " " + zone_short(due.timezone, due.starts_at),
        "lobby": ", and the lobby is open" if due.state in OPEN_STATES else "",
    }  # fmt: skip
    watches = due.watching is Watching.RECORDING and due.kind is ReminderKind.MISSED
    subject, opening = _SUBJECTS[due.kind].format(**said), _OPENINGS[due.kind].format(**said)
    if watches:
        subject = f"{'The recording' if recording else 'Over'}: {due.title}"
        opening = "The recording you asked for is there." if recording else "It is over; the recording will follow."
    subject, text, html = compose(
        "webinars/reminder", due=due, subject=subject, opening=opening, afterwards=afterwards, recording=recording,
        when=moment(due.starts_at, due.timezone, "EEEE d MMMM y, HH:mm") + " " + zone_short(due.timezone, due.starts_at),
        until=moment(due.replay_until, due.timezone, "d MMMM y") if due.replay_until else "",
        preferences=links.preferences(due.email, TOPIC),
    )  # fmt: skip
    return Message(
        key=f"webinar-reminder-{due.id}", topic=TOPIC, recipient=due.email, subject=subject, text=text, html=html,
        about_kind="webinar", about_key=str(due.webinar_id),
    )  # fmt: skip


def trial(due: DueReminder, *, key: str) -> Message:
    """The same for its host to read: it says that it is a trial, and stops for nobody who wants no reminders."""
    sent = reminder(due)
    return msgspec.structs.replace(sent, key=key, topic="codes", subject=f"Trial: {sent.subject}")
