"""What getting in is told in."""

from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.tables import CodePurpose


class Browser(msgspec.Struct, frozen=True):
    """The browser that asks: what it calls itself, the network it comes from, its device cookie."""

    user_agent: str = ""
    network: str = "unknown"
    device: str = ""


class Ticket(msgspec.Struct, frozen=True):
    """One browser's wish to prove an address."""

    id: int
    purpose: CodePurpose
    email: str
    account: int | None
    sent: int
    tries: int
    tries_allowed: int
    asked_at: datetime
    expires_at: datetime
    proved_at: datetime | None
    code_hash: str | None
    details: dict[str, Any]

    @property
    def next_page(self) -> str:
        return str(self.details.get("next", "/account"))


class Entered(msgspec.Struct, frozen=True):
    """A browser that was let in. `secret` goes into its cookie and nowhere else."""

    account_id: int
    email: str
    secret: str
    next_page: str = "/account"
    account_is_new: bool = False
    sessions_ended: int = 0


class Wish(msgspec.Struct, frozen=True):
    """A ticket as the mail about it needs it, with what is known of the address."""

    id: int
    purpose: CodePurpose
    email: str
    sent: int
    asked_at: datetime
    expires_at: datetime
    user_agent: str
    code_hash: str | None
    used_at: datetime | None
    known: bool
    timezone: str | None
