"""A company that goes to another organisation: open enquiries go on, what the former owner knew for itself stays its own."""

import httpx

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.directory.commands import ownership
from portal.placements.tables import Plan
from tests.directory.conftest import SignIn, organisation
from tests.directory.enquiries.conftest import BUYER, World, ask, hidden, manage, reply
from tests.factories import plans
from tests.media import made

NOTE = "Our floor price is 12 EUR."


async def test_the_next_owner_gets_what_is_open_and_not_the_notes_leads_and_closed_ones(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn, world: World
) -> None:
    pdf = {"files": ("plan.pdf", made.pdf(), "application/pdf")}
    over = await ask(buyer, need="An old need", files=pdf)
    await reply(olga, "isarwerk", over)
    await buyer.post(f"/enquiries/{over}/closure", data={"outcome": "other"})
    number = await ask(buyer)
    await reply(olga, "isarwerk", number)
    shown = (await olga.get(manage("isarwerk", number))).text
    await olga.post(manage("isarwerk", f"{number}/notes"), data={"text": NOTE, "token": hidden(shown, "token")})
    account = await db.fetch_value("SELECT id FROM account WHERE email = 'olga@isarwerk.example'")
    await olga.post(manage("isarwerk", f"{number}/assignment"), data={"assignee": str(account)})
    await plans.give(world.isarwerk, Plan.ENHANCED)
    assert NOTE in (await olga.get(manage("isarwerk", number))).text
    assert (await olga.get(manage("isarwerk", "leads.csv"))).text.count(BUYER) == 2

    other = await organisation("new@owner.example", "New Owner AG")
    await ownership.transfer(
        actor=PORTAL, company_id=world.isarwerk, organisation_id=other, reason="Sold.", now=clock.now()
    )
    new = await sign_in("new@owner.example", other, MemberRole.OWNER)
    assert (await new.get(manage("isarwerk", over))).status_code == 404
    assert over not in (await new.get(manage("isarwerk") + "?view=over")).text
    file = await db.fetch_value(
        "SELECT '/media/' || f.key || '/' || r.name FROM stored_file f JOIN stored_rendition r ON r.file = f.id"
    )
    assert ((await buyer.get(file)).status_code, (await new.get(file)).status_code) == (200, 404)
    assert BUYER not in (await new.get(manage("isarwerk", "leads.csv"))).text
    listed = (await new.get(manage("isarwerk") + "?view=answered")).text
    assert (number in listed, "Velmora" in listed, "Olga" in listed) == (True, False, False)

    page = (await new.get(manage("isarwerk", number))).text
    assert (NOTE in page, "We can." in page, BUYER in page) == (False, True, True)
    assert (await new.get(manage("isarwerk", "leads.csv"))).text.count(BUYER) == 1
    told = [row["recipient"] for row in await db.fetch("SELECT recipient FROM disclosure ORDER BY id")]
    assert told == ["Isarwerk Biologics GmbH"] * 2 + ["Isarwerk Biologics GmbH (New Owner AG)"]
    await new.get(manage("isarwerk", number))
    assert await db.fetch_value("SELECT count(*) FROM disclosure") == 3
