"""Who may do what in a room; serves guard, command and template alike."""

import msgspec

from portal.accounts.actors import Actor
from portal.events.permissions import can_edit_events
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.values import CrewMember


class Rights(msgspec.Struct, frozen=True):
    """What a role at the desk may do, besides reading, typing answers and writing notes."""

    decides: bool
    hosts: bool


HOSTS = (CrewRole.HOST,)
DECIDING = (CrewRole.HOST, CrewRole.MODERATOR)


def rights(role: CrewRole) -> Rights:
    return Rights(decides=role in DECIDING, hosts=role in HOSTS)


def can_prepare(actor: Actor | None) -> bool:
    """Set webinars up: whoever may edit events."""
    return can_edit_events(actor)


def can_host(crew: CrewMember | None) -> bool:
    """Press the room's buttons, change its picture, name the crew."""
    return crew is not None and rights(crew.role).hosts


def can_moderate(crew: CrewMember | None) -> bool:
    """Decide about questions, chat, polls and people."""
    return crew is not None and rights(crew.role).decides


def can_read_report(crew: CrewMember | None) -> bool:
    """See who registered from where, and how it went: those who decide; not speakers, who are often somebody else’s people."""
    return crew is not None and rights(crew.role).decides


def can_answer(crew: CrewMember | None) -> bool:
    """Type answers and backstage notes: everybody at the desk."""
    return crew is not None
