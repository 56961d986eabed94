"""Selling, as rules: prices after a code, places over shared quotas, whose turn it is. Checked by brute force."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.payments.values import charge_step
from portal.registration.rules.selling import next_served, places, seat_prices
from portal.registration.values.tickets import Code, Party

TYPES = st.frozensets(st.integers(1, 4), min_size=1, max_size=3)


def code(percent: Decimal = Decimal(0), amount: int = 0, types: frozenset[int] = frozenset()) -> Code:
    return Code(1, "X", "", percent, amount, None, 0, None, None, bool(types), types)


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 3)), min_size=1, max_size=10),
    st.decimals(0, 100, places=2),
    st.integers(0, 10**6),
    st.frozensets(st.integers(1, 3)),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_prices_after_a_code(
    seats: list[tuple[int, int]], percent: Decimal, amount: int, types: frozenset[int], currency: str
) -> None:
    step = charge_step(currency)
    listed = [price * step for price, _ in seats]
    kinds = [kind for _, kind in seats]
    priced = seat_prices(listed, kinds, code(percent, amount * step, types), currency=currency)
    assert all(0 <= after <= before and after % step == 0 for after, before in zip(priced, listed, strict=True))
    touched = [not types or kind in types for kind in kinds]
    assert [a for a, t in zip(priced, touched, strict=True) if not t] == [
        b for b, t in zip(listed, touched, strict=True) if not t
    ]
    if percent == 0:
        base = sum(price for price, t in zip(listed, touched, strict=True) if t)
        assert sum(listed) - sum(priced) == min(amount * step, base)
    assert seat_prices(listed, kinds, None, currency=currency) == listed


def _most(limits: list[tuple[int, frozenset[int]]]) -> int:
    """The most seats any choice of tickets can have."""
    types = sorted(frozenset[int]().union(*(drawn for _, drawn in limits)))
    best = 0
    for counts in product(range(7), repeat=len(types)):
        sold = dict(zip(types, counts, strict=True))
        if all(sum(sold[kind] for kind in drawn) <= limit for limit, drawn in limits):
            best = max(best, sum(counts))
    return best


@given(st.lists(st.tuples(st.integers(0, 6), TYPES), max_size=4))
def test_places_never_promise_too_few(limits: list[tuple[int, frozenset[int]]]) -> None:
    assert places(limits) >= _most(limits)


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))
def test_places_of_halls_within_halls_are_exact(hall: int, left: int, right: int) -> None:
    nested = [(hall, frozenset({1, 2, 3})), (left, frozenset({1})), (right, frozenset({2}))]
    assert places(nested) == _most(nested)


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        ([], 0),
        ([(100, frozenset({1, 2})), (20, frozenset({2}))], 100),
        ([(100, frozenset({1})), (20, frozenset({1}))], 20),
        ([(60, frozenset({1})), (40, frozenset({2}))], 100),
    ],
)
def test_a_dinner_adds_nothing_to_the_hall(limits: list[tuple[int, frozenset[int]]], most: int) -> None:
    assert places(limits) == most


def test_many_halls_are_added_up_quickly() -> None:
    halls = [(10, frozenset({n})) for n in range(40)]
    assert places([*halls, (150, frozenset(range(40)))]) == 150


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=8),
    st.dictionaries(st.integers(1, 3), st.integers(0, 8), min_size=3, max_size=3),
    st.dictionaries(st.integers(1, 3), st.frozensets(st.integers(1, 3), min_size=1), min_size=3, max_size=3),
)
def test_the_line_is_served_in_order_and_never_oversold(
    parties: list[tuple[int, int]], left: dict[int, int], draws: dict[int, frozenset[int]]
) -> None:
    line = [Party(n, kind, size, "", "") for n, (kind, size) in enumerate(parties)]
    served = next_served(line, left, draws)
    assert [party.id for party in served] == sorted(party.id for party in served)
    needs: dict[int, int] = {}
    for party in served:
        for quota in draws[party.ticket_type]:
            needs[quota] = needs.get(quota, 0) + party.size
    assert all(left[quota] >= count for quota, count in needs.items())
    # Whoever is passed over finds a quota of theirs too small for everybody before them and themselves.
    ids = {party.id for party in served}
    for party in line:
        before = [other for other in line if other.id < party.id]
        fit = all(
            sum(other.size for other in before if quota in draws[other.ticket_type]) + party.size <= left[quota]
            for quota in draws[party.ticket_type]
        )
        assert not fit or party.id in ids
        # Nobody behind a party that waits takes places from the quotas it waits for.
        if party.id not in ids:
            behind = [
                other
                for other in served
                if other.id > party.id and draws[other.ticket_type] == draws[party.ticket_type]
            ]
            assert behind == []
