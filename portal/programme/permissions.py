"""Who may edit programmes; serves guard, command and template alike."""

from portal.accounts.actors import Actor
from portal.accounts.tables import StaffRole

EDITORS = (StaffRole.ORGANISER, StaffRole.EDITOR)


def can_edit_programme(actor: Actor | None) -> bool:
    return actor is not None and actor.has_role(*EDITORS)
