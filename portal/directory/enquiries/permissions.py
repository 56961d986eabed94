"""Who may do what with enquiries; reading and answering is `directory.permissions.can_answer`."""

from portal.accounts.actors import Actor
from portal.accounts.tables import MemberRole


def can_export_leads(actor: Actor | None, organisation_id: int | None) -> bool:
    """Owners, and those whose task leads are."""
    role = actor.memberships.get(organisation_id) if actor is not None and organisation_id is not None else None
    return role in {MemberRole.OWNER, MemberRole.LEADS}
