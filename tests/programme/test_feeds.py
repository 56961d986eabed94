"""The programme in open formats: valid, the same as the page, and read again as what it was."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import icalendar
import jsonschema_rs
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events.commands import publish_event
from portal.programme.commands.releasing import release
from portal.programme.importing import formats
from portal.programme.importing.run import Target, import_programme
from portal.programme.importing.values import Context
from tests import shared_data
from tests.events.hearing import settled
from tests.programme.test_pages import NINE, PROGRAMME, SESSIONS, programme, save

FILES = ("calendar.ics", "schedule.xml", "schedule.json", "sessions.csv")


def valid(data: bytes) -> None:
    schema = (shared_data.folder("programmes") / "c3voc-schedule.schema.json").read_bytes()
    jsonschema_rs.validator_for(msgspec.json.decode(schema)).validate(msgspec.json.decode(data))


def told(data: bytes) -> set[tuple[object, ...]]:
    reading = formats.read(data, Context(ZoneInfo("UTC")))[1]
    assert reading.refusals == []
    return {
        (
            one.title,
            one.starts_at,
            one.ends_at,
            one.room.strip("–"),
            one.track,
            tuple(sorted(p.name for p in one.people)),
        )
        for one in (row.facts for row in reading.rows)
    }


async def test_every_format_is_read_again_as_what_it_was(client: httpx.AsyncClient) -> None:
    await programme()
    expected = {
        (one.title, one.starts_at, one.ends_at, one.room, one.track, tuple(sorted(p.name for p in one.people)))
        for one in SESSIONS
    }
    for file in FILES[1:]:
        answer = await client.get(f"{PROGRAMME}/{file}")
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
        assert told(answer.content) == expected
    valid((await client.get(f"{PROGRAMME}/schedule.json")).content)


async def test_a_large_programme_is_valid_and_the_same(client: httpx.AsyncClient, app: Litestar) -> None:
    file = shared_data.folder("programmes") / "fosdem-2026.pentabarf.xml.gz"
    await import_programme(file, now=clock.now(), target=Target())
    event_id = int(await db.fetch_value("SELECT id FROM event"))
    await publish_event(actor=PORTAL, event_id=event_id, now=clock.now())
    await settled(app)
    data = (await client.get("/events/fosdem-2026/programme/schedule.json")).content
    valid(data)
    assert len(told(data)) == 883
    assert told((await client.get("/events/fosdem-2026/programme/schedule.xml")).content) == told(data)


async def test_the_calendar_has_revisions_and_keeps_what_is_cancelled(client: httpx.AsyncClient, app: Litestar) -> None:
    event_id = await programme()
    first = await entries(client)
    assert {str(one["SUMMARY"]) for one in first.values()} == {one.title for one in SESSIONS}
    assert first["First air"]["LOCATION"] == "Saal Lobau, Oude Vismijn, Ghent"
    assert first["First air"].decoded("DTSTART").isoformat() == "2027-02-09T09:00:00+01:00"
    moved = msgspec.structs.replace(SESSIONS[0], starts_at=NINE + timedelta(hours=2), ends_at=NINE + timedelta(hours=3))
    await save(event_id, (moved, *SESSIONS[1:4]))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    await settled(app)
    second = await entries(client)
    assert second["First air"]["UID"] == first["First air"]["UID"]
    assert [second[name]["SEQUENCE"] for name in ("First air", "Fees <b>", "Closing")] == [1, 0, 1]
    assert second["Closing"]["STATUS"] == "CANCELLED"
    assert "STATUS" not in second["Late dryers"] or second["Late dryers"]["STATUS"] != "CANCELLED"
    known = await client.get(f"{PROGRAMME}/calendar.ics")
    again = await client.get(f"{PROGRAMME}/calendar.ics", headers={"If-None-Match": known.headers["etag"]})
    assert again.status_code == 304


async def entries(client: httpx.AsyncClient) -> dict[str, icalendar.Component]:
    calendar = icalendar.Calendar.from_ical((await client.get(f"{PROGRAMME}/calendar.ics")).content)
    return {str(one["SUMMARY"]).removeprefix("Cancelled: "): one for one in calendar.walk("VEVENT")}


async def test_what_was_taken_out_stays_in_the_calendar_as_cancelled(client: httpx.AsyncClient) -> None:
    event_id = await programme()
    await db.execute("DELETE FROM programme_session WHERE source_key = '5'")
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    row = await db.fetch_one(
        "SELECT (r.entry->>'cancelled')::boolean AS cancelled FROM calendar_revision r JOIN calendar_item i ON i.id = r.item "
        "WHERE i.kind = 'session' AND r.entry->>'title' = 'Closing' ORDER BY r.number DESC LIMIT 1"
    )
    assert row is not None
    assert row["cancelled"] is True


@pytest.mark.parametrize("file", FILES)
async def test_there_is_none_without_a_programme(client: httpx.AsyncClient, file: str) -> None:
    assert (await client.get(f"/events/nowhere/programme/{file}")).status_code == 404


async def test_control_characters_and_formulas_do_no_harm(client: httpx.AsyncClient) -> None:
    await programme((msgspec.structs.replace(SESSIONS[0], title="=1+1", subtitle="a\x0bb"),))
    assert ",'=1+1," in (await client.get(f"{PROGRAMME}/sessions.csv")).text
    assert len(told((await client.get(f"{PROGRAMME}/schedule.xml")).content)) == 1
