"""The mail that points the desk out, and the one that asks for what is missing. Its link opens nothing: a code does."""

from datetime import datetime

from portal.core import times
from portal.core.settings import current
from portal.core.text import plain
from portal.notifications import links
from portal.notifications.composing import compose
from portal.notifications.values import Message
from portal.programme.desk.guards import DESK
from portal.programme.desk.readiness import Asked
from portal.programme.desk.rules import ASKED

TOPIC = "speaking"
_WORDS = {
    "coming": "Whether you will be there",
    "bio": "A few lines about you",
    "photo": "A photo of you",
    "availability": "When you can speak",
    "consent": "Whether you may be recorded",
}


def to_speaker(asked: Asked, *, at: datetime, first: bool) -> Message:
    """To one person about one event."""
    zone = times.zone(asked.timezone)
    due = asked.slides_due_at
    until = f", by {times.moment(due, asked.timezone, 'EEEE d MMMM, HH:mm')}" if due and due > at else ""
    open_ = [words for key in ASKED if key in asked.missing for words in _open(key, asked, until)]
    subject, text, html = compose(
        "programme/speaker", first=first, name=asked.name, title=asked.title, sessions=asked.sessions, open=open_,
        when=times.day_span(asked.starts_at.astimezone(zone).date(), asked.ends_at.astimezone(zone).date()),
        email=asked.email, desk=DESK, briefing=_paragraphs(asked.briefing) if first else [],
        preferences=links.preferences(asked.email, TOPIC),
    )  # fmt: skip
    return Message(
        key=f"speaking-{asked.appearance}-{at.isoformat()}", topic=TOPIC, recipient=asked.email, subject=subject, text=text,
        html=html, about_kind="appearance", about_key=str(asked.appearance), reply_to=current().contact_email,
    )  # fmt: skip


def _paragraphs(markdown: str) -> list[str]:
    return [words for part in markdown.split("\n\n") if (words := plain(part, limit=600))]


def to_organiser(asked: Asked, *, at: datetime) -> Message:
    """That somebody does not come, or does after all."""
    subject, text, html = compose(
        "programme/speaker_coming", name=asked.name, title=asked.title, sessions=asked.sessions, email=asked.email,
        declined=asked.declined, absent=asked.absent, why=asked.declined_why,
        page=f"/staff/events/{asked.event}/programme/readiness",
    )  # fmt: skip
    return Message(
        key=f"speaker-coming-{asked.appearance}-{at.isoformat()}", topic="orders", recipient=current().contact_email,
        subject=subject, text=text, html=html, reply_to=asked.email,
    )  # fmt: skip


def _open(key: str, asked: Asked, until: str) -> list[str]:
    return [f"Slides for “{title}”{until}" for title in asked.without] if key == "slides" else [_WORDS[key]]
