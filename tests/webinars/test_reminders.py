"""Mails around a webinar: to the right people, at the right time, once for each start."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import cast

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.webinars.commands.reminding import set_reminder, take_due
from portal.webinars.commands.restricting import restrict
from portal.webinars.commands.states import move_due
from portal.webinars.jobs.reminders import remind
from portal.webinars.tables.reminders import ReminderKind
from portal.webinars.tables.rooms import Restriction
from tests.attending import Attending
from tests.factories import webinars

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
pytestmark = pytest.mark.usefixtures("database")


async def sent() -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT recipient, subject FROM mail WHERE topic = 'webinar-reminders' ORDER BY id")
    return [(row["recipient"], row["subject"].partition(":")[0]) for row in rows]


async def write(now: datetime) -> int:
    """Take what is due, and write it."""
    taken = await take_due(now=now)
    for row in await db.fetch("SELECT id FROM webinar_reminder_sent WHERE mail IS NULL ORDER BY id"):
        await remind(row["id"])
    return taken


async def made_with(*people: str, **more: object) -> tuple[webinars.Webinar, datetime]:
    made = await webinars.make(starts_in=10 * DAY)
    for one in people:
        await webinars.join(made, one)
    start = await db.fetch_value("SELECT starts_at FROM event WHERE id = $1", made.event_id)
    return made, start


async def test_each_is_due_in_its_turn_and_once() -> None:
    _, start = await made_with("anna@a.example")
    for before in (7 * DAY, DAY, HOUR, 10 * MINUTE):
        assert await write(start - before - MINUTE) == 0
        assert await write(start - before) == 1
        assert await write(start - before + MINUTE) == 0
    told = [words for _, words in await sent()]
    assert (told[0], *told[2:]) == ("In a week", "In an hour", "In 10 minutes")
    assert told[1].endswith("day")


async def test_what_nobody_sent_in_time_is_not_sent_late() -> None:
    _, start = await made_with("anna@a.example")
    assert await write(start - 4 * DAY) == 0
    assert await write(start - 20 * MINUTE) == 0
    assert await write(start + MINUTE) == 0


async def test_who_registers_later_is_not_told_what_is_behind() -> None:
    made, start = await made_with("anna@a.example")
    await webinars.join(made, "late@a.example")
    await db.execute("UPDATE seat_order SET confirmed_at = $1 WHERE email = 'late@a.example'", start - 7 * DAY + HOUR)
    await write(start - 7 * DAY + 2 * HOUR)
    assert [who for who, _ in await sent()] == ["anna@a.example"]


async def test_who_watches_the_recording_is_written_to_afterwards_alone() -> None:
    _, start = await made_with("anna@a.example")
    await db.execute("UPDATE seat SET watching = 'recording'")
    assert await write(start - HOUR) == 0
    await move_due(now=start + 2 * HOUR)
    assert await write(start + 2 * HOUR + DAY) == 1
    assert (await sent())[0][1] == "Over"


async def test_moved_it_is_due_again_and_what_was_under_way_is_dropped() -> None:
    made, start = await made_with("anna@a.example")
    assert await take_due(now=start - DAY) == 1
    await db.execute(
        "UPDATE event SET starts_at = starts_at + interval '3 days', ends_at = ends_at + interval '3 days' WHERE id = $1",
        made.event_id,
    )
    for row in await db.fetch("SELECT id FROM webinar_reminder_sent"):
        await remind(row["id"])
    assert await sent() == []
    assert await write(start + 2 * DAY) == 1
    assert len(await sent()) == 1


async def test_a_cancelled_webinar_reminds_nobody() -> None:
    made, start = await made_with("anna@a.example")
    await db.execute("UPDATE event SET state = 'cancelled' WHERE id = $1", made.event_id)
    assert await write(start - DAY) == 0


async def test_those_who_came_and_those_who_did_not_are_told_apart() -> None:
    made, start = await made_with("anna@a.example", "ben@a.example")
    await move_due(now=start + HOUR)
    anna = await db.fetch_value("SELECT id FROM seat WHERE email = 'anna@a.example'")
    await db.execute(
        "INSERT INTO webinar_attendance (webinar, seat, first_seen, last_seen, spans) "
        "VALUES ($1, $2, $3, $3, tstzmultirange(tstzrange($3, $4)))",
        made.webinar_id, anna, start + MINUTE, start + 9 * MINUTE,
    )  # fmt: skip
    assert await write(start + HOUR + 10 * MINUTE) == 0
    assert await write(start + HOUR + DAY) == 2
    assert sorted(await sent()) == [
        ("anna@a.example", "Thank you for coming"), ("ben@a.example", "What you missed"),
    ]  # fmt: skip


async def test_what_follows_comes_with_the_recording_and_leads_there() -> None:
    made, start = await made_with("ben@a.example")
    await db.execute(
        "INSERT INTO webinar_recording (webinar, source, source_url, seconds, published_at) "
        "VALUES ($1, 'hls', '/x.m3u8', 60, $2)",
        made.webinar_id, start + 3 * HOUR,
    )  # fmt: skip
    await db.execute("UPDATE webinar SET due_at = now()")
    await move_due(now=start + 4 * HOUR)
    assert await write(start + 4 * HOUR) == 1
    assert "Watch the recording" in await db.fetch_value("SELECT html FROM mail WHERE topic = 'webinar-reminders'")


async def test_switched_off_it_is_not_sent_and_words_of_the_host_are_in_it() -> None:
    made, start = await made_with("anna@a.example")
    for kind, is_on in ((ReminderKind.DAY, False), (ReminderKind.HOUR, True)):
        await set_reminder(
            webinar_id=made.webinar_id, kind=kind, is_on=is_on, words="Bring <b>one</b> question.", actor=PORTAL, now=clock.now()
        )  # fmt: skip
    assert await write(start - DAY) == 0
    assert await write(start - HOUR) == 1
    row = await db.fetch_one("SELECT text, html FROM mail WHERE topic = 'webinar-reminders'")
    assert row is not None
    assert "Bring <b>one</b> question." in row["text"]
    assert "Bring &lt;b&gt;one&lt;/b&gt; question." in row["html"]


async def test_a_job_that_runs_twice_sends_once() -> None:
    _, start = await made_with("anna@a.example")
    await take_due(now=start - DAY)
    number = await db.fetch_value("SELECT id FROM webinar_reminder_sent")
    await remind(number)
    await remind(number)
    assert len(await sent()) == 1


async def test_the_host_sees_what_became_of_each(editor: httpx.AsyncClient) -> None:
    made, start = await made_with("anna@a.example", "ben@a.example")
    await write(start - DAY)
    await db.execute(
        "UPDATE mail SET state = 'bounced', answer = '550 5.1.1 no such user' WHERE recipient = 'ben@a.example' "
        "AND topic = 'webinar-reminders'"
    )
    page = await editor.get(f"/staff/webinars/{made.webinar_id}/reminders")
    assert page.status_code == 200
    people = await editor.get(f"/staff/webinars/{made.webinar_id}/reminders/day?state=bounced")
    assert ("550 5.1.1 no such user" in people.text, "anna@a.example" in people.text) == (True, False)


async def test_too_many_words_are_refused_and_kept(editor: httpx.AsyncClient) -> None:
    made, _ = await made_with()
    answer = await editor.post(f"/staff/webinars/{made.webinar_id}/reminders/day", data={"words": "x" * 2001})
    assert answer.status_code == 422
    assert "x" * 2001 in answer.text
    assert (await editor.get(f"/staff/webinars/{made.webinar_id}/reminders/noon")).status_code == 404
    assert (await editor.get(f"/staff/webinars/{2**63}/reminders")).status_code == 404


async def test_nobody_else_sees_it(client: httpx.AsyncClient) -> None:
    made, _ = await made_with()
    for path in ("reminders", "reminders/day"):
        assert (await client.get(f"/staff/webinars/{made.webinar_id}/{path}")).status_code in (303, 401)


@pytest.mark.parametrize(
    ("before", "subject", "opening"),
    [
        (6 * DAY, "In 6 days", "It begins on"),
        (40 * MINUTE, "In 40 minutes", "It begins at"),
        (9 * MINUTE, "In 9 minutes", "and the lobby is open."),
    ],
)
async def test_what_is_late_says_how_long_it_is_then(before: timedelta, subject: str, opening: str) -> None:
    _, start = await made_with("anna@a.example")
    if before < DAY:
        await move_due(now=start - before)
    await write(start - before)
    assert [words for _, words in await sent()] == [subject]
    assert opening in await db.fetch_value("SELECT text FROM mail WHERE topic = 'webinar-reminders'")


async def test_nobody_is_told_that_a_lobby_is_open_before_it_is() -> None:
    made, start = await made_with("anna@a.example")
    await db.execute("UPDATE webinar SET lobby_minutes = 5 WHERE id = $1", made.webinar_id)
    await move_due(now=start - 10 * MINUTE)
    await write(start - 10 * MINUTE)
    assert "lobby" not in await db.fetch_value("SELECT text FROM mail WHERE topic = 'webinar-reminders'")


async def test_whoever_was_shown_the_door_is_not_thanked() -> None:
    made, start = await made_with("anna@a.example", "ben@a.example")
    anna = await db.fetch_value("SELECT id FROM seat WHERE email = 'anna@a.example'")
    await restrict(
        webinar_id=made.webinar_id,
        seat_id=anna,
        kind=Restriction.REMOVED,
        reason="Rude.",
        actor=PORTAL,
        now=clock.now(),
    )
    await move_due(now=start + 2 * HOUR)
    await write(start + 2 * HOUR + DAY)
    assert [who for who, _ in await sent()] == ["ben@a.example"]


@pytest.mark.parametrize(
    ("kind", "subject", "words"),
    [
        ("week", "Trial: In a week: ", "It begins on"), ("ten_minutes", "Trial: In 10 minutes: ", "and the lobby is open."),
        ("attended", "Trial: Thank you for coming: ", "Watch the recording"),
    ],
)  # fmt: skip
async def test_a_host_reads_a_mail_as_others_will(
    editor: httpx.AsyncClient, attending: Attending, kind: str, subject: str, words: str
) -> None:
    made, _ = await made_with("anna@a.example")
    path = f"/staff/webinars/{made.webinar_id}/reminders/{kind}"
    await editor.post(path, data={"is_on": "yes", "words": "Bring your glove data."})
    assert (await editor.post(f"{path}/trial")).headers["location"] == path
    await attending.work()
    parsed = [message_from_bytes(cast(bytes, one.content), policy=default) for one in attending.receiver.taken]
    [mail] = [one for one in parsed if str(one["subject"]).startswith("Trial")]
    body = mail.get_body(("plain",))
    assert body is not None
    text = " ".join(body.get_content().split())
    assert (str(mail["subject"]).startswith(subject), mail["to"]) == (True, "staff@sterileline.example")
    assert (words in text, "Bring your glove data." in text, "/join/" in text) == (True, True, False)
    assert await db.fetch_value("SELECT count(*) FROM webinar_reminder_sent") == 0
    assert (await editor.post(f"/staff/webinars/{made.webinar_id}/reminders/never/trial")).status_code == 404
