"""Invoices: every particular the law wants is on paper, and every figure is the one that was frozen."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.money import written
from portal.core.settings import current
from portal.core.text import one_line
from portal.payments.buying import Line
from portal.payments.documents import invoice_pdf
from portal.payments.queries import InvoiceRecord
from portal.payments.rules.sums import CHARGED, totals
from portal.payments.rules.supply import explanation
from portal.payments.tables import InvoiceKind, TaxTreatment
from tests.reading_pdfs import pages, squeezed, standards

BUYER = {
    "buyer_name": "Amara Okonjo-Reuter", "company": "Brennhof Pharma GmbH", "street": "Brennhofstraße 4",
    "postal_code": "82377", "city": "Penzberg", "country": "DE", "email": "amara@brennhof.example",
    "vat_id": "DE811569869", "po_number": "PO-2026/4711",
}  # fmt: skip
SELLER = {
    "name": "Sterile Line Verlag GmbH", "address": "Hafenstrasse 21\n20457 Hamburg", "country": "DE",
    "vat_id": "DE136695976", "email": "desk@sterileline.example",
}  # fmt: skip
CONFERENCE = Line("1", "Conference, 3 days, early price", 2, 109000, 98100, Decimal("20.00"), "Code QPCIRCLE10")
PROCEEDINGS = Line("2", "Proceedings, printed", 1, 4900, 4900, Decimal("7.00"))

INVOICE = """
Sterile Line
Sterile Line Verlag GmbH · Hafenstrasse 21 · 20457 Hamburg
Brennhof Pharma GmbH Amara Okonjo-Reuter Brennhofstraße 4 82377 Penzberg Germany
Number SL-R2026-00012
Date of issue 22 November 2026
Order SL-26-004817
Your order number PO-2026/4711
Your VAT ID DE811569869
Our VAT ID DE136695976
Invoice SL-R2026-00012
For Fill & Finish Forum Vienna
Date and place of supply 9–11 February 2027, Donauhalle Wien, Uferstrasse 14, 1220 Vienna
Description Quantity Unit price, net VAT Net amount
Conference, 3 days, early price Code QPCIRCLE10 2 €981.00 20 % €1,962.00
Proceedings, printed 1 €49.00 7 % €49.00
Net €2,011.00
VAT 7 % (Austria) on €49.00 €3.43
VAT 20 % (Austria) on €1,962.00 €392.40
Total, EUR €2,406.83
Paid on 22 November 2026 by Visa ending 4242. Nothing is left to pay.
Questions? desk@sterileline.example
Sterile Line Verlag GmbH · Hafenstrasse 21 · 20457 Hamburg · Germany
VAT ID DE136695976 · desk@sterileline.example
Page 1 of 1
"""


def record(
    *lines: Line,
    kind: InvoiceKind = InvoiceKind.INVOICE,
    treatment: TaxTreatment = TaxTreatment.STANDARD,
    **changed: Any,
) -> InvoiceRecord:
    """An issued document as commands.invoices freezes it."""
    sums = totals(lines, treatment)
    charged = treatment in CHARGED
    content = {
        "seller": SELLER, "buyer": BUYER, "title": "Fill & Finish Forum Vienna", "order": "SL-26-004817",
        "supply": "9–11 February 2027, Donauhalle Wien, Uferstrasse 14, 1220 Vienna", "currency": "EUR",
        "lines": [
            {"description": line.description, "detail": line.detail, "quantity": line.quantity, "unit_net": line.unit_net,
             "net": line.net, "tax_rate": str(line.tax_rate if charged else Decimal(0))}
            for line in lines
        ],
        "taxes": [{"rate": str(tax.rate), "net": tax.net, "tax": tax.tax} for tax in sums.taxes],
        "net": sums.net, "tax": sums.tax, "gross": sums.gross, "treatment": treatment.value,
        "note": explanation(treatment, "AT"), "paid_at": "2026-11-22T15:44:52+00:00", "method": "visa 4242",
        "evidence": {"tax_country": "AT"},
    }  # fmt: skip
    issued_at = datetime(2026, 11, 22, 15, 44, 53, tzinfo=UTC)
    number = {"invoice": "SL-R2026-00012", "credit_note": "SL-C2026-00003", "reversal": "SL-S2026-00001"}[kind]
    return InvoiceRecord(number, kind, issued_at, content | changed)


async def text(document: InvoiceRecord) -> str:
    return squeezed("".join(pages(await invoice_pdf(document))))


def between(text: str, start: str, end: str) -> str:
    return text[text.index(squeezed(start)) : text.index(squeezed(end))]


async def test_an_invoice_has_every_particular() -> None:
    document = record(CONFERENCE, PROCEEDINGS)
    made = await invoice_pdf(document)
    assert squeezed("".join(pages(made))) == squeezed(INVOICE)
    assert standards(made) == ["PDF/A-2A", "PDF/UA-1"]
    assert await invoice_pdf(document) == made


async def test_what_a_buyer_has_not_is_not_named() -> None:
    private = BUYER | {
        "company": "",
        "vat_id": "",
        "po_number": "",
        "country": "AT",
        "city": "Wien",
        "postal_code": "1010",
    }
    said = await text(record(CONFERENCE, buyer=private, paid_at=None, method=""))
    address = "AmaraOkonjo-ReuterBrennhofstraße41010WienAustria"
    assert between(said, "20457 Hamburg", "Number").removeprefix("20457Hamburg") == address
    assert between(said, "Order SL", "Invoice SL") == squeezed("Order SL-26-004817 Our VAT ID DE136695976")
    assert between(said, "Total,", "Questions?") == squeezed("Total, EUR €2,354.40")


@pytest.mark.parametrize(
    ("treatment", "label"),
    [(TaxTreatment.REVERSE_CHARGE, "reverse charge"), (TaxTreatment.OUTSIDE_SCOPE, "outside the scope")],
)
async def test_an_invoice_without_vat_says_why(treatment: TaxTreatment, label: str) -> None:
    said = await text(record(CONFERENCE, treatment=treatment, method="sepa_debit 3000"))
    paid = "Paid on 22 November 2026 by SEPA debit ending 3000. Nothing is left to pay."
    assert between(said, "2 €981", "Questions?") == squeezed(
        f"2 €981.00 0 % €1,962.00 Net €1,962.00 VAT on €1,962.00, {label} €0.00 Total, EUR €1,962.00 "
        f"{explanation(treatment, 'AT')} {paid}"
    )


async def test_a_credit_note_names_the_invoice_it_corrects() -> None:
    one = Line("1", CONFERENCE.description, 1, 109000, 98100, Decimal("20.00"))
    said = await text(
        record(one, kind=InvoiceKind.CREDIT_NOTE, corrects="SL-R2026-00012", corrects_date="2026-11-20",
               reason="One colleague cannot come")
    )  # fmt: skip
    assert between(said, "Credit note", "For Fill") == squeezed(
        "Credit note SL-C2026-00003 Corrects invoice SL-R2026-00012 of 20 November 2026. Reason: One colleague cannot come"
    )
    assert between(said, "Net €", "Questions?") == squeezed(
        "Net €981.00 VAT 20 % (Austria) on €981.00 €196.20 Total credited, EUR €1,177.20 "
        "The amount goes back the way it was paid: Visa ending 4242."
    )


async def test_a_reversal_names_the_credit_note_it_takes_back() -> None:
    one = Line("1", CONFERENCE.description, 1, 109000, 98100, Decimal("20.00"))
    said = await text(
        record(one, kind=InvoiceKind.REVERSAL, corrects="SL-C2026-00003", corrects_date="2026-11-20",
               reason="The money could not be sent back.")
    )  # fmt: skip
    for words in (
        "Cancellation of a credit note SL-S2026-00001",
        "Cancels credit note SL-C2026-00003 of 20 November 2026. Reason: The money could not be sent back.",
        "Total no longer credited, EUR €1,177.20 The amount could not be sent back. We will find another way.",
    ):
        assert squeezed(words) in said


async def test_vat_is_stated_in_the_currency_the_law_wants() -> None:
    stated = {"currency": "EUR", "amount": 36101, "rate": "0.92", "source": "EXCHANGE_RATES"}
    said = await text(record(CONFERENCE, currency="USD", tax_in=stated))
    assert squeezed("VAT in EUR: €361.01, at 0.92 EUR for 1 USD.") in said


async def test_another_countrys_vat_is_explained() -> None:
    said = await text(record(CONFERENCE, treatment=TaxTreatment.DESTINATION))
    assert squeezed("VAT 20 % (Austria) on €1,962.00 €392.40 Total, EUR €2,354.40 VAT of Austria: this service") in said


async def test_what_was_not_collected_to_the_cent_is_not_called_paid() -> None:
    said = await text(record(CONFERENCE, paid_at=None))
    assert squeezed("Paid on") not in said
    assert squeezed("Nothing is left to pay") not in said


@pytest.mark.parametrize(
    ("currency", "sums"),
    [
        ("JPY", "Net JP¥196,200 VAT 20 % (Austria) on JP¥196,200 JP¥39,240 Total, JPY JP¥235,440"),
        ("KWD", "Net KWD196.200 VAT 20 % (Austria) on KWD196.200 KWD39.240 Total, KWD KWD235.440"),
        ("CHF", "Net CHF1,962.00 VAT 20 % (Austria) on CHF1,962.00 CHF392.40 Total, CHF CHF2,354.40"),
    ],
)
async def test_currencies_have_their_own_decimals(currency: str, sums: str) -> None:
    said = await text(record(CONFERENCE, currency=currency))
    assert between(said, "Net amount", "Paid on").removeprefix("Netamount").partition("Net")[2] == squeezed(sums)[3:]


async def test_fractions_of_a_rate_are_shown() -> None:
    said = await text(record(Line("1", "Seat", 1, 10000, 10000, Decimal("7.70"))))
    assert between(said, "VAT 7", "Total,") == squeezed("VAT 7.7 % (Austria) on €100.00 €7.70")


async def test_many_lines_flow_over_pages_that_say_what_they_are() -> None:
    lines = [
        Line(str(n), f"Conference, day {n}", 1, 10000, 10000, Decimal(20), "Code X" if n % 3 else "")
        for n in range(1, 91)
    ]
    made = [page.splitlines() for page in pages(await invoice_pdf(record(*lines)))]
    assert len(made) == 5
    for number, page in enumerate(made, 1):
        assert page[-1] == f"Page {number} of 5"
        assert page.count("Description Quantity Unit price, net VAT Net amount") == 1
    assert [page[0] for page in made] == ["Sterile Line"] + ["Sterile Line Invoice SL-R2026-00012"] * 4
    shown = [line for page in made for line in page if line.startswith("Conference, day")]
    assert [line.split()[2] for line in shown] == [str(n) for n in range(1, 91)]


async def test_the_longest_texts_stay_on_the_paper() -> None:
    buyer = {**BUYER, "company": "C" * 200, "street": "S" * 200, "city": "O" * 120, "po_number": "9" * 60}
    line = Line("1", "D" * 250, 1000, 99999999999, 99999999999, Decimal(20), "d" * 250)
    said = await text(record(line, buyer=buyer, title="T" * 250, supply="U" * 250))
    counted = {letter: said.count(letter * 60) for letter in "CSOTUDd"}
    assert counted == {"C": 3, "S": 3, "O": 2, "T": 4, "U": 4, "D": 4, "d": 4}
    assert said.count("€999,999,999,990.00") == 3


LINES = st.builds(
    Line,
    key=st.just("1"),
    description=st.text(st.characters(min_codepoint=33, max_codepoint=0x17E, exclude_categories=("Cc", "Cf", "Zs")), min_size=1,
                        max_size=60).map(one_line).filter(bool),
    quantity=st.integers(1, 1000),
    list_net=st.just(0),
    unit_net=st.integers(0, 10**9),
    tax_rate=st.decimals(0, 30, places=2),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=6), currency=st.sampled_from(["EUR", "USD", "JPY", "KWD"]))
def test_figures_on_paper_are_the_frozen_ones(lines: list[Line], currency: str) -> None:
    document = record(*lines, currency=currency)

    def amount(minor: int) -> str:
        return written(minor, currency, current().site_locale)

    def rate(tax_rate: str) -> str:
        return f"{Decimal(tax_rate):f}".rstrip("0").rstrip(".") if "." in tax_rate else tax_rate

    content = document.content
    rows = [
        f"{line['description']}{line['quantity']}{amount(line['unit_net'])}{rate(line['tax_rate'])}%{amount(line['net'])}"
        for line in content["lines"]
    ]
    taxes = [f"VAT{rate(tax['rate'])}%(Austria)on{amount(tax['net'])}{amount(tax['tax'])}" for tax in content["taxes"]]
    sums = ["Net", amount(content["net"]), *taxes, f"Total,{currency}", amount(content["gross"])]
    said = asyncio.run(text(document))
    assert said[said.index("Netamount") : said.index("Paidon")] == squeezed("".join(["Netamount", *rows, *sums]))
