"""How full rooms will be: the numbers on their own, what counts, who may see it, and the same as CSV."""

import csv
import io
from datetime import UTC, datetime
from math import sqrt

import httpx
import pytest

from portal.accounts.tables import StaffRole
from portal.agenda.rules.forecast import Counted, forecast, rate
from portal.core import db
from portal.core.tokens import secret
from tests.agenda.conftest import Congress, Reader, session, workshop
from tests.chromium import chromium, faults, feed
from tests.events.conftest import SignIn, editor, sign_in
from tests.factories.meetings import Fair, fair
from tests.factories.registration import make_shop
from tests.queries import counting

__all__ = ["editor", "sign_in"]
NINE = datetime(2027, 2, 9, 9, tzinfo=UTC)


def counted(firsts: int, holds: int | None = 60, places: int | None = None) -> Counted:
    return Counted(
        id=1, title="T", slug="t", room="R", starts_at=NINE, ends_at=NINE, firsts=firsts, torn=0, likely=firsts, seconds=5,
        places=places, holds=holds,
    )  # fmt: skip


def test_a_share_of_first_choices_is_expected_and_chance_gives_the_span() -> None:
    found = forecast(counted(100), 0.6)
    spread = 2 * sqrt(100 * 0.6 * 0.4)
    assert (found.expected, found.low, found.high) == (60, round(60 - spread), round(60 + spread))
    assert (found.percent, found.warns, found.might) == (100, False, True)
    assert forecast(counted(104), 0.6).warns
    assert not forecast(counted(40), 0.6).might


def test_few_are_no_forecast_and_an_unknown_room_no_warning() -> None:
    assert not forecast(counted(9, holds=2), 1).is_forecast
    assert not forecast(counted(9, holds=2), 1).warns
    assert (forecast(counted(500, holds=None), 0.6).percent, forecast(counted(500, holds=None), 0.6).warns) == (
        None,
        False,
    )


def test_where_one_signs_up_places_count() -> None:
    assert forecast(counted(100, places=20), 0.5).expected == 10


def test_a_share_of_few_places_is_none() -> None:
    assert (rate(20, 29, 2).is_measured, rate(20, 29, 2).share) == (False, 0.6)
    assert (rate(24, 30, 1).is_measured, rate(24, 30, 1).percent) == (True, 80)


async def saves(congress: Congress, name: str, count: int, *, joined: bool = False) -> None:
    """So many agendas with a session."""
    await db.execute(
        "WITH made AS (INSERT INTO agenda (name, email, edition, digests, created_at, used_at) "
        "SELECT $1 || n, '', 1, 0, now(), now() FROM generate_series(1, $2) n RETURNING id) "
        "INSERT INTO agenda_entry (agenda, kind, item, event, edition, saved_at, why, because) "
        "SELECT id, 'session', $3, $4, 1, now(), '', '' FROM made",
        secret()[:20], count, congress.ids[name], congress.event_id,
    )  # fmt: skip
    if joined:
        await db.execute(
            "UPDATE agenda SET joined = (SELECT min(id) FROM agenda) WHERE id <> (SELECT min(id) FROM agenda)"
        )


async def rows(client: httpx.AsyncClient, congress: Congress) -> dict[str, dict[str, str]]:
    answer = await client.get(f"/staff/events/{congress.event_id}/forecast/sessions.csv")
    assert answer.status_code == 200
    return {row["Session"]: row for row in csv.DictReader(io.StringIO(answer.text))}


async def test_second_choices_and_what_was_joined_are_not_counted_twice(
    reader: Reader, editor: httpx.AsyncClient, congress: Congress
) -> None:
    for name in ("vials", "films"):
        await reader.save(congress.key(name))
    await reader.second(congress.key("films"), congress.key("vials"))
    await reader.sign_in()
    found = await rows(editor, congress)
    told = {title: (row["First choices"], row["Second choices"]) for title, row in found.items()}
    assert told["About vials"] == ("1", "0")
    assert told["About films"] == ("0", "1")
    assert found["About vials"]["Says"] == "too few to say"


async def test_nobody_is_in_two_rooms_at_once(reader: Reader, editor: httpx.AsyncClient, congress: Congress) -> None:
    """Vials and films and fees overlap, closing none; a hundred want vials alone."""
    for name in ("vials", "films", "closing"):
        await reader.save(congress.key(name))
    await saves(congress, "vials", 99)
    found = await rows(editor, congress)
    told = {title: (row["First choices"], row["Of them torn"]) for title, row in found.items()}
    assert told == {
        "About vials": ("100", "1"), "About films": ("1", "1"), "About fees": ("0", "0"), "About closing": ("1", "0"),
    }  # fmt: skip
    await db.execute(
        "INSERT INTO agenda_entry (agenda, kind, item, event, edition, saved_at, why, because) "
        "SELECT agenda, 'session', $1, event, 1, now(), '', '' FROM agenda_entry WHERE item = $2 "
        "ON CONFLICT DO NOTHING", congress.ids["films"], congress.ids["vials"],
    )  # fmt: skip
    found = await rows(editor, congress)
    assert [found[f"About {name}"]["Expected"] for name in ("vials", "films")] == ["30", "30"]
    assert "100 torn between several" in (await editor.get(f"/staff/events/{congress.event_id}/forecast")).text


async def test_a_room_too_small_is_warned_of(editor: httpx.AsyncClient, congress: Congress) -> None:
    await saves(congress, "vials", 180)
    await saves(congress, "films", 150)
    await congress.release(lab=workshop("lab", capacity=20, hours=5))
    page = (await editor.get(f"/staff/events/{congress.event_id}/forecast")).text
    assert "More are expected than a room holds" in page
    assert "about 108 for 100 places in Saal Lobau" in page
    assert "That is an assumption" in page
    found = await rows(editor, congress)
    says = {title: (row["Expected"], row["Per cent of the room"], row["Says"]) for title, row in found.items()}
    assert says["About vials"] == ("108", "108", "more than the room holds")
    assert says["About films"] == ("90", "90", "may become too many")
    assert (found["About lab"]["Holds"], found["About lab"]["Places given"]) == ("20", "0")


async def test_the_share_is_that_of_earlier_events_where_badges_were_checked(
    editor: httpx.AsyncClient, congress: Congress
) -> None:
    shop = await make_shop()
    order = await db.fetch_value(
        "INSERT INTO seat_order (number, secret, event, state, email, contact_name, held_at, confirmed_at, end_reason, source, "
        "decision_note, terms_url) VALUES ('N1', $1, $2, 'confirmed', 'a@b.example', 'A', now(), now(), '', '', '', '') "
        "RETURNING id", secret(), shop.event_id,
    )  # fmt: skip
    await db.execute(
        "INSERT INTO seat (seat_order, ticket_type, position, state, list_net, net, code, claim_secret, first_name, last_name, "
        "email, job_title, company, checked_in_at) SELECT $1, $2, n, 'confirmed', 0, 0, 'C' || n, 'S' || n, '', '', '', '', '', "
        "CASE WHEN n <= 30 THEN now() END FROM generate_series(1, 40) n", order, shop.tickets["Seat"],
    )  # fmt: skip
    await saves(congress, "vials", 100)
    assert (await rows(editor, congress))["About vials"]["Share that comes"] == "0.60"
    await db.execute(
        "UPDATE event SET starts_at = now() - interval '9 days', ends_at = now() - interval '8 days' WHERE id = $1",
        shop.event_id,
    )
    found = await rows(editor, congress)
    assert (found["About vials"]["Share that comes"], found["About vials"]["Expected"]) == ("0.75", "75")
    page = (await editor.get(f"/staff/events/{congress.event_id}/forecast")).text
    assert "30 of 40 places at 1 event where badges were checked" in page
    await db.execute("UPDATE event SET organiser_name = $2 WHERE id = $1", shop.event_id, "Somebody else")
    assert (await rows(editor, congress))["About vials"]["Share that comes"] == "0.60"
    await db.execute("UPDATE event SET organiser_name = $2 WHERE id = $1", shop.event_id, "Sterile Line")
    await db.execute("UPDATE seat SET checked_in_at = NULL WHERE position > 4")
    assert (await rows(editor, congress))["About vials"]["Share that comes"] == "0.10"
    await db.execute("UPDATE seat SET checked_in_at = NULL WHERE position > 3")
    assert (await rows(editor, congress))["About vials"]["Share that comes"] == "0.60", "the door was only tried out"


async def test_only_staff_of_programmes_see_it(sign_in: SignIn, client: httpx.AsyncClient, congress: Congress) -> None:
    path = f"/staff/events/{congress.event_id}/forecast"
    for tail in ("", "/sessions.csv"):
        assert (await client.get(f"{path}{tail}")).status_code == 303
        for role, status in ((None, 403), (StaffRole.FINANCE, 403), (StaffRole.ORGANISER, 200)):
            somebody = await sign_in(role, f"{role or 'nobody'}@sterileline.example")
            assert (await somebody.get(f"{path}{tail}")).status_code == status
    assert (await (await sign_in(StaffRole.EDITOR)).get("/staff/events/9999/forecast")).status_code == 404


async def test_the_same_number_of_statements_however_many_sessions(
    editor: httpx.AsyncClient, congress: Congress
) -> None:
    async with counting() as few:
        await editor.get(f"/staff/events/{congress.event_id}/forecast")
    await congress.release(**{f"s{n}": session(f"s{n}", hours=n / 4, minutes=15) for n in range(30)})
    async with counting() as many:
        await editor.get(f"/staff/events/{congress.event_id}/forecast")
    assert len(few) == len(many)


@pytest.mark.browser
async def test_the_page_is_sound(editor: httpx.AsyncClient, congress: Congress) -> None:
    await saves(congress, "vials", 180)
    await saves(congress, "films", 150)
    async with chromium(instead="the forecast was not looked at") as browser:
        page = await browser.new_page()
        await feed(page, editor)
        await page.goto(f"http://localhost:8000/staff/events/{congress.event_id}/forecast")
        await page.get_by_text("How this is computed").click()
        assert await faults(page) == []


async def test_meetings_stand_in_the_agenda(reader: Reader) -> None:
    made: Fair = await fair()
    visitor = await made.visitor("amara@brennhof.example")
    await made.meet(visitor, 9)
    await reader.sign_in()
    page = await reader.page()
    assert "Meeting with" in page
    assert "Agreed" in page
    feed_ = (await reader.client.get("/agenda/calendar.ics")).text
    assert feed_.count("BEGIN:VEVENT") == 2
