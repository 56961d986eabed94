"""A programme that is imported once, again, and again after its source has changed it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.core import db
from portal.core.errors import Forbidden, NotFound
from portal.core.importing import opening
from portal.programme.commands.releasing import Released, release
from portal.programme.commands.saving import save_programme
from portal.programme.importing.run import How, Target, import_programme
from portal.programme.rules.changes import Change
from portal.programme.tables import ChangeKind, SessionKind
from portal.programme.values import LinkFacts, PersonFacts, ProgrammeFacts, Saved, SessionFacts
from tests import shared_data
from tests.factories import events

NINE = datetime(2027, 2, 9, 8, tzinfo=UTC)
MAEVE, JO = PersonFacts("Maeve Donnellan", "3"), PersonFacts("Jo Vos", "4")


def sessions(count: int = 3) -> list[SessionFacts]:
    return [
        SessionFacts(
            key=str(n), title=f"Session {n}", room="Saal Lobau", track="Aseptic", starts_at=NINE + timedelta(hours=n),
            ends_at=NINE + timedelta(hours=n, minutes=45), people=(MAEVE,), abstract="**Air** <script>x</script>",
        )
        for n in range(count)
    ]  # fmt: skip


async def save(event_id: int, them: Sequence[SessionFacts], now: datetime) -> Saved:
    rooms = dict.fromkeys([one.room for one in them if one.room])
    facts = ProgrammeFacts(source="test", rooms=rooms, tracks=("Aseptic",), sessions=tuple(them))
    return await save_programme(actor=PORTAL, event_id=event_id, facts=facts, now=now)


async def released(event_id: int, now: datetime) -> Released | None:
    return await release(actor=PORTAL, event_id=event_id, now=now)


async def log(event_id: int) -> list[Change]:
    rows = await db.fetch(
        "SELECT c.session, c.slug, c.title, c.kind, c.before::text, c.after::text FROM release_change c "
        "JOIN programme_release r ON r.id = c.release WHERE r.event = $1 ORDER BY c.id",
        event_id,
    )
    return [
        Change(
            **{**dict(row), "before": msgspec.json.decode(row["before"]), "after": msgspec.json.decode(row["after"])}
        )
        for row in rows
    ]


async def test_saving_again_changes_nothing_and_releases_nothing(database: str, now: datetime) -> None:
    event_id = await events.make()
    assert await save(event_id, sessions(), now) == Saved(created=3)
    first = await released(event_id, now)
    assert first is not None
    assert (first.number, {one.kind for one in first.changes}) == (1, {ChangeKind.ADDED})
    assert await save(event_id, sessions(), now) == Saved(unchanged=3)
    assert await released(event_id, now) is None
    assert await log(event_id) == []
    row = await db.fetch_one("SELECT * FROM released_session ORDER BY starts_at LIMIT 1")
    assert row is not None
    assert (row["slug"], row["abstract_html"]) == ("session-0", "<p><strong>Air</strong> </p>\n")
    assert await db.fetch_value("SELECT count(*) FROM speaker") == 1
    assert await db.fetch_value("SELECT edition FROM programme") == 1


async def test_the_log_says_what_a_release_did(database: str, now: datetime) -> None:
    event_id = await events.make()
    await save(event_id, sessions(5), now)
    await released(event_id, now)
    first, second, third, fourth, _ = sessions(5)
    hour = timedelta(hours=1)
    replace = msgspec.structs.replace
    news = [
        replace(first, starts_at=NINE + hour, ends_at=NINE + hour * 7 / 4),
        replace(second, room="Raum Prater"),
        replace(third, people=(MAEVE, JO), title="Another title"),
        replace(fourth, cancelled=True),
        replace(fourth, key="new", title="New"),
    ]
    assert await save(event_id, news, now) == Saved(created=1, changed=4, cancelled=1)
    done = await released(event_id, now)
    assert done is not None
    lines = {change.title: change for change in await log(event_id)}
    assert {title: change.kind for title, change in lines.items()} == {
        "Session 0": "moved", "Session 1": "moved", "Another title": "edited", "Session 3": "cancelled", "New": "added",
        "Session 4": "cancelled",
    }  # fmt: skip
    assert lines["Session 0"].before["starts_at"] == "2027-02-09T08:00:00Z"
    assert lines["Session 0"].after == {"starts_at": "2027-02-09T09:00:00Z", "ends_at": "2027-02-09T09:45:00Z"}
    assert (lines["Session 1"].before, lines["Session 1"].after) == ({"room": "Saal Lobau"}, {"room": "Raum Prater"})
    assert lines["Another title"].after == {"title": "Another title", "speakers": "Maeve Donnellan, Jo Vos"}
    # What its source has again is no more cancelled.
    assert await save(event_id, [*news[:3], fourth, news[4]], now) == Saved(changed=1, unchanged=4)
    again = await released(event_id, now)
    assert again is not None
    assert [(change.title, change.kind) for change in again.changes] == [("Session 3", ChangeKind.RESTORED)]


async def test_a_new_name_in_the_source_is_the_same_person(database: str, now: datetime) -> None:
    event_id = await events.make()
    await save(event_id, sessions(), now)
    for name in ("Maeve Donnellan-Ray", "Maeve Ray"):
        renamed = [msgspec.structs.replace(one, people=(PersonFacts(name, "3"),)) for one in sessions()]
        await save(event_id, renamed, now)
        assert [row["name"] for row in await db.fetch("SELECT name FROM speaker")] == [name]


async def test_addresses_may_change_hands_between_releases(database: str, now: datetime) -> None:
    event_id = await events.make()
    await save(event_id, sessions(2), now)
    await released(event_id, now)
    await db.execute("UPDATE programme_session SET slug = 'x' WHERE slug = 'session-0'")
    await db.execute("UPDATE programme_session SET slug = 'session-0', title = 'A' WHERE slug = 'session-1'")
    await db.execute("UPDATE programme_session SET slug = 'session-1', title = 'B' WHERE slug = 'x'")
    await released(event_id, now)
    rows = await db.fetch("SELECT slug, title FROM released_session ORDER BY slug")
    assert [tuple(row) for row in rows] == [("session-0", "A"), ("session-1", "B")]


async def test_two_imports_and_two_releases_at_once_are_one(database: str, now: datetime) -> None:
    event_id = await events.make()
    told = await asyncio.gather(*(save(event_id, sessions(), now) for _ in range(4)))
    assert sorted(one.created for one in told) == [0, 0, 0, 3]
    assert await db.fetch_value("SELECT count(*) FROM speaker") == 1
    done = await asyncio.gather(*(released(event_id, now) for _ in range(4)))
    assert [one.number for one in done if one] == [1]
    assert await db.fetch_value("SELECT count(*) FROM programme_release") == 1


async def test_only_those_who_may_do_it(database: str, now: datetime) -> None:
    event_id = await events.make()
    nobody = Actor(account_id=1, email="a@b.example", name="A")
    with pytest.raises(Forbidden):
        await save_programme(actor=nobody, event_id=event_id, facts=ProgrammeFacts(source="x"), now=now)
    with pytest.raises(Forbidden):
        await release(actor=nobody, event_id=event_id, now=now)
    with pytest.raises(NotFound):
        await save(event_id + 1, sessions(), now)


async def test_a_source_that_moved_twenty_sessions_is_a_release_of_twenty_lines(
    database: str, now: datetime, tmp_path: Path
) -> None:
    file = shared_data.folder("programmes") / "fosdem-2026.pentabarf.xml.gz"
    report = (await import_programme(file, now=now, target=Target())).files[0]
    assert (report.created, report.refusals, report.release, report.event) == (883, [], 1, "fosdem-2026")
    again = (await import_programme(file, now=now, target=Target())).files[0]
    assert (again.created, again.changed, again.unchanged, again.release) == (0, 0, 883, 0)
    (opened,) = opening.open_all([file])
    parts = opened.data.decode().split("<date>2026-01-31T")
    moved = "<date>2026-02-01T".join(parts[:21]) + "<date>2026-01-31T" + "<date>2026-01-31T".join(parts[21:])
    other = tmp_path / "moved.xml"
    other.write_text(moved)
    tried = (await import_programme(other, now=now, target=Target(), how=How(dry_run=True))).files[0]
    assert (tried.changed, tried.release, tried.log) == (20, 2, 20)
    assert await db.fetch_value("SELECT release FROM programme") == 1
    done = (await import_programme(other, now=now, target=Target("fosdem-2026"))).files[0]
    assert (done.created, done.changed, done.unchanged, done.release, done.log) == (0, 20, 863, 2, 20)
    lines = await db.fetch("SELECT kind, before->>'starts_at' AS was, after->>'starts_at' AS is FROM release_change")
    assert [(row["kind"], row["was"][:10], row["is"][:10]) for row in lines] == [
        ("moved", "2026-01-31", "2026-02-01")
    ] * 20


async def test_links_roles_and_kinds_are_kept(database: str, now: datetime) -> None:
    event_id = await events.make()
    (one,) = sessions(1)
    links = (LinkFacts("attachment", "Slides", "https://example.org/a.pdf"),)
    await save(event_id, [msgspec.structs.replace(one, links=links, kind=SessionKind.WORKSHOP, capacity=24)], now)
    row = await db.fetch_one("SELECT kind, capacity, links::text AS links FROM programme_session")
    assert row is not None
    assert (row["kind"], row["capacity"], msgspec.json.decode(row["links"])) == (
        "workshop", 24, [["attachment", "Slides", "https://example.org/a.pdf"]],
    )  # fmt: skip
