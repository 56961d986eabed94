"""Prices and tax: nothing is lost to rounding, parts add up to the whole, states move forward only."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.payments.buying import Line
from portal.payments.rules import may_become, refund_amount, tax_on, totals, treatment_for
from portal.payments.tables import PurchaseState, TaxTreatment, VatCheck

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


@given(lines, st.data())
def test_refunds_in_any_parts_add_up_to_everything(given_lines: list[Line], data: st.DataObject) -> None:
    by_id = dict(enumerate(given_lines))
    already = dict.fromkeys(by_id, 0)
    paid_back = 0
    while any(already[key] < line.quantity for key, line in by_id.items()):
        wanted = {key: data.draw(st.integers(0, line.quantity - already[key])) for key, line in by_id.items()}
        if not any(wanted.values()):
            wanted = {key: line.quantity - already[key] for key, line in by_id.items()}
        amount = refund_amount(by_id, already, wanted, TaxTreatment.STANDARD)
        assert amount >= 0
        paid_back += amount
        already = {key: already[key] + wanted[key] for key in by_id}
    assert paid_back == totals(given_lines).gross


@pytest.mark.parametrize(
    ("net", "rate", "tax"), [(250, "20", 50), (25, "10", 3), (5, "10", 1), (4, "10", 0), (333, "8.1", 27)]
)
def test_tax_rounds_halves_up(net: int, rate: str, tax: int) -> None:
    assert tax_on(net, Decimal(rate)) == tax


@pytest.mark.parametrize(
    ("online", "buyer", "check", "treatment"),
    [
        (False, "FR", VatCheck.CONFIRMED, TaxTreatment.STANDARD),
        (True, "DE", VatCheck.CONFIRMED, TaxTreatment.STANDARD),
        (True, "FR", VatCheck.FORM, TaxTreatment.REVERSE_CHARGE),
        (True, "FR", VatCheck.NONE, TaxTreatment.STANDARD),
        (True, "FR", VatCheck.UNKNOWN_TO_REGISTER, TaxTreatment.STANDARD),
        (True, "US", VatCheck.FORM, TaxTreatment.OUTSIDE_SCOPE),
        (True, "US", VatCheck.NONE, TaxTreatment.STANDARD),
    ],
)
def test_where_it_is_taxed(online: bool, buyer: str, check: VatCheck, treatment: TaxTreatment) -> None:
    assert treatment_for(online=online, seller_country="DE", buyer_country=buyer, vat_check=check) is treatment


def test_a_purchase_never_moves_back() -> None:
    final = {PurchaseState.PAID, PurchaseState.RETURNED}
    assert not any(may_become(state, wanted) for state in final for wanted in PurchaseState)
    assert not any(may_become(state, PurchaseState.OPEN) for state in PurchaseState)
