"""Tickets: what is on paper is what was typed, a scanner reads the code, and nobody gets another's secrets."""

import asyncio
import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.errors import Conflict
from portal.core.text import one_line
from portal.registration.documents import ticket_pdf
from portal.registration.rules.ticket_codes import check_payload, ticket_payload
from portal.registration.tables import OrderState, SeatState
from portal.registration.values.orders import OrderRecord, SeatRecord
from tests.factories.tickets import make_order, make_seat
from tests.reading_pdfs import (
    blackest_widths,
    count,
    links,
    needs_a_scanner,
    pages,
    pictures,
    scanned,
    squeezed,
    standards,
)  # fmt: skip
from tests.shared_data import folder

TICKET = """
Sterile Line Ticket 1 of 2
Fill & Finish Forum Vienna
Donauhalle Wien, Uferstrasse 14, 1220 Vienna
Name Amara Okonjo-Reuter Brennhof Pharma GmbH
Ticket Conference, 3 days
Date 9–11 February 2027 Tuesday to Thursday, ends 17:00
Starts 08:15 CET Central European Standard Time
Order SL-26-004817 Booked by Amara Okonjo-Reuter
Show this at the door, on the phone or on paper. 7Q4K2 2M9DX Works without network. One code, one person.
Getting there Donauhalle Wien Uferstrasse 14 1220 Vienna Austria U1 to Kaisermühlen. By car: ask for the forum rate.
Your order Open the page of this ticket Or sign in at localhost:8000/account/orders with the address you registered with.
If time or place change we write to you. The page is always current.
Questions Write to desk@sterileline.example and name order SL-26-004817.
Reading the code aloud: it never has the digits 0 and 1 or the letters I, L, O and U.
Sterile Line localhost:8000
"""
PHONE = """
Sterile Line Ticket 2 of 2
Fill & Finish Forum Vienna
Donauhalle Wien, Uferstrasse 14, 1220 Vienna
Name Name follows
Date 9–11 Feb 2027 Tue to Thu, ends 17:00
Starts 08:15 CET Central European Standard Time
Ticket Conference, 3 days
Order SL-26-004817
7Q4K2 2M9DY Show this at the door, on the phone or on paper. Questions? desk@sterileline.example
"""
NAMELESS = {"first_name": "", "last_name": "", "company": ""}
ONLINE: dict[str, Any] = {
    "event_format": "online", "venue_name": "", "street": "", "postal_code": "", "city": "", "country": None,
}  # fmt: skip


async def text(order: OrderRecord, **options: Any) -> list[str]:
    return [squeezed(page) for page in pages(await ticket_pdf(order, order.seats, **options))]


async def test_a_ticket_on_paper() -> None:
    directions = "U1 to Kaisermühlen.\n\nBy car: ask for the forum rate."
    order = make_order(make_seat(1), make_seat(2, **NAMELESS), directions=directions)
    first, second = await text(order)
    assert first == squeezed(TICKET)
    changes = {"Ticket1of2": "Ticket2of2", "AmaraOkonjo-ReuterBrennhofPharmaGmbH": "Namefollows", "2M9DX": "2M9DY"}
    for old, new in changes.items():
        first = first.replace(old, new)
    assert second == first


async def test_a_ticket_on_the_phone() -> None:
    order = make_order(make_seat(1), make_seat(2, **NAMELESS))
    assert (await text(order, phone=True))[1] == squeezed(PHONE)


async def test_one_ticket_of_several_knows_its_place() -> None:
    order = make_order(make_seat(1), make_seat(2, state=SeatState.CANCELLED), make_seat(3))
    (page,) = pages(await ticket_pdf(order, order.seats[2:]))
    assert page.splitlines()[0] == "Sterile Line Ticket 2 of 2"


@pytest.mark.parametrize("phone", [False, True])
async def test_a_page_each_archivable_and_described(phone: bool) -> None:
    order = make_order(*(make_seat(n) for n in range(1, 13)))
    made = await ticket_pdf(order, order.seats, phone=phone)
    assert [page.splitlines()[0] for page in pages(made)] == [f"Sterile Line Ticket {n} of 12" for n in range(1, 13)]
    assert standards(made) == ["PDF/A-2A", "PDF/UA-1"]
    assert pictures(made)[0] == "QR code of ticket 7Q4K2 2M9DX"
    assert len(pictures(made)) == 12
    assert await ticket_pdf(order, order.seats, phone=phone) == made


@needs_a_scanner
@pytest.mark.parametrize(("phone", "at_least"), [(False, 30), (True, 45)])
async def test_a_scanner_reads_every_page(phone: bool, at_least: int) -> None:
    order = make_order(*(make_seat(n) for n in range(1, 5)))
    made = await ticket_pdf(order, order.seats, phone=phone)
    assert scanned(made) == scanned(made, dots_per_inch=80) == [ticket_payload(7, seat.code) for seat in order.seats]
    assert [check_payload(7, said) for said in scanned(made)] == [seat.code for seat in order.seats]
    assert min(blackest_widths(made)) > at_least


@needs_a_scanner
async def test_a_scanner_reads_the_most_crowded_ticket() -> None:
    seat = make_seat(first_name="W" * 100, last_name="Ångström-" * 11, company="K" * 200, ticket_name="T" * 120)
    order = make_order(
        seat, event_title="Aseptic processing of small batches " * 6, venue_name="Halle " * 33,
        directions="Walk along the river. " * 40,
    )  # fmt: skip
    for phone in (False, True):
        made = await ticket_pdf(order, order.seats, phone=phone)
        assert scanned(made) == [ticket_payload(7, seat.code)]


@pytest.mark.parametrize(
    ("order", "seat"),
    [
        ({}, {"state": SeatState.CANCELLED}),
        ({}, {"state": SeatState.RELEASED}),
        ({}, {"state": SeatState.HELD}),
        ({"state": OrderState.CANCELLED}, {}),
        ({"state": OrderState.PAYING}, {"state": SeatState.HELD}),
        ({"event_state": "cancelled"}, {}),
    ],
)
async def test_what_does_not_hold_is_not_printed(order: dict[str, Any], seat: dict[str, Any]) -> None:
    made = make_order(make_seat(1), make_seat(2, **seat), **order)
    with pytest.raises(Conflict):
        await ticket_pdf(made, made.seats)


async def test_no_seats_no_ticket() -> None:
    with pytest.raises(Conflict):
        await ticket_pdf(make_order(), [])


async def test_the_orders_address_is_only_for_its_sole_holder() -> None:
    account, desk = "http://localhost:8000/account/orders", "mailto:desk@sterileline.example"
    whole, own = "http://localhost:8000/orders/the-secret-of-the-order", "http://localhost:8000/seats/claim-1"
    alone, shared = make_order(), make_order(make_seat(1), make_seat(2))
    for_another = make_order(make_seat(1, email="colleague@brennhof.example"))
    for order, page in ((alone, whole), (shared, own), (for_another, own)):
        assert links(await ticket_pdf(order, order.seats[:1])) == [page, account, desk]
        for phone in (False, True):
            words = "".join(await text(order, phone=phone))
            assert ("secret" in words, "claim-" in words, "rooms.example" in words) == (False, False, False)


async def test_an_online_ticket_leads_to_the_link_without_showing_it() -> None:
    order = make_order(make_seat(1), **ONLINE)
    for phone in (False, True):
        assert "rooms.example" not in "".join(await text(order, phone=phone))
    (page,) = await text(order)
    hint = "Joining online You join in the browser. The link is not printed here, because tickets get around: see “Your order”."
    assert page.count(squeezed(hint)) == 1
    assert not [link for link in links(await ticket_pdf(order, order.seats)) if "rooms.example" in link]


def span(start: datetime, end: datetime, timezone: str, **changed: Any) -> OrderRecord:
    return make_order(starts_at=start, ends_at=end, timezone=timezone, **changed)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (
            span(datetime(2027, 7, 1, 13, 0, tzinfo=UTC), datetime(2027, 7, 1, 14, 30, tzinfo=UTC), "America/New_York"),
            "Date 1 July 2027 Thursday Time 09:00–10:30 EDT Eastern Daylight Time",
        ),
        (
            span(datetime(2027, 3, 27, 9, 0, tzinfo=UTC), datetime(2027, 3, 28, 14, 0, tzinfo=UTC), "Europe/Berlin"),
            "Date 27–28 March 2027 Saturday to Sunday, ends 16:00 CEST Starts 10:00 CET Central European Standard Time",
        ),
        (
            span(datetime(2026, 12, 30, 18, 30, tzinfo=UTC), datetime(2027, 1, 1, 18, 30, tzinfo=UTC), "Asia/Kolkata",
                 all_day=True),
            "Date 31 December 2026 – 1 January 2027 Thursday to Friday Time All day",
        ),
        (
            span(datetime(2027, 5, 3, 16, 0, tzinfo=UTC), datetime(2027, 5, 3, 22, 0, tzinfo=UTC), "Europe/Vienna"),
            "Date 3 May 2027 Monday Time 18:00–00:00 CEST Central European Summer Time",
        ),
    ],
)  # fmt: skip
async def test_times_are_the_events_with_its_zone_in_words(order: OrderRecord, said: str) -> None:
    (page,) = await text(order)
    assert page[page.index("Date") : page.index("OrderSL-")] == squeezed(said)


SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")


def drawable(string: str) -> bool:
    """Whether our own fonts promise to draw it: letters of three scripts, and what keyboards have besides."""

    def european(char: str) -> bool:
        letter = unicodedata.category(char)[0] == "L" and ord(char) < 0x2000
        return letter and unicodedata.name(char).split()[0] in SCRIPTS

    return all(" " <= char <= "~" or european(char) for char in string)


def order_of(names: list[str]) -> OrderRecord:
    """A seat for each two names, one as the person's, one as the company's."""
    pairs = zip(names[::2], names[1::2], strict=True)
    return make_order(
        *(make_seat(n, first_name=one, last_name="", company=other) for n, (one, other) in enumerate(pairs, 1))
    )


async def test_naughty_names_print_as_typed() -> None:
    everything: list[str] = json.loads((folder("edge-cases") / "blns.json").read_text())
    names = [name for name in (one_line(string)[:100] for string in everything) if name]
    ours, others = [n for n in names if drawable(n)], [n for n in names if not drawable(n)]
    assert len(ours) > 300
    marked = await text(order_of(["Marker-one", "Marker-two"] * 50), phone=True)
    for start in range(0, len(ours), 100):
        order = order_of((ours[start : start + 100] + ["x"] * 100)[:100])
        for seat, got, plain in zip(order.seats, await text(order, phone=True), marked, strict=True):
            expected = plain.replace("Marker-one", squeezed(seat.name)).replace("Marker-two", squeezed(seat.company))
            assert got == expected
    order = order_of(others + others[: len(others) % 2])
    assert count(await ticket_pdf(order, order.seats, phone=True)) == len(order.seats)


@pytest.mark.parametrize(
    "name",
    [
        "Νίκος Παπαδόπουλος-Ἀθηναῖος", "Щука Їжаченко Ґалаґан", "Ђорђе Љубичић", "Nguyễn Thị Hồng Đặng", "Łukasz Żółć",
        "Þórður Ægisson", "Ömer Şahin İğdır", "Ștefan Țăran", "Āboliņš Ķēniņš", "O’Brien «Æsop» № 5 €", "Ə Ẹ Ọ Ṣ Ḥ",
    ],
)  # fmt: skip
async def test_european_and_vietnamese_names_need_no_other_fonts(name: str) -> None:
    order, plain = (make_order(make_seat(first_name=n, last_name=""), event_title=n) for n in (name, "Marker"))
    assert await text(order) == [page.replace("Marker", squeezed(name)) for page in await text(plain)]
    made = await ticket_pdf(order, order.seats)
    assert standards(made) == ["PDF/A-2A", "PDF/UA-1"]


@pytest.mark.parametrize(
    "name", ["張偉", "山田 太郎", "김민준", "محمد", "שרה", "नरेन्द्र", "😀 Smile", "\u0378\U0010ffff", "Z̸̡̕a̶lgo"]
)
async def test_other_scripts_never_stop_a_ticket(name: str) -> None:
    order = make_order(make_seat(first_name=name, last_name="", company=name), event_title=name)
    assert len(await text(order)) == len(await text(order, phone=True)) == 1


LETTERS = st.characters(
    min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=("Cc", "Cf", "Zs")
) | st.sampled_from(" #$[]\\*_`@<>{}~/-\"'αΩжЯ")


@settings(max_examples=40, deadline=None)
@given(
    name=st.text(LETTERS, max_size=100).map(one_line),
    company=st.text(LETTERS, max_size=200).map(one_line),
    title=st.text(LETTERS, min_size=1, max_size=250).map(one_line).filter(bool),
    phone=st.booleans(),
)
def test_any_text_prints_as_typed(name: str, company: str, title: str, phone: bool) -> None:
    def made(name: str, company: str, title: str) -> list[str]:
        seat: SeatRecord = make_seat(first_name=name, last_name="", company=company)
        return asyncio.run(text(make_order(seat, event_title=title), phone=phone))

    (marked,) = made("Marker-one", "Marker-two", "Marker-three")
    expected = marked.replace("Marker-one", squeezed(name) or "Namefollows")
    expected = expected.replace("Marker-two", squeezed(company)).replace("Marker-three", squeezed(title))
    assert made(name, company, title) == [expected]
