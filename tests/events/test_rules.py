"""The rules without a database: addresses, places, states, words, months, pictures."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import times
from portal.events.rules import changes, facts, filters, months, pictures, states, words
from portal.events.rules.filters import Filters
from portal.events.rules.states import Standing
from portal.events.tables import EventFormat, EventKind, EventState
from portal.events.values import Row, VenueFacts, Week, whole_days
from tests.factories import events

NINE = datetime(2027, 2, 9, 8, tzinfo=UTC)


def row(**more: Any) -> Row:
    given: dict[str, Any] = {
        "id": 1, "version": 1, "slug": "isolator-day-2027", "title": "Isolator Day", "summary": "", "sponsor": "",
        "state": EventState.PUBLISHED, "kind": EventKind.OWN, "format": EventFormat.IN_PERSON, "starts_at": NINE,
        "ends_at": NINE + timedelta(hours=8), "starts_on": date(2027, 2, 9), "ends_on": date(2027, 2, 9),
        "timezone": "Europe/Vienna", "all_day": False, "first_starts_at": None, "first_place": "", "is_free": None,
        "price_from": None, "price_currency": "", "organiser_name": "", "url": "", "language": "", "changed_at": NINE,
        "city": "Vienna", "country": "AT", "venue": "Donauhalle", "topics": {},
    }  # fmt: skip
    return Row(**{**given, **more})


class TestAddresses:
    @pytest.mark.parametrize(
        ("title", "slug"),
        [
            ("Isolator Day", "isolator-day-2027"),
            ("PyCon 2027", "pycon-2027"),
            ("Łódź & Übung", "lodz-ubung-2027"),
            ("日本語", "ri-ben-yu-2027"),
            ("!!!", "event-2027"),
            ("x" * 300, "x" * 80 + "-2027"),
        ],
    )
    def test_from_the_title_and_the_year(self, title: str, slug: str) -> None:
        assert facts.slug_wishes(events.facts(title, starts_at=NINE))[0] == slug

    def test_addresses_of_pages_are_not_given_away(self) -> None:
        wishes = facts.slug_wishes(events.facts("X", starts_at=NINE, slug="calendar"))
        assert wishes[0] == "calendar-event"

    def test_the_last_wish_is_as_good_as_unique(self) -> None:
        last = {
            facts.slug_wishes(events.facts("Same", starts_at=NINE, source="s", source_key=str(n)))[-1]
            for n in range(99)
        }
        assert len(last) == 99


MOMENTS = st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(
    ["UTC", "Asia/Tokyo", "Pacific/Honolulu", "Pacific/Kiritimati", "Europe/Vienna", "Africa/Cairo"]
)
PLACES = st.sampled_from(["Ghent", "Vienna", "Online"])


class TestStates:
    @given(st.lists(st.tuples(MOMENTS, PLACES), max_size=6))
    def test_whatever_happens_the_way_back_ends_where_it_began(self, moves: list[tuple[datetime, str]]) -> None:
        first = Standing(state=EventState.PUBLISHED, starts_at=NINE, timezone="Europe/Vienna", place="Ghent")
        standing = first
        for starts_at, place in moves:
            standing = standing.moved_to(starts_at=starts_at, timezone="Europe/Vienna", all_day=False, place=place)
            away = starts_at != NINE or place != "Ghent"
            assert standing.state is (EventState.MOVED if away else EventState.PUBLISHED)
            assert (standing.first_starts_at or starts_at) == NINE
            assert (standing.first_place or place) == "Ghent"
        assert standing.moved_to(starts_at=NINE, timezone="Europe/Vienna", all_day=False, place="Ghent") == first

    @given(st.dates(date(2027, 1, 1), date(2027, 12, 31)), ZONES, ZONES, st.integers(-3, 3), st.booleans())
    def test_whole_days_move_by_their_date_whatever_the_zone(
        self, day: date, zone: str, other: str, days: int, timed: bool
    ) -> None:
        starts_at, _ = whole_days(day, day, zone)
        standing = Standing(state=EventState.PUBLISHED, starts_at=starts_at, timezone=zone, all_day=True)
        then = datetime.combine(day + timedelta(days=days), time(14 if timed else 0), times.zone(other))
        moved = standing.moved_to(starts_at=then.astimezone(UTC), timezone=other, all_day=not timed, place="")
        assert (moved.state is EventState.MOVED) == (days != 0)
        if moved.first_starts_at:
            assert moved.first_starts_at.astimezone(times.zone(other)).date() == day
        back = moved.moved_to(starts_at=starts_at, timezone=zone, all_day=True, place="")
        assert back == standing

    @pytest.mark.parametrize(
        ("act", "open_in"),
        [
            ("publish", {"draft"}),
            ("withdraw", {"published", "moved", "cancelled"}),
            ("move", {"draft", "published", "moved"}),
            ("cancel", {"published", "moved"}),
            ("reinstate", {"cancelled"}),
        ],
    )
    def test_which_act_is_open_when(self, act: str, open_in: set[str]) -> None:
        assert {state.value for state in EventState if not states.why_not(act, state)} == open_in

    @pytest.mark.parametrize(
        ("stored", "wanted", "was_public", "after"),
        [
            ("draft", "published", False, "published"),
            ("published", "draft", True, "published"),
            ("moved", "published", True, "moved"),
            ("published", "cancelled", True, "cancelled"),
            ("draft", "cancelled", False, "draft"),
            ("cancelled", "published", True, "published"),
        ],
    )
    def test_what_saving_makes_of_a_state(self, stored: str, wanted: str, was_public: bool, after: str) -> None:
        found = changes.state_after(EventState(stored), EventState(wanted), was_public=was_public)
        assert found.value == after

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            (VenueFacts(city="Ghent"), VenueFacts(city="GHENT", street="x"), True),
            (VenueFacts(city="Ghent"), VenueFacts(city="Bruges"), False),
            (VenueFacts(city="Ghent", name="A"), VenueFacts(city="Ghent", name="B"), False),
            (VenueFacts(city="Ghent"), None, False),
            (None, None, True),
        ],
    )
    def test_places_that_do_not_contradict_each_other(
        self, one: VenueFacts | None, other: VenueFacts | None, same: bool
    ) -> None:
        assert states.same_place(one, other) is same


class TestWords:
    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({}, "09:00–17:00 CET"),
            ({"all_day": True}, ""),
            ({"ends_at": NINE + timedelta(hours=54), "ends_on": date(2027, 2, 11)}, "Tue 09:00 to Thu 15:00 CET"),
            ({"timezone": "Asia/Kathmandu"}, "13:45–21:45 GMT+5:45"),
        ],
    )
    def test_hours(self, more: dict[str, Any], said: str) -> None:
        assert words.hours(row(**more)) == said

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({}, ("Vienna", "Austria")),
            ({"format": EventFormat.ONLINE, "city": "", "country": None}, ("Online", "09:00–17:00 CET")),
            ({"format": EventFormat.HYBRID}, ("Vienna", "Austria, and online")),
            ({"city": ""}, ("Donauhalle", "Austria")),
            ({"city": "", "venue": ""}, ("Austria", "")),
            ({"city": "", "venue": "", "country": None}, ("", "")),
        ],
    )
    def test_where(self, more: dict[str, Any], said: tuple[str, str]) -> None:
        assert words.where(row(**more)) == said

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"is_free": True}, "Free"),
            ({"is_free": True, "price_from": 0, "price_currency": "EUR"}, "Free"),
            ({"is_free": True, "price_from": 52000, "price_currency": "EUR"}, "Free and from €520"),
            ({"price_from": 89000, "price_currency": "EUR"}, "from €890"),
            ({"price_from": 89050, "price_currency": "EUR"}, "from €890.50"),
            ({"price_from": 12000, "price_currency": "JPY"}, "from JP¥12,000"),
            ({"price_from": 12345, "price_currency": "KWD"}, "from KWD 12.345"),
            ({}, ""),
        ],
    )
    def test_price(self, more: dict[str, Any], said: str) -> None:
        assert words.price(row(**more)).replace("\u00a0", " ") == said

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({}, "9 February 2027. Vienna, Austria."),
            ({"organiser_name": "Sterile Line"}, "9 February 2027. Vienna, Austria. Sterile Line."),
            (
                {"summary": "Two days!", "is_free": True, "state": EventState.CANCELLED},
                "Cancelled. 9 February 2027. Vienna, Austria. Free. Two days!",
            ),
            (
                {"format": EventFormat.ONLINE, "city": "", "country": None, "summary": "word " * 60},
                "9 February 2027. Online. " + ("word " * 25) + "word…",
            ),
        ],
    )
    def test_a_line_for_search_results(self, more: dict[str, Any], said: str) -> None:
        assert words.in_a_line(row(**more)) == said

    def test_a_note_without_what_it_was(self) -> None:
        note = "New time: Tue 9 Feb, 10:00 (was Tue 9 Feb, 09:00). New place: Hall (big) (was Hall (small), Ghent)."
        assert words.in_short(note) == "New time: Tue 9 Feb, 10:00. New place: Hall (big)."

    def test_a_map_only_where_there_is_something_to_show(self) -> None:
        assert words.map_address(VenueFacts(city="Ghent")) == ""
        assert words.map_address(VenueFacts(name="A & B", city="Ghent")).endswith("query=A%20%26%20B%2C%20Ghent")
        assert "mlat=48.20000" in words.map_address(VenueFacts(city="Vienna", latitude=48.2, longitude=16.4))


class TestMonths:
    def test_a_list_by_months(self) -> None:
        days = [date(2026, 11, 20), date(2026, 11, 24), date(2026, 12, 1), date(2026, 12, 2)]
        rows = [row(id=n, starts_on=day, starts_at=datetime.combine(day, time(9), UTC)) for n, day in enumerate(days)]
        counts, midnight = {"2026-11": 3, "2026-12": 8}, datetime(2026, 11, 22, 23, tzinfo=UTC)
        found = months.groups(rows, counts, today=date(2026, 11, 23), midnight=midnight, running=1)
        assert [(group.key, group.title, group.count, len(group.rows)) for group in found] == [
            ("now", "On now", 1, 1), ("2026-11", "November 2026", 3, 1), ("2026-12", "December 2026", 8, 2),
        ]  # fmt: skip

    def test_the_season_begins_with_this_week(self) -> None:
        marks = months.season([Week(date(2026, 11, 30), 1, 1, 1)], Filters(), today=date(2026, 11, 26))
        assert [(m.number, m.month, m.is_now) for m in marks[:3]] == [
            (48, "Nov", True),
            (49, "", False),
            (50, "Dec", False),
        ]
        assert marks[1].words == "Week 49, 30 November – 6 December 2026: 3 events, 1 sponsored"
        assert marks[1].filters.query() == "?from=2026-11-30&to=2026-12-06"

    @pytest.mark.parametrize("first", [date(2026, 12, 1), date(2026, 11, 26), date(2027, 3, 7), date(2026, 12, 31)])
    def test_the_season_says_each_month_once(self, first: date) -> None:
        marks = months.season([], Filters(), today=first)
        said = [mark.month for mark in marks if mark.month]
        assert len(said) == len(set(said)) in (5, 6)
        assert said[0] == f"{first:%b}"

    @pytest.mark.parametrize(
        ("since", "until", "begins", "chosen"),
        [
            ("", "", date(2026, 11, 23), []),
            ("2026-11-30", "2026-12-06", date(2026, 11, 23), [1]),
            ("2026-12", "2026-12", date(2026, 11, 23), [1, 2, 3, 4, 5]),
            ("", "2026-12-01", date(2026, 11, 23), [0, 1]),
            ("2027-03-29", "", date(2026, 11, 23), [18, 19]),
            ("2027-04", "", date(2027, 3, 29), list(range(20))),
            ("2026-10", "2026-11", date(2026, 9, 28), list(range(10))),
        ],
    )
    def test_the_season_stays_and_shows_the_range(
        self, since: str, until: str, begins: date, chosen: list[int]
    ) -> None:
        asks = Filters(since=filters.span(since), until=filters.span(until))
        marks = months.season([], asks, today=date(2026, 11, 26))
        assert marks[0].week.monday == begins
        assert [n for n, mark in enumerate(marks) if mark.chosen] == chosen

    def test_the_week_that_is_shown_leads_back(self) -> None:
        asks = Filters(country=("AT",), since=filters.span("2026-11-30"), until=filters.span("2026-12-06"))
        marks = months.season([], asks, today=date(2026, 11, 26))
        assert [mark.filters.query() for mark in marks[:3]] == [
            "?from=2026-11-23&to=2026-11-29&country=AT", "?country=AT", "?from=2026-12-07&to=2026-12-13&country=AT",
        ]  # fmt: skip
        assert marks[1].words.endswith("back to all weeks")

    @given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 9))
    def test_dots_show_every_kind_there_is(self, room: int, online: int, paid: int) -> None:
        week = Week(date(2026, 11, 30), room, online, paid)
        mark = months.season([week], Filters(), today=date(2026, 11, 30))[0]
        assert len(mark.dots()) <= 4
        assert ("ad" in mark.dots()) == bool(paid)
        assert ("open" in mark.dots()) == bool(online)

    def test_a_month_is_whole_weeks(self) -> None:
        for first in (date(2027, 2, 1), date(2028, 2, 1), date(2026, 11, 1), date(2199, 12, 1)):
            weeks = months.table(first, [], today=first)
            assert {len(week) for week in weeks} == {7}
            assert sum(square.inside for week in weeks for square in week) == filters.last_of_month(first).day


class TestPictures:
    ROOM, ONLINE = EventFormat.IN_PERSON, EventFormat.ONLINE

    def test_the_same_event_always_has_the_same(self) -> None:
        assert pictures.art("", "some-event", self.ROOM) == pictures.art("", "some-event", self.ROOM)
        assert pictures.art("", "x", self.ROOM, ("Isolators",)) == "img/art-isolator.svg"
        assert pictures.art("art-lyo.svg", "x", self.ROOM, ("Isolators",)) == "img/art-lyo.svg"
        assert pictures.art("../../etc/passwd", "x", self.ROOM, ("Isolators",)) == "img/art-isolator.svg"

    @pytest.mark.parametrize(
        "topics", [("Python", "Data"), ("DevOps", "Containers"), ("Excellence",), ("Devices",), ("Networking",), ()]
    )
    def test_what_is_about_something_else_shows_how_people_meet(self, topics: tuple[str, ...]) -> None:
        for slug in ("a", "b", "c", "d"):
            assert pictures.art("", slug, self.ROOM, topics) in {f"img/art-{name}.svg" for name in pictures.IN_A_ROOM}
            assert pictures.art("", slug, self.ONLINE, topics) in {f"img/art-{name}.svg" for name in pictures.ONLINE}
        assert len({pictures.art("", f"e{n}", self.ONLINE, topics) for n in range(30)}) == 3

    def test_a_page_shows_different_ones_while_there_are_enough(self) -> None:
        rows = [row(id=n, slug=f"s{n}", topics={"isolators": "Isolators"}) for n in range(6)]
        found = list(pictures.spread(rows).values())
        assert found[0] == "img/art-isolator.svg"
        assert {*found[1:4]} == {f"img/art-{name}.svg" for name in pictures.IN_A_ROOM}
        assert found[4:] == ["img/art-isolator.svg"] * 2
