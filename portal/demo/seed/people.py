"""The demo's people. Invented, at reserved example domains."""

from datetime import datetime

import msgspec

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.commands import ensure_account, grant_role, set_password
from portal.accounts.organisations.commands import create_organisation
from portal.accounts.tables import StaffRole
from portal.core import db

PASSWORD = "tradefloor demo"  # noqa: S105 (printed at every start of the demo)


class DemoCompany(msgspec.Struct, frozen=True):
    name: str
    country: str
    website: str


class DemoAccount(msgspec.Struct, frozen=True):
    title: str
    email: str
    name: str
    does: str
    roles: tuple[StaffRole, ...] = ()
    company: DemoCompany | None = None


ACCOUNTS = (
    DemoAccount("Attendee", "amara@brennhof.example", "Amara Okonjo-Reuter", "registers and pays"),
    DemoAccount(
        "Exhibitor", "desk@isarwerk.example", "Anselm Oyelaran", "acts for Isarwerk Biologics",
        company=DemoCompany("Isarwerk Biologics", "DE", "https://isarwerk.example"),
    ),
    DemoAccount(
        "Advertiser", "media@quellmark.example", "Henrike Vos", "acts for Quellmark Single-Use",
        company=DemoCompany("Quellmark Single-Use", "NL", "https://quellmark.example"),
    ),
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
        if account.company and not await db.fetch_value("SELECT 1 FROM membership WHERE account = $1", account_id):
            owner = Actor(account_id=account_id, email=account.email, name=account.name)
            await create_organisation(actor=owner, now=now, **msgspec.structs.asdict(account.company))
