"""An owner of a company with a browser, and the stand-in for Stripe behind the portal."""

from datetime import timedelta

import httpx
import pytest

from portal.accounts import commands
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.payments.subscriptions import queries
from portal.payments.subscriptions.queries import SubscriptionRecord
from portal.placements.queries.plans import plan_of
from portal.placements.tables import Plan
from tests.directory.conftest import account, join, organisation
from tests.factories import companies
from tests.paying import Paying

PASSWORD = "three vials on a line"
OWNER = "leonie@isarwerk.example"
BILLING = {
    "name": "Leonie Bachmair", "email": OWNER, "company": "Isarwerk Biologics GmbH", "street": "Am Klopferspitz 19",
    "postal_code": "82152", "city": "Planegg", "country": "DE", "vat_id": "DE136695976", "po_number": "PO-7781",
}  # fmt: skip


class Desk(Paying):
    """A company's owner, and everything behind the page."""

    company_id: int
    organisation_id: int
    slug: str

    @property
    def plan_page(self) -> str:
        return f"/companies/{self.slug}/manage/plan"

    @property
    def sponsorships(self) -> str:
        return f"/companies/{self.slug}/manage/sponsorships"

    async def choose(self, plan: str = "premium", interval: str = "year", **billing: str) -> str:
        """Choose a plan; gives the address of Stripe's page."""
        typed = {"plan": plan, "interval": interval, **BILLING, **billing}
        answer = await self.client.post(self.plan_page, data=typed)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def subscribe(self, plan: str = "premium", interval: str = "year", card: str = "", **billing: str) -> None:
        """Choose a plan and pay for it."""
        url = await self.choose(plan, interval, **billing)
        await self.stripe.pay(url, **({"card": card} if card else {}))
        await self.everything_settles()

    async def record(self) -> SubscriptionRecord:
        found = await queries.latest("company", str(self.company_id))
        assert found is not None
        return found

    async def plan(self, ahead: timedelta = timedelta(0)) -> Plan:
        """The plan in force now, or later."""
        return await plan_of("company", str(self.company_id), clock.now() + ahead)

    async def told(self) -> list[str]:
        """Subjects of the mails about plans and sponsorships, in order."""
        return [row["subject"] for row in await db.fetch("SELECT subject FROM mail WHERE topic = 'plans' ORDER BY id")]


async def signed_in(client: httpx.AsyncClient, email: str, organisation_id: int | None, role: MemberRole) -> None:
    """Sign somebody in, as a member of an organisation."""
    made = await account(email)
    await commands.set_password(account_id=made, password=PASSWORD, now=clock.now())
    if organisation_id is not None:
        await join(organisation_id, made, role)
    answer = await client.post("/account/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303


@pytest.fixture
async def desk(paying: Paying) -> Desk:
    made = Desk(paying.client, paying.stripe, paying.services)
    made.organisation_id = await organisation(OWNER)
    made.company_id = await companies.make(owner=made.organisation_id)
    made.slug = await db.fetch_value("SELECT slug FROM company WHERE id = $1", made.company_id)
    await signed_in(made.client, OWNER, made.organisation_id, MemberRole.OWNER)
    return made
