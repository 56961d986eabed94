"""Whose sessions an import changes: those of its own source, whatever they are called by now, and no other’s."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.core.errors import Conflict
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.importing.run import How, Target, import_programme, named_by
from portal.programme.rules import occurrences
from portal.programme.values import PersonFacts, ProgrammeFacts, Saved, SessionFacts
from tests.factories import events

NINE = datetime(2027, 2, 9, 8, tzinfo=UTC)
replace = msgspec.structs.replace


def held(key: str, hours: float = 0, room: str = "Saal Lobau", **more: object) -> SessionFacts:
    starts = NINE + timedelta(hours=hours)
    ends = starts + timedelta(minutes=45)
    return SessionFacts(key=key, title=f"Session {key}", room=room, starts_at=starts, ends_at=ends, **more)  # type: ignore[arg-type]


async def save(event_id: int, *them: SessionFacts, now: datetime, source: str = "main") -> Saved:
    facts = ProgrammeFacts(source=source, rooms=dict.fromkeys(one.room for one in them), sessions=them)
    return await save_programme(actor=PORTAL, event_id=event_id, facts=facts, now=now)


async def test_a_source_leaves_the_sessions_of_others_alone(database: str, now: datetime) -> None:
    event_id = await events.make()
    await save(event_id, held("1"), held("2", 1), now=now)
    # The same key of another source is another session, and the same number another person.
    ann, jo = PersonFacts("Ann Day", "7"), PersonFacts("Jo Vos", "7")
    assert await save(event_id, held("1", 2, people=(ann,)), now=now, source="workshops") == Saved(created=1)
    assert await save(event_id, held("1", people=(jo,)), held("2", 1), now=now) == Saved(changed=1, unchanged=1)
    assert await save(event_id, held("1", 2, people=(ann,)), now=now, source="workshops") == Saved(unchanged=1)
    assert await db.fetch_value("SELECT count(*) FROM programme_session WHERE cancelled_at IS NULL") == 3
    assert [row["name"] for row in await db.fetch("SELECT name FROM speaker ORDER BY name")] == ["Ann Day", "Jo Vos"]


async def test_a_file_without_one_session_of_its_source_is_another_file(database: str, now: datetime) -> None:
    event_id = await events.make()
    await save(event_id, held("1"), held("2", 1), now=now)
    with pytest.raises(Conflict, match="none of its sessions is one of the 2 that came from “main” before"):
        await save(event_id, held("9"), now=now)
    assert await db.fetch_value("SELECT count(*) FROM programme_session WHERE cancelled_at IS NULL") == 2


async def test_what_staff_call_otherwise_or_take_away_stays_so(database: str, now: datetime) -> None:
    event_id = await events.make()
    await save(event_id, held("1"), held("2", 1), held("3", 2, room="Keller"), now=now)
    await db.execute("UPDATE programme_room SET name = 'Main hall' WHERE name = 'Saal Lobau'")
    await db.execute("DELETE FROM programme_room WHERE name = 'Keller'")
    await save(event_id, held("1"), held("2", 3), held("3", 2, room="Keller"), now=now)
    rooms = await db.fetch(
        "SELECT r.name, count(s.id) AS n FROM programme_room r LEFT JOIN programme_session s ON s.room = r.id GROUP BY 1"
    )
    assert [(row["name"], row["n"]) for row in rooms] == [("Main hall", 2)]


async def test_people_whose_numbers_change_are_known_by_name(database: str, now: datetime) -> None:
    event_id = await events.make()
    await save(event_id, held("1", people=(PersonFacts("Jo Vos", "4"), PersonFacts("Ann Day", "5"))), now=now)
    await save(event_id, held("1", people=(PersonFacts("Jo Vos"), PersonFacts("Ann Day", "55"))), now=now)
    assert await db.fetch_value("SELECT count(*) FROM speaker") == 2
    await save(event_id, held("1", people=(PersonFacts("Jo Vos", "4"), PersonFacts("Ann Day", "55"))), now=now)
    # Two of one name in one file are two.
    both = (PersonFacts("Ann Day", "55"), PersonFacts("Ann Day", "56"))
    await save(event_id, held("1", people=both), now=now)
    assert await db.fetch_value("SELECT count(*) FROM speaker") == 3
    assert await db.fetch_value("SELECT count(*) FROM session_speaker") == 2


async def test_of_a_session_held_three_times_one_moves(database: str, now: datetime) -> None:
    event_id = await events.make()
    first, second, third = occurrences.numbered([held("1"), held("1", 2), held("1", 4)])
    assert [one.key for one in (first, second, third)] == ["1", "1 #2", "1 #3"]
    await save(event_id, first, second, third, now=now)
    await release(actor=PORTAL, event_id=event_id, now=now)
    moved = occurrences.numbered([held("1", 3), held("1", 2), held("1", 4)])
    assert await save(event_id, *moved, now=now) == Saved(changed=1, unchanged=2)
    done = await release(actor=PORTAL, event_id=event_id, now=now)
    assert done is not None
    assert [(one.kind, one.after["starts_at"]) for one in done.changes] == [("moved", "2027-02-09T11:00:00Z")]
    # The first is called off: it is the one at eleven that is gone, not the last number.
    assert await save(event_id, *occurrences.numbered([held("1", 2), held("1", 4)]), now=now) == Saved(
        cancelled=1, unchanged=2
    )
    gone = await db.fetch_value("SELECT starts_at FROM programme_session WHERE cancelled_at IS NOT NULL")
    assert gone == NINE + timedelta(hours=3)


TABLE = (
    "title,start,end,room\nFirst air,2027-02-09 09:30,10:15,{}\n"
    "Coffee,2027-02-09 10:15,10:30,\nCoffee,2027-02-09 15:00,15:30,\n"
)


async def test_a_row_that_moves_to_another_room_has_moved(database: str, now: datetime, tmp_path: Path) -> None:
    file = tmp_path / "spring-congress.csv"
    file.write_text(TABLE.format("A"))
    first = (await import_programme(file, now=now, target=Target())).files[0]
    assert (first.event, first.created, first.changes) == ("spring-congress-2027", 3, [])
    file.write_text(TABLE.format("B"))
    then = await import_programme(file, now=now, target=Target())
    assert (then.files[0].changed, then.files[0].cancelled, then.files[0].log) == (1, 0, 1)
    assert [one.words for one in then.files[0].changes] == ["moved; Room: A → B"]
    assert then.lists[0][1][0].name == "First air"


async def test_two_tables_are_two_events_or_none(database: str, now: datetime, tmp_path: Path) -> None:
    for name, address in (("spring.csv", "spring-2027"), ("autumn (1).csv", "autumn-2027")):
        (tmp_path / name).write_text(TABLE.format(name))
        done = (await import_programme(tmp_path / name, now=now, target=Target())).files[0]
        assert (done.event, done.cancelled) == (address, 0)
    (tmp_path / "schedule.csv").write_text(TABLE.format("A"))
    nameless = (await import_programme(tmp_path / "schedule.csv", now=now, target=Target())).files[0]
    assert "give the event’s title" in nameless.fault
    titled = (await import_programme(tmp_path / "schedule.csv", now=now, target=Target(title="Summer days"))).files[0]
    assert titled.event == "summer-days-2027"
    (tmp_path / "spring.csv").write_text("title,start,end\nOther,2027-02-09 09:30,10:15\n")
    other = await import_programme(tmp_path / "spring.csv", now=now, target=Target())
    assert (other.files[0].fault[:27], other.exit_code) == ("none of its sessions is one", 2)
    assert (await import_programme(tmp_path, now=now, target=Target())).files[
        0
    ].fault == "a programme is one file, not a folder"


@pytest.mark.parametrize(
    ("file", "title"),
    [("standard input", ""), ("emf-2024.schedule.json", "Emf 2024"), ("_.csv", ""), ("Programme.CSV", "")],
)
def test_a_conference_named_by_its_file(file: str, title: str) -> None:
    assert named_by(file) == title


async def test_a_programme_goes_on_in_another_format(database: str, now: datetime, tmp_path: Path) -> None:
    event_id = await events.make("Forum")
    guid = "7a0fc001-e587-47e1-b378-b6ec7e666337"
    event = {"guid": guid, "title": "T", "date": "2027-02-09T09:30:00+01:00", "duration": "00:45"}
    data = json.dumps({"schedule": {"conference": {"days": [{"rooms": {"A": [event]}}]}}})
    (tmp_path / "a.json").write_text(data)
    (tmp_path / "b.xml").write_text(
        f'<schedule><day><room name="B"><event guid="{guid}"><date>2027-02-09T09:30:00+01:00</date><duration>00:45</duration>'
        "<title>T</title></event></room></day></schedule>"
    )
    slug = await db.fetch_value("SELECT slug FROM event WHERE id = $1", event_id)
    assert (await import_programme(tmp_path / "a.json", now=now, target=Target(slug))).files[0].created == 1
    second = (await import_programme(tmp_path / "b.xml", now=now, target=Target(slug))).files[0]
    assert (second.changed, second.created, second.source) == (1, 0, "c3voc")
    await import_programme(tmp_path / "a.json", now=now, target=Target(slug), how=How(source="other"))
    several = (await import_programme(tmp_path / "b.xml", now=now, target=Target(slug))).files[0]
    assert several.fault.startswith("this programme has several sources, c3voc, other;")


async def test_a_file_of_another_year_is_taken_with_a_remark(database: str, now: datetime, tmp_path: Path) -> None:
    event_id = await events.make("Forum", starts_at=NINE, hours=32, timezone="Europe/Vienna")
    slug = await db.fetch_value("SELECT slug FROM event WHERE id = $1", event_id)
    for year, remarks in ((2027, []), (2026, ["nothing in it is on a day of the event, 9–10 February 2027"])):
        (tmp_path / "a.csv").write_text(f"key,title,start,end\n1,First air,{year}-02-10 09:30,10:15\n")
        done = (await import_programme(tmp_path / "a.csv", now=now, target=Target(slug))).files[0]
        assert [one.reason.partition(": it begins")[0] for one in done.notes] == remarks
