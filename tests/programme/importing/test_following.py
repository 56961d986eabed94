"""What an import takes over of sessions and people that are here, and what stays as it was written here."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.core.importing import opening
from portal.programme.commands import seating
from portal.programme.commands.saving import save_programme
from portal.programme.importing import formats
from portal.programme.importing.values import Context
from portal.programme.rules.following import Seat, seats
from portal.programme.tables import SessionRole
from portal.programme.values import PersonFacts, ProgrammeFacts, Saved, SessionFacts
from portal.speakers.commands import remove_speaker, save_speaker
from portal.speakers.values import SpeakerFacts
from tests import shared_data
from tests.directory.forms import open_form
from tests.factories import events
from tests.programme.editing.making import make
from tests.programme.importing.test_sources import held

NINE = datetime(2027, 2, 9, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAEVE, JO, ANN = PersonFacts("Maeve Donnellan", "3"), PersonFacts("Jo Vos", "4"), PersonFacts("Ann Day", "5")
replace = msgspec.structs.replace


async def save(event_id: int, *them: SessionFacts) -> Saved:
    rooms = dict.fromkeys(one.room for one in them)
    facts = ProgrammeFacts(source="main", rooms=rooms, sessions=them)
    return await save_programme(actor=PORTAL, event_id=event_id, facts=facts, now=clock.now())


async def stored(event_id: int, *names: str) -> Any:
    found = await db.fetch_one(
        "SELECT s.*, r.name AS in_room FROM programme_session s LEFT JOIN programme_room r ON r.id = s.room WHERE s.event = $1",
        event_id,
    )
    assert found is not None
    return tuple(found[name] for name in names)


async def people(event_id: int) -> list[tuple[str, str]]:
    rows = await db.fetch(
        "SELECT p.name, i.role FROM session_speaker i JOIN speaker p ON p.id = i.speaker "
        "JOIN programme_session s ON s.id = i.session WHERE s.event = $1 ORDER BY i.position, i.id",
        event_id,
    )
    return [tuple(one) for one in rows]


async def test_a_field_that_staff_changed_stays_and_the_others_follow(database: str) -> None:
    event_id = await events.make()
    await save(event_id, held("1"))
    await db.execute("UPDATE programme_session SET title = 'Ours', room = NULL")
    news = replace(held("1", 2), title="Theirs", room="Keller", abstract="New", language="de", ends_at=NINE + HOUR * 3)
    done = await save(event_id, news)
    assert (done.changed, done.kept) == (1, (("Ours", ("title", "room")),))
    assert await stored(event_id, "title", "in_room", "starts_at", "ends_at", "abstract_html", "language") == (
        "Ours", None, NINE + HOUR * 2, NINE + HOUR * 3, "<p>New</p>\n", "de",
    )  # fmt: skip
    # The room nobody is put into is not made, and what stays is said once.
    assert await db.fetch_value("SELECT count(*) FROM programme_room") == 1
    assert await save(event_id, news) == Saved(unchanged=1)


async def test_what_is_as_the_source_has_it_again_follows_again(database: str) -> None:
    event_id = await events.make()
    await save(event_id, held("1"))
    await db.execute("UPDATE programme_session SET title = 'Ours', version = 7")
    only = await save(event_id, replace(held("1"), title="Theirs"))
    assert (only.changed, only.unchanged, await stored(event_id, "title", "version")) == (0, 1, ("Ours", 7))
    await db.execute("UPDATE programme_session SET title = 'Theirs'")
    assert (await save(event_id, replace(held("1"), title="Theirs, again"))).kept == ()
    assert await stored(event_id, "title", "version") == ("Theirs, again", 8)


async def test_a_start_goes_with_its_end(database: str) -> None:
    event_id = await events.make()
    await save(event_id, held("1"))
    await db.execute("UPDATE programme_session SET ends_at = ends_at + interval '1 hour'")
    done = await save(event_id, held("1", 5))
    assert (done.kept, await stored(event_id, "starts_at")) == ((("Session 1", ("time",)),), (NINE,))


async def test_what_staff_called_off_or_put_on_again_stays_so(database: str) -> None:
    event_id = await events.make()
    other = held("2", 3)
    await save(event_id, held("1"), other)
    await db.execute("UPDATE programme_session SET cancelled_at = now() WHERE source_key = '1'")
    await save(event_id, replace(held("1"), title="New"), other)
    off = "SELECT source_key FROM programme_session WHERE cancelled_at IS NOT NULL ORDER BY 1"
    assert await db.fetch(off) == [("1",)]
    # The source loses the other one; staff hold it all the same; then the source has it again.
    assert (await save(event_id, held("1"))).cancelled == 1
    assert await db.fetch(off) == [("1",), ("2",)]
    await db.execute("UPDATE programme_session SET cancelled_at = NULL WHERE source_key = '2'")
    for told in ((held("1"),), (held("1"),), (held("1"), other)):
        assert (await save(event_id, *told)).cancelled == 0
        assert await db.fetch(off) == [("1",)]


async def test_whom_staff_added_stays_beside_those_the_source_names(database: str) -> None:
    event_id = await events.make()
    await save(event_id, held("1", people=(MAEVE, JO)))
    host = await save_speaker(actor=PORTAL, facts=SpeakerFacts(name="Our host"), now=clock.now())
    session = await db.fetch_value("SELECT id FROM programme_session")
    await seating.seat(
        actor=PORTAL, event_id=event_id, session_id=session, speaker_id=host, role=SessionRole.HOST, now=clock.now()
    )
    await save(event_id, held("1", people=(ANN, MAEVE)))
    assert await people(event_id) == [("Maeve Donnellan", "speaker"), ("Our host", "host"), ("Ann Day", "speaker")]


async def test_who_was_forgotten_is_not_made_anew_by_the_next_import(database: str) -> None:
    event_id = await events.make()
    await save(event_id, held("1", people=(MAEVE, JO)))
    speaker = await db.fetch_value("SELECT id FROM speaker WHERE name = 'Maeve Donnellan'")
    await remove_speaker(actor=PORTAL, speaker_id=speaker, now=clock.now())
    await save(event_id, replace(held("1", people=(MAEVE, JO, ANN)), title="New"))
    assert await people(event_id) == [("Jo Vos", "speaker"), ("Ann Day", "speaker")]
    said = "SELECT count(*) FROM programme_session WHERE source_said::text LIKE '%Maeve%'"
    assert (
        await db.fetch_value(said) + await db.fetch_value("SELECT count(*) FROM speaker WHERE name LIKE 'Maeve%'") == 0
    )


@pytest.mark.parametrize(
    ("said", "here", "now", "then"),
    [
        ("ab", "ab", "ba", "ba"),
        ("ab", "abx", "b", "bx"),
        ("ab", "b", "abc", "bc"),
        ("ab", "ba", "abc", "bac"),
        ("", "x", "x", "x"),
        ("a", "x", "ax", "x"),
    ],
)
def test_who_is_in_a_session_then(said: str, here: str, now: str, then: str) -> None:
    def them(names: str) -> list[Seat]:
        return [(ord(one), "speaker") for one in names]

    assert seats(them(said), them(here), them(now)) == them(then)


def test_a_part_that_staff_gave_stays_and_another_follows() -> None:
    said, now = [(1, "speaker"), (2, "speaker")], [(1, "host"), (2, "moderator")]
    assert seats(said, [(1, "panelist"), (2, "speaker")], now) == [(1, "panelist"), (2, "moderator")]


async def told(event_id: int, **said: str) -> tuple[str, str, str, str]:
    await save(event_id, held("1", people=(replace(MAEVE, **said),)))
    found = await db.fetch_one("SELECT bio, bio_html, job_title, company_name FROM speaker")
    assert found is not None
    return tuple(found)


async def test_what_a_source_says_of_people_is_followed_until_somebody_writes_it_here(database: str) -> None:
    event_id = await events.make()
    await told(event_id, bio="Old", company="Kilmore")
    assert await told(event_id, bio="**New**", company="Kilmore", job_title="Head") == (
        "**New**", "<p><strong>New</strong></p>\n", "Head", "Kilmore",
    )  # fmt: skip
    await db.execute("UPDATE speaker SET bio = 'My own words'")
    assert await told(event_id, bio="Newer", company="Isarwerk", job_title="Head") == (
        "My own words", "<p><strong>New</strong></p>\n", "Head", "Isarwerk",
    )  # fmt: skip
    # A format that has no place for it says nothing of it.
    assert await told(event_id) == ("My own words", "<p><strong>New</strong></p>\n", "Head", "Isarwerk")
    assert await told(event_id, company="Kilmore") == (
        "My own words", "<p><strong>New</strong></p>\n", "Head", "Kilmore",
    )  # fmt: skip


async def test_what_is_said_of_somebody_named_twice_adds_up(database: str) -> None:
    event_id = await events.make()
    await save(
        event_id,
        held("1", people=(replace(MAEVE, bio="Long enough"),)),
        held("2", people=(replace(MAEVE, bio="", company="Kilmore", job_title="Head"),)),
    )
    found = await db.fetch_one("SELECT bio, company_name, job_title FROM speaker")
    assert found is not None
    assert tuple(found) == ("Long enough", "Kilmore", "Head")


async def test_a_profile_is_not_led_to_by_another_company_s_name(database: str) -> None:
    event_id = await events.make()
    await told(event_id, company="Kilmore")
    company = await db.fetch_value(
        "INSERT INTO company (slug, name, state, created_at, changed_at) VALUES ('kilmore', 'Kilmore', 'public', now(), now()) "
        "RETURNING id"
    )
    await db.execute("UPDATE speaker SET company = $1", company)
    await told(event_id, company="Kilmore", bio="New")
    assert await db.fetch_value("SELECT company FROM speaker") == company
    await told(event_id, company="Isarwerk", bio="New")
    assert await db.fetch_value("SELECT company FROM speaker") is None


@pytest.mark.parametrize("file", ["fosdem-2026.pentabarf.xml.gz", "emf-2024.schedule.json.gz"])
async def test_a_form_saved_as_it_stood_is_no_change_of_staff(editor: httpx.AsyncClient, file: str) -> None:
    """Whatever texts a source has: saving the form writes them as they are."""
    (opened,) = opening.open_all([shared_data.folder("programmes") / file])
    rows = formats.read(opened.data, Context(ZoneInfo("Europe/Brussels")))[1].rows
    them = [one.facts for one in sorted(rows, key=lambda one: hash_of(one.facts.key))[:12]]
    event_id = await make(*them)
    for one in await db.fetch("SELECT id, version FROM programme_session WHERE event = $1", event_id):
        address = f"/staff/events/{event_id}/programme/sessions/{one['id']}"
        fields = open_form((await editor.get(address)).text, address)
        answer = await editor.post(address, data={name: said.replace("\n", "\r\n") for name, said in fields.items()})
        assert answer.status_code == 303, answer.text
    other = [
        replace(
            one, title=f"{one.title[:200]}, anew", abstract="New", description="New", subtitle="New", links=(), url=""
        )
        for one in them
    ]
    facts = ProgrammeFacts(source="test", sessions=tuple(other))
    done = await save_programme(actor=PORTAL, event_id=event_id, facts=facts, now=clock.now())
    assert (done.changed, done.kept) == (12, ())


def hash_of(key: str) -> bytes:
    """In an order that has nothing to do with the file’s."""
    return blake2b(key.encode()).digest()
