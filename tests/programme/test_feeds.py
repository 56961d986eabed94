"""The programme in open formats: valid, the same as the page, and read again as what it was."""

from datetime import timedelta
from xml.etree import ElementTree
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
ATOM = "{http://www.w3.org/2005/Atom}"


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


async def test_what_was_taken_out_stays_in_the_calendar_as_cancelled(client: httpx.AsyncClient, app: Litestar) -> None:
    event_id = await programme()
    await db.execute("DELETE FROM programme_session WHERE source_key = '5'")
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    await settled(app)
    assert (await entries(client))["Closing"]["STATUS"] == "CANCELLED"


async def test_a_session_is_a_file_of_its_own(client: httpx.AsyncClient) -> None:
    await programme()
    answer = await client.get(f"{PROGRAMME}/first-air/calendar.ics")
    assert 'filename="first-air.ics"' in answer.headers["content-disposition"]
    [entry] = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert entry["UID"] == (await entries(client))["First air"]["UID"]
    page = (await client.get(f"{PROGRAMME}/first-air")).text
    assert f'href="{PROGRAMME}/first-air/calendar.ics"' in page
    assert "https://calendar.google.com/calendar/render?action=TEMPLATE&amp;text=First%20air" in page
    assert (await client.get(f"{PROGRAMME}/nothing/calendar.ics")).status_code == 404


async def test_releases_as_an_atom_feed(client: httpx.AsyncClient, app: Litestar) -> None:
    event_id = await programme()
    moved = msgspec.structs.replace(SESSIONS[0], starts_at=NINE + timedelta(hours=2), ends_at=NINE + timedelta(hours=3))
    await save(event_id, (moved, msgspec.structs.replace(SESSIONS[1], recorded=False), *SESSIONS[2:4]))
    await release(actor=PORTAL, event_id=event_id, now=clock.now(), note="A & B")
    await settled(app)
    answer = await client.get(f"{PROGRAMME}/changes.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    second, first = ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")
    assert second.findtext(f"{ATOM}title") == "Release 2: 1 edited, 1 moved, 1 cancelled"
    assert first.findtext(f"{ATOM}title") == "Release 1: everything is new"
    assert (second.findtext(f"{ATOM}summary") or "").splitlines() == [
        "A & B",
        "Edited: Fees <b> (Recorded: no, before: yes)",
        "Moved: First air (Time: Tue 9 Feb, 11:00–12:00, before: Tue 9 Feb, 09:00–09:40)",
        "Cancelled: Closing",
    ]


@pytest.mark.parametrize("file", [*FILES, "changes.atom"])
async def test_there_is_none_without_a_programme(client: httpx.AsyncClient, file: str) -> None:
    assert (await client.get(f"/events/nowhere/programme/{file}")).status_code == 404


async def test_control_characters_and_formulas_do_no_harm(client: httpx.AsyncClient) -> None:
    await programme((msgspec.structs.replace(SESSIONS[0], title="=1+1", subtitle="a\x0bb"),))
    assert ",'=1+1," in (await client.get(f"{PROGRAMME}/sessions.csv")).text
    assert len(told((await client.get(f"{PROGRAMME}/schedule.xml")).content)) == 1
