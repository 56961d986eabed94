"""Taking data about people along."""

from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit


async def note_export(*, webinar_id: int, what: str, rows: int, actor: Actor, now: datetime) -> None:
    """Put on record that somebody of the crew took this along."""
    await audit.record(
        actor=actor.label, verb="exported", kind="webinar", key=webinar_id, now=now, what=what, rows=rows
    )  # fmt: skip
