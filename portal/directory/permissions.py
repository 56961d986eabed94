"""Who may do what with a company; serves guard, command and template alike.

A company without an owner belongs to nobody but the publisher's editors.
"""

from portal.accounts.actors import Actor
from portal.accounts.tables import MemberRole, StaffRole


def is_member(actor: Actor | None, organisation_id: int | None) -> bool:
    """Any role in the organisation that owns the company."""
    return actor is not None and organisation_id is not None and organisation_id in actor.memberships


def can_edit(actor: Actor | None, organisation_id: int | None) -> bool:
    """Owners and editors of the owning organisation, and the publisher's editors."""
    return _role(actor, organisation_id) in {MemberRole.OWNER, MemberRole.EDITOR} or can_moderate(actor)


def can_own(actor: Actor | None, organisation_id: int | None) -> bool:
    """What only an owner may: buy a plan, change the name's spelling in registers, give the company up."""
    return _role(actor, organisation_id) is MemberRole.OWNER


def can_answer(actor: Actor | None, organisation_id: int | None) -> bool:
    """Enquiries and leads: every member, for `leads` is the least of the roles. Staff do not read them."""
    return is_member(actor, organisation_id)


def can_see_statistics(actor: Actor | None, organisation_id: int | None) -> bool:
    return is_member(actor, organisation_id) or can_moderate(actor)


def can_moderate(actor: Actor | None) -> bool:
    """The publisher's editors: claims, merges, profiles without an owner."""
    return actor is not None and actor.has_role(StaffRole.EDITOR)


def _role(actor: Actor | None, organisation_id: int | None) -> MemberRole | None:
    return actor.memberships.get(organisation_id) if actor is not None and organisation_id is not None else None
