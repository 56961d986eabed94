"""The pages by which a webinar is set up, in the order of its navigation. Whoever adds one adds a line."""

import msgspec

from portal.webinars.values import Room


class Tab(msgspec.Struct, frozen=True):
    """A page about one webinar. `path` may name its number and its event’s: `{room.id}`, `{room.event_id}`."""

    key: str
    name: str
    icon: str
    path: str

    def address(self, room: Room) -> str:
        return self.path.format(room=room)


_HERE = "/staff/webinars/{room.id}"
TABS = (
    Tab("facts", "Event", "file-text", _HERE),
    Tab("room", "Room", "monitor-play", f"{_HERE}/room"),
    Tab("speakers", "On stage", "users", f"{_HERE}/speakers"),
    Tab("crew", "Crew", "user", f"{_HERE}/crew"),
    Tab("series", "Series", "calendar", f"{_HERE}/series"),
    Tab("sponsors", "Sponsors", "megaphone", f"{_HERE}/sponsors"),
    Tab("polls", "Polls and test", "chart-column", f"{_HERE}/polls"),
    Tab("resources", "To take away", "download", f"{_HERE}/resources"),
    Tab("certificate", "Certificate", "badge-check", f"{_HERE}/certificate"),
    Tab("recording", "Recording", "play", f"{_HERE}/recording"),
    Tab("reminders", "Mails", "mail", f"{_HERE}/reminders"),
    Tab("attendance", "Attendance", "timer", f"{_HERE}/attendance"),
    Tab("registration", "Registration", "ticket", "/staff/events/{room.event_id}/registration"),
    Tab("time", "Time, calendars, cancelling", "calendar-check", "/staff/events/{room.event_id}"),
)
