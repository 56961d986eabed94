"""The mail that tells what changed in an agenda."""

from collections.abc import Sequence

from portal.agenda.commands.following import Changed
from portal.agenda.queries.following import Reader
from portal.agenda.rules import telling
from portal.notifications import links
from portal.notifications.composing import compose
from portal.notifications.values import Message

TOPIC = "agenda"


def digest(reader: Reader, changed: Sequence[Changed]) -> Message:
    """What is otherwise than its reader was told last."""
    subject, text, html = compose(
        "agenda/digest", reader=reader, telling=telling,
        changed=[(one, telling.hours(one.item.starts_at, one.item.ends_at, one.item)) for one in changed],
        preferences=links.preferences(reader.address, TOPIC),
    )  # fmt: skip
    return Message(
        key=f"agenda:{reader.agenda}:{reader.digests}", topic=TOPIC, recipient=reader.address, subject=subject, text=text,
        html=html, about_kind="agenda", about_key=str(reader.agenda),
    )  # fmt: skip
