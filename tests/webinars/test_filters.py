"""What an address of the list asks for, and how it is written."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.webinars.rules.filters import Filters, chips, offers, parse

_slug = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
_several = st.lists(_slug, max_size=3, unique=True).map(lambda values: tuple(sorted(values)))
_filters = st.builds(
    Filters, q=st.sampled_from(["", "annex 1", "C++ & so"]), topic=_several, speaker=_several, sponsor=_several,
    series=_several, when=st.sampled_from(["", "upcoming", "on_demand", "all"]), price=st.sampled_from(["", "free", "paid"]),
    certificate=st.sampled_from(["", "yes"]),
)  # fmt: skip


@given(_filters)
def test_what_is_written_is_read_again(filters: Filters) -> None:
    read = parse(parse_qsl(filters.query().removeprefix("?")))
    assert (read.filters, read.problems) == (filters, {})


@given(st.lists(st.tuples(st.sampled_from(["q", "when", "topic", "price", "page", "x"]), st.text(max_size=40))))
def test_whatever_is_sent_is_read_or_told(pairs: list[tuple[str, str]]) -> None:
    read = parse(pairs)
    assert set(read.problems) <= {"q", "when", "topic", "price"}
    assert parse(read.filters.pairs()).filters == read.filters


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("when", "tomorrow"), "Please choose one of: upcoming, on_demand, all."),
        (("certificate", "no"), "Please choose one of: yes."),
        (("q", "x" * 121), "Please search for at most 120 letters."),
        (("speaker", "x" * 121), "That is too long to be one of ours."),
    ],
)
def test_what_cannot_be_read_says_what_to_do(pair: tuple[str, str], message: str) -> None:
    assert parse([pair]).problems[pair[0]].message == message
    many = [("topic", f"t{n}") for n in range(21)]
    assert parse(many).problems["topic"].message == "Please choose at most 20."


def test_chips_and_what_to_give_up() -> None:
    asks = Filters(q="gloves", topic=("isolators", "lyo"), when="on_demand", certificate="yes")
    active = chips(asks, {("topic", "isolators"): "Isolators"})
    assert [chip.words for chip in active] == ["“gloves”", "Isolators", "lyo", "With a certificate"]
    assert active[1].rest == asks.with_(topic=("lyo",))
    best = offers(asks, active, {"topic": 3, "q": 0, "certificate": 7})
    assert [(offer.words, offer.count) for offer in best] == [("With a certificate", 7), ("Isolators and lyo", 3)]
    assert best[1].rest == asks.with_(topic=())
