"""Who may edit people who speak; serves guard, command and template alike."""

from collections.abc import Collection

from portal.accounts.actors import Actor
from portal.accounts.tables import StaffRole

EDITORS = (StaffRole.ORGANISER, StaffRole.EDITOR)


def is_own(addresses: Collection[str], email: str) -> bool:
    """Whether whoever proved these addresses may act for the speaker with this one. Who has none is nobody’s."""
    return bool(email) and email in addresses


def can_edit_speakers(actor: Actor | None) -> bool:
    return actor is not None and actor.has_role(*EDITORS)
