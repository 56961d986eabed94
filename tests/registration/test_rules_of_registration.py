"""Company addresses only, live or recording, where people came from, and the recording on demand."""

import re
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal.core import clock, db
from portal.events.tables import EventFormat
from portal.registration.commands.offering import follow_sales
from portal.registration.queries.orders import orders_of
from portal.registration.rules.addresses import company_fault
from portal.registration.rules.sources import host, tidied
from tests.attending import AMARA, ME, Attending, named
from tests.events.hearing import settled
from tests.factories.registration import Shop, ask, make_shop, rule
from tests.paying import text_of
from tests.queries import counting

BOB = "bob@vos.example"
FREE = "gmail.com gives addresses to everybody. Please use the one of your company."


def fault(page: httpx.Response, field: str) -> str:
    found = re.search(rf'id="f-{field}-e">.*?<span>(.*?)</span>', page.text, re.S)
    return found[1] if found else ""


async def hold(client: httpx.AsyncClient, shop: Shop, count: int = 1, **more: str) -> str:
    field = f"ticket_{shop.tickets['Seat']}"
    answer = await client.post(f"/events/{shop.slug}/orders", data={field: str(count), **more})
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["location"].removesuffix("/details"))


async def over(shop: Shop, hours: int = 1) -> datetime:
    """Let the event have ended so many hours ago; gives the moment."""
    ended = clock.now() - timedelta(hours=hours)
    await db.execute(
        "UPDATE event SET starts_at = $2, ends_at = $3 WHERE id = $1", shop.event_id, ended - timedelta(hours=2), ended
    )
    return ended


class TestCompanyAddresses:
    @pytest.mark.parametrize(
        ("email", "refused"),
        [
            ("a@gmail.com", True), ("a@GMAIL.com", True), ("a@yahoo.co.uk", True), ("a@mail.gmx.de", True), ("a@qq.com", True),
            ("a@brennhof.example", False), ("a@mail.brennhof.de", False), ("a@gmail.com.example", False), ("", False),
            ("a@gmailx.com", False),
        ],
    )  # fmt: skip
    def test_which_are_refused(self, email: str, refused: bool) -> None:
        assert bool(company_fault(email)) is refused

    async def test_all_are_told_at_once_beside_their_fields(self, client: httpx.AsyncClient) -> None:
        shop = await make_shop()
        await rule(shop, company_mail_only=True)
        path = await hold(client, shop, 4)
        typed = {**ME, "email": "amara@gmail.com", **named(2, "bob@gmx.de"), "s3_who": "asked", "s3_email": "c@web.de",
                 "s4_who": "later", "s4_email": "d@web.de", "job_title": "Kept"}  # fmt: skip
        answer = await client.post(f"{path}/details", data={**typed, "last_name": ""})
        assert answer.status_code == 422
        assert (fault(answer, "email"), fault(answer, "last_name")) == (FREE, "Please fill in: last name.")
        assert fault(answer, "s2_email") == FREE.replace("gmail.com", "gmx.de")
        assert fault(answer, "s3_email") == FREE.replace("gmail.com", "web.de")
        assert fault(answer, "s4_email") == ""
        assert 'value="Kept"' in answer.text
        good = {**typed, "email": "amara@brennhof.example", "s2_email": BOB, "s3_email": "c@vos.example"}
        assert (await client.post(f"{path}/details", data=good)).status_code == 303

    async def test_later_too(self, attending: Attending) -> None:
        """When a place is named, handed on, asked for, when the order's mail goes elsewhere, and in the line."""
        shop, client = await make_shop(capacity=3), attending.client
        await rule(shop, company_mail_only=True)
        path = await attending.register(shop, 3, **named(2, BOB))
        name = {"first_name": "A", "last_name": "B", "email": "a@gmail.com"}
        for address, typed, field in (
            (f"{path}/seats/3", name, "email"), (f"{path}/seats/2", name, "email"),
            (f"{path}/seats/3/colleague", {"email": "a@gmail.com"}, "colleague"),
            (f"{path}/address", {"email": "a@gmail.com"}, "email"),
            (f"/events/{shop.slug}/waiting", {"ticket_type": str(shop.tickets["Seat"]), "name": "A", "email": "a@gmail.com",
                                              "party_size": "1"}, "email"),
        ):  # fmt: skip
            answer = await client.post(address, data=typed)
            assert (answer.status_code, fault(answer, field)) == (422, FREE), address
            assert 'value="a@gmail.com"' in answer.text
        # Whoever had a place before the rule may have the name spelt right.
        await db.execute("UPDATE seat SET email = 'old@gmail.com' WHERE position = 2")
        kept = await client.post(f"{path}/seats/2", data={**name, "email": "old@gmail.com"})
        assert kept.status_code == 303


class TestLiveOrRecording:
    async def test_each_says_and_may_change_it(self, attending: Attending) -> None:
        shop, client = await make_shop(format=EventFormat.ONLINE), attending.client
        await rule(shop, recording_choice=True)
        path = await attending.register(shop, 2, **named(2, BOB), s1_watching="live", s2_watching="recording")
        assert [seat["watching"] for seat in await attending.seats(path)] == ["live", "recording"]
        page = text_of(await client.get(path))
        assert "1 of them watches the recording." in page
        assert "bob@vos.example · with the recording" in page
        await attending.work()
        assert "You watch the recording, and we write when it is there." in await attending.text_to(BOB)
        assert "bob vos, seat" not in await attending.text_to(AMARA["email"])
        assert "recording" in await attending.text_to(AMARA["email"])
        claim = (await attending.seats(path))[1]["claim_secret"]
        assert (await client.post(f"/seats/{claim}/answers", data={"watching": "live"})).status_code == 303
        assert (await attending.seats(path))[1]["watching"] == "live"
        assert "Ticket 2: live" in text_of(await client.get(path))
        wrong = await client.post(f"/seats/{claim}/answers", data={"watching": "asleep"})
        assert (wrong.status_code, fault(wrong, "watching")) == (422, "Please choose one of the offered values.")

    async def test_wrong_choices_are_told(self, client: httpx.AsyncClient) -> None:
        shop = await make_shop()
        await rule(shop, recording_choice=True)
        path = await hold(client, shop)
        answer = await client.post(f"{path}/details", data={**ME, "s1_watching": "asleep"})
        assert (answer.status_code, fault(answer, "s1_watching")) == (422, "Please choose one of the offered values.")

    async def test_where_it_is_not_asked_it_is_not_taken(self, attending: Attending) -> None:
        shop = await make_shop()
        path = await attending.register(shop, s1_watching="recording")
        assert [seat["watching"] for seat in await attending.seats(path)] == ["live"]
        assert "recording" not in (await attending.client.get(path)).text


class TestWherePeopleCameFrom:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [("LinkedIn", "linkedin"), ("news 48", "news 48"), ("<b>x</b>", "b x b"), ("=cmd|'x'", "cmd x"), ("a" * 500, "a" * 120),
         ("a\nb\0c", "a b c"), ("müller.de", "müller.de"), ("  ", "")],
    )  # fmt: skip
    def test_what_is_kept_of_it(self, typed: str, kept: str) -> None:
        assert tidied(typed) == kept

    @pytest.mark.parametrize(
        ("address", "found"),
        [("https://www.pharma.example/x?y=z", "pharma.example"), ("http://localhost:8000/events", ""), ("javascript:x", ""),
         ("https://[broken", ""), ("android-app://com.x", ""), ("", "")],
    )  # fmt: skip
    def test_which_site(self, address: str, found: str) -> None:
        assert host(address, own="localhost") == found

    @pytest.mark.parametrize(
        ("query", "headers", "kept"),
        [
            ({"utm_source": "LinkedIn"}, {}, "linkedin"),
            ({}, {"HX-Current-URL": "http://localhost:8000/events/x?utm_source=news-48"}, "news-48"),
            ({}, {"Referer": "http://localhost:8000/events/x?utm_source=news-48"}, "news-48"),
            ({"from": "https://www.pharma.example"}, {"Referer": "http://localhost:8000/events/x"}, "pharma.example"),
            ({}, {"Referer": "https://pharma.example/list?utm_source=theirs"}, "pharma.example"),
            ({"from": "http://localhost:8000"}, {"Referer": "http://localhost:8000/events"}, ""),
            ({}, {"HX-Current-URL": "https://[broken"}, ""),
            ({"utm_source": "<script>"}, {}, "script"),
        ],
    )  # fmt: skip
    async def test_it_travels_with_the_form(
        self, client: httpx.AsyncClient, query: dict[str, str], headers: dict[str, str], kept: str
    ) -> None:
        shop = await make_shop()
        page = await client.get(f"/events/{shop.slug}/register", params=query, headers=headers)
        assert "set-cookie" not in page.headers
        found = re.search(r'name="source" value="([^"]*)"', page.text)
        assert (found[1] if found else "") == kept
        await hold(client, shop, **({"source": found[1]} if found else {}))
        assert await db.fetch_value("SELECT source FROM seat_order") == kept

    async def test_a_refused_form_keeps_it(self, client: httpx.AsyncClient) -> None:
        shop = await make_shop()
        answer = await client.post(f"/events/{shop.slug}/orders", data={"source": "News 48"})
        assert answer.status_code == 422
        assert 'name="source" value="news 48"' in answer.text


class TestOnDemand:
    async def test_registration_stays_open_and_leads_to_the_recording(
        self, attending: Attending, app: Litestar
    ) -> None:
        shop, client = await make_shop(format=EventFormat.ONLINE), attending.client
        await over(shop)
        await settled(app)
        closed = await client.get(f"/events/{shop.slug}/register")
        assert "Registration is closed" in closed.text
        await rule(shop, on_demand_until=clock.now() + timedelta(days=30))
        await settled(app)
        page = await client.get(f"/events/{shop.slug}")
        assert text_of(page).count("Watch the recording") == 2
        assert "Watch the recording" in (await client.get(f"/events/{shop.slug}/register")).text
        path = await attending.register(shop)
        [seat] = await attending.seats(path)
        assert seat["watching"] == "recording"
        await attending.work()
        assert await attending.told(AMARA["email"]) == []
        told = await attending.text_to(AMARA["email"])
        assert f"Watch the recording: http://localhost:8000/join/{seat['claim_secret']}" in told
        for no in ("calendar", "If a time or place changes", "until the event ends", "papers"):
            assert no not in told
        order = await client.get(path)
        said = text_of(order)
        assert "The recording is yours to watch, Amara." in said
        for state, event, part in (
            ("confirmed", "published", 2),
            ("requested", "published", 1),
            ("confirmed", "cancelled", 3),
        ):
            await db.execute("UPDATE seat_order SET state = $1, requested_at = held_at", state)
            await db.execute("UPDATE event SET state = $1", event)
            assert [one["part"] for one in await orders_of(AMARA["email"], 0, now=clock.now())] == [part]
        assert f'href="/join/{seat["claim_secret"]}"' in order.text
        for no in ("Add to calendar", "Give up", "Next calendar version", "Join online", "This event is over"):
            assert no not in said
        assert (await client.post(f"{path}/seats/1/cancellation")).status_code == 409

    async def test_colleagues_come_later_and_no_place_with_a_name_changes_hands(self, attending: Attending) -> None:
        shop, client = await make_shop(format=EventFormat.ONLINE), attending.client
        field = await ask(shop, "Your part")
        await rule(shop, on_demand_until=clock.now() + timedelta(days=30), recording_choice=True)
        await over(shop)
        path = await attending.register(shop, 2, **{f"s1_{field}": "Quality"})
        page = await client.get(f"{path}/seats/2")
        assert field in page.text
        assert 'name="watching"' not in page.text
        name = {"first_name": "Bob", "last_name": "Vos", "email": BOB}
        assert (await client.post(f"{path}/seats/2", data={**name, field: "Sales"})).status_code == 303
        assert [seat["watching"] for seat in await attending.seats(path)] == ["recording", "recording"]
        assert (await client.post(f"{path}/seats/1", data=name)).status_code == 409
        assert (await client.post(f"{path}/seats/2", data={**name, "first_name": "Bobby"})).status_code == 303

    async def test_it_ends_with_its_time_and_with_the_sale(self, attending: Attending, app: Litestar) -> None:
        shop, client = await make_shop(format=EventFormat.ONLINE), attending.client
        await over(shop)
        await rule(shop, on_demand_until=clock.now() + timedelta(days=30))
        field = f"ticket_{shop.tickets['Seat']}"
        await db.execute("UPDATE ticket_type SET sale_closes_at = now() - interval '1 minute'")
        assert (await client.post(f"/events/{shop.slug}/orders", data={field: "1"})).status_code == 422
        await db.execute("UPDATE ticket_type SET sale_closes_at = NULL")
        path = await attending.register(shop)
        await rule(shop, on_demand_until=clock.now() - timedelta(minutes=1))
        answer = await client.post(f"/events/{shop.slug}/orders", data={field: "1"})
        assert answer.status_code == 409
        assert "This event is over." in text_of(await client.get(path))
        await settled(app)
        assert "This event is over" in (await client.get(f"/events/{shop.slug}")).text

    async def test_the_event_follows_its_rule(self, database: str) -> None:
        shop = await make_shop()
        until = clock.now().replace(microsecond=0) + timedelta(days=400)
        for wanted in (until, None, until):
            await rule(shop, on_demand_until=wanted)
            assert await db.fetch_value("SELECT on_demand_until FROM event") == wanted
        await db.execute("DELETE FROM registration_rule")
        assert await db.fetch_value("SELECT on_demand_until FROM event") is None

    async def test_whoever_was_invited_before_keeps_the_entry(self, attending: Attending) -> None:
        shop = await make_shop(format=EventFormat.ONLINE)
        path = await attending.register(shop)
        await attending.work()
        await rule(shop, on_demand_until=clock.now() + timedelta(days=30))
        await over(shop)
        await attending.client.post(f"{path}/mail")
        await attending.work()
        assert await attending.told(AMARA["email"]) == [("REQUEST", 0), ("REQUEST", 0)]

    async def test_prices_follow_on(self, database: str) -> None:
        shop = await make_shop(price=5000)
        await over(shop)
        await rule(shop, on_demand_until=clock.now() + timedelta(days=30))
        await db.execute("UPDATE ticket_type SET price = 3000")
        await follow_sales(now=clock.now())
        assert await db.fetch_value("SELECT price_from FROM event") == 3000


async def test_an_event_without_rules_costs_no_more_statements(client: httpx.AsyncClient) -> None:
    """The number of statements that a free registration takes, with and without rules."""
    plain, ruled = await make_shop(), await make_shop()
    await rule(ruled, company_mail_only=True, recording_choice=True)
    seen: dict[str, list[int]] = {}
    for shop in (plain, ruled):
        path = await hold(client, shop)
        async with counting() as statements:
            other = await hold(client, shop)
            assert (await client.post(f"{path}/details", data=ME)).status_code == 303
        seen[shop.slug] = [len(statements)]
        assert other != path
    assert seen[plain.slug] == seen[ruled.slug] == [9]


async def test_rules_of_one_event_are_not_another_s(client: httpx.AsyncClient) -> None:
    ruled, plain = await make_shop(), await make_shop()
    await rule(ruled, company_mail_only=True, approval=True, recording_choice=True)
    field = await ask(ruled, "Your part")
    path = await hold(client, plain)
    page: Any = await client.get(f"{path}/details")
    for no in (field, "watching", "An address of your company", "Ask for"):
        assert no not in page.text
    assert (await client.post(f"{path}/details", data={**ME, "email": "a@gmail.com"})).status_code == 303
    assert await db.fetch_value("SELECT state FROM seat_order") == "confirmed"
