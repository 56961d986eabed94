"""What a change by staff does to others: other editors, other events at the place, attendees, events that are over."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import httpx
import pytest

from portal.calendars import queries as calendar_queries
from portal.core import clock, db
from portal.demo.seed.taking import Gone, take_places
from portal.events import commands
from portal.events.tables import EventKind
from portal.events.values import PriceSummary
from tests.events.reading import words
from tests.events.test_staff import DAY, NINE, TYPED, VIENNA, stored
from tests.factories import events
from tests.factories.registration import Shop, make_shop

AT_SHOP = {**TYPED, "country": "DE"}


@pytest.fixture
async def event_id(client: httpx.AsyncClient) -> int:
    return await events.make("Isolator Day", starts_at=NINE, timezone="Europe/Vienna", venue=events.VIENNA)


async def save(editor: httpx.AsyncClient, event_id: int, **typed: str) -> httpx.Response:
    """The form as an editor who opened it just now sends it."""
    version = {"version": str((await stored(event_id))["version"])}
    return await editor.post(f"/staff/events/{event_id}/schedule", data={**TYPED, **version, **typed})


async def place(event_id: int) -> tuple[str, str, str]:
    """(postal code, directions, what calendars show) of an event's place."""
    row = await db.fetch_one(
        "SELECT v.postal_code, v.directions FROM event e JOIN venue v ON v.id = e.venue WHERE e.id = $1", event_id
    )
    assert row is not None
    revision = (await calendar_queries.current("event", [str(event_id)]))[str(event_id)]
    return row["postal_code"], row["directions"], revision.entry.location


async def jobs() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'registration.event_changed'"))


class TestPlaces:
    async def test_what_is_cleared_is_gone(self, editor: httpx.AsyncClient, event_id: int) -> None:
        await save(editor, event_id, directions="Take tram 2.")
        assert (await place(event_id))[:2] == ("1220", "Take tram 2.")
        await save(editor, event_id, directions="")
        assert (await place(event_id))[:2] == ("1220", "")
        await save(editor, event_id, postal_code="")
        assert await place(event_id) == ("", "", "Donauhalle, Uferstrasse 14, Vienna, Austria")

    async def test_other_events_at_the_place_keep_theirs(self, editor: httpx.AsyncClient, event_id: int) -> None:
        other = await events.make("Other Day", starts_at=NINE, timezone="Europe/Vienna", venue=events.VIENNA)
        before = await place(other)
        await save(editor, event_id, postal_code="1222", directions="Ring at the green door.")
        assert await place(other) == before
        assert (await place(event_id))[2] == "Donauhalle, Uferstrasse 14, 1222 Vienna, Austria"

    async def test_a_source_that_repeats_itself_undoes_nothing(self, editor: httpx.AsyncClient, client: Any) -> None:
        source = {"source": "elsewhere", "source_key": "1", "kind": EventKind.EXTERNAL, "url": "https://x.example/"}
        facts = events.facts("Fair", starts_at=NINE, timezone="Europe/Vienna", venue=events.VIENNA, **source)
        event_id = await commands.save_event(actor=events.PORTAL, facts=facts, now=clock.now())
        typed = {"directions": "Take tram 2.", "postal_code": "1222"}
        assert (await save(editor, event_id, **typed)).status_code == 303
        again = events.facts(
            "Fair", starts_at=NINE, timezone="Europe/Vienna", venue=events.VIENNA, summary="New words.", **source
        )
        await commands.save_event(actor=events.PORTAL, facts=again, now=clock.now())
        assert (await place(event_id))[:2] == ("1222", "Take tram 2.")

    async def test_an_editor_with_an_older_page_overwrites_nothing(
        self, editor: httpx.AsyncClient, event_id: int
    ) -> None:
        opened = str((await stored(event_id))["version"])
        await save(editor, event_id, directions="Tram 2 is closed, take bus 9.")
        stale = {"version": opened, "directions": "Take tram 2.", "starts": f"{DAY}T10:00"}
        answer = await save(editor, event_id, **stale)
        assert answer.status_code == 409
        assert "Time and place are the same; directions, map, texts or the online room are not." in words(answer.text)
        assert "Take tram 2." in answer.text
        assert (await place(event_id))[1] == "Tram 2 is closed, take bus 9."
        version = re.search(r'name="version" value="(\d+)"', answer.text)
        assert version is not None
        assert (await save(editor, event_id, **{**stale, "version": version[1]})).status_code == 303

    async def test_new_prices_are_no_conflict(self, editor: httpx.AsyncClient, event_id: int) -> None:
        opened = str((await stored(event_id))["version"])
        await commands.set_price_summary(
            event_id=event_id,
            summary=PriceSummary(is_free=False, price_from=100, price_currency="EUR"),
            now=clock.now(),
        )
        assert (await save(editor, event_id, version=opened, starts=f"{DAY}T10:00")).status_code == 303


async def sold(people: int, **more: Any) -> Shop:
    """An event with so many people on seats, whom the ledger knows."""
    shop = await make_shop(starts_at=NINE, **more)
    await take_places([Gone(shop.event_id, "Seat", people)], now=clock.now())
    return shop


class TestAudience:
    async def test_seats_are_counted_not_calendars(self, editor: httpx.AsyncClient) -> None:
        shop = await sold(11)
        await db.execute("DELETE FROM calendar_message")
        page = words((await editor.get(f"/staff/events/{shop.event_id}")).text)
        assert "Cancel and tell 11 people" in page
        assert "Nobody was sent this event’s calendar entry yet." in page
        typed = {**AT_SHOP, "version": str((await stored(shop.event_id))["version"]), "starts": f"{DAY}T10:00"}
        answer = await editor.post(f"/staff/events/{shop.event_id}/preview", data=typed)
        assert "11 people would be told" in words(answer.text)

    async def test_the_page_names_who_holds_what(self, editor: httpx.AsyncClient) -> None:
        shop = await sold(3)
        await save(editor, shop.event_id, **{**AT_SHOP, "starts": f"{DAY}T10:00"} | await _version(shop.event_id))
        page = words((await editor.get(f"/staff/events/{shop.event_id}")).text)
        assert "3 people have it in the calendar from us. 3 people still hold an older version." in page
        assert page.count("still version 1") == 3
        assert len(re.findall(r"guest\d+-\d+@[a-z]+\.example", page)) == 3


async def _version(event_id: int) -> dict[str, str]:
    return {"version": str((await stored(event_id))["version"])}


class TestPast:
    async def test_moving_into_the_past_is_asked_about(self, editor: httpx.AsyncClient, event_id: int) -> None:
        year = clock.now().year - 6
        typed = {"starts": f"{year}-02-09T09:00", "ends": f"{year}-02-09T17:00"}
        answer = await save(editor, event_id, **typed)
        assert answer.status_code == 422
        assert "The new time is over already. If that is right, tick this box and save again." in words(answer.text)
        assert 'id="f-past"' in answer.text
        assert f'value="{year}-02-09T09:00"' in answer.text
        assert (await stored(event_id))["starts_at"] == NINE
        assert (await save(editor, event_id, past="yes", **typed)).status_code == 303
        assert (await stored(event_id))["starts_at"].year == year

    @pytest.mark.parametrize("ticked", [False, True])
    async def test_of_what_is_over_nobody_is_told_unless_ticked(
        self, editor: httpx.AsyncClient, event_id: int, ticked: bool
    ) -> None:
        day = clock.now().astimezone(VIENNA).date() - timedelta(50)
        starts = datetime.combine(day, time(9), VIENNA)
        past = await events.make("Old", starts_at=starts, timezone="Europe/Vienna", venue=events.VIENNA)
        page = words((await editor.get(f"/staff/events/{past}")).text)
        assert "and tell" not in page
        assert page.count("The event is over: without this nobody gets a mail") == 2
        before = await jobs()
        typed = {"starts": f"{day}T10:00", "ends": f"{day}T17:00", "tell_over": "yes" if ticked else ""}
        assert (await save(editor, past, **typed)).status_code == 303
        assert await jobs() - before == ticked
        cancelling = {**await _version(past), "tell_anyway": "yes" if ticked else ""}
        await editor.post(f"/staff/events/{past}/cancellation", data=cancelling)
        assert await jobs() - before == 2 * ticked
        said = words((await editor.get(f"/staff/events/{past}")).text)
        assert ("It was over, so nobody is told." in said) is not ticked

    async def test_what_is_still_to_come_is_told_wherever_it_moves(
        self, editor: httpx.AsyncClient, event_id: int
    ) -> None:
        before = await jobs()
        day = clock.now().astimezone(VIENNA).date() - timedelta(3)
        typed = {"starts": f"{day}T09:00", "ends": f"{day}T17:00", "past": "yes"}
        assert (await save(editor, event_id, **typed)).status_code == 303
        assert await jobs() - before == 1
