"""An event made sellable by hand: tickets, places, questions, rules; what two editors do at once; who may."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.events.tables import EventKind
from portal.registration.commands.asking import set_rules
from portal.registration.commands.offering import offer_tickets
from portal.registration.queries import setup
from portal.registration.tables import QuestionKind
from portal.registration.values.offers import EventOffer
from portal.registration.values.setup import Rules
from tests.attending import ME, Attending
from tests.factories import events
from tests.factories.registration import ask, make_shop
from tests.paying import text_of
from tests.queries import counting

TICKET = {"name": "Conference, 2 days", "currency": "EUR", "price": "490,50", "tax_rate": "19", "places": "80",
          "min_per_order": "1", "max_per_order": "4", "description": "With lunch."}  # fmt: skip


@pytest.fixture
async def event_id(client: httpx.AsyncClient) -> int:
    return await events.make("Isolator Day")


def version(page: httpx.Response) -> str:
    found = re.search(r'name="version" value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


def fault(page: httpx.Response, field: str) -> str:
    found = re.search(rf'id="f-{field}-e">.*?<span>(.*?)</span>', page.text, re.S)
    return found[1] if found else ""


async def test_a_first_ticket_makes_an_event_sellable(editor: httpx.AsyncClient, event_id: int) -> None:
    """Written by hand, bought by a visitor; price in the list, places counted."""
    here = f"/staff/events/{event_id}/registration"
    assert "Nothing is on sale yet" in (await editor.get(here)).text
    answer = await editor.post(f"{here}/tickets", data=TICKET)
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    free = {"name": "Online", "currency": "USD", "price": "", "places": "", "max_per_order": "2", "min_per_order": "1"}
    assert (await editor.post(f"{here}/tickets", data=free)).status_code == 303
    found = await setup.tickets(event_id)
    assert [(t.name, t.price, t.currency, str(t.tax_rate), len(t.quotas)) for t in found] == [
        ("Conference, 2 days", 49050, "EUR", "19.00", 1), ("Online", 0, "EUR", "0.00", 0),
    ]  # fmt: skip
    [quota] = await setup.quotas(event_id)
    assert (quota.name, quota.capacity, quota.taken) == ("Conference, 2 days", 80, 0)
    row = await db.fetch_one("SELECT slug, price_from, is_free FROM event WHERE id = $1", event_id)
    assert row is not None
    assert (row["price_from"], row["is_free"]) == (49050, True)
    held = await editor.post(f"/events/{row['slug']}/orders", data={f"ticket_{found[1].id}": "2"})
    assert held.status_code == 303
    page = text_of(await editor.get(here))
    for said in ("€490.50 VAT 19 %", "Online Free always no limit 2", "Conference, 2 days 0 of 80 taken"):
        assert said in page
    public = text_of(await editor.get(f"/events/{row['slug']}/register"))
    assert "With lunch." in public


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"name": ""}, "name", "Please fill in: name."),
        ({"price": "1,090"}, "price", "Please give an amount such as 1090 or 1090.00, without marks between thousands."),
        ({"price": "-5"}, "price", "Please give an amount such as 1090 or 1090.00, without marks between thousands."),
        ({"price": "0.20"}, "price", "The least that can be paid by card is €0.50."),
        ({"currency": "EURO"}, "currency", "Please keep this under 3 characters; it has 4."),
        ({"currency": "XQZ"}, "currency", "Please give a currency by its three letters, such as EUR."),
        ({"tax_rate": "100"}, "tax_rate", "Please give per cents such as 19 or 8.1."),
        ({"places": "many"}, "places", "Please give a number of places."),
        ({"max_per_order": "0"}, "max_per_order", "Please give a number from 1 to 50."),
        ({"min_per_order": "3", "max_per_order": "2"}, "max_per_order", "That is less than the least number of one order."),
        ({"sale_opens_at": "soon"}, "sale_opens_at", "Please give a date and time such as 2027-02-09T09:00."),
        ({"sale_opens_at": "2027-03-02T09:00", "sale_closes_at": "2027-03-01T09:00"}, "sale_closes_at",
         "The sale must end after it begins."),
        ({"quotas": ["one"]}, "quotas", "Please choose one of the offered values."),
    ],
)  # fmt: skip
async def test_what_cannot_be_sold_is_told_beside_its_field(
    editor: httpx.AsyncClient, event_id: int, typed: dict[str, Any], field: str, why: str
) -> None:
    answer = await editor.post(f"/staff/events/{event_id}/registration/tickets", data={**TICKET, **typed})
    assert (answer.status_code, fault(answer, field)) == (422, why)
    assert 'value="With lunch."' in answer.text
    assert await setup.tickets(event_id) == []


async def test_a_ticket_is_changed_taken_off_sale_and_put_back(editor: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=5, price=10000)
    here = f"/staff/events/{shop.event_id}/registration/tickets/{shop.tickets['Seat']}"
    page = await editor.get(here)
    [quota] = await setup.quotas(shop.event_id)
    assert re.search(rf'name="quotas" value="{quota.id}" checked', page.text)
    typed = {**TICKET, "name": "Seat", "version": version(page), "quotas": str(quota.id), "places": "", "price": "120"}
    assert (await editor.post(here, data=typed)).status_code == 303
    [ticket] = await setup.tickets(shop.event_id)
    assert (ticket.price, ticket.quotas, ticket.active) == (12000, (quota.id,), True)
    assert (await editor.post(f"{here}/withdrawal")).status_code == 303
    refused = await editor.post(f"/events/{shop.slug}/orders", data={f"ticket_{ticket.id}": "1"})
    assert refused.status_code == 404
    again = {**typed, "version": version(await editor.get(here))}
    assert (await editor.post(here, data=again)).status_code == 303
    assert (await editor.post(f"/events/{shop.slug}/orders", data={f"ticket_{ticket.id}": "1"})).status_code == 303


async def test_places_are_never_fewer_than_are_taken(editor: httpx.AsyncClient) -> None:
    shop = await make_shop(capacity=5)
    held = {f"ticket_{shop.tickets['Seat']}": "4"}
    assert (await editor.post(f"/events/{shop.slug}/orders", data=held)).status_code == 303
    [quota] = await setup.quotas(shop.event_id)
    here = f"/staff/events/{shop.event_id}/registration/places/{quota.id}"
    answer = await editor.post(here, data={"name": "Hall", "capacity": "3"})
    assert (answer.status_code, fault(answer, "capacity")) == (422, "4 of them are taken already.")
    assert (await editor.post(here, data={"name": "Hall", "capacity": "lots"})).status_code == 422
    assert (await editor.post(here, data={"name": "Big hall", "capacity": "4"})).status_code == 303
    assert (await setup.quotas(shop.event_id))[0].capacity == 4
    # A ticket with seats moves to another number of places only when they fit there.
    small = {**TICKET, "name": "Small", "currency": "EUR", "places": "2"}
    base = f"/staff/events/{shop.event_id}/registration/tickets"
    assert (await editor.post(base, data=small)).status_code == 303
    other = (await setup.quotas(shop.event_id))[1].id
    seat = f"{base}/{shop.tickets['Seat']}"
    moved = {
        **TICKET,
        "name": "Seat",
        "price": "",
        "places": "",
        "quotas": str(other),
        "version": version(await editor.get(seat)),
    }
    refused = await editor.post(seat, data=moved)
    assert (refused.status_code, fault(refused, "quotas")) == (
        422, "“Small” has 2 left, and 4 of this ticket are taken.",
    )  # fmt: skip


async def test_of_two_editors_the_second_is_told_and_loses_nothing(editor: httpx.AsyncClient) -> None:
    """The same for a ticket, a question and the rules."""
    shop = await make_shop()
    question = (await ask(shop, "Diet")).removeprefix("q")
    base = f"/staff/events/{shop.event_id}/registration"
    for address, sent_to, typed, mine in (
        (
            f"{base}/tickets/{shop.tickets['Seat']}",
            "",
            {**TICKET, "name": "Seat", "places": ""},
            ("description", "Mine"),
        ),
        (f"{base}/questions/{question}", "", {"kind": "text", "label": "Diet"}, ("help", "Mine")),
        (base, "/rules", {"on_demand": "no", "approval": "yes"}, ("on_demand_until", "2027-05-01T09:00")),
    ):
        seen = version(await editor.get(address))
        first = await editor.post(f"{address}{sent_to}", data={**typed, "version": seen})
        assert first.status_code == 303, text_of(first)
        second = await editor.post(f"{address}{sent_to}", data={**typed, "version": seen, mine[0]: mine[1]})
        assert second.status_code == 409
        assert "Somebody else changed this while you were editing it." in second.text
        assert f'value="{mine[1]}"' in second.text
        assert version(second) != seen
        last = await editor.post(f"{address}{sent_to}", data={**typed, "version": version(second), mine[0]: mine[1]})
        assert last.status_code == 303


async def test_rules_that_are_set_at_once_are_set_once(database: str) -> None:
    shop = await make_shop()
    asked = [
        set_rules(actor=PORTAL, event_id=shop.event_id, rules=Rules(approval=bool(n % 2)), now=clock.now())
        for n in range(6)
    ]
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in done if one is not None] == [Conflict] * 5


async def test_rules_are_read_and_kept(editor: httpx.AsyncClient) -> None:
    shop = await make_shop()
    here = f"/staff/events/{shop.event_id}/registration"
    typed = {
        "company_mail_only": "yes",
        "recording_choice": "yes",
        "on_demand": "until",
        "on_demand_until": "2027-06-01T12:00",
    }
    assert (await editor.post(f"{here}/rules", data=typed)).status_code == 303
    rules = await setup.rules(shop.event_id)
    assert (rules.company_mail_only, rules.approval, rules.recording_choice) == (True, False, True)
    assert rules.on_demand_until is not None
    assert rules.on_demand_until.isoformat() == "2027-06-01T10:00:00+00:00"
    page = await editor.get(here)
    assert 'value="2027-06-01T12:00"' in page.text
    wrong = await editor.post(f"{here}/rules", data={**typed, "version": version(page), "on_demand_until": "then"})
    assert (wrong.status_code, fault(wrong, "on_demand_until")) == (
        422, "Please give a date and time such as 2027-02-09T09:00.",
    )  # fmt: skip
    assert 'value="then"' in wrong.text
    assert (await editor.post(f"{here}/rules", data={"version": version(page), "on_demand": "ever"})).status_code == 303
    assert re.search(r'value="ever" checked', (await editor.get(here)).text)
    assert (await editor.post(f"{here}/rules", data={"on_demand": "sometimes"})).status_code == 422


async def test_questions_are_written_moved_and_asked_no_more(editor: httpx.AsyncClient) -> None:
    shop = await make_shop()
    here = f"/staff/events/{shop.event_id}/registration"
    for typed, field, why in (
        ({"kind": "text", "label": ""}, "label", "Please fill in: question."),
        ({"kind": "choice", "label": "Hall", "options": "One"}, "options", "Please give at least two choices, one a line."),
        ({"kind": "riddle", "label": "Hall"}, "kind", "Please choose one of the offered values."),
        ({"kind": "choices", "label": "Hall", "options": f"One\n{'x' * 121}"}, "options",
         f"Please keep a choice under 120 characters: “{'x' * 40}…”"),
    ):  # fmt: skip
        answer = await editor.post(f"{here}/questions", data=typed)
        assert (answer.status_code, fault(answer, field)) == (422, why)
    for label in ("Hall", "Diet"):
        typed = {"kind": "choice", "label": label, "options": "One\n\n Two \nOne", "required": "yes"}
        assert (await editor.post(f"{here}/questions", data=typed)).status_code == 303
    hall, diet = await setup.questions(shop.event_id)
    assert (hall.label, hall.kind, hall.options, hall.required) == ("Hall", QuestionKind.CHOICE, ("One", "Two"), True)
    await editor.post(f"{here}/questions/{diet.id}/position", data={"to": "up"})
    assert [one.label for one in await setup.questions(shop.event_id)] == ["Diet", "Hall"]
    assert (await editor.post(f"{here}/questions/{diet.id}/position", data={"to": "sideways"})).status_code == 422
    for _ in range(2):
        assert (await editor.post(f"{here}/questions/{diet.id}/withdrawal")).status_code == 303
    held = await editor.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    page = (await editor.get(held.headers["location"])).text
    assert f"s1_q{hall.id}" in page
    assert f"s1_q{diet.id}" not in page
    for n in range(19):
        assert (await editor.post(f"{here}/questions", data={"kind": "text", "label": f"Q{n}"})).status_code == 303
    full = await editor.post(f"{here}/questions", data={"kind": "text", "label": "One more"})
    assert (full.status_code, fault(full, "label")) == (422, "An event asks 20 questions at most.")


@pytest.mark.parametrize(("changed", "anew"), [({"label": "I promise more."}, True), ({"required": ""}, False)])
async def test_nobody_agrees_to_what_they_did_not_read(
    attending: Attending, editor: httpx.AsyncClient, changed: dict[str, str], anew: bool
) -> None:
    shop = await make_shop()
    field = await ask(shop, "I promise.", QuestionKind.AGREEMENT)
    path = await attending.register(shop, **{f"s1_{field}": "yes"})
    here = f"/staff/events/{shop.event_id}/registration/questions/{field.removeprefix('q')}"
    typed = {"kind": "agreement", "label": "I promise.", "required": "yes", "version": version(await editor.get(here))}
    assert (await editor.post(here, data={**typed, **changed})).status_code == 303
    found = await setup.questions(shop.event_id)
    assert [one.withdrawn_at is None for one in found] == ([True, False] if anew else [True])
    assert "I promise. agreed" in text_of(await attending.client.get(path))
    assert (await editor.get(here)).status_code == (404 if anew else 200)


async def test_the_page_takes_as_many_queries_for_thirty(editor: httpx.AsyncClient) -> None:
    shop = await make_shop()
    seen = []
    for count in (1, 15):
        for n in range(count):
            await ask(shop, f"Question {count} {n}", required=False)
            offer = {**TICKET, "name": f"Ticket {count} {n}", "currency": "EUR"}
            await editor.post(f"/staff/events/{shop.event_id}/registration/tickets", data=offer)
        async with counting() as statements:
            assert (await editor.get(f"/staff/events/{shop.event_id}/registration")).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1]


async def test_only_editors_and_only_own_events(sign_in: Any, client: httpx.AsyncClient) -> None:
    shop = await make_shop()
    other = await events.make("Elsewhere", kind=EventKind.EXTERNAL)
    base = f"/staff/events/{shop.event_id}/registration"
    person = await sign_in(StaffRole.FINANCE)
    for path in ("", "/rules", "/questions", "/questions/1", "/questions/1/withdrawal", "/questions/1/position", "/tickets",
                 "/tickets/1", "/tickets/1/withdrawal", "/places/1"):  # fmt: skip
        if path:
            assert (await person.post(f"{base}{path}", data=TICKET)).status_code == 403, path
            assert (await client.post(f"{base}{path}", data=TICKET)).status_code == 303, path
        if path not in ("/rules",) and not path.endswith(("withdrawal", "position")):
            assert (await person.get(f"{base}{path}")).status_code in (403, 405, 303), path
    editor = await sign_in(StaffRole.EDITOR, email="editor@sterileline.example")
    for event in (other, 999999, 10**18):
        assert (await editor.get(f"/staff/events/{event}/registration")).status_code == 404
        assert (await editor.get(f"/staff/events/{event}/attendees")).status_code == 404
    for path in ("/questions/999999", "/tickets/999999", "/places/999999"):
        assert (await editor.get(f"{base}{path}")).status_code == 404
        assert (await editor.post(f"{base}{path}", data=TICKET)).status_code == 404
    assert await setup.questions(shop.event_id) == []


async def test_what_is_off_sale_by_hand_stays_off_for_a_while(database: str) -> None:
    """Tickets of both ways of writing them live side by side: the whole offer names those that are sold."""
    shop = await make_shop()
    offer = EventOffer("EUR", (), ())
    await offer_tickets(actor=PORTAL, event_id=shop.event_id, offer=offer, now=clock.now() + timedelta(minutes=1))
    assert [ticket.active for ticket in await setup.tickets(shop.event_id)] == [False]


async def test_whoever_registers_meets_the_rules_of_that_moment(
    attending: Attending, editor: httpx.AsyncClient
) -> None:
    shop, client = await make_shop(), attending.client
    held = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    here = f"/staff/events/{shop.event_id}/registration/rules"
    assert (
        await editor.post(here, data={"company_mail_only": "yes", "approval": "yes", "on_demand": "no"})
    ).status_code == 303
    answer = await client.post(held.headers["location"], data={**ME, "email": "amara@gmail.com"})
    assert (answer.status_code, fault(answer, "email")) == (
        422, "gmail.com gives addresses to everybody. Please use the one of your company.",
    )  # fmt: skip
    assert (await client.post(held.headers["location"], data=ME)).status_code == 303
    assert await db.fetch_value("SELECT state FROM seat_order") == "requested"
