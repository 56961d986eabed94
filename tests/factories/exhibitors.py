"""Exhibitors for tests, made through the real commands.

stand = await exhibitors.make()                              # accepted, every right, with an owner who can sign in
await exhibitors.make(rights=(Right.SCAN,), event_id=…)      # only what is named
await exhibitors.make(accepted=False)                        # asked, not decided
"""

from collections.abc import Sequence

import msgspec

from portal.accounts import commands as accounts
from portal.accounts.actors import PORTAL, Actor
from portal.accounts.organisations.commands import create_organisation
from portal.accounts.tables import MemberRole
from portal.core import clock
from portal.core.text import folded, slug
from portal.exhibitors.commands.applying import apply_to_exhibit
from portal.exhibitors.commands.deciding import accept
from portal.exhibitors.commands.offering import PackageFacts, Terms, save_package, set_up
from portal.exhibitors.commands.planning import Wish, lay
from portal.exhibitors.queries import desks, offers, plans
from portal.exhibitors.rules.rows import read_rows
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.values import AtEvent
from tests.factories import companies, events


class Stand(msgspec.Struct, frozen=True):
    """An exhibitor, and an owner of its company."""

    exhibitor: AtEvent
    owner: Actor
    organisation_id: int


async def make(
    name: str = "Isarwerk Biologics GmbH",
    *,
    event_id: int | None = None,
    rights: Sequence[Right] = tuple(Right),
    accepted: bool = True,
    package: str = "Standard",
    passes: int = 2,
    price: int = 0,
) -> Stand:
    """A company with an owner, and its part in an event; the event is made where none is given."""
    now = clock.now()
    if event_id is None:
        event_id = await events.make("Fill & Finish Forum")
    facts = PackageFacts(name=package, rights=rights, passes=passes, price=price)
    offer = await offers.of_event(event_id)
    assert offer is not None
    if not offer.version:
        await set_up(actor=PORTAL, event_id=event_id, terms=Terms(currency="EUR"), now=now)
    known = next((one.id for one in offer.packages if one.name == package), None)
    await save_package(actor=PORTAL, event_id=event_id, facts=facts, package_id=known, now=now)
    email = f"owner@{slug(name)}.example"
    account_id = await accounts.ensure_account(email=email, name="Olga Owner", now=now)
    founder = Actor(account_id=account_id, email=email, name="Olga Owner", timezone="UTC")
    organisation = await create_organisation(actor=founder, name=name, now=now)
    owner = msgspec.structs.replace(founder, memberships={organisation: MemberRole.OWNER})
    company_id = await companies.make(name, owner=organisation)
    made = await apply_to_exhibit(
        actor=owner, event_id=event_id, package=slug(package), company_id=company_id, contact_name="Anselm Oyelaran",
        contact_email=email, wishes="", now=now,
    )  # fmt: skip
    if accepted:
        await accept(actor=PORTAL, exhibitor_id=made, note="", now=now)
    exhibitor = await desks.by_id(made)
    assert exhibitor is not None
    return Stand(exhibitor, owner, organisation)


async def hall(event_id: int, rows: str = "B01–B10, 3 × 3 m, prices 2400", *, name: str = "Hall B") -> dict[str, int]:
    """A hall drawn in rows; the ids of its booths by label."""
    offer = await offers.of_event(event_id)
    assert offer is not None
    packages = {folded(one.name): one.slug for one in offer.packages}
    found = read_rows(rows, currency=offer.currency, packages=packages)
    assert not found.refused, found.refused
    wish = Wish(name=name, drawing=found.drawing)
    plan_id, _ = await lay(actor=PORTAL, event_id=event_id, wish=wish, now=clock.now())
    made = await plans.hall(event_id, plan_id, clock.now())
    assert made is not None
    return {one.label: one.id for one in made.spots}
