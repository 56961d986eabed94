"""Mails about places in workshops, built from values. Called by jobs only."""

from collections.abc import Sequence

import msgspec

from portal.calendars.tables import Method
from portal.calendars.values import Entry, Sent
from portal.core import times
from portal.core.settings import current
from portal.notifications import links
from portal.notifications.composing import compose
from portal.notifications.values import Message, Part
from portal.programme.queries.places import Told as Place
from portal.programme.queries.telling import Speaking
from portal.programme.tables import PlaceEnd
from portal.programme.workshops import Workshop

_WHY = {
    PlaceEnd.RETURNED: "You gave it back.",
    PlaceEnd.SWAPPED: "You took another workshop at the same time instead.",
    PlaceEnd.MOVED_UP: "A place became free in the one you waited for at the same time, and is yours now.",
    PlaceEnd.SEAT: "Your place at the event has ended, and this one with it.",
}
_PASSED_ON = "Your place at the event was passed on, and this one went along."


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is told: of the workshop as calendars have it, to whom. `workshop` is None once it left the programme."""

    entry: Entry
    address: str
    method: Method
    place: Place | None
    workshop: Workshop | None
    last: Sent | None
    key: str

    @property
    def when(self) -> str:
        entry = self.entry
        day = times.moment(entry.starts_at, entry.timezone, "EEEE d MMMM y, HH:mm")
        end, zone = times.clock(entry.ends_at, entry.timezone), times.zone_words(entry.timezone, entry.starts_at)
        return f"{day}–{end} ({zone})"

    @property
    def link(self) -> str:
        """Where the workshops of this place are chosen; without one, the workshop's own page."""
        if self.place is None or not self.place.attends:
            return self.entry.url
        return f"{current().base_url}/seats/{self.place.claim}/workshops"

    @property
    def heading(self) -> str:
        """What has happened, as the subject has it."""
        if self.method is Method.CANCEL:
            if self.workshop is not None and self.workshop.is_on and self.entry.cancelled:
                return "A new time follows"
            return "Cancelled" if self._is_off else "No longer yours"
        if self.last is None or self.last.method is Method.CANCEL:
            if self.place is not None and self.last is not None and self.place.since < self.last.sent_at:
                return "It takes place after all"
            waited = self.place is not None and self.place.given_at != self.place.since
            return "A place became free for you" if waited else "Your place"
        return "Changed"

    @property
    def words(self) -> str:
        """The same in a sentence or two."""
        match self.heading:
            case "Cancelled":
                return "This workshop does not take place. There is nothing for you to do."
            case "A new time follows":
                return "The event was moved, and this workshop has no new time yet. Your place stays yours."
            case "No longer yours":
                return self._why
            case "A place became free for you":
                return "You waited for it: from now on this place is yours. If you cannot come, please give it back."
            case "It takes place after all":
                return "It takes place at the time above. Your place is yours as before."
            case "Changed":
                return (
                    "Its time or room is another now. Your place stays yours; if it no longer suits you, give it back."
                )
            case _:
                return "Your place is confirmed. If you cannot come, please give it back: others may be waiting."

    @property
    def _is_off(self) -> bool:
        return self.entry.cancelled or self.workshop is None or not self.workshop.is_on

    @property
    def _why(self) -> str:
        if self.place is None or not self.place.end_reason:
            return _PASSED_ON
        return _WHY.get(PlaceEnd(self.place.end_reason), _PASSED_ON)


class Line(msgspec.Struct, frozen=True):
    """One session in a mail to a speaker: what became of it, where it stood before and where it stands, if it does."""

    words: str
    title: str
    was: str
    when: str
    link: str


def place_told(told: Told, files: Sequence[Part]) -> Message:
    """A place is somebody's, is theirs no more, or is at another time: with what their calendar makes of it."""
    subject, text, html = compose("programme/place", told=told, requested=told.method is Method.REQUEST)
    return Message(
        key=told.key[:200], topic="calendar", recipient=told.address, subject=subject, text=text, html=html,
        parts=tuple(files), about_kind="workshop", about_key=told.key.split("-")[1], reply_to=current().contact_email,
    )  # fmt: skip


def line_ended(session: int, title: str, address: str, name: str) -> Message:
    subject, text, html = compose("programme/line_ended", title=title, name=name)
    return Message(
        key=f"workshop-line-{session}-{address}"[:200], topic="calendar", recipient=address, subject=subject, text=text,
        html=html, about_kind="workshop", about_key=str(session), reply_to=current().contact_email,
    )  # fmt: skip


def to_participant(*, workshop: Workshop, subject: str, body: str, address: str, key: str) -> Message:
    """What staff write to whoever has a place in a workshop."""
    _, text, html = compose("programme/to_participant", workshop=workshop, title=subject, body=body)
    return Message(
        key=key[:200], topic="orders", recipient=address, subject=subject, text=text, html=html, about_kind="workshop",
        about_key=str(workshop.id), reply_to=current().contact_email,
    )  # fmt: skip


def release_told(speaking: Speaking, lines: Sequence[Line], *, key: str, topic: str, desk: str, file: bytes) -> Message:
    """To somebody whose sessions a release changed; `file` is a calendar with all they are in, `desk` where they answer."""
    subject, text, html = compose(
        "programme/release", s=speaking, lines=lines, desk=desk, preferences=links.preferences(speaking.email, topic),
        has_file=bool(file),
    )  # fmt: skip
    return Message(
        key=key, topic=topic, recipient=speaking.email,
        subject=subject, text=text, html=html, about_kind="programme", about_key=str(speaking.event_id),
        reply_to=current().contact_email,
        parts=(Part(f"{speaking.slug}-sessions.ics", "application/ics", file),) if file else (),
    )  # fmt: skip
