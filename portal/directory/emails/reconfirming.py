"""The mail that asks a company's people whether its facts still hold. Its link opens a page and confirms nothing."""

from portal.core.text import one_line
from portal.directory.queries.reconfirmations import Asked
from portal.notifications.composing import compose
from portal.notifications.links import preferences
from portal.notifications.values import Message

TOPIC = "facts-of-your-company"


def ask(asked: Asked, account_id: int, email: str) -> Message:
    """To one owner or editor."""
    subject, text, html = compose(
        "directory/reconfirm", company=one_line(asked.name), facts=asked.facts, slug=asked.slug,
        preferences=preferences(email, TOPIC),
    )  # fmt: skip
    return Message(
        key=f"reconfirm:{asked.id}:{account_id}", topic=TOPIC, recipient=email, subject=subject, text=text, html=html,
        about_kind="company", about_key=asked.slug,
    )  # fmt: skip
