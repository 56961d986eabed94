"""Sponsorships of categories: held while paid for, booked once, never twice; money of no use goes back."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta

import asyncpg
import httpx
import pytest
from jinja2 import UndefinedError
from litestar import Litestar

from portal.accounts.tables import MemberRole
from portal.core import clock, db, times
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import TermKind
from portal.payments.values import charge_step, least_charge
from portal.placements import jobs
from portal.placements.queries.sponsors import lane, sponsors
from portal.placements.rules import sponsoring
from portal.placements.values import Lane, Pick
from portal.web.rendering import environment
from tests.conftest import browser
from tests.directory.conftest import organisation
from tests.factories import companies
from tests.paying import text_of
from tests.placements.conftest import BILLING, Desk, signed_in
from tests.placements.test_plans import running
from tests.reading_pdfs import pages, squeezed

FILLING = "sterile-filling"


@pytest.fixture(autouse=True)
async def categories(database: str) -> None:
    await add_terms([NewTerm(kind=TermKind.CATEGORY, name=name) for name in ("Sterile filling", "Freeze drying")])


def month(ahead: int = 1) -> str:
    return sponsoring.months(times.today(clock.now()))[ahead].strftime("%Y-%m")


async def hold(desk: Desk, *picks: str) -> str:
    """Hold places; gives the booking's page."""
    answer = await desk.client.post(desk.sponsorships, data={"pick": list(picks)})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def to_payment(desk: Desk, page: str, **billing: str) -> str:
    answer = await desk.client.post(page, data={**BILLING, **billing})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def state(page: str) -> tuple[str, str]:
    """(booking's state, purchase's state)."""
    row = await db.fetch_one(
        "SELECT b.state, p.state AS paid FROM sponsor_booking b LEFT JOIN purchase p ON p.id = b.purchase_id WHERE b.number = $1",
        page.rpartition("/")[2],
    )
    assert row is not None
    return row["state"], row["paid"]


async def lapse() -> None:
    """Let every hold run out."""
    await db.execute("UPDATE sponsor_booking SET holds_until = now() - interval '1 second' WHERE state = 'held'")
    await jobs.lapse_holds()


async def test_booked_by_paying(desk: Desk) -> None:
    page = await hold(desk, f"{FILLING} {month(1)}", f"{FILLING} {month(2)}")
    assert "held until" in (await desk.client.get(page)).text
    back = await desk.stripe.pay(await to_payment(desk, page))
    assert back.headers["location"] == f"http://localhost:8000{page}?returned=yes"
    assert await sponsors(FILLING, sponsoring.months(times.today(clock.now()))[1]) == []
    await desk.everything_settles()
    assert await state(page) == ("booked", "paid")
    for ahead in (1, 2):
        assert await sponsors(FILLING, sponsoring.months(times.today(clock.now()))[ahead]) == [str(desk.company_id)]
    shown = text_of(await desk.client.get(page))
    assert "Booked and paid" in shown
    assert "€1,523.20" in shown
    number = await db.fetch_value("SELECT number FROM invoice")
    pdf = await desk.client.get(f"{page}/{number}.pdf")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    assert [mail.split(" (")[0] for mail in await desk.told()] == ["Booked: 2 sponsored places"]
    assert "Yours" in (await desk.client.get(desk.sponsorships + "?categories=all")).text


async def test_a_plan_takes_its_discount_off(desk: Desk) -> None:
    await running(str(desk.company_id), clock.now())
    page = await hold(desk, f"{FILLING} {month()}")
    shown = text_of(await desk.client.get(page))
    assert "Your plan, 20&nbsp;% off −€128.00" in shown
    await desk.stripe.pay(await to_payment(desk, page))
    await desk.everything_settles()
    assert await db.fetch_value("SELECT net FROM purchase") == 51200


async def test_bad_input_is_kept_and_explained(desk: Desk) -> None:
    for picks, words in (
        ([], "choose at least one month"), (["nowhere 2027-01"], "does not exist"), ([f"{FILLING} 1999-01"], "does not exist"),
        ([f"{FILLING} 2042-13"], "does not exist"), ([f"{FILLING} 2099-01"], "not on sale"),
    ):  # fmt: skip
        answer = await desk.client.post(desk.sponsorships, data={"pick": picks})
        assert (answer.status_code, words in answer.text) == (422, True), picks
    page = await hold(desk, f"{FILLING} {month()}")
    answer = await desk.client.post(page, data={**BILLING, "vat_id": "DE1", "country": "DE", "street": "Weg 1"})
    assert answer.status_code == 422
    assert 'value="Weg 1"' in answer.text
    assert 'id="f-vat_id-e"' in answer.text
    assert (await desk.client.get(f"{desk.sponsorships}/SL-A26-999999")).status_code == 404


async def test_a_hold_runs_out_and_its_page_is_closed(desk: Desk) -> None:
    page = await hold(desk, f"{FILLING} {month()}")
    url = await to_payment(desk, page)
    await lapse()
    await desk.everything_settles()
    assert await state(page) == ("lapsed", "void")
    assert (await desk.stripe.pay(url)).status_code != 303
    assert "This booking is over" in (await desk.client.get(page)).text
    await hold(desk, f"{FILLING} {month()}")


async def test_given_back(desk: Desk) -> None:
    page = await hold(desk, f"{FILLING} {month()}")
    assert (await desk.client.post(f"{page}/return")).status_code == 303
    assert await db.fetch_value("SELECT count(*) FROM sponsorship WHERE state <> 'released'") == 0
    assert (await desk.client.post(f"{page}/return")).status_code == 409


async def test_one_place_each_in_a_month(desk: Desk) -> None:
    await hold(desk, f"{FILLING} {month()}")
    answer = await desk.client.post(desk.sponsorships, data={"pick": [f"{FILLING} {month()}"]})
    assert answer.status_code == 409
    assert "Nothing was held" in answer.text


_BOOKING = """
INSERT INTO sponsor_booking (number, kind, key, title, state, currency, discount, return_path, booked_by, held_at, holds_until,
    end_reason) VALUES ($1, 'company', $1, 'Other', $2, 'EUR', 0, '/', '', now(), $3, '') RETURNING id
"""
_FREE_SLOT = """
SELECT min(n) FROM generate_series(1, 3) n
WHERE n NOT IN (SELECT slot FROM sponsorship WHERE month = $1 AND category = $2 AND state IN ('held', 'booked'))
"""


async def other(name: str, *, ahead: int = 1, state: str = "booked", until: timedelta = timedelta(minutes=5)) -> None:
    """Somebody else books, or holds, a place of the month."""
    when = sponsoring.months(times.today(clock.now()))[ahead]
    made = await db.fetch_value(_BOOKING, name, state, clock.now() + until)
    slot = await db.fetch_value(_FREE_SLOT, when, FILLING)
    await db.execute(
        "INSERT INTO sponsorship (booking, kind, key, category, category_name, month, slot, list_net, net, state) "
        "VALUES ($1, 'company', $2, $3, 'Sterile filling', $4, $5, 1, 1, $6)",
        made, name, FILLING, when, slot, state,
    )  # fmt: skip


async def taken_by_others(count: int) -> None:
    for slot in range(1, count + 1):
        await other(f"other-{slot}")


async def test_late_money_is_honoured_while_a_place_is_free(desk: Desk) -> None:
    page = await hold(desk, f"{FILLING} {month()}")
    await desk.stripe.pay(await to_payment(desk, page))
    await lapse()
    await taken_by_others(count=2)
    await desk.everything_settles()
    assert await state(page) == ("booked", "paid")
    when = sponsoring.months(times.today(clock.now()))[1]
    assert sorted(await sponsors(FILLING, when)) == sorted(["other-1", "other-2", str(desk.company_id)])


async def test_late_money_goes_back_when_the_places_are_gone(desk: Desk) -> None:
    page = await hold(desk, f"{FILLING} {month(1)}", f"freeze-drying {month(1)}")
    await desk.stripe.pay(await to_payment(desk, page))
    await lapse()
    await taken_by_others(count=3)
    await desk.everything_settles()
    # All or nothing: the other place was free, and is not taken.
    assert await state(page) == ("lapsed", "returned")
    assert (
        await db.fetch_value(
            "SELECT count(*) FROM sponsorship WHERE category = 'freeze-drying' AND state <> 'released'"
        )
        == 0
    )
    assert await db.fetch_value("SELECT state FROM refund") == "succeeded"
    assert [mail.split(":")[0] for mail in await desk.told()] == ["Your money goes back", "Money went back"]
    assert "Your money goes back" in (await desk.client.get(page)).text


async def test_slow_money_keeps_the_places(desk: Desk) -> None:
    page = await hold(desk, f"{FILLING} {month()}")
    await desk.stripe.debit(await to_payment(desk, page))
    await desk.everything_settles()
    assert await state(page) == ("paying", "processing")
    await lapse()
    assert await state(page) == ("paying", "processing")
    intent = await db.fetch_value("SELECT payment_intent FROM payment_attempt")
    await desk.stripe.control(f"payments/{intent}/outcome", outcome="fail")
    await desk.everything_settles()
    assert await state(page) == ("lapsed", "void")


async def test_no_place_is_sold_twice_whatever_the_code_does(desk: Desk) -> None:
    await hold(desk, f"{FILLING} {month()}")
    for columns in ("'company', 'x', 1", "kind, key, 2"):
        with pytest.raises(asyncpg.UniqueViolationError):
            await db.execute(
                "INSERT INTO sponsorship (booking, kind, key, slot, category, category_name, month, list_net, net, state) "
                f"SELECT booking, {columns}, category, '', month, 1, 1, 'held' FROM sponsorship"
            )


@pytest.fixture
async def rivals(paying_app: Litestar, desk: Desk) -> AsyncIterator[list[tuple[httpx.AsyncClient, str]]]:
    """Twenty companies, each with an owner signed in."""
    async with AsyncExitStack() as stack:
        found = []
        for n in range(20):
            owner = await organisation(f"owner{n}@rival.example", f"Rival {n} GmbH")
            company = await companies.make(f"Rival {n} GmbH", owner=owner)
            client = await stack.enter_async_context(browser(paying_app))
            await signed_in(client, f"owner{n}@rival.example", owner, MemberRole.OWNER)
            found.append((client, await db.fetch_value("SELECT slug FROM company WHERE id = $1", company)))
        yield found


async def test_twenty_buyers_at_once_for_one_place(desk: Desk, rivals: list[tuple[httpx.AsyncClient, str]]) -> None:
    await taken_by_others(count=2)
    answers = await asyncio.gather(
        *(
            client.post(f"/companies/{slug}/manage/sponsorships", data={"pick": [f"{FILLING} {month()}"]})
            for client, slug in rivals
        )
    )
    assert sorted(answer.status_code for answer in answers) == [303, *[409] * 19]
    assert await db.fetch_value("SELECT count(*) FROM sponsorship WHERE state IN ('held', 'booked')") == 3


async def test_the_calendar_says_what_is_free(desk: Desk, now: object) -> None:
    await taken_by_others(3)
    await other("holds", ahead=2, state="held")
    await other("held", ahead=2, state="held", until=-timedelta(minutes=5))
    page = (await desk.client.get(f"{desk.sponsorships}?categories=all")).text
    row = re.search(r"Sterile filling</th>(.*?)</tr>", page, re.S)
    assert row is not None
    cells = re.findall(r'<td class="(\w+)">', row[1])
    assert cells[:4] == ["free", "sold", "free", "free"]
    assert len(cells) == 12
    assert "2 of 3 free" in row[1]


async def test_the_lane_cannot_be_drawn_without_its_label(database: str) -> None:
    """Rule 28: who draws the sponsors gets them only together with the word."""
    await taken_by_others(count=1)
    when = sponsoring.months(times.today(clock.now()))[1]
    found = await lane(FILLING, when)
    assert found == Lane(label="Sponsored", explanation=found.explanation if found else "", sponsors=("other-1",))
    assert await lane("freeze-drying", when) is None
    draw = environment().from_string(
        '{% from "placements/lane.html" import lane with context %}{% call(key) lane(given) %}<b>{{ key }}</b>{% endcall %}'
    )
    assert ">Sponsored</h2>" in draw.render(given=found)
    with pytest.raises(UndefinedError):
        draw.render(given={"sponsors": ("other-1",), "explanation": ""})


def test_months_on_sale_and_prices(now: object) -> None:
    assert sponsoring.months(date(2026, 11, 30))[::11] == [date(2026, 11, 1), date(2027, 10, 1)]
    assert (sponsoring.price("EUR"), sponsoring.price("JPY"), sponsoring.price("XOF")) == (64000, 103000, None)
    assert sponsoring.reduced(64000, 20, "EUR") == 51200
    assert sorted([Pick("b", date(2026, 1, 1)), Pick("a", date(2027, 1, 1))])[0].category == "a"


def test_a_month_that_has_begun_costs_what_is_left_of_it(now: object) -> None:
    november = date(2026, 11, 1)

    def on(day: int) -> date:
        return november.replace(day=day)

    assert [sponsoring.prorated(64000, november, on(day), "EUR") for day in (1, 19, 30)] == [64000, 25600, 2133]
    assert sponsoring.prorated(64000, date(2026, 12, 1), on(19), "EUR") == 64000
    assert sponsoring.prorated(25000000, november, on(30), "HUF") % charge_step("HUF") == 0
    assert sponsoring.period(november, on(19)) == "November 2026, until 30 Nov, 12 days"
    assert sponsoring.period(november, on(30)) == "November 2026, until 30 Nov, 1 day"
    assert sponsoring.period(november, date(2026, 10, 31)) == sponsoring.period(november, on(1)) == "November 2026"


@pytest.mark.parametrize(
    "currency", ["EUR", "GBP", "USD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "JPY", "INR"]
)
def test_the_last_day_of_a_month_can_be_paid_for(now: object, currency: str) -> None:
    whole = sponsoring.price(currency)
    assert whole is not None
    least = sponsoring.reduced(
        sponsoring.prorated(whole, date(2026, 10, 1), date(2026, 10, 31), currency), 20, currency
    )
    assert least >= least_charge(currency)


async def test_the_running_month_is_sold_by_the_days_left(desk: Desk) -> None:
    """On the grid, on the booking, on the invoice and in the ledger."""
    today = times.today(clock.now())
    rest = sponsoring.prorated(64000, today.replace(day=1), today, "EUR")
    words = sponsoring.rest(today.replace(day=1), today)
    grid = (await desk.client.get(f"{desk.sponsorships}?categories=all")).text
    assert f"{words}, €" in grid or not words
    page = await hold(desk, f"{FILLING} {month(0)}", f"{FILLING} {month(1)}")
    assert [row["net"] for row in await db.fetch("SELECT net FROM sponsorship ORDER BY month")] == [rest, 64000]
    assert words in text_of(await desk.client.get(page))
    await desk.stripe.pay(await to_payment(desk, page))
    await desk.everything_settles()
    assert await db.fetch_value("SELECT net FROM purchase") == rest + 64000
    number = await db.fetch_value("SELECT number FROM invoice")
    invoice = (await desk.client.get(f"{page}/{number}.pdf")).content
    assert squeezed(words) in squeezed(" ".join(pages(invoice)))
