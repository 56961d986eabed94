"""The demo's people. Invented, at reserved example domains."""

from datetime import datetime

import msgspec

from portal.accounts.actors import PORTAL
from portal.accounts.commands import ensure_account, grant_role, set_password
from portal.accounts.tables import StaffRole

PASSWORD = "tradefloor demo"  # noqa: S105 (printed at every start of the demo)


class DemoAccount(msgspec.Struct, frozen=True):
    title: str
    email: str
    name: str
    does: str
    roles: tuple[StaffRole, ...] = ()


ACCOUNTS = (
    DemoAccount("Attendee", "amara@brennhof.example", "Amara Okonjo-Reuter", "registers and pays"),
    DemoAccount("Exhibitor", "desk@isarwerk.example", "Anselm Oyelaran", "acts for Isarwerk Biologics"),
    DemoAccount("Advertiser", "media@quellmark.example", "Henrike Vos", "acts for Quellmark Single-Use"),
    DemoAccount(
        "Organiser", "judith@sterileline.example", "Judith Kerkhoven", "edits and cancels events",
        (StaffRole.ORGANISER, StaffRole.EDITOR),
    ),
)  # fmt: skip


async def seed_people(*, now: datetime) -> None:
    """Make the accounts; those that exist keep what was changed in them."""
    for account in ACCOUNTS:
        account_id = await ensure_account(email=account.email, name=account.name, now=now)
        await set_password(account_id=account_id, password=PASSWORD, now=now)
        for role in account.roles:
            await grant_role(actor=PORTAL, email=account.email, role=role, now=now)
