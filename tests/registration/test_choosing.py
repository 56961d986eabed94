"""The ticket form: what it says of each ticket, what its buttons do, and how it refuses."""

import html
import re

import httpx
import pytest
from playwright.async_api import expect

from portal.core import clock
from portal.registration.queries import tickets as queries
from portal.registration.rules.choosing import choices
from portal.registration.values.offers import QuotaOffer, TicketOffer
from tests.chromium import chromium, faults, feed
from tests.factories.registration import Shop, make_shop
from tests.paying import text_of

HALLS = (QuotaOffer("Hall", 1500), QuotaOffer("Dinner", 60), QuotaOffer("Tour", 4))


async def many() -> Shop:
    """Three tickets for one hall, one of them for four at least; one with a place at dinner; a tour without a limit."""
    return await make_shop(
        quotas=HALLS,
        tickets=(
            TicketOffer("Three days", 9000, ("Hall",)), TicketOffer("One day", 4000, ("Hall",)),
            TicketOffer("Team", 8000, ("Hall",), min_per_order=4, max_per_order=12),
            TicketOffer("With dinner", 9900, ("Hall", "Dinner")), TicketOffer("Online", 1000, ()),
            TicketOffer("Crew", 0, ("Hall",), by_code_only=True),
        ),
    )  # fmt: skip


async def test_what_is_shared_is_said_once(client: httpx.AsyncClient) -> None:
    page = text_of(await client.get(f"/events/{(await many()).slug}/register"))
    assert page.count(" left") == 2
    assert "1,500 left, shared with One day and Team." in page
    assert "60 left." in page
    assert "Sold from 4 places." in page
    assert "Nothing chosen yet" in page


async def test_a_ticket_says_what_its_fullest_quota_has_and_all_it_ever_has(database: str) -> None:
    shop = await make_shop(
        quotas=HALLS, tickets=(TicketOffer("Both", 0, ("Hall", "Tour")), TicketOffer("Tour", 0, ("Tour",)))
    )
    both, tour = choices(await queries.tickets(shop.event_id, now=clock.now()), clock.now())
    assert (both.ticket.left, both.ticket.capacity, both.most, both.few) == (4, 4, 4, True)
    assert (both.says_left, both.together, tour.says_left) == (True, "Tour", False)


async def test_the_only_ticket_is_chosen_from_the_start(client: httpx.AsyncClient) -> None:
    shop = await make_shop(price=5000)
    page = await client.get(f"/events/{shop.slug}/register")
    assert re.search(r'min="1" max="50" data-least="1" value="1"', page.text)
    assert "1 ticket, before VAT €50.00" in text_of(page)
    assert "Hold 1 place and continue" in text_of(page)
    held = await client.post(f"/events/{shop.slug}/orders", data={f"ticket_{shop.tickets['Seat']}": "1"})
    assert held.status_code == 303


async def test_a_refused_choice_says_what_is_wrong_above_and_beside(client: httpx.AsyncClient) -> None:
    shop = await many()
    team, day = (f"ticket_{shop.tickets[name]}" for name in ("Team", "One day"))
    answer = await client.post(f"/events/{shop.slug}/orders", data={team: "two", day: "99999"})
    assert answer.status_code == 422
    for field, words in ((team, "Team: Please type a number of places."), (day, "One day: Please type a number")):
        assert f'<a class="link" href="#f-{field}">{words}' in answer.text
        assert re.search(rf'id="f-{field}"[^>]* aria-invalid="true" aria-describedby="f-{field}-e"', answer.text)
        assert f'<p class="error" id="f-{field}-e">' in answer.text
    assert 'tabindex="-1" id="errors"' in answer.text
    assert re.search(rf'name="{team}"[^>]* value="two"', answer.text)
    few = html.unescape((await client.post(f"/events/{shop.slug}/orders", data={team: "2"})).text)
    assert few.count("Team is sold from 4 places.") == 2
    assert "Team: Team" not in few


async def test_a_number_that_cannot_be_has_no_sum_and_one_fault(client: httpx.AsyncClient) -> None:
    shop = await make_shop(price=5000, tickets=(TicketOffer("Seat", 5000, ("Hall",), max_per_order=8),))
    seat = f"ticket_{shop.tickets['Seat']}"
    for typed in ("99", "two", "9"):
        said = text_of(await client.get(f"/events/{shop.slug}/selection?{seat}={typed}"))
        assert "Please check the number of tickets" in said
        assert "Hold places and continue" in said
        assert "before VAT" not in said
    assert "8 tickets, before VAT €400.00" in text_of(await client.get(f"/events/{shop.slug}/selection?{seat}=8"))
    refused = (await client.post(f"/events/{shop.slug}/orders", data={seat: "99"})).text
    assert re.findall(r'<li><a class="link" href="#([^"]*)">([^<]*)', refused) == [
        (f"f-{seat}", "At most 8 places of Seat per order.")
    ]
    assert "At most 50 places" not in refused


async def test_an_address_with_a_code_that_is_none_is_refused_beside_it(client: httpx.AsyncClient) -> None:
    shop = await many()
    for path in ("register", "tickets"):
        assert (await client.get(f"/events/{shop.slug}/{path}")).status_code == 200
        answer = await client.get(f"/events/{shop.slug}/{path}?code=bad")
        assert answer.status_code == 422
        assert re.search(r'id="f-code" name="code" value="bad"[^>]* aria-invalid="true"', answer.text)


@pytest.mark.browser
async def test_buttons_and_typing_keep_the_sum(client: httpx.AsyncClient) -> None:
    shop = await many()
    async with chromium(instead="the ticket form's buttons were not tried") as browser:
        page = await browser.new_page()
        await feed(page, client)
        await page.goto(f"http://localhost:8000/events/{shop.slug}/register")
        team = page.get_by_label("Number of tickets: Team")
        fewer, more = (page.get_by_role("button", name=f"{way}: Team") for way in ("Fewer", "More"))
        await expect(fewer).to_be_disabled()
        for number, sum_ in (("4", "€320.00"), ("5", "€400.00")):
            await more.click()
            await expect(team).to_have_value(number)
            await expect(page.locator("#selection output")).to_have_text(sum_)
        await fewer.click()
        await fewer.click()
        await expect(team).to_have_value("0")
        await expect(fewer).to_be_disabled()
        await expect(page.locator("#selection")).to_contain_text("Nothing chosen yet")
        # Typing alone, with the field still focused.
        await team.press_sequentially("12")
        await expect(page.locator("#hold-label")).to_have_text("Hold 12 places and continue")
        await expect(more).to_be_disabled()
        assert await faults(page) == []
        await team.fill("3")
        await page.get_by_role("button", name=re.compile("^Hold")).click()
        await expect(page.locator("#errors")).to_be_focused()
        await page.get_by_role("link", name="Team is sold from 4 places.").click()
        await expect(page.get_by_label("Number of tickets: Team")).to_be_focused()
        assert await faults(page) == []
