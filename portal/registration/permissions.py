"""Who may do what with registration; serves guard, command and template alike."""

from portal.accounts.actors import Actor
from portal.core.errors import Forbidden
from portal.events.permissions import EDITORS, can_edit_events

STAFF = EDITORS
"""Who sets registration up, decides who comes, and reads who does."""


def can_manage_registration(actor: Actor | None) -> bool:
    return can_edit_events(actor)


def require_staff(actor: Actor) -> None:
    if not can_manage_registration(actor):
        raise Forbidden("Only organisers and editors see to registration.")
