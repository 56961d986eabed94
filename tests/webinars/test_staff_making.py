"""`/staff/webinars`: the list, making a webinar in one form, giving an event a room; the facts of one, and publishing it."""

from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from portal.core import db
from portal.webinars.rules.states import HostAction
from tests.events.hearing import settled
from tests.events.reading import titles, words
from tests.factories import events, stages, webinars
from tests.factories.registration import make_shop
from tests.webinars.setting_up import fault, field, one

HERE = "/staff/webinars"
DAY = events.DAY
NEW = {
    "title": "Gloves, measured", "summary": "A year of data.", "description": "**Long** story.", "starts": f"{DAY}T15:00",
    "minutes": "75", "timezone": "Europe/Vienna", "topics": "Isolators, Gloves; Isolators", "language": "English",
    "image": "isolator", "admission": "free", "price": "", "tax_rate": "19", "ticket": "Live seat", "places": "300",
}  # fmt: skip


async def made(editor: httpx.AsyncClient, **other: str) -> int:
    answer = await editor.post(HERE, data={**NEW, **other})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].split("/")[3])


class TestMaking:
    async def test_a_free_webinar_is_a_draft_until_it_is_published(
        self, app: Litestar, editor: httpx.AsyncClient
    ) -> None:
        number = await made(editor)
        row = await one("SELECT e.* FROM event e JOIN webinar w ON w.event = e.id WHERE w.id = $1", number)
        assert (row["state"], row["format"], row["kind"], row["organiser_name"]) == (
            "draft",
            "online",
            "own",
            "Sterile Line",
        )
        assert row["starts_at"] == events.NINE + timedelta(hours=6)
        assert row["ends_at"] == events.NINE + timedelta(hours=7, minutes=15)
        assert row["description_html"] == "<p><strong>Long</strong> story.</p>\n"
        names = await db.fetch("SELECT t.name FROM event_topic et JOIN topic t ON t.id = et.topic ORDER BY 1")
        assert [name["name"] for name in names] == ["Gloves", "Isolators"]
        ticket = await one("SELECT t.price, q.capacity FROM ticket_type t JOIN quota q ON q.event = t.event")
        assert ticket == {"price": 0, "capacity": 300}
        said = words((await editor.get(f"{HERE}/{number}/room")).text)
        assert "Made, as a draft: nobody sees it until it is published." in said
        assert titles((await editor.get("/webinars")).text) == []
        assert "Not public yet" in words((await editor.get(f"{HERE}/{number}")).text)
        answer = await editor.post(f"{HERE}/{number}/publication")
        assert answer.headers["location"] == f"{HERE}/{number}"
        await settled(app)
        assert titles((await editor.get("/webinars?topic=gloves")).text) == ["Gloves, measured"]

    async def test_with_a_price_and_its_tax(self, editor: httpx.AsyncClient) -> None:
        await made(editor, admission="paid", price="95.50", tax_rate="8.1")
        row = await one("SELECT price, tax_rate::text, currency, name FROM ticket_type")
        assert row == {"price": 9550, "tax_rate": "8.10", "currency": "EUR", "name": "Live seat"}

    @pytest.mark.parametrize(
        ("wrong", "name", "said"),
        [
            ({"title": ""}, "title", "Please fill in: title."),
            ({"title": "x" * 251}, "title", "Please keep this under 250 characters; it has 251."),
            ({"starts": "tomorrow"}, "starts", "Please give a date and time such as 2027-02-09T09:00."),
            ({"starts": f"{DAY}"}, "starts", "Please give a date and time such as 2027-02-09T09:00."),
            ({"starts": "9999-12-31T10:00"}, "starts", "The year 9999 cannot be right."),
            ({"starts": "2020-02-03T10:00"}, "past", "The new time is over already."),
            ({"minutes": "0"}, "minutes", "Please give minutes from 5 to 1440."),
            ({"minutes": "an hour"}, "minutes", "Please give minutes from 5 to 1440."),
            (
                {"timezone": "Mars/Olympus"},
                "timezone",
                "Please choose a time zone from the list, such as Europe/Vienna.",
            ),
            ({"admission": "paid"}, "price", "Please give the price, or let the webinar be free."),
            ({"admission": "paid", "price": "1,090"}, "price", "Please give an amount such as 1090 or 1090.00,"),
            (
                {"admission": "paid", "price": "95", "tax_rate": "a lot"},
                "tax_rate",
                "Please give per cents such as 19 or 8.1.",
            ),
            ({"admission": "barter"}, "admission", "Please choose one of the offered values."),
            ({"places": "0"}, "places", "Please give a number of places, at least 1."),
        ],
    )
    async def test_faults_stand_beside_their_field_and_what_was_typed_stays(
        self, editor: httpx.AsyncClient, wrong: dict[str, str], name: str, said: str
    ) -> None:
        answer = await editor.post(HERE, data={**NEW, "language": "Rhaeto-Romanic", **wrong})
        assert answer.status_code == 422
        assert fault(answer.text, name).startswith(said), answer.text
        assert field(answer.text, "language") == "Rhaeto-Romanic"
        assert await db.fetch_value("SELECT count(*) FROM event") == 0

    async def test_nothing_is_left_of_what_was_refused_half_way(self, editor: httpx.AsyncClient) -> None:
        answer = await editor.post(HERE, data={**NEW, "admission": "paid", "price": "0.01", "ticket": "x" * 121})
        assert answer.status_code == 422
        assert await db.fetch_value("SELECT count(*) FROM event") == 0


class TestRooms:
    async def test_an_event_that_is_announced_gets_a_room(self, app: Litestar, editor: httpx.AsyncClient) -> None:
        online = await events.make("Online day", online=True)
        await events.make("Room only")
        page = (await editor.get(f"{HERE}/new?event={online}")).text
        assert f'<option value="{online}" selected>' in page
        assert "Room only" not in page
        answer = await editor.post(f"{HERE}/rooms", data={"event": str(online)})
        assert answer.status_code == 303
        await settled(app)
        assert titles((await editor.get("/webinars")).text) == ["Online day"]
        again = await editor.post(f"{HERE}/rooms", data={"event": str(online)})
        assert again.status_code == 409
        assert fault(again.text, "event").startswith("This event has a room already")
        assert fault((await editor.post(f"{HERE}/rooms", data={})).text, "event") == "Please choose an event."

    async def test_from_an_event_to_its_room(self, editor: httpx.AsyncClient) -> None:
        shop = await webinars.make()
        answer = await editor.get(f"{HERE}/of/{shop.event_id}")
        assert answer.headers["location"] == f"{HERE}/{shop.webinar_id}"
        bare = await events.make("Online day", online=True)
        assert (await editor.get(f"{HERE}/of/{bare}")).headers["location"] == f"{HERE}/new?event={bare}#rooms"
        room_only = await events.make("Room only")
        answer = await editor.get(f"{HERE}/of/{room_only}")
        assert answer.headers["location"] == f"/staff/events/{room_only}"
        assert (await editor.get(f"{HERE}/of/4711")).status_code == 404


class TestList:
    async def test_what_is_on_first_then_what_comes_then_what_is_over(self, editor: httpx.AsyncClient) -> None:
        await stages.announce("Soon", starts_in=timedelta(days=3))
        await stages.announce("Later", starts_in=timedelta(days=9), series_id=await stages.a_series("Annex 1"))
        live = await stages.announce("Live one", starts_in=timedelta(days=20))
        await webinars.go(live, HostAction.GO_LIVE)
        await stages.film(await stages.announce("Old"))
        await made(editor, title="Draft one")

        async def found(query: str = "") -> list[str]:
            page = (await editor.get(f"{HERE}{query}")).text
            return [
                part.partition("<")[0]
                for part in page.split('<th scope="row"><a class="link" href="/staff/webinars/')[1:]
            ]

        def named(rows: list[str]) -> list[str]:
            return [row.partition('">')[2] for row in rows]

        assert named(await found()) == ["Live one", "Soon", "Later", "Draft one", "Old"]
        assert named(await found("?which=draft")) == ["Draft one"]
        assert named(await found("?which=over")) == ["Old"]
        assert named(await found("?q=annex")) == ["Later"]
        assert named(await found("?q=LAT")) == ["Later"]
        assert named(await found("?q=%25")) == []
        assert (await editor.get(f"{HERE}?page=2")).status_code == 404
        fragment = await editor.get(f"{HERE}?q=soon", headers={"HX-Request": "true"})
        assert "<html" not in fragment.text

    async def test_registrations_are_counted(self, editor: httpx.AsyncClient) -> None:
        shop = await webinars.make(capacity=50)
        for n in range(3):
            await webinars.join(shop, f"a{n}@brennhof.example")
        said = words((await editor.get(HERE)).text)
        assert "3 of 50" in said


class TestFacts:
    async def test_the_form_shows_what_is_stored_and_saving_it_changes_nothing(self, editor: httpx.AsyncClient) -> None:
        number = await made(editor)
        page = (await editor.get(f"{HERE}/{number}")).text
        for name in ("title", "summary", "starts", "minutes", "timezone", "language"):
            assert field(page, name) == NEW[name], name
        assert field(page, "topics") == "Gloves, Isolators"
        version = field(page, "version")
        answer = await editor.post(f"{HERE}/{number}", data={**NEW, "version": version})
        assert answer.status_code == 303
        page = (await editor.get(f"{HERE}/{number}")).text
        assert "Nothing was different." in words(page)
        assert field(page, "version") == version

    async def test_texts_and_time_change_together_and_the_address_stays(self, editor: httpx.AsyncClient) -> None:
        shop = await make_online(editor)
        before = await one("SELECT slug, version FROM event WHERE id = $1", shop)
        number = await db.fetch_value("SELECT id FROM webinar WHERE event = $1", shop)
        later = {
            **NEW,
            "title": "Gloves, anew",
            "starts": f"{DAY}T16:30",
            "minutes": "30",
            "version": str(before["version"]),
        }
        assert (await editor.post(f"{HERE}/{number}", data=later)).status_code == 303
        row = await one("SELECT * FROM event WHERE id = $1", shop)
        assert (row["slug"], row["title"], row["state"]) == (before["slug"], "Gloves, anew", "moved")
        assert row["starts_at"] == events.NINE + timedelta(hours=7, minutes=30)
        said = words((await editor.get(f"{HERE}/{number}")).text)
        assert "Saved. Calendars follow, and who has a place is told of another title or time." in said
        told = await one("SELECT count(*) AS n FROM pgqueuer WHERE entrypoint = 'registration.event_changed'")
        assert told["n"] == 2
        acts = await db.fetch("SELECT verb FROM audit_entry WHERE kind = 'event' AND key = $1 ORDER BY id", str(shop))
        assert [act["verb"] for act in acts][-2:] == ["event.described", "event.moved"]

    async def test_the_second_editor_sees_what_the_first_changed(self, editor: httpx.AsyncClient) -> None:
        number = await made(editor)
        version = field((await editor.get(f"{HERE}/{number}")).text, "version")
        await editor.post(f"{HERE}/{number}", data={**NEW, "title": "The first’s", "version": version})
        second = {**NEW, "title": "The second’s", "summary": "Typed.", "version": version}
        answer = await editor.post(f"{HERE}/{number}", data=second)
        assert answer.status_code == 409
        said = words(answer.text)
        assert "This event was changed while you were editing it." in said
        assert "Title is stored as “The first’s”" in said
        assert field(answer.text, "summary") == "Typed."
        assert await db.fetch_value("SELECT title FROM event") == "The first’s"
        again = {**second, "version": field(answer.text, "version")}
        assert (await editor.post(f"{HERE}/{number}", data=again)).status_code == 303
        assert await db.fetch_value("SELECT title FROM event") == "The second’s"

    async def test_what_lies_ahead_goes_into_the_past_only_on_purpose(self, editor: httpx.AsyncClient) -> None:
        number = await made(editor)
        past = {
            **NEW,
            "starts": "2020-02-03T10:00",
            "version": field((await editor.get(f"{HERE}/{number}")).text, "version"),
        }
        answer = await editor.post(f"{HERE}/{number}", data=past)
        assert answer.status_code == 422
        assert (
            fault(answer.text, "past")
            == "The new time is over already. If that is right, tick this box and save again."
        )
        assert (await editor.post(f"{HERE}/{number}", data={**past, "past": "yes"})).status_code == 303

    async def test_who_has_a_place_is_told_how_many(self, editor: httpx.AsyncClient) -> None:
        shop = await webinars.make()
        for n in range(2):
            await webinars.join(shop, f"a{n}@brennhof.example")
        assert "2 people have a place." in words((await editor.get(f"{HERE}/{shop.webinar_id}")).text)


async def make_online(editor: httpx.AsyncClient) -> int:
    """A public webinar; the number of its event."""
    number = await made(editor)
    await editor.post(f"{HERE}/{number}/publication")
    await db.execute("DELETE FROM pgqueuer")
    return int(await db.fetch_value("SELECT event FROM webinar WHERE id = $1", number))


async def test_an_event_in_a_room_only_gets_none_of_ours(editor: httpx.AsyncClient) -> None:
    shop = await make_shop()
    assert (await editor.post(f"{HERE}/rooms", data={"event": str(shop.event_id)})).status_code == 409
