"""Who may do what in an organisation; serves guard, command and template alike."""

from portal.accounts.actors import Actor
from portal.accounts.tables import MemberRole, StaffRole


def can_see(actor: Actor, organisation_id: int) -> bool:
    """Members see who else is one; to others the page does not exist."""
    return organisation_id in actor.memberships or _helps(actor)


def can_manage_members(actor: Actor, organisation_id: int) -> bool:
    """Owners, and the publisher's support, whose acts are audited."""
    return actor.memberships.get(organisation_id) is MemberRole.OWNER or _helps(actor)


def acts_as_staff(actor: Actor, organisation_id: int) -> bool:
    """True when it is not as a member that the actor may do what he does."""
    return actor.memberships.get(organisation_id) is not MemberRole.OWNER and _helps(actor)


def _helps(actor: Actor) -> bool:
    return actor.has_role(StaffRole.SUPPORT)
