"""Prices and tax: nothing is lost to rounding, parts add up to the whole, states move forward only."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.payments.buying import Line, Totals
from portal.payments.rules.states import may_become, refund_may_become
from portal.payments.rules.sums import going_back, tax_on, totals, uncollectable
from portal.payments.rules.supply import EU, Supply, invoice_currency, supply
from portal.payments.tables import PurchaseState, RefundState, TaxTreatment, VatCheck

rates = st.sampled_from([Decimal(0), Decimal("7"), Decimal("8.1"), Decimal("19"), Decimal("20"), Decimal("25.5")])
lines = st.lists(
    st.builds(
        Line, key=st.just("k"), description=st.just("d"), quantity=st.integers(1, 50),
        list_net=st.just(0), unit_net=st.integers(0, 5_000_000), tax_rate=rates,
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@given(lines)
def test_totals_add_up(given_lines: list[Line]) -> None:
    sums = totals(given_lines)
    assert sums.net == sum(line.unit_net * line.quantity for line in given_lines)
    assert sums.gross == sums.net + sum(tax.tax for tax in sums.taxes)
    assert sum(tax.net for tax in sums.taxes) == sums.net
    assert len({tax.rate for tax in sums.taxes}) == len(sums.taxes)
    exact = sum(Decimal(line.net) * line.tax_rate / 100 for line in given_lines)
    assert abs(exact - sums.tax) <= Decimal("0.5") * len(sums.taxes)


@given(lines)
def test_no_tax_under_reverse_charge(given_lines: list[Line]) -> None:
    sums = totals(given_lines, TaxTreatment.REVERSE_CHARGE)
    assert (sums.tax, sums.gross) == (0, sum(line.net for line in given_lines))


@given(lines, st.sampled_from(["EUR", "JPY", "KWD"]), st.lists(st.booleans(), max_size=6), st.data())
def test_refunds_in_any_parts_add_up_to_everything(
    given_lines: list[Line], currency: str, fails: list[bool], data: st.DataObject
) -> None:
    """Whatever is asked for in whatever parts, and whichever of them fail and are asked for again."""
    by_id = dict(enumerate(given_lines))
    already = dict.fromkeys(by_id, 0)
    live: list[Totals] = []
    while any(already[key] < line.quantity for key, line in by_id.items()):
        wanted = {key: data.draw(st.integers(0, line.quantity - already[key])) for key, line in by_id.items()}
        if not any(wanted.values()):
            wanted = {key: line.quantity - already[key] for key, line in by_id.items()}
        sums = going_back(
            by_id, already, wanted, TaxTreatment.STANDARD, currency=currency,
            given=[tax for before in live for tax in before.taxes],
        )  # fmt: skip
        assert sums.net == sum(by_id[key].unit_net * count for key, count in wanted.items())
        if not (fails and fails.pop()):
            live.append(sums)
            already = {key: already[key] + wanted[key] for key in by_id}
    assert sum(sums.gross for sums in live) == totals(given_lines, currency=currency).gross


@given(lines, st.lists(st.integers(1, 99), min_size=1, max_size=4))
def test_parts_of_a_price_and_the_rest_add_up_to_everything(given_lines: list[Line], parts: list[int]) -> None:
    """A single unit’s price is lowered some times, then all goes back: every cent once."""
    one = msgspec.structs.replace(given_lines[0], quantity=1, unit_net=given_lines[0].unit_net + sum(parts))
    by_id = {**dict(enumerate(given_lines)), 0: one}
    none, live, gone = dict.fromkeys(by_id, 0), list[Totals](), 0
    for part in [*parts, 0]:
        gone += part
        wanted = {} if part else {key: line.quantity for key, line in by_id.items()}
        sums = going_back(
            by_id,
            none,
            wanted,
            TaxTreatment.STANDARD,
            given=[tax for before in live for tax in before.taxes],
            reduced={0: gone},
        )
        assert not part or sums.net == part
        live.append(sums)
    assert sum(sums.gross for sums in live) == totals(by_id.values()).gross


@given(lines)
def test_what_is_charged_in_three_decimals_ends_in_a_nought(given_lines: list[Line]) -> None:
    tens = [msgspec.structs.replace(line, unit_net=line.unit_net * 10) for line in given_lines]
    assert totals(tens, currency="KWD").gross % 10 == 0


@pytest.mark.parametrize(
    ("total", "currency", "words"),
    [
        (0, "EUR", ""), (49, "EUR", "is less than can be paid by card"), (50, "EUR", ""),
        (49, "JPY", "is less than can be paid by card"), (50, "JPY", ""), (490, "KWD", "is less than can be paid by card"),
        (500, "KWD", ""), (99_999_999, "EUR", ""), (100_000_000, "EUR", "is more than can be paid in one go"),
    ],
)  # fmt: skip
def test_sums_that_cannot_be_collected(total: int, currency: str, words: str) -> None:
    assert uncollectable(total, currency) == words


@pytest.mark.parametrize(
    ("net", "rate", "tax"), [(250, "20", 50), (25, "10", 3), (5, "10", 1), (4, "10", 0), (333, "8.1", 27)]
)
def test_tax_rounds_halves_up(net: int, rate: str, tax: int) -> None:
    assert tax_on(net, Decimal(rate)) == tax


STANDARD, DESTINATION = TaxTreatment.STANDARD, TaxTreatment.DESTINATION
REVERSED, OUTSIDE = TaxTreatment.REVERSE_CHARGE, TaxTreatment.OUTSIDE_SCOPE


@pytest.mark.parametrize(
    ("online", "buyer", "check", "answer"),
    [
        (False, "FR", VatCheck.CONFIRMED, Supply(STANDARD, "AT")),
        (False, "US", VatCheck.NONE, Supply(STANDARD, "AT")),
        (True, "DE", VatCheck.CONFIRMED, Supply(STANDARD, "DE")),
        (True, "DE", VatCheck.NONE, Supply(STANDARD, "DE")),
        (True, "FR", VatCheck.FORM, Supply(REVERSED, "FR")),
        (True, "MC", VatCheck.FORM, Supply(REVERSED, "FR")),
        (True, "FR", VatCheck.NONE, Supply(DESTINATION, "FR", Decimal(20))),
        (True, "FI", VatCheck.UNKNOWN_TO_REGISTER, Supply(DESTINATION, "FI", Decimal("25.5"))),
        (True, "US", VatCheck.NONE, Supply(OUTSIDE, "US")),
        (True, "GB", VatCheck.FORM, Supply(OUTSIDE, "GB")),
        (True, "AX", VatCheck.NONE, Supply(OUTSIDE, "AX")),
    ],
)
def test_where_it_is_taxed(online: bool, buyer: str, check: VatCheck, answer: Supply) -> None:
    assert supply(
        online=online, event_country="AT", seller_country="DE", buyer_country=buyer, vat_check=check
    ) == answer  # fmt: skip


@pytest.mark.parametrize("buyer", sorted(EU))
@pytest.mark.parametrize("seller", ["DE", "SE"])
def test_nobody_in_the_eu_attends_untaxed(buyer: str, seller: str) -> None:
    how = supply(online=True, event_country="", seller_country=seller, buyer_country=buyer, vat_check=VatCheck.NONE)
    assert how == (Supply(STANDARD, seller) if buyer == seller else Supply(DESTINATION, buyer, how.rate))
    assert buyer == seller or (how.rate or 0) >= 15


def test_a_seller_outside_the_eu_charges_what_its_tickets_say() -> None:
    how = supply(online=True, event_country="", seller_country="CH", buyer_country="FR", vat_check=VatCheck.FORM)
    assert how == Supply(STANDARD, "CH")


@pytest.mark.parametrize(
    ("treatment", "country", "currency"),
    [
        (STANDARD, "DE", "EUR"), (STANDARD, "SE", "SEK"), (STANDARD, "GB", ""), (DESTINATION, "SE", "EUR"),
        (REVERSED, "SE", ""), (OUTSIDE, "US", ""),
    ],
)  # fmt: skip
def test_what_vat_is_stated_in(treatment: TaxTreatment, country: str, currency: str) -> None:
    assert invoice_currency(treatment, country, "DE") == currency


def test_a_purchase_never_moves_back() -> None:
    final = {PurchaseState.PAID, PurchaseState.RETURNED}
    assert not any(may_become(state, wanted) for state in final for wanted in PurchaseState)
    assert not any(may_become(state, PurchaseState.OPEN) for state in PurchaseState)


def test_a_refund_never_moves_back() -> None:
    order = [RefundState.REQUESTED, RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED]
    for n, state in enumerate(order):
        assert [wanted for wanted in RefundState if refund_may_become(state, wanted)] == order[n + 1 :]
