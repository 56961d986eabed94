"""Who acts. Commands take an actor; permissions are decided from it alone."""

from datetime import datetime

import msgspec

from portal.accounts.tables import MemberRole, StaffRole


class Actor(msgspec.Struct, frozen=True):
    """A signed-in person with what they may do. `memberships` maps an organisation's id to the role in it."""

    account_id: int
    email: str
    name: str
    session_id: int = 0
    timezone: str = ""
    roles: frozenset[StaffRole] = frozenset()
    memberships: dict[int, MemberRole] = {}
    seen_at: datetime | None = None

    @property
    def label(self) -> str:
        """How the audit trail names the actor."""
        return f"account {self.account_id}" if self.account_id else self.name

    @property
    def is_staff(self) -> bool:
        return bool(self.roles)

    def has_role(self, *roles: StaffRole) -> bool:
        """True for any of the roles, and always for an admin."""
        return StaffRole.ADMIN in self.roles or not self.roles.isdisjoint(roles)


PORTAL = Actor(account_id=0, email="", name="portal", roles=frozenset({StaffRole.ADMIN}))
"""The portal itself, for jobs and the command line."""
