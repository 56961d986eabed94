"""One registration for a series: a place at every date to come, one mail, and an end with the first place."""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta

import httpx
import pytest
from icalendar import Calendar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.registration import privacy
from portal.registration.commands.asking import set_rules
from portal.registration.values.setup import Rules
from portal.webinars.commands.series import keep_series
from tests.attending import AMARA, Attending, named
from tests.factories import webinars
from tests.factories.webinars import Webinar
from tests.paying import text_of
from tests.queries import counting

EMAIL, BOB = AMARA["email"], "bob@vos.example"
WEEK = timedelta(days=7)


async def series(title: str = "Fill-finish clinic", *, one: bool = True) -> int:
    return int(
        await db.fetch_value(
            "INSERT INTO series (slug, title, summary, one_registration, created_at) "
            "VALUES (lower(replace($1, ' ', '-')), $1, '', $2, now()) RETURNING id",
            title, one,
        )
    )  # fmt: skip


async def dates(count: int, series_id: int, **more: int) -> list[Webinar]:
    """Webinars of a series, a week apart."""
    return [await webinars.make(starts_in=WEEK * n, series_id=series_id, **more) for n in range(1, count + 1)]


async def keep(times: int = 1) -> None:
    for _ in range(times):
        await keep_series(now=clock.now())


async def places(email: str) -> list[tuple[int, str]]:
    """(event, state) of somebody's seats, by date."""
    rows = await db.fetch(
        "SELECT o.event, s.state FROM seat s JOIN seat_order o ON o.id = s.seat_order JOIN event e ON e.id = o.event "
        "WHERE s.email = $1 ORDER BY e.starts_at, s.id",
        email,
    )
    return [(row["event"], row["state"]) for row in rows]


def all_of(shops: Sequence[Webinar], state: str = "confirmed") -> list[tuple[int, str]]:
    return [(shop.event_id, state) for shop in shops]


async def subjects(attending: Attending, recipient: str) -> list[str]:
    """The first words of somebody's mails, by letter: jobs of one moment run in any order."""
    return sorted(what for who, what in await attending.mails() if who == recipient)


async def listed() -> str:
    """The mail that lists dates."""
    return str(await db.fetch_value("SELECT text FROM mail WHERE subject LIKE '% more date%'"))


async def test_a_place_at_one_date_is_a_place_at_all_to_come(attending: Attending) -> None:
    """Once, however often it is looked after; one mail with an entry for each date."""
    shops = await dates(4, await series(), price=0)
    path = await attending.register(shops[1], company="Brennhof Pharma", job_title="Head of filling")
    await keep(3)
    await asyncio.gather(*(keep() for _ in range(4)))
    assert await places(EMAIL) == all_of(shops)
    row = await db.fetch_one(
        "SELECT count(*) AS n, sum(s.net + s.list_net) AS net, min(s.company) AS company, min(s.job_title) AS job, "
        "count(DISTINCT s.claim_secret) AS secrets FROM seat s"
    )
    assert row is not None
    assert tuple(row) == (4, 0, "Brennhof Pharma", "Head of filling", 4)
    await attending.work()
    assert await subjects(attending, EMAIL) == ["3 more dates", "Registered"]
    text = await listed()
    assert "One registration is enough for all of Fill-finish clinic." in text
    for shop in (shops[0], *shops[2:]):
        assert await db.fetch_value("SELECT title FROM event WHERE id = $1", shop.event_id) in text
    files = await db.fetch(
        "SELECT p.filename, p.content_type, p.content, p.alternative FROM mail_part p JOIN mail m ON m.id = p.mail "
        "WHERE m.subject LIKE '3 more dates%' ORDER BY p.id"
    )
    assert [(row["filename"], row["content_type"], row["alternative"]) for row in files] == [
        (f"{n}-invite.ics", "application/ics", False) for n in (1, 2, 3)
    ]
    entries = [Calendar.from_ical(row["content"]) for row in files]
    assert {str(one["METHOD"]) for one in entries} == {"REQUEST"}
    joins = {str(one.walk("VEVENT")[0]["CONFERENCE"]).rpartition("/")[2] for one in entries}
    brought = await db.fetch("SELECT claim_secret FROM seat WHERE id IN (SELECT seat FROM companion)")
    claims = {row["claim_secret"] for row in brought}
    assert joins == claims
    for shop in shops:
        assert await attending.ledger(shop) == [(EMAIL, 1, True)]
    page = text_of(await attending.client.get(path))
    assert "Also in Fill-finish clinic" in page
    assert page.count(" Registered ") == 3


async def test_each_date_has_a_page_of_its_own_and_can_be_given_up(attending: Attending) -> None:
    shops = await dates(3, await series())
    path = await attending.register(shops[0])
    await keep()
    await attending.work()
    inner = re.findall(r'href="(/orders/[^"/]+)"', (await attending.client.get(path)).text)
    own = next(link for link in inner if link != path)
    page = text_of(await attending.client.get(own))
    assert "Part of Fill-finish clinic: it comes with order" in page
    assert "1 place given" in page
    assert "Taken out of sale" not in page
    assert (await attending.client.post(f"{own}/seats/1/cancellation")).status_code == 303
    await keep(2)
    await attending.work()
    assert [state for _, state in await places(EMAIL)] == ["confirmed", "cancelled", "confirmed"]
    assert "Given up" in text_of(await attending.client.get(path))
    assert (await subjects(attending, EMAIL)).count("No longer yours") == 1


async def test_dates_added_later_come_along_past_ones_do_not(attending: Attending) -> None:
    group = await series()
    shops = await dates(2, group)
    await attending.register(shops[0])
    await keep()
    await attending.work()
    await db.execute(
        "UPDATE event SET starts_at = now() - interval '2 hours', ends_at = now() WHERE id = $1", shops[0].event_id
    )
    await webinars.make(starts_in=-WEEK, series_id=group)
    late = await webinars.make(starts_in=WEEK * 9, series_id=group)
    await keep(2)
    await attending.work()
    assert await places(EMAIL) == all_of([*shops, late])
    assert await subjects(attending, EMAIL) == ["1 more date", "1 more date", "Registered"]


async def test_where_it_is_full_the_page_says_so_and_a_place_comes_when_one_is_free(attending: Attending) -> None:
    group = await series()
    first = await webinars.make(starts_in=WEEK, series_id=group)
    full = await webinars.make(starts_in=2 * WEEK, series_id=group, capacity=2)
    other = await webinars.join(full, "other@x.example")
    path = await attending.register(first, 2, **named(2, BOB))
    await keep()
    await attending.work()
    assert await places(EMAIL) == all_of([first, full])
    assert await places(BOB) == all_of([first])
    assert await db.fetch_value("SELECT taken FROM quota WHERE event = $1", full.event_id) == 2
    page = text_of(await attending.client.get(path))
    assert "Fully booked A place comes as soon as one is free" in page
    assert await subjects(attending, BOB) == ["Your ticket"]
    # Somebody gives a place up; those in line before get it first.
    waiting = {"ticket_type": str(full.tickets["Seat"]), "name": "Ada", "email": "ada@wait.example", "party_size": "1"}
    assert (await attending.client.post(f"/events/{full.slug}/waiting", data=waiting)).status_code == 303
    secret = await db.fetch_value("SELECT secret FROM seat_order WHERE id = $1", other.order_id)
    await attending.client.post(f"/orders/{secret}/seats/1/cancellation")
    await keep()
    assert await places(BOB) == all_of([first])
    await attending.work()
    place = await db.fetch_value("SELECT secret FROM waiting_entry")
    await attending.client.post(f"/waiting/{place}/departure")
    await keep()
    await attending.work()
    assert await places(BOB) == all_of([first, full])
    assert await subjects(attending, BOB) == ["1 more date", "Your ticket"]


async def test_the_last_places_are_given_once_whoever_runs_at_the_same_time(attending: Attending) -> None:
    group = await series()
    first = await webinars.make(starts_in=WEEK, series_id=group)
    small = await webinars.make(starts_in=2 * WEEK, series_id=group, capacity=5)
    for n in range(9):
        await webinars.join(first, f"p{n}@x.example")
    await asyncio.gather(*(keep() for _ in range(5)))
    assert await db.fetch_value("SELECT taken FROM quota WHERE event = $1", small.event_id) == 5
    assert await db.fetch_value("SELECT count(*) FROM seat_order WHERE event = $1", small.event_id) == 5


async def test_giving_the_first_place_up_ends_what_has_not_begun(attending: Attending) -> None:
    shops = await dates(4, await series())
    path = await attending.register(shops[1])
    await keep()
    await attending.work()
    await db.execute("UPDATE event SET starts_at = now() - interval '1 minute' WHERE id = $1", shops[0].event_id)
    assert (await attending.client.post(f"{path}/seats/1/cancellation")).status_code == 303
    await keep(3)
    await attending.work()
    assert await places(EMAIL) == [(shops[0].event_id, "confirmed"), *all_of(shops[1:], "cancelled")]
    assert await subjects(attending, EMAIL) == ["3 more dates", "No longer yours", "No longer yours", "Registered"]
    said = "SELECT count(*) FROM mail WHERE subject = 'No longer yours: 2 dates of Fill-finish clinic'"
    assert await db.fetch_value(said) == 1
    taken = await db.fetch("SELECT taken FROM quota ORDER BY event")
    assert [row["taken"] for row in taken] == [1, 0, 0, 0]
    for shop in shops[2:]:
        assert await attending.ledger(shop) == []
    assert await db.fetch_value("SELECT count(*) FROM seat_order WHERE state = 'cancelled'") == 3


async def test_what_was_never_told_of_ends_without_a_word(attending: Attending) -> None:
    """Given up before the dates came along: nothing is given, nothing is told."""
    shops = await dates(2, await series())
    path = await attending.register(shops[0])
    await attending.client.post(f"{path}/seats/1/cancellation")
    await keep(2)
    assert await places(EMAIL) == [(shops[0].event_id, "cancelled")]
    assert await db.fetch_value("SELECT count(*) FROM companion") == 0


async def test_whoever_registered_for_several_has_one_place_at_each(attending: Attending) -> None:
    """And keeps the others when one of the registrations ends."""
    shops = await dates(3, await series())
    first = await attending.register(shops[0])
    await attending.register(shops[1])
    await keep(2)
    await attending.work()
    assert await places(EMAIL) == all_of(shops)
    assert "A place of its own" in text_of(await attending.client.get(first))
    await attending.client.post(f"{first}/seats/1/cancellation")
    await keep(2)
    assert await places(EMAIL) == [
        (shops[0].event_id, "cancelled"), (shops[1].event_id, "confirmed"), (shops[2].event_id, "cancelled"),
        (shops[2].event_id, "confirmed"),
    ]  # fmt: skip


async def test_a_place_passed_on_takes_its_dates_along(attending: Attending) -> None:
    shops = await dates(3, await series())
    path = await attending.register(shops[0])
    await keep()
    await attending.work()
    before = {row["claim_secret"] for row in await db.fetch("SELECT claim_secret FROM seat")}
    orders = {
        row["secret"] for row in await db.fetch("SELECT secret FROM seat_order WHERE event <> $1", shops[0].event_id)
    }
    await attending.client.post(f"{path}/seats/1", data={"first_name": "Bob", "last_name": "Vos", "email": BOB})
    await keep(2)
    await attending.work()
    assert await places(BOB) == all_of(shops)
    assert await places(EMAIL) == []
    assert not before & {row["claim_secret"] for row in await db.fetch("SELECT claim_secret FROM seat")}
    assert not orders & {row["secret"] for row in await db.fetch("SELECT secret FROM seat_order")}
    assert await subjects(attending, BOB) == ["2 more dates", "Your ticket"]
    assert await subjects(attending, EMAIL) == ["2 more dates", "No longer yours", "No longer yours", "Registered"]
    assert await attending.ledger(shops[2]) == [(BOB, 1, True)]


async def test_places_whose_name_follows_come_along_for_their_buyer_and_then_for_their_people(
    attending: Attending,
) -> None:
    shops = await dates(2, await series())
    path = await attending.register(shops[0], 3)
    await keep()
    await attending.work()
    assert await subjects(attending, EMAIL) == ["1 more date", "Registered"]
    assert "(3 places)" in await listed()
    await attending.client.post(f"{path}/seats/2", data={"first_name": "Bob", "last_name": "Vos", "email": BOB})
    await keep(2)
    await attending.work()
    assert await places(BOB) == all_of(shops)
    assert await subjects(attending, BOB) == ["1 more date", "Your ticket"]
    assert await subjects(attending, EMAIL) == ["1 more date", "Registered"]


async def test_other_series_and_series_without_it_bring_nothing(attending: Attending) -> None:
    plain, other = await series("Plain", one=False), await series("Other")
    first = (await dates(2, plain))[0]
    await dates(2, other)
    await attending.register(first)
    await keep()
    assert await places(EMAIL) == all_of([first])
    async with counting() as statements:
        await keep()
    assert len(statements) <= 8


async def test_called_off_a_date_is_told_as_any_other(attending: Attending) -> None:
    shops = await dates(2, await series())
    await attending.register(shops[0])
    await keep()
    await attending.work()
    await attending.call_off(shops[1], "The speaker is ill.")
    await keep()
    await attending.work()
    assert await subjects(attending, EMAIL) == ["1 more date", "Cancelled", "Registered"]
    assert await attending.ledger(shops[1]) == []


async def test_many_people_cost_as_many_statements_as_one(attending: Attending) -> None:
    seen = []
    for count in (1, 20):
        shops = await dates(3, await series(f"Series {count}"))
        for n in range(count):
            await webinars.join(shops[0], f"p{n}@{count}.example")
        async with counting() as statements:
            await keep()
        seen.append(len(statements))
    assert seen[0] == seen[1]


async def test_erasing_takes_the_name_out_of_all_dates(attending: Attending, client: httpx.AsyncClient) -> None:
    shops = await dates(2, await series())
    await attending.register(shops[0])
    await keep()
    await privacy.forget(EMAIL, clock.now())
    await keep(2)
    left = await db.fetch_value("SELECT string_agg(t::text, ' ') FROM seat t") + await db.fetch_value(
        "SELECT string_agg(t::text, ' ') FROM companion t"
    )
    assert "amara" not in left.lower()


async def test_a_leader_that_ends_while_places_are_given_leaves_none_behind(attending: Attending) -> None:
    shops = await dates(2, await series())
    paths = [await attending.register(shops[0], email=f"p{n}@x.example") for n in range(6)]
    await asyncio.gather(keep(), *(attending.client.post(f"{path}/seats/1/cancellation") for path in paths), keep())
    await keep(2)
    assert await db.fetch_value("SELECT count(*) FROM seat WHERE state = 'confirmed'") == 0
    assert [row["taken"] for row in await db.fetch("SELECT taken FROM quota")] == [0, 0]


async def test_a_free_place_brings_none_that_has_a_price(attending: Attending) -> None:
    free, also_free, priced = await dates(3, await series())
    await db.execute("UPDATE ticket_type SET price = 9500 WHERE event = $1", priced.event_id)
    await webinars.join(free, BOB)
    await keep()
    assert await places(BOB) == all_of([free, also_free])
    await db.execute("UPDATE ticket_type SET price = 4500 WHERE event = $1", free.event_id)
    await db.execute("UPDATE ticket_type SET active = false WHERE event = $1", priced.event_id)
    await keep()
    assert await places(BOB) == all_of([free, also_free])
    assert await db.fetch_value("SELECT count(*) FROM companion WHERE event = $1", priced.event_id) == 0
    await db.execute("UPDATE ticket_type SET active = true WHERE event = $1", priced.event_id)
    await keep()
    assert await places(BOB) == all_of([free, also_free, priced])


@pytest.mark.parametrize("rule", [Rules(approval=True), Rules(company_mail_only=True)])
async def test_a_date_that_asks_more_of_people_comes_with_none_that_did_not(attending: Attending, rule: Rules) -> None:
    first, strict = await dates(2, await series())
    await set_rules(actor=PORTAL, event_id=strict.event_id, rules=rule, now=clock.now())
    await webinars.join(first, BOB)
    await keep()
    assert await places(BOB) == all_of([first])
    await set_rules(actor=PORTAL, event_id=first.event_id, rules=rule, now=clock.now())
    await keep()
    assert await places(BOB) == all_of([first, strict])
