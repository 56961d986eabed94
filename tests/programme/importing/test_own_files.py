"""A programme’s own files, edited elsewhere and sent back: what was changed in them is changed here, and nothing else."""

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events.commands import publish_event
from portal.programme.commands.releasing import release
from portal.programme.editing import Place
from portal.programme.importing.outcomes import FileReport
from portal.programme.importing.run import How, Target, import_programme
from portal.programme.queries import drafts
from portal.programme.tables import SessionKind, SessionRole
from portal.programme.values import LinkFacts, PersonFacts
from tests import shared_data
from tests.events.hearing import settled
from tests.programme.editing.making import add, row
from tests.programme.test_pages import MAEVE, NINE, PROGRAMME, SESSIONS, held, programme, save

FILES = ("sessions.csv", "schedule.json", "schedule.xml", "calendar.ics")
ODD = (
    *SESSIONS,
    held("6", "A &amp; B  — =1+1", hours=2, kind=SessionKind.PANEL, label="Fireside workshop", room="", track="",
         subtitle="“Q” &lt;",
         people=(PersonFacts("Ann Day", "7", SessionRole.HOST), PersonFacts("Jo Vos", "4", SessionRole.PANELIST), MAEVE),
         abstract="# Head\n\n- one\n- two\n\n```\ncode  here\n```", description="<p>HTML &amp; <b>more</b></p>",
         links=(LinkFacts("link", "More", "https://a.example/m"),), recorded=False, url="https://a.example/p", capacity=7),
)  # fmt: skip


async def back(path: Path, data: bytes, *, slug: str = "forum-2027", how: How | None = None) -> FileReport:
    path.write_bytes(data)
    return (await import_programme(path, now=clock.now(), target=Target(slug), how=how or How(draft=True))).files[0]


def counts(report: FileReport) -> tuple[str, int, int, int, list[Any]]:
    return report.fault, report.created, report.changed, report.cancelled, report.refusals


@pytest.mark.parametrize("file", FILES)
async def test_a_file_sent_back_as_it_was_changes_nothing(client: httpx.AsyncClient, tmp_path: Path, file: str) -> None:
    event_id = await programme(ODD)
    await db.execute("UPDATE programme_room SET name = 'Main hall' WHERE name = 'Saal Lobau'")
    await db.execute("UPDATE programme_session SET cancelled_at = now() WHERE source_key = '4'")
    await add(event_id, "Made here", place=Place(starts_at=NINE, ends_at=NINE + timedelta(hours=1)))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    data = (await client.get(f"{PROGRAMME}/{file}")).content
    # What staff did since is newer than the file, and not meant by it.
    await db.execute("UPDATE programme_session SET title = 'Newer', starts_at = starts_at - interval '1 hour'")
    before = await drafts.draft(event_id)
    report = await back(tmp_path / file, data)
    assert counts(report) == ("", 0, 0, 0, [])
    assert await drafts.draft(event_id) == before
    assert await db.fetch_value("SELECT count(*) FROM speaker") == 3


async def test_a_large_one_too(client: httpx.AsyncClient, app: Litestar, tmp_path: Path) -> None:
    file = shared_data.folder("programmes") / "fosdem-2026.pentabarf.xml.gz"
    await import_programme(file, now=clock.now(), target=Target())
    event_id = int(await db.fetch_value("SELECT id FROM event"))
    await publish_event(actor=PORTAL, event_id=event_id, now=clock.now())
    await settled(app)
    for name in FILES[:2]:
        data = (await client.get(f"/events/fosdem-2026/programme/{name}")).content
        report = await back(tmp_path / name, data, slug="fosdem-2026")
        assert (*counts(report), report.unchanged) == ("", 0, 0, 0, [], 883)
    again = (await import_programme(file, now=clock.now(), target=Target("fosdem-2026"))).files[0]
    assert (again.unchanged, again.release) == (883, 0)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def sheet_of(*rows: dict[str, str]) -> bytes:
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return sheet.getvalue().encode()


async def test_what_is_changed_in_a_spreadsheet_is_changed_here(client: httpx.AsyncClient, tmp_path: Path) -> None:
    event_id = await programme()
    await add(event_id, "Made here", place=Place(starts_at=NINE, ends_at=NINE + timedelta(hours=1)))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    data = (await client.get(f"{PROGRAMME}/sessions.csv")).content
    changes = {
        "First air": {
            "title": "Second air",
            "room": "Keller",
            "speakers": "Ann Day; Maeve Donnellan",
            "hosts": "Jo Vos",
        },
        "Made here": {
            "start": "2027-02-09T11:00:00+01:00",
            "end": "2027-02-09T12:30:00+01:00",
            "description": "**Bold**",
        },
        "Late dryers": {"cancelled": "true"},
    }
    news = {"title": "Added in the sheet", "key": "", "url": "", "speakers": "", "start": "2027-02-09T15:00:00+01:00",
            "end": "2027-02-09T15:30:00+01:00"}  # fmt: skip
    rows = rows_of(data)
    sheet = sheet_of(*(one | changes.get(one["title"], {}) for one in rows), rows[0] | news)
    report = await back(tmp_path / "a.csv", sheet)
    assert (counts(report), report.source) == (("", 1, 3, 0, []), "own file")
    assert {one.title: one.kind for one in report.changes} == {
        "Second air": "moved", "Made here": "moved", "Late dryers": "cancelled", "Added in the sheet": "added",
    }  # fmt: skip
    first = await row(event_id, "Second air")
    assert (first["room_name"], first["url"], first["abstract"], first["links"] != "[]") == (
        "Keller",
        "",
        "Smoke **and** film.",
        True,
    )
    people = await db.fetch(
        "SELECT p.name, i.role FROM session_speaker i JOIN speaker p ON p.id = i.speaker WHERE i.session = $1 ORDER BY 1",
        first["id"],
    )
    assert [tuple(one) for one in people] == [
        ("Ann Day", "speaker"),
        ("Jo Vos", "host"),
        ("Maeve Donnellan", "speaker"),
    ]
    assert (await row(event_id, "Made here"))["description_html"] == "<p><strong>Bold</strong></p>\n"
    assert counts(await back(tmp_path / "a.csv", sheet))[:4] == ("", 0, 0, 0)
    # What its source goes on saying does not undo it.
    await save(event_id, (msgspec.structs.replace(SESSIONS[0], title="Theirs", language="de"), *SESSIONS[1:]))
    assert (await row(event_id, "Second air"))["language"] == "de"
    assert await db.fetch_value("SELECT count(*) FROM programme_session") == 7


async def test_some_rows_of_it_are_enough(client: httpx.AsyncClient, tmp_path: Path) -> None:
    event_id = await programme()
    rows = {one["title"]: one for one in rows_of((await client.get(f"{PROGRAMME}/sessions.csv")).content)}
    some = sheet_of(rows["First air"] | {"title": "Second air"})
    assert counts(await back(tmp_path / "a.csv", some)) == ("", 0, 1, 0, [])
    assert await db.fetch_value("SELECT count(*) FROM programme_session WHERE cancelled_at IS NULL") == 5
    # A row that was copied to make another of it is another.
    fees = rows["Fees <b>"]
    later = {name: fees[name].replace("T09:", "T15:") for name in ("start", "end")}
    twice = sheet_of(fees, fees | later | {"title": "More fees"})
    assert counts(await back(tmp_path / "a.csv", twice)) == ("", 1, 0, 0, [])
    assert (await row(event_id, "More fees"))["url"] == ""
    # The next file of the source is still taken for its.
    assert await db.fetch_value("SELECT source FROM programme") == "test"
    assert await release(actor=PORTAL, event_id=event_id, now=clock.now()) is not None


async def test_a_session_made_here_is_known_without_its_address(client: httpx.AsyncClient, tmp_path: Path) -> None:
    event_id = await programme()
    await add(event_id, "Made here", place=Place(starts_at=NINE, ends_at=NINE + timedelta(hours=1)))
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    rows = rows_of((await client.get(f"{PROGRAMME}/sessions.csv")).content)
    one = next(one for one in rows if one["title"] == "Made here")
    sheet = f"key,title,start,end\n{one['key']},Renamed,{one['start']},{one['end']}\n"
    report = await back(tmp_path / "a.csv", sheet.encode(), how=How(draft=True, dry_run=True))
    assert (counts(report), [line.words for line in report.changes]) == (
        ("", 0, 1, 0, []),
        ["edited; Title: Made here → Renamed"],
    )


async def test_another_event_s_file_is_a_source_like_any(client: httpx.AsyncClient, tmp_path: Path) -> None:
    await programme()
    data = (await client.get(f"{PROGRAMME}/schedule.json")).content
    path = tmp_path / "a.json"
    path.write_bytes(data)
    report = (await import_programme(path, now=clock.now(), target=Target(title="Next year"))).files[0]
    assert (counts(report), report.source) == (("", 5, 0, 0, []), "c3voc")
    assert msgspec.json.decode(data)["schedule"]["version"] == "1"
