"""A webinar so small that its report can be reckoned by hand; in the night in which the clock is put back."""

from datetime import UTC, datetime, timedelta

from portal.core import db
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.tables.taking_part import PollKind, ResourceKind
from portal.webinars.values import Participant
from tests.factories import webinars
from tests.factories.webinars import Webinar
from tests.webinars.desk.hands import named
from tests.webinars.report import crowds

START = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""02:30 in Vienna; at minute 30 it is 02:00 again."""
PEOPLE = {
    "anna": ("newsletter", 21, "live"), "ben": ("newsletter", 7, "live"), "cara": ("linkedin", 7, "live"),
    "dora": ("", 3, "recording"), "emil": ("linkedin", 2, "live"), "fleur": ("newsletter", 2, "recording"),
    "gone": ("linkedin", 3, "live"), "host": ("newsletter", 20, "live"), "kim": ("", -1, "live"),
}  # fmt: skip
"""Source, days before the start of the confirmation, and how they meant to take part."""
THERE = {"anna": [(-5, 60)], "ben": [(10, 40)], "cara": [(0, 20), (30, 50)], "fleur": [(58, 59.5)], "host": [(0, 60)]}
"""Minutes of being live."""
WATCHED = ("dora", "fleur", "kim")


async def small() -> tuple[Webinar, dict[str, Participant]]:
    """Nine places: one given up, one of the crew, one taken after the end. Four came, three watched the recording."""
    made = await webinars.make()
    people = {name: await webinars.join(made, f"{name}@a.example", name.title()) for name in PEOPLE}
    await crowds.happened(made, START)
    for name, (source, days, watching) in PEOPLE.items():
        await db.execute(
            "WITH s AS (UPDATE seat SET watching = $4 WHERE id = $1 RETURNING seat_order) "
            "UPDATE seat_order SET source = $2, confirmed_at = $3 WHERE id = (SELECT seat_order FROM s)",
            people[name].seat_id, source, START - timedelta(days=days), watching,
        )  # fmt: skip
    await db.execute(
        "WITH s AS (UPDATE seat SET state = 'cancelled' WHERE id = $1 RETURNING seat_order) "
        "UPDATE seat_order SET state = 'cancelled', ended_at = $2 WHERE id = (SELECT seat_order FROM s)",
        people["gone"].seat_id, START - timedelta(days=1),
    )  # fmt: skip
    await named(made, "host@a.example", CrewRole.HOST)
    for name, stays in THERE.items():
        for first, last in stays:
            await was_there(made, people[name].seat_id, first, last)
    for name in WATCHED:
        await watched(made, people[name].seat_id)
    return made, people


async def was_there(made: Webinar, seat: int, first: float, last: float) -> None:
    """In the room from one minute to another."""
    await db.execute(
        "INSERT INTO webinar_attendance AS a (webinar, seat, first_seen, last_seen, here_until, spans) "
        "SELECT w.id, $2, f, l, l, tstzmultirange(tstzrange(f, l, '[]')) "
        "FROM webinar w, LATERAL (SELECT w.live_at + $3 AS f, w.live_at + $4 AS l) x WHERE w.id = $1 "
        "ON CONFLICT (webinar, seat) DO UPDATE SET spans = a.spans + excluded.spans",
        made.webinar_id, seat, timedelta(minutes=first), timedelta(minutes=last),
    )  # fmt: skip


async def watched(made: Webinar, seat: int) -> None:
    await db.execute(
        "INSERT INTO webinar_attendance AS a (webinar, seat, first_seen, last_seen, here_until, watched) "
        "VALUES ($1, $2, $3, $3, $3, '{[0,30)}') ON CONFLICT (webinar, seat) DO UPDATE SET watched = excluded.watched",
        made.webinar_id, seat, START + timedelta(days=1),
    )  # fmt: skip


async def busy(made: Webinar, people: dict[str, Participant]) -> None:
    """Questions, a poll at minute 19, chat, reactions, two things to take, a mail."""
    poll, [yes, _] = await webinars.poll(made, PollKind.SINGLE, "Yes", "No", question="=Ready?", state="closed")
    await db.execute(
        "UPDATE webinar_poll SET opened_at = $2, closed_at = $3 WHERE id = $1",
        poll, START + timedelta(minutes=19), START + timedelta(minutes=25),
    )  # fmt: skip
    for name in ("anna", "ben", "host"):
        await db.execute(
            "INSERT INTO webinar_poll_answer (poll, seat, option, several, at) VALUES ($1, $2, $3, false, now())",
            poll, people[name].seat_id, yes,
        )  # fmt: skip
    await db.execute("UPDATE webinar SET state = 'live' WHERE id = $1", made.webinar_id)
    first = await webinars.ask(made, people["anna"], "Is one strategy enough?")
    same = await webinars.ask(made, people["ben"], "Is one strategy sufficient?", approved=False)
    await webinars.ask(made, people["cara"], "Who pays you?", approved=False)
    await webinars.decide(made, same, "merged", into=first)
    await webinars.decide(made, first, "approved", answered="live")
    await db.execute("UPDATE webinar SET state = 'ended' WHERE id = $1", made.webinar_id)
    await db.execute("UPDATE webinar_question SET anonymous = true, author = 'Anonymous' WHERE id = $1", first)
    for question, name in ((first, "ben"), (same, "ben"), (first, "cara")):
        await db.execute(
            "INSERT INTO webinar_question_vote (question, seat, at) VALUES ($1, $2, now())",
            question,
            people[name].seat_id,
        )
    slides = await webinars.resource(made, "Slides")
    await webinars.resource(made, "Book a visit", kind=ResourceKind.CALL, shows_after=38 * 60)
    await db.execute(
        "INSERT INTO webinar_resource_taken (resource, seat, at) VALUES ($1, $2, now())", slides, people["dora"].seat_id
    )
    await db.execute(
        "INSERT INTO webinar_chat_message (webinar, seat, author, text, at) VALUES ($1, $2, 'A.', 'Hello', now()), "
        "($1, NULL, 'Host', 'Welcome', now())", made.webinar_id, people["anna"].seat_id,
    )  # fmt: skip
    await db.execute(
        "INSERT INTO webinar_reaction_count (webinar, reaction, at, given) VALUES ($1, 'heart', now(), 7)",
        made.webinar_id,
    )
    for name, state in (("anna", "accepted"), ("ben", "accepted"), ("emil", "bounced")):
        await mailed(made, people[name], state)


async def mailed(made: Webinar, who: Participant, state: str) -> None:
    """The reminder of the day before, and what became of it."""
    await db.execute(
        "WITH m AS (INSERT INTO mail (key, topic, recipient, subject, text, html, message_id, about_kind, about_key, state, "
        "queued_at, attempts) VALUES ($3, 'webinar-reminders', $4, 'S', 'T', '', $3, 'webinar', '1', $5, $6, 1) RETURNING id) "
        "INSERT INTO webinar_reminder_sent (webinar, kind, seat, starts_at, at, mail) SELECT $1, 'day', $2, $6, $6, id FROM m",
        made.webinar_id, who.seat_id, f"mail-{who.seat_id}", who.email, state, START - timedelta(days=1),
    )  # fmt: skip
