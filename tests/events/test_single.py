"""`/events/{slug}`: the event's page, its states, its data for search engines, its calendar."""

import json
import re
import struct
from datetime import timedelta
from typing import Any

import httpx
import icalendar
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events import commands
from portal.events.rules import pictures
from portal.events.tables import EventFormat, EventState
from portal.events.values import VenueFacts, whole_days
from portal.web import assets
from tests.events.reading import links, titles, words
from tests.factories import events

DAY, NINE, YEAR = events.DAY, events.NINE, events.DAY.year
MONTH = f"{DAY:%Y-%m}"
FORUM: dict[str, Any] = {
    "title": "Fill & Finish Forum Vienna", "starts_at": NINE, "hours": 54, "timezone": "Europe/Vienna",
    "venue": events.VIENNA, "format": EventFormat.HYBRID, "summary": "Three days on the last step.",
    "description": "## Who comes\n\n**540** delegates.", "language": "English", "price_from": 52000,
    "price_currency": "EUR", "is_free": False, "topics": ("Lyophilisation", "Outsourcing"),
    "online_url": "https://rooms.example/secret-join-link",
}  # fmt: skip
SLUG = f"fill-finish-forum-vienna-{YEAR}"
WHEN = f"{DAY.day}–{DAY.day + 2} February {YEAR}"


def linked_data(page: str) -> list[Any]:
    """The JSON-LD of a page."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found is not None
    return list(json.loads(found[1]))


async def test_everything_is_told(client: httpx.AsyncClient) -> None:
    await events.make(**FORUM)
    answer = await client.get(f"/events/{SLUG}")
    said = words(answer.text)
    assert answer.status_code == 200
    for told in (
        "In person and online",
        WHEN,
        "Tue 09:00 to Thu 15:00 CET (Central European Standard Time)",
        "Donauhalle",
        "Uferstrasse 14, 1220 Vienna, Austria",
        "from €520",
        "540 delegates.",
        "Entry version 1, last changed",
    ):
        assert told in said, told
    assert 'data-own="Europe/Vienna"' in answer.text
    assert "<strong>540</strong>" in answer.text


async def test_the_join_link_is_nowhere_in_public(client: httpx.AsyncClient) -> None:
    await events.make(**FORUM)
    for path in (f"/events/{SLUG}", f"/events/{SLUG}.ics", "/events.ics", "/events.atom", "/api/v1/events",
                 f"/api/v1/events/{SLUG}", "/api/v1/events.csv", "/events", "/"):  # fmt: skip
        answer = await client.get(path)
        assert answer.status_code == 200
        assert "secret-join-link" not in answer.text, path


class TestAddresses:
    async def test_drafts_and_strangers_are_not_found(self, client: httpx.AsyncClient) -> None:
        await events.make("Secret Draft", state=EventState.DRAFT, starts_at=NINE)
        for slug in (f"secret-draft-{YEAR}", "nothing", "x" * 5000, "a%00b", "%C3%28", "..%2f..%2fetc", "%F0%9F%92%A9"):
            for ending in ("", ".ics"):
                answer = await client.get(f"/events/{slug}{ending}")
                assert answer.status_code == 404, slug

    async def test_former_addresses_redirect(self, client: httpx.AsyncClient) -> None:
        event_id = await events.make(**FORUM)
        facts = events.facts(**{**FORUM, "slug": "forum"})
        await commands.save_event(actor=PORTAL, facts=facts, now=clock.now(), event_id=event_id)
        answer = await client.get(f"/events/{SLUG}")
        assert (answer.status_code, answer.headers["location"]) == (301, "/events/forum")
        answer = await client.get(f"/events/{SLUG}.ics")
        assert (answer.status_code, answer.headers["location"]) == (301, "/events/forum.ics")
        answer = await client.get(f"/events/{SLUG}/calendar.ics")
        assert (answer.status_code, answer.headers["location"]) == (301, "/events/forum/calendar.ics")
        assert (await client.get("/events/forum")).status_code == 200

    async def test_a_former_address_of_a_draft_leads_nowhere(self, client: httpx.AsyncClient) -> None:
        event_id = await events.make(**FORUM)
        facts = events.facts(**{**FORUM, "slug": "forum"})
        await commands.save_event(actor=PORTAL, facts=facts, now=clock.now(), event_id=event_id)
        await commands.withdraw_event(actor=PORTAL, event_id=event_id, version=2, now=clock.now())
        assert (await client.get(f"/events/{SLUG}")).status_code == 404


class TestStates:
    async def test_cancelled(self, client: httpx.AsyncClient) -> None:
        event_id = await events.make(**FORUM)
        await commands.cancel_event(
            actor=PORTAL, event_id=event_id, version=1, now=clock.now(), reason="The hall has water damage."
        )
        page = (await client.get(f"/events/{SLUG}")).text
        said = words(page)
        assert "This event is cancelled The hall has water damage." in said
        assert f"<s>{WHEN}</s>" in page
        assert "/register" not in page
        assert "Entry version 2, last changed" in said
        assert linked_data(page)[0]["eventStatus"] == "https://schema.org/EventCancelled"

    async def test_moved(self, client: httpx.AsyncClient) -> None:
        event_id = await events.make(**FORUM)
        later = NINE + timedelta(days=7)
        await commands.move_event(
            actor=PORTAL, event_id=event_id, version=1, starts_at=later, ends_at=later + timedelta(hours=54),
            timezone="Europe/Vienna", venue=events.VIENNA, now=clock.now(),
        )  # fmt: skip
        page = (await client.get(f"/events/{SLUG}")).text
        assert f"First announced: <s>Tue {DAY.day} February {YEAR}, 09:00</s>" in page
        assert f"{DAY.day + 7}–{DAY.day + 9} February {YEAR}" in words(page)
        data = linked_data(page)[0]
        assert data["eventStatus"] == "https://schema.org/EventRescheduled"
        assert data["previousStartDate"] == f"{DAY}T09:00:00+01:00"
        assert data["startDate"] == f"{DAY + timedelta(days=7)}T09:00:00+01:00"

    async def test_moved_elsewhere(self, client: httpx.AsyncClient) -> None:
        event_id = await events.make(**FORUM)
        await commands.move_event(
            actor=PORTAL, event_id=event_id, version=1, starts_at=NINE, ends_at=NINE + timedelta(hours=54),
            timezone="Europe/Vienna", venue=events.GHENT, now=clock.now(),
        )  # fmt: skip
        page = (await client.get(f"/events/{SLUG}")).text
        assert "<s>Donauhalle, Uferstrasse 14, 1220 Vienna, Austria</s>" in page
        assert linked_data(page)[0]["eventStatus"] == "https://schema.org/EventScheduled"

    async def test_over(self, client: httpx.AsyncClient) -> None:
        await events.make("Old Congress", days=-60, slug="old-congress")
        page = (await client.get("/events/old-congress")).text
        assert "This event is over" in words(page)
        assert "/register" not in page

    @pytest.mark.parametrize("kind", ["own", "external"])
    @pytest.mark.parametrize("state", ["cancelled", "over"])
    async def test_what_is_off_or_over_is_not_for_calendars(
        self, client: httpx.AsyncClient, kind: str, state: str
    ) -> None:
        """Nothing offers to register or to write it down; its feed goes on telling what became of it."""
        days = -20 if state == "over" else 20
        event_id = await events.make("Fair", days=days, kind=kind, url="https://fair.example", slug="fair")
        if state == "cancelled":
            await commands.cancel_event(actor=PORTAL, event_id=event_id, version=1, now=clock.now())
        page = (await client.get("/events/fair")).text
        said = words(page)
        assert [word for word in ("Add to calendar", "Register", "Google", "/register", "buybar") if word in page] == []
        assert "webcal://localhost:8000/events/fair/calendar.ics" in links(page)
        assert ("It stays there, marked as cancelled" in said) is (state == "cancelled")
        assert "Entry version" in said
        feed = await client.get("/events/fair/calendar.ics")
        assert ("STATUS:CANCELLED" in feed.text) is (state == "cancelled")

    async def test_without_a_reason_it_is_said_once(self, client: httpx.AsyncClient) -> None:
        event_id = await events.make("Fair", days=20, slug="fair")
        await commands.cancel_event(actor=PORTAL, event_id=event_id, version=1, now=clock.now())
        assert "It is cancelled." not in words((await client.get("/events/fair")).text)


class TestPlaces:
    async def test_a_city_is_no_venue(self, client: httpx.AsyncClient) -> None:
        for slug, venue, where, section in (
            ("a", VenueFacts(city="Amsterdam", country="NL"), "Where Amsterdam Netherlands", False),
            ("b", VenueFacts(country="NL"), "Where Netherlands", False),
            ("c", VenueFacts(name="RAI", city="Amsterdam", country="NL"), "Where RAI Amsterdam, Netherlands", True),
            ("d", VenueFacts(city="Amsterdam", directions="Tram 4"), "Where Amsterdam", True),
        ):
            await events.make(slug, venue=venue, slug=slug)
            page = (await client.get(f"/events/{slug}")).text
            assert where in words(page)
            assert ('id="venue"' in page) is section, slug


class TestTickets:
    async def test_our_own_event_has_a_panel_that_works_without_scripts(self, client: httpx.AsyncClient) -> None:
        await events.make(**FORUM)
        page = (await client.get(f"/events/{SLUG}")).text
        assert f'id="ticket-panel" hx-get="/events/{SLUG}/tickets"' in page
        assert f"/events/{SLUG}/register" in links(page)
        assert f'hx-get="/events/{SLUG}/places"' in page

    async def test_somebody_elses_event_leads_to_them(self, client: httpx.AsyncClient) -> None:
        await events.make(
            "Foreign Fair", kind="external", url="https://fair.example/?a=1&b=2", starts_at=NINE,
            organiser_name="Fair GmbH", credit="Fair list, CC BY 4.0",
        )  # fmt: skip
        page = (await client.get(f"/events/foreign-fair-{YEAR}")).text
        assert '<a class="btn primary lg block mt-4" href="https://fair.example/?a=1&amp;b=2" rel="noopener">' in page
        said = words(page)
        assert "On the organiser’s site" in said
        assert "Facts: Fair list, CC BY 4.0." in said
        assert ("ticket-panel" in page, "/register" in page) == (False, False)

    async def test_a_sponsor_is_named(self, client: httpx.AsyncClient) -> None:
        await events.make(**{**FORUM, "sponsor": "Lombarda Fiere"})
        assert "Sponsored by Lombarda Fiere" in words((await client.get(f"/events/{SLUG}")).text)


async def test_neighbours_and_what_is_like_it(client: httpx.AsyncClient) -> None:
    await events.make(**FORUM)
    await events.make("Before", starts_at=NINE - timedelta(days=1), topics=("Lyophilisation", "Outsourcing"))
    await events.make("After", starts_at=NINE + timedelta(days=10), topics=("Lyophilisation",))
    await events.make("Draft", starts_at=NINE + timedelta(days=9), topics=("Lyophilisation",), state=EventState.DRAFT)
    await events.make("Other", starts_at=NINE + timedelta(days=20), topics=("Quality",))
    page = (await client.get(f"/events/{SLUG}")).text
    assert titles(page) == ["Before", "After"]
    assert re.findall(r'href="(/events/[^"]*)" rel="(prev|next)"', page) == [
        (f"/events/before-{YEAR}", "prev"),
        (f"/events/after-{YEAR}", "next"),
    ]


class TestLinkedData:
    async def test_what_search_engines_ask_for(self, client: httpx.AsyncClient) -> None:
        await events.make(**FORUM)
        page = (await client.get(f"/events/{SLUG}")).text
        event, trail = linked_data(page)
        assert {key: event[key] for key in ("@type", "name", "startDate", "endDate", "eventAttendanceMode")} == {
            "@type": "Event",
            "name": "Fill & Finish Forum Vienna",
            "startDate": f"{DAY}T09:00:00+01:00",
            "endDate": f"{DAY + timedelta(days=2)}T15:00:00+01:00",
            "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        }
        place, virtual = event["location"]
        assert place["address"] == {
            "@type": "PostalAddress", "streetAddress": "Uferstrasse 14", "postalCode": "1220",
            "addressLocality": "Vienna", "addressCountry": "AT",
        }  # fmt: skip
        assert virtual == {"@type": "VirtualLocation", "url": f"http://localhost:8000/events/{SLUG}"}
        assert event["offers"]["price"] == "520.00"
        assert event["offers"]["priceCurrency"] == "EUR"
        assert "availability" not in event["offers"]
        assert event["image"] == [re.search(r'<meta property="og:image" content="([^"]*)"', page)[1]]  # type: ignore[index]
        assert event["offers"]["url"] == f"http://localhost:8000/events/{SLUG}"
        assert event["organizer"] == {"@type": "Organization", "name": "Sterile Line"}
        assert trail["@type"] == "BreadcrumbList"

    async def test_data_cannot_break_out_of_the_page(self, client: httpx.AsyncClient) -> None:
        nasty = '</script><script>alert(1)</script><!-- " & \u2028'
        await events.make(
            nasty, starts_at=NINE, summary=nasty, organiser_name=nasty, topics=(nasty,), language=nasty, credit=nasty,
            venue=VenueFacts(name=nasty, city=nasty, directions=nasty), sponsor=nasty, description=nasty,
        )  # fmt: skip
        slug = await db.fetch_value("SELECT slug FROM event")
        for path in (f"/events/{slug}", "/events", "/", f"/events/calendar?month={MONTH}", "/calendars"):
            page = (await client.get(path)).text
            assert "<script>alert" not in page, path
        event = linked_data((await client.get(f"/events/{slug}")).text)[0]
        assert event["name"] == '</script><script>alert(1)</script><!-- " &'

    async def test_free_online_event(self, client: httpx.AsyncClient) -> None:
        await events.make("Webinar", starts_at=NINE, online=True, is_free=True)
        event = linked_data((await client.get(f"/events/webinar-{YEAR}")).text)[0]
        assert event["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"
        assert event["location"] == {"@type": "VirtualLocation", "url": f"http://localhost:8000/events/webinar-{YEAR}"}
        assert (event["offers"]["price"], event["offers"]["priceCurrency"]) == ("0.00", "EUR")

    async def test_whole_days_are_dates(self, client: httpx.AsyncClient) -> None:
        starts_at, ends_at = whole_days(DAY, DAY + timedelta(days=2), "Europe/Vienna")
        await events.make("Fair", starts_at=starts_at, hours=72, timezone="Europe/Vienna", all_day=True)
        assert ends_at - starts_at == timedelta(hours=72)
        event = linked_data((await client.get(f"/events/fair-{YEAR}")).text)[0]
        assert (event["startDate"], event["endDate"]) == (f"{DAY}", f"{DAY + timedelta(days=2)}")

    async def test_what_is_known_of_a_place_and_no_more(self, client: httpx.AsyncClient) -> None:
        for name, venue, place in (
            ("a", VenueFacts(name="Old Mill"), {"@type": "Place", "name": "Old Mill", "address": "Old Mill"}),
            ("b", VenueFacts(country="AT"), {"@type": "Place", "name": "Austria", "address": {
                "@type": "PostalAddress", "addressCountry": "AT"}}),
        ):  # fmt: skip
            await events.make(name, starts_at=NINE, venue=venue, slug=name)
            assert linked_data((await client.get(f"/events/{name}")).text)[0]["location"] == place

    async def test_of_other_peoples_tickets_nothing_is_claimed(self, client: httpx.AsyncClient) -> None:
        await events.make(
            "Fair", kind="external", url="https://fair.example", starts_at=NINE, is_free=True, slug="fair"
        )
        assert "availability" not in linked_data((await client.get("/events/fair")).text)[0]["offers"]

    async def test_whole_days_moved_from_a_date(self, client: httpx.AsyncClient) -> None:
        first, last = whole_days(DAY, DAY, "Europe/Brussels")
        event_id = await events.make("Fair", starts_at=first, hours=24, all_day=True, slug="fair")
        later = timedelta(days=7)
        await commands.move_event(
            actor=PORTAL, event_id=event_id, version=1, starts_at=first + later, ends_at=last + later,
            timezone="Europe/Brussels", all_day=True, venue=events.GHENT, now=clock.now(),
        )  # fmt: skip
        assert linked_data((await client.get("/events/fair")).text)[0]["previousStartDate"] == f"{DAY}"


class TestPictures:
    async def test_networks_get_a_picture_they_show(self, client: httpx.AsyncClient) -> None:
        await events.make(**FORUM)
        for path in (f"/events/{SLUG}", "/events", "/events/calendar", "/"):
            page = (await client.get(path)).text
            told = dict(re.findall(r'<meta property="(og:image[^"]*)" content="([^"]*)">', page))
            assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630"), path
            picture = await client.get(told["og:image"])
            assert picture.headers["content-type"] == "image/png"
            assert struct.unpack(">II", picture.content[16:24]) == (1200, 630)

    def test_each_drawing_has_one(self) -> None:
        for name in pictures.ART:
            picture = pictures.art(name, "", EventFormat.ONLINE)
            assert (assets.STATIC / picture).is_file()
            assert (assets.STATIC / pictures.share(picture)).is_file()


class TestCalendar:
    async def test_one_event_as_a_file_and_a_feed(self, client: httpx.AsyncClient) -> None:
        await events.make(**FORUM)
        answer = await client.get(f"/events/{SLUG}.ics")
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        entries = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
        assert [str(entry["SUMMARY"]) for entry in entries] == ["Fill & Finish Forum Vienna"]
        assert str(entries[0]["URL"]) == f"http://localhost:8000/events/{SLUG}"
        again = await client.get(f"/events/{SLUG}.ics", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")

    async def test_only_the_subscription_is_a_calendar_of_its_own(self, client: httpx.AsyncClient) -> None:
        """With a name in the file, Outlook opens another calendar instead of the appointment."""
        await events.make(**FORUM)
        file = await client.get(f"/events/{SLUG}.ics")
        subscription = await client.get(f"/events/{SLUG}/calendar.ics")
        about = (
            "NAME:",
            "X-WR-CALNAME:",
            "REFRESH-INTERVAL",
            "X-PUBLISHED-TTL:",
            "SOURCE",
            "URL;VALUE=URI:http://localhost:8000/events/",
        )
        heads = [answer.text.partition("BEGIN:VTIMEZONE")[0] for answer in (file, subscription)]
        assert [name for name in about if name in heads[0]] == []
        assert [name for name in about if name in heads[1]] == list(about)[:5]
        assert f"/events/{SLUG}/calendar.ics" in heads[1].replace("\r\n ", "")
        inside = [answer.text.partition("BEGIN:VEVENT")[2] for answer in (file, subscription)]
        assert inside[0] == inside[1]
        assert (await client.get("/events/none/calendar.ics")).status_code == 404

    async def test_links_into_other_peoples_calendars(self, client: httpx.AsyncClient) -> None:
        await events.make(**FORUM)
        page = (await client.get(f"/events/{SLUG}")).text
        assert f"webcal://localhost:8000/events/{SLUG}/calendar.ics" in links(page)
        hosts = sorted({link.split("/")[2] for link in links(page, "calendar") if link.startswith("https://")})
        assert hosts == ["calendar.google.com", "outlook.live.com", "outlook.office.com"]
