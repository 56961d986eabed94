"""Whole imports into a database: once, twice, two at once, dry, with broken rows, with dates that moved."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest

from portal.core import db
from portal.core.importing.outcomes import ExitCode
from portal.events.importing.outcomes import ImportReport
from portal.events.importing.run import import_file, import_files
from tests.events.importing.made import calendar, conference, json_lines
from tests.factories import events


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.merged, report.refused


async def everything() -> dict[str, str]:
    """A digest of each table and the state of each sequence."""
    found = {}
    for row in await db.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"):
        sql = f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{row['name']}\" t"
        found[row["name"]] = await db.fetch_value(sql)
    for row in await db.fetch("SELECT sequencename AS name, last_value::text AS value FROM pg_sequences"):
        found[row["name"]] = row["value"]
    return found


async def titles() -> list[str]:
    return [row["title"] for row in await db.fetch("SELECT title FROM event ORDER BY title")]


async def sequences() -> dict[str, int]:
    """SEQUENCE of each event's calendar entry, by title."""
    rows = await db.fetch(
        "SELECT e.title, r.sequence FROM event e JOIN calendar_item i ON i.kind = 'event' AND i.key = e.id::text "
        "JOIN calendar_revision r ON r.item = i.id AND r.number = i.revision"
    )
    return {row["title"]: row["sequence"] for row in rows}


FILE = json_lines(
    conference(name="A", topic="php"),
    conference(name="A", topic="ruby"),
    conference(name="B", startDate="2027-03-01", endDate="2027-03-02"),
    conference(name="C", url="https://c.example", startDate="2027-05-01", endDate="2027-05-01"),
    conference(name="Bad", endDate="2026-01-01"),
)


async def test_an_import_and_the_same_again(database: str, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text(FILE)
    first = await import_file(file, now=now)
    assert (counts(first), first.exit_code) == ((3, 0, 0, 1, 1), ExitCode.SOME_REFUSED)
    before = await everything()
    second = await import_file(file, now=now + timedelta(days=1))
    assert counts(second) == (0, 0, 3, 1, 1)
    assert await everything() == before
    assert [(r.line, r.name) for r in second.files[0].refusals] == [(5, "Bad")]
    row = await db.fetch_one("SELECT * FROM event WHERE title = 'A'")
    assert row is not None
    assert (row["kind"], row["state"], row["source"]) == ("external", "published", "tech-conferences")
    assert row["credit"] == "tech-conferences/conference-data, MIT licence"


async def test_a_dry_run_foretells_everything_and_writes_nothing(database: str, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text(FILE)
    before = await everything()
    dry = await import_file(file, now=now, dry_run=True)
    assert counts(dry) == (3, 0, 0, 1, 1)
    assert await everything() == before
    await import_file(file, now=now)
    changed = FILE.replace("2027-03-02", "2027-03-03") + json_lines(conference(name="D"))
    file.write_text(changed.replace("2027-05-01", "2027-05-08"))
    before = await everything()
    dry = await import_file(file, now=now, dry_run=True)
    assert await everything() == before
    wet = await import_file(file, now=now)
    # B lasts longer, C was moved by a week, D is new.
    assert counts(dry) == counts(wet) == (1, 2, 1, 1, 1)


async def test_a_changed_row_changes_its_event_alone_and_raises_its_sequence(
    database: str, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text(FILE)
    await import_file(file, now=now)
    before = {row["title"]: dict(row) for row in await db.fetch("SELECT * FROM event")}
    assert await sequences() == {"A": 0, "B": 0, "C": 0}
    file.write_text(FILE.replace("2027-03-02", "2027-03-03"))
    assert counts(await import_file(file, now=now + timedelta(hours=1))) == (0, 1, 2, 1, 1)
    after = {row["title"]: dict(row) for row in await db.fetch("SELECT * FROM event")}
    assert await sequences() == {"A": 0, "B": 1, "C": 0}
    assert [title for title in after if after[title] != before[title]] == ["B"]
    assert after["B"]["ends_at"] - before["B"]["ends_at"] == timedelta(days=1)
    uids = await db.fetch_value("SELECT count(*) FROM calendar_item")
    assert uids == 3


async def test_a_conference_that_moved_in_the_list_is_the_same_event(
    database: str, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text(FILE)
    await import_file(file, now=now)
    event_id = await db.fetch_value("SELECT id FROM event WHERE title = 'B'")
    moved = FILE.replace("2027-03-01", "2027-03-22").replace("2027-03-02", "2027-03-23")
    file.write_text(moved)
    report = await import_file(file, now=now)
    assert counts(report) == (0, 1, 2, 1, 1)
    assert [(n.line, n.name, n.reason) for n in report.files[0].notes] == [(3, "B", "moved here from 2027-03-01")]
    row = await db.fetch_one("SELECT id, starts_on, state FROM event WHERE title = 'B'")
    assert row is not None
    assert (row["id"], f"{row['starts_on']}", row["state"]) == (event_id, "2027-03-22", "moved")
    assert (await sequences())["B"] == 1
    assert counts(await import_file(file, now=now)) == (0, 0, 3, 1, 1)


async def test_a_place_that_becomes_known_is_no_move(client: httpx.AsyncClient, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "list.jsonl"
    for more in (
        {"city": None, "country": None}, {"city": "Tokyo", "country": "Japan"},
        {"city": "Tokyo", "country": "Japan", "online": True},
    ):  # fmt: skip
        file.write_text(json_lines(conference(name="Sakura", startDate="2027-05-10", endDate="2027-05-11", **more)))
        await import_file(file, now=now)
    row = await db.fetch_one("SELECT state, timezone, starts_on::text, first_starts_at, first_place, slug FROM event")
    assert row is not None
    assert tuple(row)[:5] == ("published", "Asia/Tokyo", "2027-05-10", None, "")
    page = (await client.get(f"/events/{row['slug']}")).text
    assert ("First announced" in page, "EventRescheduled" in page) == (False, False)


async def test_a_second_edition_in_another_file_is_another_event(database: str, tmp_path: Path, now: datetime) -> None:
    for part, start in (("1", "2027-03-01"), ("2", "2027-04-12")):
        file = tmp_path / f"part-{part}.jsonl"
        file.write_text(json_lines(conference(name="Twice", startDate=start, endDate=start)))
        await import_file(file, now=now)
    assert await titles() == ["Twice", "Twice"]


@pytest.mark.parametrize("name", ["part.jsonl", "part (1).jsonl", "part - Copy.jsonl"])
async def test_the_only_row_of_a_list_moved(database: str, tmp_path: Path, now: datetime, name: str) -> None:
    for file, start in (("part.jsonl", "2027-05-10"), (name, "2027-05-03")):
        (tmp_path / file).write_text(json_lines(conference(name="Once", startDate=start, endDate=start)))
        report = await import_file(tmp_path / file, now=now)
    assert counts(report) == (0, 1, 0, 0, 0)
    assert [str(row["starts_on"]) for row in await db.fetch("SELECT starts_on FROM event")] == ["2027-05-03"]


async def test_what_is_over_did_not_move(database: str, tmp_path: Path, now: datetime) -> None:
    """A list drops the November meeting and has the December one: these are two."""
    file = tmp_path / "part.jsonl"
    for start in ("2026-11-10", "2026-12-08"):
        file.write_text(json_lines(conference(name="Monthly", startDate=start, endDate=start)))
        await import_file(file, now=now)
    assert await titles() == ["Monthly", "Monthly"]


@pytest.mark.parametrize(
    "url", ["http://b.example/x", "https://www.b.example/x", "https://B.example/x/", "HTTPS://WWW.B.EXAMPLE/x"]
)
async def test_another_spelling_of_an_address_is_the_same_event(
    database: str, tmp_path: Path, now: datetime, url: str
) -> None:
    jsonl, table = tmp_path / "list.jsonl", tmp_path / "list.csv"
    for spelling, expected in (("https://b.example/x", (1, 0, 0, 0, 0)), (url, (0, 1, 0, 0, 0))):
        jsonl.write_text(json_lines(conference(name="B", url=spelling)))
        table.write_text(f"title,start,url\nC,2027-02-10,{spelling}\n")
        assert counts(await import_file(jsonl, now=now)) == expected
        assert counts(await import_file(table, now=now)) == expected
    assert await titles() == ["B", "C"]


async def test_two_imports_at_once_end_with_one_set(database: str, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "list.jsonl"
    lines = [conference(name=f"C{n}", topic=f"t{n % 7}", city=f"Town {n % 11}") for n in range(700)]
    file.write_text(json_lines(*lines))
    backwards = tmp_path / "backwards.jsonl"
    backwards.write_text(json_lines(*reversed(lines)))
    reports = await asyncio.gather(*(import_file(f, now=now) for f in (file, backwards, file)))
    assert sum(report.created for report in reports) == 700
    assert sum(report.unchanged for report in reports) == 1400
    assert [report.refused for report in reports] == [0, 0, 0]
    assert await db.fetch_value("SELECT count(*) FROM event") == 700
    assert await db.fetch_value("SELECT count(*) FROM calendar_item") == 700


async def test_an_import_that_is_broken_off_leaves_whole_records(
    altered_database: str, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text(json_lines(*(conference(name=f"C{n}") for n in range(1200))))
    await db.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.title = 'C700' THEN RAISE EXCEPTION 'power cut'; END IF; RETURN NEW; END $$"
    )
    await db.execute("CREATE TRIGGER fail BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION fail()")
    with pytest.raises(asyncpg.PostgresError, match="power cut"):
        await import_file(file, now=now)
    events = await db.fetch_value("SELECT count(*) FROM event")
    entries = await db.fetch_value("SELECT count(*) FROM calendar_item")
    topics = await db.fetch_value("SELECT count(*) FROM event_topic")
    assert (events, entries, topics) == (500, 500, 500)
    await db.execute("DROP TRIGGER fail ON event")
    assert counts(await import_file(file, now=now)) == (700, 0, 500, 0, 0)


async def test_several_files_where_one_is_broken(database: str, tmp_path: Path, now: datetime) -> None:
    (tmp_path / "a.ics").write_bytes(calendar("UID:same\nDTSTART:20270209T090000Z\nSUMMARY:One"))
    (tmp_path / "b.ics").write_bytes(calendar("UID:same\nDTSTART:20270210T090000Z\nSUMMARY:Other"))
    (tmp_path / "c.ics").write_bytes(calendar("UID:same\nDTSTART:20270209T090000Z\nSUMMARY:One"))
    (tmp_path / "d.json").write_bytes(b"{")
    (tmp_path / "e.csv").write_text("title,start\nFine,2027-02-09\n")
    report = await import_files([tmp_path], now=now)
    assert await titles() == ["Fine", "One"]
    assert [(f.name, f.fault != "", len(f.refusals), f.merged) for f in report.files] == [
        ("a.ics", False, 0, 0),
        ("b.ics", False, 1, 0),
        ("c.ics", False, 0, 1),
        ("d.json", True, 0, 0),
        ("e.csv", False, 0, 0),
    ]
    assert report.files[1].refusals[0].reason == "a.ics line 4 has the same event with other facts"
    again = await import_files([tmp_path], now=now)
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)


async def test_the_same_event_in_two_sources_is_pointed_out(database: str, tmp_path: Path, now: datetime) -> None:
    await events.make("Isolator Day", starts_at=datetime(2027, 2, 9, 9, tzinfo=UTC), timezone="UTC")
    (tmp_path / "a.jsonl").write_text(json_lines(conference(name="PyCon US"), conference(name="Other")))
    (tmp_path / "b.csv").write_text(
        "title,start\nPyCon US 2027,2027-02-09\nOther,2027-02-10\nIsolator day,2027-02-09\n"
    )
    dry = await import_files([tmp_path], now=now, dry_run=True)
    wet = await import_files([tmp_path], now=now)
    notes = [[(n.line, n.name, n.reason.replace(": /events/pycon-us-2027", "")) for n in f.notes] for f in wet.files]
    already = "an event of this title on this day is listed already, from"
    assert notes == [[], [
        (2, "PyCon US 2027", f"{already} tech-conferences"),
        (4, "Isolator day", f"{already} this portal’s own events: /events/isolator-day-2027"),
    ]]  # fmt: skip
    assert [[(n.line, n.name, n.reason) for n in f.notes] for f in dry.files] == notes
    assert [file.notes for file in (await import_files([tmp_path], now=now)).files] == [[], []]


async def test_what_a_list_has_no_more_is_told_and_stays(database: str, tmp_path: Path, now: datetime) -> None:
    days = {"A": "2027-02-01", "B": "2027-03-01", "C": "2027-04-01", "D": "2027-05-01", "Past": "2026-03-01"}
    (tmp_path / "list.csv").write_text("title,start\n" + "".join(f"{name},{day}\n" for name, day in days.items()))
    await import_file(tmp_path / "list.csv", now=now)
    (tmp_path / "list (1).csv").write_text("title,start\nA,2027-02-01\nC,2027-04-01\n")
    report = await import_file(tmp_path / "list (1).csv", now=now)
    assert counts(report) == (0, 0, 2, 0, 0)
    assert [(n.line, n.name, n.reason) for n in report.files[0].notes] == [
        (
            0,
            "csv-list",
            "2 to come that it had once are not in it any more; they stay: “B” (2027-03-01), “D” (2027-05-01)",
        )
    ]
    assert await titles() == ["A", "B", "C", "D", "Past"]


async def test_one_year_s_list_says_nothing_of_another_year(database: str, tmp_path: Path, now: datetime) -> None:
    for year in (2027, 2028):
        file = tmp_path / f"{year}.jsonl"
        dates = [f"{year}-02-09", f"{year}-06-09"]
        file.write_text(json_lines(*(conference(name=day, startDate=day, endDate=day) for day in dates)))
        report = await import_file(file, now=now)
        assert [note.reason for note in report.files[0].notes] == []


async def test_nothing_read_is_an_answer_of_its_own(database: str, tmp_path: Path, now: datetime) -> None:
    (tmp_path / "x").write_text("hello")
    for path in (tmp_path / "x", tmp_path / "nowhere"):
        assert (await import_file(path, now=now)).exit_code is ExitCode.NOTHING_READ
    (tmp_path / "y.csv").write_text("title,start\nA,2027-02-09\n")
    assert (await import_file(tmp_path / "y.csv", now=now)).exit_code is ExitCode.FINE


async def test_an_occurrence_that_is_called_off_and_on_again(database: str, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "a.ics"
    master = "UID:s\nSUMMARY:Standup\nDTSTART:20270301T100000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3"
    off = "UID:s\nSUMMARY:Standup\nRECURRENCE-ID:20270308T100000Z\nDTSTART:20270308T100000Z\nDURATION:PT1H\nSTATUS:CANCELLED"
    states = "SELECT state FROM event ORDER BY starts_at"
    for entries, expected in (
        ((master,), ["published"] * 3),
        ((master, off), ["published", "cancelled", "published"]),
        ((master,), ["published"] * 3),
    ):
        file.write_bytes(calendar(*entries))
        await import_file(file, now=now)
        assert [row["state"] for row in await db.fetch(states)] == expected


async def test_naughty_strings_as_titles(database: str, tmp_path: Path, now: datetime) -> None:
    from tests import shared_data

    naughty: list[str] = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())
    file = tmp_path / "blns.jsonl"
    file.write_text(json_lines(*(conference(name=text, topic=text[:60], city=text[:100]) for text in naughty)))
    report = await import_file(file, now=now)
    assert report.created + report.merged + report.refused == len(naughty)
    assert report.created > 400
    assert counts(await import_file(file, now=now))[:2] == (0, 0)
    stored = await db.fetch_value("SELECT count(*) FROM event WHERE title ~ '[\\x01-\\x1f]' OR title = ''")
    assert stored == 0


async def test_html_in_a_description_is_sanitised_when_it_is_written(
    database: str, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        'title,start,description\nA,2027-02-09,"**bold** <script>alert(1)</script><a href=javascript:x>y</a>"\n'
    )
    await import_file(file, now=now)
    html = await db.fetch_value("SELECT description_html FROM event")
    assert html == '<p><strong>bold</strong> <a rel="nofollow ugc noopener">y</a></p>\n'


async def test_progress_is_told(database: str, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text(json_lines(*(conference(name=f"C{n}") for n in range(501))))
    told: list[tuple[str, int, int]] = []
    await import_file(file, now=now, progress=lambda doing, done, of: told.append((doing, done, of)))
    assert told == [
        ("Reading list.jsonl", 0, 0),
        ("Saving list.jsonl", 0, 501),
        ("Saving list.jsonl", 500, 501),
        ("list.jsonl", 501, 501),
    ]
