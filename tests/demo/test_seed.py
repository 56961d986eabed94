"""The demo's events: complete, sensible on any first day, the same after a second start."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal import wiring, worker
from portal.core import db, times
from portal.core.settings import current
from portal.demo.seed import own
from portal.demo.seed.loading import DATA, LISTED, seed_events
from portal.events.queries import front
from tests.demo.conftest import Filled

FIRST_DAYS = [
    datetime(2026, 11, 23, 9, tzinfo=UTC),
    datetime(2026, 12, 24, 23, 30, tzinfo=UTC),
    datetime(2027, 1, 1, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 12, tzinfo=UTC),
    datetime(2031, 6, 15, 12, tzinfo=UTC),
]


def quiet(_text: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture
async def begun_on_monday(filled: Filled, now: datetime) -> None:
    """The demo's events as of that moment."""
    await filled(_begin)


async def _begin() -> None:
    await seed_events(now=FIRST_DAYS[0], progress=quiet)


@pytest.mark.usefixtures("begun_on_monday")
async def test_a_demo_is_filled_once_and_for_good(now: datetime) -> None:
    counted = {
        (row["kind"], row["state"]): row["n"]
        for row in await db.fetch("SELECT kind, state, count(*) AS n FROM event GROUP BY kind, state")
    }
    assert counted == {
        ("external", "published"): 688,
        ("own", "published"): 54,
        ("own", "moved"): 1,
        ("own", "cancelled"): 2,
    }
    events = "SELECT md5(string_agg(e::text, chr(10) ORDER BY id)) FROM event e"
    seats = "SELECT count(*) FROM seat"
    before = await db.fetch_value(events), await db.fetch_value(seats)
    await seed_events(now=now + timedelta(days=30), progress=quiet)
    assert (await db.fetch_value(events), await db.fetch_value(seats)) == before


@pytest.mark.usefixtures("begun_on_monday")
async def test_what_was_interrupted_or_deleted_is_added_again_and_edits_stay(now: datetime) -> None:
    await db.execute("UPDATE event SET title = 'Edited' WHERE slug = 'fill-finish-forum-vienna'")
    await db.execute("DELETE FROM event WHERE slug = 'highly-potent-solids-symposium'")
    await seed_events(now=now, progress=quiet)
    titles = {row["slug"]: row["title"] for row in await db.fetch("SELECT slug, title FROM event WHERE kind = 'own'")}
    assert len(titles) == 57
    assert titles["fill-finish-forum-vienna"] == "Edited"
    assert titles["highly-potent-solids-symposium"] == "Highly Potent Solids Symposium"


@pytest.mark.usefixtures("begun_on_monday")
async def test_there_is_one_of_everything_a_newcomer_should_meet(now: datetime) -> None:

    async def slugs(condition: str) -> list[str]:
        return [
            row["slug"]
            for row in await db.fetch(f"SELECT slug FROM event e WHERE kind = 'own' AND {condition} ORDER BY slug")
        ]

    left = "(SELECT sum(capacity - taken) FROM quota q WHERE q.event = e.id)"
    assert await slugs(f"{left} = 0") == ["visual-inspection-masterclass"]
    assert await slugs(f"{left} < 5 AND {left} > 0") == ["lyophilisation-cycle-transfer-workshop"]
    assert await slugs("price_currency = 'JPY'") == ["prefilled-syringe-assembly-lab-tokyo"]
    assert await slugs("sponsor <> ''") == ["cdmo-partnering-days-milan", "how-small-biotechs-choose"]
    assert await slugs("state = 'moved'") == ["deviation-writing-bootcamp"]
    assert await slugs("format = 'hybrid'") == [
        "digital-batch-record-sprint", "iberian-injectables-congress", "pharma-supply-assembly-hamburg",
    ]  # fmt: skip
    assert await db.fetch_value("SELECT count(*) FROM ticket_type WHERE by_code_only") == 3
    assert await db.fetch_value("SELECT count(*) FROM ticket_type WHERE regular_price > price") >= 4
    assert await db.fetch_value("SELECT count(*) FROM promo_code WHERE max_uses IS NOT NULL") >= 8
    waiting = await db.fetch(
        "SELECT t.name, count(*) AS n FROM waiting_entry w JOIN ticket_type t ON t.id = w.ticket_type GROUP BY 1 ORDER BY 1"
    )
    assert [(row["name"], row["n"]) for row in waiting] == [("Lyo lab tour, Thursday", 6), ("Masterclass", 11)]
    shared = "SELECT count(*) FROM (SELECT quota FROM ticket_quota GROUP BY quota HAVING count(*) > 1) q"
    assert await db.fetch_value(shared) >= 10


@pytest.mark.usefixtures("begun_on_monday")
async def test_things_happened_one_after_the_other(now: datetime) -> None:
    """Announced, then booked, then moved; and the news of the front page are of different days."""
    wrong = (
        "SELECT e.slug FROM event e LEFT JOIN seat_order o ON o.event = e.id WHERE e.kind = 'own' "
        "AND (e.published_at >= least(e.starts_at, $1) OR o.held_at NOT BETWEEN e.published_at AND least(e.starts_at, $1))"
    )
    assert [row["slug"] for row in await db.fetch(wrong, now)] == []
    told = [news.at.date() for news in (await front.front(today=own.today(now), version=-1)).news]
    assert len(told) == len(set(told)) == 6
    assert now.date() - timedelta(days=35) < min(told) <= max(told) < now.date()


@pytest.mark.usefixtures("begun_on_monday")
async def test_nobody_gets_mail_before_the_newcomer_has_done_anything(now: datetime) -> None:
    names = {row["entrypoint"] for row in await db.fetch("SELECT entrypoint FROM pgqueuer")}
    assert names == {
        "agenda.follow",
        "exhibitors.event_changed",
        "programme.follow_events",
        "registration.event_changed",
    }
    await worker.drain(wiring.services(current()))
    assert await db.fetch_value("SELECT count(*) FROM mail") == 0


@pytest.mark.usefixtures("begun_on_monday")
async def test_the_ledger_knows_everybody_who_has_a_place(now: datetime) -> None:
    missing = (
        "SELECT count(*) FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN calendar_item i ON i.key = o.event::text "
        "WHERE NOT EXISTS (SELECT FROM calendar_message m WHERE m.item = i.id AND m.address = s.email AND m.number = i.revision)"
    )
    assert await db.fetch_value("SELECT count(*) FROM calendar_message") > 1000
    assert await db.fetch_value(missing) == 0


@pytest.mark.parametrize("first", FIRST_DAYS, ids=lambda d: f"{d:%Y-%m-%d}")
def test_on_any_first_day_the_dates_are_sensible(first: datetime) -> None:
    today, ahead = own.today(first), []
    for event in own.read():
        starts_at, ends_at, zone = own.span(event, now=first)
        day = starts_at.astimezone(times.zone(zone)).date()
        last = ends_at.astimezone(times.zone(zone)).date()
        assert starts_at < ends_at, event.key
        assert (day > today) == (event.when.after > 0), event.key
        if event.when.weekday is None:
            assert day < today < last, "one is on whenever the demo begins"
        else:
            assert day.weekday() < 5, event.key
            assert last.weekday() < 5, event.key
            assert not (day.month, day.day) >= (12, 20), event.key
            assert not date(day.year, 1, 1) <= day <= date(day.year, 1, 6), event.key
        if day > today:
            ahead.append(day)
        if event.offer is not None:
            offer = own.offer(event.offer, now=first)
            moments = [m for t in offer.tickets for m in (t.sale_opens_at, t.sale_closes_at) if m is not None]
            assert all(moment < starts_at for moment in moments), event.key
            names = {quota.name for quota in offer.quotas}
            assert all(set(ticket.quotas) <= names for ticket in offer.tickets), event.key
            sold = {ticket.name for ticket in offer.tickets}
            assert all(set(code.tickets) <= sold for code in offer.codes), event.key
    months = {(day.year, day.month) for day in ahead}
    assert len(months) >= 6
    assert max(ahead) - today < timedelta(days=200)


def test_hidden_tickets_are_revealed_by_a_code() -> None:
    for key, offer in own.ticket_specs(now=FIRST_DAYS[0]).items():
        hidden = {ticket.name for ticket in offer.tickets if ticket.by_code_only}
        revealed = {name for code in offer.codes for name in code.tickets}
        assert hidden <= revealed, key


def test_every_own_event_has_something_to_say() -> None:
    events = own.read()
    assert len(events) == len({event.key for event in events}) == len({event.title for event in events}) == 57
    for event in events:
        assert 80 <= len(event.description.split()) <= 250, event.key
        assert 20 <= len(event.summary) <= 160, event.key
        assert (event.place is None) == (event.format.value == "online"), event.key
        assert event.when.after < 0 or event.offer is not None or event.state == "cancelled", event.key


def test_real_facts_come_with_their_licences_and_without_anybodys_sentences() -> None:
    for name in LISTED:
        licence = DATA / f"LICENCE-{name.partition('.')[0]}.txt"
        assert "Permission is hereby granted, free of charge" in licence.read_text(encoding="utf-8")
        text = (DATA / name).read_text(encoding="utf-8")
        for field in ('"body"', '"subtitle"', '"description"', "@example.org", "pwd="):
            assert field not in text
