"""How staff find events: a list that tells all days and what is sold, and a link on the public page."""

import re
from datetime import timedelta

import httpx

from portal.accounts.tables import StaffRole
from portal.core import clock, db, times
from portal.registration.commands.holding import hold_seats
from portal.registration.values.offers import TicketOffer
from tests.events.conftest import SignIn
from tests.events.reading import words
from tests.events.test_staff import DAY, NINE, WORDS
from tests.factories import events
from tests.factories.registration import make_shop


async def test_all_days_and_what_is_sold(editor: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=1200, starts_at=NINE)
    await hold_seats(event_id=shop.event_id, wanted={shop.tickets["Seat"]: 40}, code="", actor=None, now=clock.now())
    await db.execute("UPDATE seat SET state = 'confirmed'")
    await db.execute("UPDATE seat_order SET state = 'confirmed', confirmed_at = now(), holds_until = NULL")
    await hold_seats(event_id=shop.event_id, wanted={shop.tickets["Seat"]: 1}, code="", actor=None, now=clock.now())
    free = TicketOffer("Seat", 0, ())
    await make_shop(tickets=(free,), starts_at=NINE)
    await events.make("Three days", starts_at=NINE, hours=54, timezone="Europe/Vienna", kind="external")
    await events.make("Untold", starts_at=NINE, timezone="Europe/Vienna")
    said = words((await editor.get("/staff/events")).text)
    last = times.day(DAY + timedelta(2), "EEE d MMM y")
    assert f"Three days {WORDS}, 09:00 to {last}, 15:00 CET Ghent Tickets elsewhere Public" in said
    assert f"{WORDS}, 09:00–17:00 CET Vienna 40 of 1,200 Public" in said
    assert "Vienna 0, no limit Public" in said
    assert "Ghent No tickets yet Public" in said


async def test_only_who_may_edit_is_led_to_the_form(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    """The page is the same for everybody and kept; what staff alone get is asked for by itself."""
    event_id = await events.make("Isolator Day", days=20)
    slug = await db.fetch_value("SELECT slug FROM event")
    editor, finance = await sign_in(StaffRole.EDITOR), await sign_in(StaffRole.FINANCE, "f@x.example")
    support = await sign_in(StaffRole.SUPPORT, "s@x.example")
    pages = {(await who.get(f"/events/{slug}")).text for who in (editor, finance, client, editor)}
    assert len(pages) == 1
    assert f"/staff/events/{event_id}" not in pages.pop()
    fragment = {"HX-Request": "true"}
    link = await editor.get(f"/staff/events/of/{slug}", headers=fragment)
    assert re.findall(r'<a class="btn sm" href="([^"]*)">', link.text) == [f"/staff/events/{event_id}"]
    assert link.headers["cache-control"] == "private, no-store"
    plain = await editor.get(f"/staff/events/of/{slug}")
    assert (plain.status_code, plain.headers["location"]) == (303, f"/staff/events/{event_id}")
    assert (await editor.get("/staff/events/of/nothing-like-it")).status_code == 404
    for other in (support, finance):
        assert (await other.get(f"/staff/events/of/{slug}", headers=fragment)).status_code == 204
        followed = await other.get(f"/staff/events/of/{slug}", follow_redirects=True)
        assert followed.status_code == 403
    assert (await client.get(f"/staff/events/of/{slug}", headers=fragment)).text == ""


async def test_nobody_is_led_where_nothing_is_open(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    """A role without pages of its own sees no `Staff`; every other one arrives."""
    for role in StaffRole:
        who = await sign_in(role, f"{role}@x.example")
        menu = await who.get("/account/menu")
        led = 'href="/staff"' in menu.text
        assert (
            led == (role not in (StaffRole.FINANCE, StaffRole.DOOR)) == (menu.headers.get("hx-trigger") == "staff-here")
        )
        assert (await who.get("/staff", follow_redirects=True)).status_code == (200 if led else 403)
    visitor = await client.get("/account/menu")
    assert 'href="/staff"' not in visitor.text
    assert "hx-trigger" not in visitor.headers
