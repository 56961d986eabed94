"""Packages: what guests get off, and an exhibitor put into another one, paid for or not."""

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.exhibitors.commands.codes import follow_codes
from portal.exhibitors.commands.deciding import change_package
from portal.exhibitors.desks.commands.guests import make_guest_code
from portal.exhibitors.queries import desks, offers
from portal.exhibitors.tables.exhibiting import Right
from tests.directory.conftest import SignIn
from tests.exhibitors.buying import Buyer
from tests.factories import exhibitors
from tests.factories.registration import make_shop


async def test_what_guests_get_off_is_set_and_followed(sign_in: SignIn) -> None:
    stand = await exhibitors.make(event_id=(await make_shop()).event_id)
    x = stand.exhibitor
    organiser = await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)
    offer = await offers.of_event(x.event_id)
    assert offer is not None
    here = f"/staff/events/{x.event_id}/exhibitors/packages/{offer.packages[0].id}"
    form = {
        "name": "Standard",
        "passes": "2",
        "guests": "5",
        "guest_discount": "50",
        "on_offer": "yes",
        "rights": "passes",
    }
    for typed in ("0", "101", "half"):
        refused = await organiser.post(here, data={**form, "guest_discount": typed})
        assert (refused.status_code, 'id="f-guest_discount-e"' in refused.text) == (422, True)
    assert (await organiser.post(here, data=form)).status_code == 303
    assert 'value="50"' in (await organiser.get(here)).text
    await make_guest_code(actor=stand.owner, exhibitor_id=x.id, now=clock.now())
    assert await db.fetch_value("SELECT percent_off FROM promo_code") == 50
    assert (await organiser.post(here, data={**form, "guest_discount": "100"})).status_code == 303
    await follow_codes(now=clock.now())
    assert await db.fetch_value("SELECT percent_off FROM promo_code") == 100


@pytest.fixture
async def organiser(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)


async def test_an_application_is_put_into_another_package(organiser: httpx.AsyncClient) -> None:
    x = (await exhibitors.make(accepted=False)).exhibitor
    await exhibitors.make("Other AG", event_id=x.event_id, package="Partner", rights=(Right.SCAN,), passes=6)
    here = f"/staff/events/{x.event_id}/exhibitors/{x.id}"
    for typed in ("", "standard", "none"):
        refused = await organiser.post(f"{here}/package", data={"package": typed})
        assert (refused.status_code, 'id="f-package-e"' in refused.text) == (422, True), typed
    assert (await organiser.post(f"{here}/package", data={"package": "partner"})).status_code == 303
    at = await desks.by_id(x.id)
    assert at is not None
    assert (at.package, at.rights, at.passes) == ("Partner", frozenset(), 0)
    assert (await organiser.post(f"{here}/acceptance", data={"note": ""})).status_code == 303
    at = await desks.by_id(x.id)
    assert at is not None
    assert (at.rights, at.passes) == (frozenset({Right.SCAN}), 6)


async def test_an_exhibitor_gets_what_the_new_package_gives_and_money_is_asked_about(buyer: Buyer) -> None:
    x = buyer.stand.exhibitor
    await db.execute("UPDATE exhibition_package SET price = 100000")
    await buyer.buy("B01")
    await exhibitors.make(
        "Other AG", event_id=x.event_id, package="Partner", rights=(Right.SCAN,), passes=6, price=190000
    )
    await buyer.paying.work()
    await db.execute("DELETE FROM mail")
    await change_package(actor=PORTAL, exhibitor_id=x.id, package="partner", now=clock.now())
    at = await desks.by_id(x.id)
    assert at is not None
    assert (at.package, at.rights, at.passes) == ("Partner", frozenset({Right.SCAN}), 6)
    assert await buyer.questions() == [
        "Isarwerk Biologics GmbH has the package Partner instead of Standard: €900.00 net more are to be invoiced."
    ]
    await buyer.paying.work()
    assert [row["subject"] for row in await db.fetch("SELECT subject FROM mail")] == [
        "Your package is Partner now: Fill & Finish Forum"
    ]
    await buyer.hold("B02")
    assert (await buyer.booking()).package_net == 0


async def test_a_full_package_takes_nobody_more_and_a_hold_ends(buyer: Buyer) -> None:
    x = buyer.stand.exhibitor
    await exhibitors.make("Other AG", event_id=x.event_id, package="Partner")
    await db.execute("UPDATE exhibition_package SET most = 1 WHERE slug = 'partner'")
    with pytest.raises(Conflict, match="All 1 places of Partner are taken"):
        await change_package(actor=PORTAL, exhibitor_id=x.id, package="partner", now=clock.now())
    await db.execute("UPDATE exhibition_package SET most = 2 WHERE slug = 'partner'")
    await buyer.hold("B01")
    await change_package(actor=PORTAL, exhibitor_id=x.id, package="partner", now=clock.now())
    assert await buyer.state() == [("lapsed", None)]
