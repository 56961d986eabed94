"""Saving, moving, cancelling: what is stored, what calendars show, what is recorded, who is told."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import StaffRole
from portal.calendars import queries as calendars
from portal.core import db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.events import commands
from portal.events.tables import EventFormat, EventState
from portal.events.values import EventFacts, Outcome, PriceSummary, VenueFacts, whole_days
from tests.factories import events

pytestmark = pytest.mark.usefixtures("database")
EDITOR = Actor(account_id=7, email="editor@example.org", name="Editor", roles=frozenset({StaffRole.EDITOR}))
VISITOR = Actor(account_id=8, email="visitor@example.org", name="Visitor")
NINE = datetime(2027, 2, 9, 9, tzinfo=UTC)


async def stored(event_id: int) -> Any:
    return await db.fetch_one("SELECT * FROM event WHERE id = $1", event_id)


async def entry(event_id: int) -> Any:
    return (await calendars.current("event", [str(event_id)]))[str(event_id)]


async def told() -> list[Any]:
    """Events whose attendees are to be told something."""
    rows = await db.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'registration.event_changed' ORDER BY id")
    return [msgspec.json.decode(row["payload"])["event"] for row in rows]


async def move(event_id: int, *, version: int = 1, now: datetime = events.NOW, **more: Any) -> None:
    given: dict[str, Any] = {
        "starts_at": NINE, "ends_at": NINE + timedelta(hours=8), "timezone": "Europe/Brussels", "venue": events.GHENT,
    }  # fmt: skip
    await commands.move_event(actor=EDITOR, event_id=event_id, version=version, now=now, **{**given, **more})


class TestSaving:
    async def test_everything_is_stored(self) -> None:
        facts = events.facts(
            "Isolator <Day>",
            description="# Hello\n\n<script>alert(1)</script>\n\n**you**",
            topics=("Isolators", "Quality"),
        )
        event_id = await commands.save_event(actor=PORTAL, facts=facts, now=events.NOW)
        row = await stored(event_id)
        assert row["title"] == "Isolator <Day>"
        assert row["slug"].startswith("isolator-day-")
        assert row["description_html"] == "<h3>Hello</h3>\n\n<p><strong>you</strong></p>\n"
        assert (row["state"], row["version"], row["published_at"]) == ("published", 1, events.NOW)
        topics = await db.fetch(
            "SELECT t.slug FROM event_topic JOIN topic t ON t.id = topic WHERE event = $1 ORDER BY 1", event_id
        )
        assert [topic["slug"] for topic in topics] == ["isolators", "quality"]

    async def test_the_calendar_entry_comes_with_it(self) -> None:
        event_id = await events.make("Isolator Day", online_url="https://rooms.example/secret")
        shown = (await entry(event_id)).entry
        assert shown.title == "Isolator Day"
        assert shown.location == "Oude Vismijn, Rekelingestraat 5, 9000 Ghent, Belgium"
        assert shown.categories == ("Analytics",)
        assert "secret" not in msgspec.json.encode(shown).decode()

    async def test_a_draft_has_no_entry_until_it_is_published(self) -> None:
        event_id = await events.make(state=EventState.DRAFT)
        assert await calendars.current("event", [str(event_id)]) == {}
        await commands.publish_event(actor=EDITOR, event_id=event_id, now=events.NOW)
        assert (await entry(event_id)).number == 1

    async def test_the_same_title_twice_gets_two_addresses(self) -> None:
        first, second, third = [await stored(await events.make("Isolator Day", days=40)) for _ in range(3)]
        assert len({first["slug"], second["slug"], third["slug"]}) == 3

    async def test_many_at_once_with_the_same_title(self) -> None:
        ids = await asyncio.gather(*(events.make("Isolator Day") for _ in range(4)))
        assert await db.fetch_value("SELECT count(DISTINCT slug) FROM event WHERE id = ANY($1)", list(ids)) == 4

    async def test_venues_are_shared_and_found_on_the_map(self) -> None:
        bare = VenueFacts(name="Donauhalle", city="Vienna", country="AT")
        mapped = msgspec.structs.replace(bare, latitude=48.2, longitude=16.4)
        other = msgspec.structs.replace(bare, directions="U2")
        for venue in (bare, mapped, bare, other):
            await events.make(venue=venue)
        rows = await db.fetch("SELECT latitude, directions FROM venue ORDER BY id")
        assert [tuple(row) for row in rows] == [(48.2, ""), (None, "U2")]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"title": " \x00 "}, "title"),
            ({"timezone": "Mars/Olympus"}, "timezone"),
            ({"timezone": "../../etc/passwd"}, "timezone"),
            ({"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, "ends_at"),
            ({"starts_at": datetime(1, 1, 1, tzinfo=UTC)}, "starts_at"),
            ({"starts_at": datetime(2027, 1, 1)}, "starts_at"),  # noqa: DTZ001
            ({"url": "javascript:alert(1)"}, "url"),
            ({"url": "https://" + "a" * 1000}, "url"),
            ({"url": "https://[bad"}, "url"),
            ({"url": "https://user:pw@x.example/"}, "url"),
            ({"online_url": "https://user@x.example/"}, "online_url"),
            ({"price_from": -1, "price_currency": "EUR"}, "price_from"),
            ({"price_from": 100}, "price_currency"),
            ({"venue": VenueFacts(city="Ghent", country="XX")}, "country"),
            ({"venue": VenueFacts(city="Ghent", latitude=91.0)}, "latitude"),
            ({"source_key": "1"}, "source_key"),
            ({"state": EventState.MOVED}, "state"),
        ],
    )
    async def test_what_cannot_be_is_refused_by_field(self, wrong: dict[str, Any], field: str) -> None:
        facts = msgspec.structs.replace(events.facts(timezone="Europe/Brussels"), **wrong)
        with pytest.raises(Invalid) as refused:
            await commands.save_event(actor=PORTAL, facts=facts, now=events.NOW)
        assert list(refused.value.fields) == [field]
        assert await db.fetch_value("SELECT count(*) FROM event") == 0

    async def test_only_editors_may(self) -> None:
        with pytest.raises(Forbidden):
            await commands.save_event(actor=VISITOR, facts=events.facts(), now=events.NOW)

    async def test_a_wished_address_and_the_former_one(self) -> None:
        event_id = await events.make("Isolator Day")
        old = (await stored(event_id))["slug"]
        again = events.facts("Isolator Day", slug="isolators")
        await commands.save_event(actor=EDITOR, facts=again, now=events.NOW, event_id=event_id)
        assert (await stored(event_id))["slug"] == "isolators"
        assert await db.fetch_value("SELECT event FROM event_former_slug WHERE slug = $1", old) == event_id
        back = events.facts("Isolator Day", slug=old)
        await commands.save_event(actor=EDITOR, facts=back, now=events.NOW, event_id=event_id)
        assert [row["slug"] for row in await db.fetch("SELECT slug FROM event_former_slug")] == ["isolators"]

    async def test_nothing_known_by_that_id(self) -> None:
        with pytest.raises(NotFound):
            await commands.save_event(actor=EDITOR, facts=events.facts(), now=events.NOW, event_id=4711)


class TestImporting:
    def facts(self, key: str = "a", **more: Any) -> EventFacts:
        return events.facts("Imported", source="list", source_key=key, starts_at=NINE, **more)

    async def save(self, *facts: EventFacts) -> list[Outcome]:
        saved = await commands.save_events(actor=PORTAL, facts=facts, now=events.NOW)
        return [answer.outcome for answer in saved]

    async def test_a_second_time_changes_nothing(self) -> None:
        assert await self.save(self.facts("a"), self.facts("b")) == [Outcome.CREATED, Outcome.CREATED]
        before = await db.fetch("SELECT xmin, * FROM event ORDER BY id")
        assert await self.save(self.facts("a"), self.facts("b")) == [Outcome.UNCHANGED, Outcome.UNCHANGED]
        assert await db.fetch("SELECT xmin, * FROM event ORDER BY id") == before

    async def test_a_changed_one_is_updated_and_the_rest_left(self) -> None:
        await self.save(self.facts("a"), self.facts("b"))
        assert await self.save(self.facts("a", summary="New."), self.facts("b")) == [Outcome.CHANGED, Outcome.UNCHANGED]
        assert await db.fetch_value("SELECT version FROM event WHERE source_key = 'a'") == 2

    async def test_a_refused_one_does_not_stop_the_rest(self) -> None:
        wrong = self.facts("w", timezone="Nowhere/Land")
        saved = await commands.save_events(actor=PORTAL, facts=[self.facts("a"), wrong], now=events.NOW)
        assert [answer.outcome for answer in saved] == [Outcome.CREATED, Outcome.REFUSED]
        assert list(saved[1].reasons) == ["timezone"]

    async def test_the_same_event_twice_in_one_chunk(self) -> None:
        outcomes = await self.save(self.facts("a"), self.facts("a"), self.facts("a", summary="Other."))
        assert outcomes == [Outcome.CREATED, Outcome.UNCHANGED, Outcome.REFUSED]

    async def test_a_source_that_moves_its_event_makes_it_moved(self) -> None:
        await self.save(self.facts())
        await self.save(
            msgspec.structs.replace(self.facts(), starts_at=NINE + timedelta(days=1), ends_at=NINE + timedelta(days=2))
        )
        row = await db.fetch_one("SELECT * FROM event")
        assert (row["state"], row["first_starts_at"]) == ("moved", NINE)
        assert row["change_note"].startswith("New time: Wed 10 Feb 2027")

    async def test_a_source_that_repeats_itself_does_not_undo_a_move_by_staff(self) -> None:
        await self.save(self.facts())
        event_id = await db.fetch_value("SELECT id FROM event")
        later = NINE + timedelta(days=7)
        await move(event_id, starts_at=later, ends_at=later + timedelta(hours=8))
        assert await self.save(self.facts(summary="Only the summary is new.")) == [Outcome.CHANGED]
        row = await stored(event_id)
        assert (row["starts_at"], row["summary"]) == (later, "Only the summary is new.")

    async def test_a_source_does_not_know_who_pays_for_a_listing(self) -> None:
        await self.save(self.facts())
        await db.execute("UPDATE event SET sponsor = 'Lombarda Fiere'")
        assert await self.save(self.facts(summary="Only the summary is new.")) == [Outcome.CHANGED]
        assert await db.fetch_value("SELECT sponsor FROM event") == "Lombarda Fiere"

    async def test_a_source_cancels_and_takes_it_back(self) -> None:
        await self.save(self.facts())
        await self.save(self.facts(state=EventState.CANCELLED))
        assert await db.fetch_value("SELECT state FROM event") == "cancelled"
        await self.save(self.facts())
        assert await db.fetch_value("SELECT state FROM event") == "published"

    async def test_a_source_that_goes_on_does_not_undo_a_cancellation_by_staff(self) -> None:
        await self.save(self.facts())
        event_id = await db.fetch_value("SELECT id FROM event")
        await commands.cancel_event(actor=EDITOR, event_id=event_id, version=1, now=events.NOW)
        await self.save(self.facts(summary="New words."))
        assert await db.fetch_value("SELECT state FROM event") == "cancelled"

    async def test_a_street_that_was_not_known_is_no_move(self) -> None:
        await self.save(self.facts(venue=VenueFacts(city="Ghent", country="BE")))
        await self.save(self.facts(venue=events.GHENT))
        row = await db.fetch_one("SELECT state, v.street FROM event e JOIN venue v ON v.id = e.venue")
        assert dict(row) == {"state": "published", "street": "Rekelingestraat 5"}

    async def test_statements_do_not_grow_with_events(self) -> None:
        from tests.queries import counting

        numbers = []
        for count in (2, 40):
            async with counting() as seen:
                await self.save(*(self.facts(f"{count}-{n}") for n in range(count)))
            numbers.append(len(seen))
        assert numbers[0] == numbers[1]


class TestMoving:
    async def test_the_first_time_is_kept_through_several_moves(self) -> None:
        event_id = await events.make(starts_at=NINE)
        for number, days in enumerate((1, 2), 1):
            at = NINE + timedelta(days=days)
            await move(event_id, version=number, starts_at=at, ends_at=at + timedelta(hours=8))
        row = await stored(event_id)
        assert (row["state"], row["first_starts_at"], row["starts_at"]) == ("moved", NINE, NINE + timedelta(days=2))
        assert await told() == [event_id, event_id]

    async def test_moved_back_it_is_an_ordinary_event_again(self) -> None:
        event_id = await events.make(starts_at=NINE)
        await move(event_id, starts_at=NINE + timedelta(days=1), ends_at=NINE + timedelta(days=2))
        await move(event_id, version=2)
        row = await stored(event_id)
        assert (row["state"], row["first_starts_at"], row["version"]) == ("published", None, 3)

    async def test_another_place_is_a_move_too(self) -> None:
        event_id = await events.make(starts_at=NINE)
        await move(event_id, venue=events.VIENNA)
        row = await stored(event_id)
        assert (row["state"], row["first_starts_at"]) == ("moved", None)
        assert row["first_place"] == "Oude Vismijn, Rekelingestraat 5, 9000 Ghent, Belgium"

    async def test_from_a_room_to_the_screen(self) -> None:
        event_id = await events.make(starts_at=NINE)
        await move(event_id, venue=None, format=EventFormat.ONLINE, online_url="https://rooms.example/1")
        row = await stored(event_id)
        assert (row["format"], row["venue"], row["online_url"]) == ("online", None, "https://rooms.example/1")
        assert (await entry(event_id)).entry.location == "Online"

    async def test_the_entry_keeps_its_uid_and_raises_its_sequence_by_one(self) -> None:
        event_id = await events.make(starts_at=NINE)
        before = await entry(event_id)
        later = before.at + timedelta(hours=1)
        await move(event_id, starts_at=NINE + timedelta(hours=1), now=later)
        after = await entry(event_id)
        assert (after.uid, after.sequence, after.at) == (before.uid, before.sequence + 1, later)
        assert after.entry.starts_at == NINE + timedelta(hours=1)

    async def test_saving_what_is_stored_already_does_nothing(self) -> None:
        event_id = await events.make(starts_at=NINE)
        await move(event_id)
        assert (await stored(event_id))["version"] == 1
        assert await told() == []

    async def test_it_is_audited(self) -> None:
        event_id = await events.make(starts_at=NINE)
        await move(event_id, starts_at=NINE + timedelta(hours=1))
        row = await db.fetch_one("SELECT * FROM audit_entry ORDER BY id DESC LIMIT 1")
        facts = msgspec.json.decode(row["facts"])
        assert (row["actor"], row["verb"], row["key"]) == ("account 7", "event.moved", str(event_id))
        assert facts["version"] == 2
        assert facts["told"] == ("New time: Tue 9 Feb 2027, 11:00–18:00 CET (was Tue 9 Feb 2027, 10:00–18:00 CET).")

    async def test_two_editors_at_once(self) -> None:
        event_id = await events.make(starts_at=NINE)
        await move(event_id, starts_at=NINE + timedelta(hours=1))
        with pytest.raises(Conflict) as refused:
            await move(event_id, starts_at=NINE + timedelta(hours=2))
        assert "New time: Tue 9 Feb 2027, 11:00–18:00 CET" in refused.value.message
        assert (await stored(event_id))["starts_at"] == NINE + timedelta(hours=1)

    async def test_a_new_price_meanwhile_is_no_conflict(self) -> None:
        event_id = await events.make(starts_at=NINE)
        await commands.set_price_summary(
            event_id=event_id, summary=PriceSummary(is_free=False, price_from=100, price_currency="EUR"), now=events.NOW
        )
        await move(event_id, starts_at=NINE + timedelta(hours=2))
        assert (await stored(event_id))["version"] == 3

    async def test_really_at_once_only_one_wins(self) -> None:
        event_id = await events.make(starts_at=NINE)
        moves = (move(event_id, starts_at=NINE + timedelta(hours=n)) for n in (1, 2, 3))
        answers = await asyncio.gather(*moves, return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Conflict", "NoneType"]
        assert (await stored(event_id))["version"] == 2

    async def test_a_cancelled_event_is_reinstated_first(self) -> None:
        event_id = await events.make(starts_at=NINE)
        await commands.cancel_event(actor=EDITOR, event_id=event_id, version=1, now=events.NOW)
        with pytest.raises(Conflict):
            await move(event_id, version=2)

    async def test_refused_times_change_nothing(self) -> None:
        event_id = await events.make(starts_at=NINE)
        with pytest.raises(Invalid):
            await move(event_id, ends_at=NINE)
        assert (await stored(event_id))["version"] == 1

    async def test_of_a_draft_nobody_is_told(self) -> None:
        event_id = await events.make(state=EventState.DRAFT, starts_at=NINE)
        await move(event_id, starts_at=NINE + timedelta(hours=1))
        row = await stored(event_id)
        assert (row["state"], row["first_starts_at"], row["change_note"]) == ("draft", None, "")
        assert await told() == []

    async def test_of_somebody_elses_event_nobody_is_told(self) -> None:
        event_id = await events.make(kind="external", starts_at=NINE)
        await move(event_id, starts_at=NINE + timedelta(hours=1))
        assert await told() == []


class TestCancelling:
    async def test_it_stays_as_cancelled(self) -> None:
        event_id = await events.make()
        await commands.cancel_event(
            actor=EDITOR, event_id=event_id, version=1, now=events.NOW, reason="The speaker\nis ill."
        )
        row = await stored(event_id)
        assert (row["state"], row["change_note"]) == ("cancelled", "It is cancelled. The speaker is ill.")
        assert (await entry(event_id)).entry.cancelled is True
        assert await told() == [event_id]

    async def test_twice_is_refused(self) -> None:
        event_id = await events.make()
        await commands.cancel_event(actor=EDITOR, event_id=event_id, version=1, now=events.NOW)
        with pytest.raises(Conflict):
            await commands.cancel_event(actor=EDITOR, event_id=event_id, version=2, now=events.NOW)

    async def test_reinstated_a_moved_event_is_still_a_moved_one(self) -> None:
        event_id = await events.make(starts_at=NINE)
        await move(event_id, starts_at=NINE + timedelta(hours=1))
        await commands.cancel_event(actor=EDITOR, event_id=event_id, version=2, now=events.NOW)
        await commands.reinstate_event(actor=EDITOR, event_id=event_id, version=3, now=events.NOW)
        row = await stored(event_id)
        assert (row["state"], row["first_starts_at"]) == ("moved", NINE)
        revision = await entry(event_id)
        assert (revision.entry.cancelled, revision.sequence) == (False, 3)
        assert await told() == [event_id] * 3

    async def test_withdrawn_it_is_a_draft_and_cancelled_in_calendars(self) -> None:
        event_id = await events.make()
        await commands.withdraw_event(actor=EDITOR, event_id=event_id, version=1, now=events.NOW)
        assert (await stored(event_id))["state"] == "draft"
        assert (await entry(event_id)).entry.cancelled is True
        await commands.publish_event(actor=EDITOR, event_id=event_id, now=events.NOW)
        assert (await entry(event_id)).entry.cancelled is False
        assert await told() == [event_id, event_id]

    async def test_visitors_may_not(self) -> None:
        event_id = await events.make()
        with pytest.raises(Forbidden):
            await commands.cancel_event(actor=VISITOR, event_id=event_id, version=1, now=events.NOW)


async def test_a_price_raises_the_version_once() -> None:
    event_id = await events.make()
    for _ in range(2):
        await commands.set_price_summary(
            event_id=event_id,
            summary=PriceSummary(is_free=False, price_from=52000, price_currency="EUR"),
            now=events.NOW,
        )
    row = await stored(event_id)
    assert (row["price_from"], row["version"], (await entry(event_id)).number) == (52000, 2, 1)


async def test_whole_days_where_midnight_does_not_exist() -> None:
    """In Cairo, clocks go forward at midnight of 30 April 2027: the day begins at one o'clock."""
    starts_at, ends_at = whole_days(datetime(2027, 4, 29).date(), datetime(2027, 4, 30).date(), "Africa/Cairo")  # noqa: DTZ001
    event_id = await events.make(
        starts_at=starts_at,
        hours=int((ends_at - starts_at).total_seconds() // 3600),
        timezone="Africa/Cairo",
        all_day=True,
    )
    row = await stored(event_id)
    assert (row["starts_on"].isoformat(), row["ends_on"].isoformat()) == ("2027-04-29", "2027-04-30")
