"""Who may do what for an exhibitor; serves guard, command and template alike.

A company's people act for it with the role they have in the organisation that owns it: owners and editors decide and edit, every
member scans, meets and reads leads. What the organiser did not give (`Right`) nobody of them may, whatever their role. Staff set
exhibitors up; they do not read leads.
"""

from collections.abc import Collection

from portal.accounts.actors import Actor
from portal.accounts.tables import StaffRole
from portal.directory import permissions as companies
from portal.exhibitors.tables.exhibiting import Right

ORGANISERS = (StaffRole.ORGANISER, StaffRole.EDITOR)


def can_organise(actor: Actor | None) -> bool:
    """Packages, applications, plans, rights."""
    return actor is not None and actor.has_role(*ORGANISERS)


def can_apply(actor: Actor | None, organisation_id: int | None) -> bool:
    """To apply for a company, buy a booth, and edit what it shows at the event."""
    return companies.is_member(actor, organisation_id) and companies.can_edit(actor, organisation_id)


def can_work(actor: Actor | None, organisation_id: int | None) -> bool:
    """To come to the exhibitor's desk at all."""
    return companies.is_member(actor, organisation_id)


def has_right(rights: Collection[str], right: Right) -> bool:
    """Whether the organiser gave it."""
    return right.value in rights
