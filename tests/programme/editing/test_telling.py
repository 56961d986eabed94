"""Speakers are written to when a release changes what they are in: each once, of what concerns them, if staff want it."""

import httpx
import icalendar
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.events.tables import EventState
from portal.programme.commands import seating
from portal.programme.commands.releasing import release
from portal.programme.rules.telling import concerns
from portal.programme.tables import ChangeKind
from portal.programme.values import PersonFacts
from tests.attending import Attending
from tests.programme.editing.making import DAY, make, row
from tests.programme.test_pages import MAEVE, held

JO = PersonFacts("Jo Vos", "4")
SUBJECTS = "SELECT recipient, subject FROM mail WHERE about_kind = 'programme' ORDER BY id"


async def made(**more: object) -> int:
    """Maeve in all three, Jo in the last; both have an address."""
    event_id = await make(
        held("1", "First air"), held("2", "Fees", hours=2), held("3", "Dryers", hours=4, people=(MAEVE, JO)), **more
    )
    for name in ("Maeve Donnellan", "Jo Vos"):
        await db.execute("UPDATE speaker SET email = $2 WHERE name = $1", name, f"{name.split()[0].lower()}@x.example")
    return event_id


async def told() -> list[tuple[str, str]]:
    return [(one["recipient"], one["subject"]) for one in await db.fetch(SUBJECTS)]


async def test_each_is_told_once_what_concerns_them(editor: httpx.AsyncClient, attending: Attending) -> None:
    event_id = await made()
    here = f"/staff/events/{event_id}/programme"
    first = await editor.post(f"{here}/release", data={"edition": "1", "tell": "yes"})
    assert "2 speakers are written to." in (await editor.get(first.headers["location"])).text
    await attending.work()
    both = [("jo@x.example", "On the programme: Dryers"), ("maeve@x.example", "Your sessions at Forum")]
    assert sorted(await told()) == both
    one, dryers = await row(event_id, "First air"), await row(event_id, "Dryers")
    place = {"version": "1", "room": one["room"], "day": DAY, "start": "11:00", "length": "40"}
    await editor.post(f"{here}/sessions/{one['id']}/place", data=place)
    jo = await db.fetch_value("SELECT id FROM speaker WHERE name = 'Jo Vos'")
    await seating.unseat(actor=PORTAL, event_id=event_id, session_id=dryers["id"], speaker_id=jo, now=clock.now())
    edition = await db.fetch_value("SELECT edition FROM programme")
    await editor.post(f"{here}/release", data={"edition": str(edition), "tell": "yes"})
    await attending.work()
    moved = ("maeve@x.example", "Moved: First air")
    assert sorted((await told())[2:]) == [("jo@x.example", "Off the programme: Dryers"), moved]
    mail = await db.fetch_one("SELECT * FROM mail WHERE subject = $1", moved[1])
    assert mail is not None
    assert "Tue 9 Feb, 11:00–11:40, Saal Lobau" in mail["text"]
    assert "Before: Tue 9 Feb, 09:00–09:40" in mail["text"]
    file = await db.fetch_value("SELECT content FROM mail_part WHERE mail = $1", mail["id"])
    titles = [str(one["SUMMARY"]) for one in icalendar.Calendar.from_ical(file).walk("VEVENT")]
    assert titles == ["First air", "Fees", "Dryers"]


async def test_nobody_is_written_to_unless_staff_want_it(editor: httpx.AsyncClient, attending: Attending) -> None:
    event_id = await made()
    await db.execute("UPDATE speaker SET email = '' WHERE name = 'Jo Vos'")
    here = f"/staff/events/{event_id}/programme"
    assert 'name="tell" value="yes" checked' in (await editor.get(f"{here}/release")).text
    await editor.post(f"{here}/release", data={"edition": "1"})
    await attending.work()
    assert await told() == []
    fees = await row(event_id, "Dryers")
    await editor.post(f"{here}/sessions/{fees['id']}/cancellation", data={"version": "1"})
    answer = await editor.post(f"{here}/release", data={"edition": "2", "tell": "yes"})
    page = await editor.get(answer.headers["location"])
    assert "1 speaker is written to. 1 speaker has no address and must be told by you." in page.text
    await attending.work()
    assert await told() == [("maeve@x.example", "Cancelled: Dryers")]


async def test_of_an_event_that_is_a_draft_nobody_hears(editor: httpx.AsyncClient, attending: Attending) -> None:
    event_id = await made(state=EventState.DRAFT)
    assert 'name="tell"' not in (await editor.get(f"/staff/events/{event_id}/programme/release")).text
    await editor.post(f"/staff/events/{event_id}/programme/release", data={"edition": "1", "tell": "yes"})
    await release(actor=PORTAL, event_id=await made(state=EventState.DRAFT), now=clock.now(), tell=True)
    await attending.work()
    assert await told() == []


@pytest.mark.parametrize(
    ("change", "was_in", "is_in", "told"),
    [
        (ChangeKind.MOVED, True, True, ChangeKind.MOVED),
        (ChangeKind.MOVED, False, True, ChangeKind.ADDED),
        (ChangeKind.MOVED, True, False, ChangeKind.REMOVED),
        (ChangeKind.EDITED, True, True, None),
        (ChangeKind.EDITED, False, True, ChangeKind.ADDED),
        (ChangeKind.CANCELLED, False, True, None),
        (ChangeKind.REMOVED, True, True, ChangeKind.REMOVED),
        (ChangeKind.REMOVED, False, True, None),
        (ChangeKind.ADDED, False, True, ChangeKind.ADDED),
    ],
)
def test_what_a_change_is_to_somebody(change: ChangeKind, was_in: bool, is_in: bool, told: ChangeKind | None) -> None:
    assert concerns(change, was_in=was_in, is_in=is_in) is told
