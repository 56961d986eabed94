"""Tasks in calendars: a deadline and something to do, true to the minute, whatever becomes of them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import vobject
from icalendar import Calendar

from portal.accounts.actors import PORTAL
from portal.accounts.tables import MemberRole
from portal.calendars.commands import feed_address
from portal.core import clock, db
from portal.core.overtaking import mark
from portal.exhibitors.desks import jobs
from portal.exhibitors.desks.commands.tasks import remove_task, save_task
from portal.exhibitors.desks.queries import tasks
from portal.exhibitors.jobs.telling import tell
from tests.directory.conftest import SignIn
from tests.exhibitors.desks.tasks import ask, judge, say
from tests.factories import exhibitors
from tests.factories.exhibitors import Stand


async def address(stand: Stand) -> str:
    secret = await feed_address(kind="exhibitor", key=str(stand.exhibitor.id), now=clock.now())
    return f"/calendars/exhibitors/{secret}.ics"


async def fetched(client: httpx.AsyncClient, stand: Stand) -> Calendar:
    answer = await client.get(await address(stand))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content)


def told(calendar: Calendar) -> list[tuple[str, str, str, int]]:
    """Kind, title, status and sequence of each entry."""
    return [(str(one.name), str(one["SUMMARY"]), str(one["STATUS"]), one["SEQUENCE"])
            for one in calendar.walk() if one.name in ("VEVENT", "VTODO")]  # fmt: skip


async def test_a_deadline_stands_in_the_events_zone_twice(client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    task = await ask(stand, text="As a **PDF**.")
    calendar = await fetched(client, stand)
    (event,), (todo,) = calendar.walk("VEVENT"), calendar.walk("VTODO")
    due = (await tasks.tasks(stand.exhibitor.event_id))[0].draft.due_at
    for property_ in (event["DTSTART"], todo["DUE"]):
        assert property_.params["TZID"] == "Europe/Brussels"
        assert property_.dt.astimezone(ZoneInfo("UTC")) == due
    assert "DTEND" not in event
    assert (event["TRANSP"], str(calendar["METHOD"])) == ("TRANSPARENT", "PUBLISH")
    assert todo["UID"] != event["UID"]
    assert todo["RELATED-TO"] == event["UID"]
    assert event["DTSTAMP"].dt == todo["DTSTAMP"].dt
    assert event["URL"] == f"http://localhost:8000{stand.exhibitor.address}/tasks/{task}"
    assert str(todo["DESCRIPTION"]).startswith("As a PDF.")
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Brussels"]
    assert "ATTENDEE" not in calendar.to_ical().decode()
    assert "isarwerk.example" not in calendar.to_ical().decode()


async def test_done_tasks_are_completed_and_open_again_when_asked_again(client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    task = await ask(stand)
    title = f"Stand drawing ({stand.exhibitor.event_title})"
    await say(stand, task)
    assert told(await fetched(client, stand)) == [
        ("VEVENT", title, "CONFIRMED", 0),
        ("VTODO", title, "NEEDS-ACTION", 0),
    ]
    await judge(stand, task)
    calendar = await fetched(client, stand)
    assert told(calendar) == [("VEVENT", f"Done: {title}", "CONFIRMED", 1), ("VTODO", title, "COMPLETED", 1)]
    (todo,) = calendar.walk("VTODO")
    assert (await tasks.of_exhibitor(stand.exhibitor.id))[0].done_at is not None
    assert abs(todo["COMPLETED"].dt - clock.now()) < timedelta(minutes=1)
    assert todo["PERCENT-COMPLETE"] == 100
    await judge(stand, task, "Another one, please.")
    assert told(await fetched(client, stand))[1][2:] == ("NEEDS-ACTION", 2)


async def test_a_new_deadline_raises_the_sequence_and_what_is_removed_stays_as_cancelled(
    client: httpx.AsyncClient,
) -> None:
    stand = await exhibitors.make()
    task, event_id = await ask(stand), stand.exhibitor.event_id
    (known,) = await tasks.tasks(event_id)
    later = {**{name: getattr(known.draft, name) for name in known.draft.__struct_fields__}}
    later["due_at"] = known.draft.due_at + timedelta(days=1)
    draft = type(known.draft)(**later)
    await save_task(actor=PORTAL, event_id=event_id, draft=draft, now=clock.now(), task_id=task, seen=mark(known.draft))
    calendar = await fetched(client, stand)
    assert {row[3] for row in told(calendar)} == {1}
    assert calendar.walk("VTODO")[0]["DUE"].dt.astimezone(ZoneInfo("UTC")) == draft.due_at
    await remove_task(actor=PORTAL, event_id=event_id, task_id=task, now=clock.now())
    assert [(row[0], row[2], row[3]) for row in told(await fetched(client, stand))] == [
        ("VEVENT", "CANCELLED", 2), ("VTODO", "CANCELLED", 2),
    ]  # fmt: skip


async def test_whoever_takes_part_no_more_has_everything_cancelled(client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    await ask(stand)
    await db.execute("UPDATE exhibitor SET state = 'cancelled'")
    await jobs.follow()
    assert {(row[2], row[3]) for row in told(await fetched(client, stand))} == {("CANCELLED", 1)}
    await db.execute("UPDATE exhibitor SET state = 'accepted'")
    await jobs.follow()
    assert {(row[2], row[3]) for row in told(await fetched(client, stand))} == {("CONFIRMED", 2), ("NEEDS-ACTION", 2)}


async def test_whoever_is_accepted_late_has_what_was_asked_before(client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    await ask(stand)
    late = await exhibitors.make("Quellmark Media", event_id=stand.exhibitor.event_id)
    assert told(await fetched(client, late)) == []
    await tell(late.exhibitor.id, "accepted")
    assert [row[0] for row in told(await fetched(client, late))] == ["VEVENT", "VTODO"]


async def test_a_called_off_event_cancels_every_task_and_closes_it(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    task, at = await ask(stand), f"{stand.exhibitor.address}/tasks"
    assert "<textarea" in (await editor.get(f"{at}/{task}")).text
    await db.execute("UPDATE event SET state = 'cancelled'")
    await jobs.follow()
    assert {row[2] for row in told(await fetched(editor, stand))} == {"CANCELLED"}
    page = await editor.get(f"{at}/{task}")
    assert ("called off" in page.text, "<textarea" in page.text) == (True, False)
    assert "Called off" in (await editor.get(stand.exhibitor.address.rpartition("/")[0])).text
    answer = await editor.post(f"{at}/{task}", data={"text": "Two"})
    assert (answer.status_code, "The event was called off." in answer.text) == (409, True)


async def test_the_same_content_is_the_same_bytes_and_known_by_its_tag(client: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    task = await ask(stand)
    at = await address(stand)
    first = await client.get(at)
    tag = {"If-None-Match": first.headers["etag"]}
    same = await client.get(at, headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    await jobs.follow()
    assert (await client.get(at)).content == first.content
    assert first.headers["cache-control"] == "private, no-cache"
    await say(stand, task)
    await judge(stand, task)
    assert (await client.get(at, headers=tag)).status_code == 200


async def test_the_address_is_secret_and_can_be_replaced(sign_in: SignIn) -> None:
    stand = await exhibitors.make()
    editor = await sign_in("editor@isarwerk.example", stand.organisation_id, MemberRole.EDITOR)
    await ask(stand)
    old = await address(stand)
    page = await editor.get(f"{stand.exhibitor.address}/tasks/calendar")
    assert old in page.text
    assert (await editor.post(f"{stand.exhibitor.address}/tasks/calendar/rotation")).status_code == 303
    new = await address(stand)
    assert new != old
    answers = [(await editor.get(one)).status_code for one in (old, new, "/calendars/exhibitors/short.ics")]
    assert answers == [404, 200, 404]
    person = await feed_address(kind="person", key=str(stand.exhibitor.id), now=clock.now())
    assert (await editor.get(f"/calendars/exhibitors/{person}.ics")).status_code == 404


async def test_what_is_done_by_itself_follows(client: httpx.AsyncClient) -> None:
    from portal.exhibitors.tables.desk import TaskKind
    from tests.exhibitors.desks.test_passes import give

    stand = await exhibitors.make(passes=1)
    await ask(stand, "Names", TaskKind.PASSES)
    await give(stand)
    await jobs.follow()
    assert told(await fetched(client, stand))[1][2] == "COMPLETED"
    assert datetime.now(ZoneInfo("UTC")) > (await tasks.of_exhibitor(stand.exhibitor.id))[0].done_at  # type: ignore[operator]


async def test_other_programs_read_the_same(client: httpx.AsyncClient) -> None:
    """What is due after the clocks change, read by another library than wrote it."""
    stand = await exhibitors.make()
    task = await ask(
        stand,
        "Zeichnung; Größe, Höhe\\Breite",
        text="Zeile 1\n\nZeile 2, mit Komma; und “Anführung” 📐 " + "lang " * 40,
    )
    local = datetime(2027, 3, 28, 3, 30, tzinfo=ZoneInfo("Europe/Brussels"))
    await db.execute("UPDATE exhibitor_task SET due_at = $1", local)
    await jobs.follow()
    answer = await client.get(await address(stand))
    assert max(map(len, answer.content.split(b"\r\n"))) <= 75
    read = vobject.readOne(answer.text)
    (event,), (todo,) = read.vevent_list, read.vtodo_list
    title = f"Zeichnung; Größe, Höhe\\Breite ({stand.exhibitor.event_title})"
    assert (event.summary.value, todo.summary.value) == (title, title)
    assert event.dtstart.value.astimezone(ZoneInfo("UTC")) == local.astimezone(ZoneInfo("UTC"))
    assert todo.due.value == event.dtstart.value
    assert (todo.status.value, todo.sequence.value, event.transp.value) == ("NEEDS-ACTION", "1", "TRANSPARENT")
    assert todo.related_to.value == event.uid.value
    assert "Zeile 2, mit Komma; und “Anführung” 📐" in todo.description.value
    assert todo.url.value.endswith(f"/tasks/{task}")
    assert (read.method.value, read.prodid.value) == ("PUBLISH", "-//Tradefloor//Calendars//EN")
    assert (read.refresh_interval.value, read.x_published_ttl.value) == ("PT1H", "PT1H")
    assert read.x_wr_calname.value == f"{stand.exhibitor.event_title}: exhibitor’s tasks"
