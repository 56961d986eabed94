"""What rooms know of a person is all shown, all forgotten, and most of it not kept for long."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from portal import wiring
from portal.core import clock, db
from portal.core.settings import current
from portal.webinars import privacy_taking_part as privacy
from portal.webinars.commands import (
    answering,
    chat,
    desk_notes,
    moderating,
    moderating_chat,
    polls,
    questions,
    reactions,
    restricting,
)
from portal.webinars.commands.presence import keep
from portal.webinars.jobs.upkeep import shorten_old
from portal.webinars.rules.polls import Answer
from portal.webinars.rules.presence import Signs
from portal.webinars.rules.reactions import Reaction
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import CrewRole, Restriction
from portal.webinars.tables.taking_part import PollKind
from portal.webinars.values import Participant
from tests.accounts.test_privacy import _tables_naming as tables_naming
from tests.factories import webinars
from tests.webinars.desk.hands import APPROVED, DECLINED, MARIT, account, asked, decide, live, named
from tests.webinars.test_passed_on import passed_on

pytestmark = pytest.mark.usefixtures("database")
ANNA, NAME = "anna@brennhof.example", "Annegret Xylander"


async def actor() -> Any:
    account_id = await db.fetch_value("SELECT id FROM account WHERE email = $1", ANNA)
    return type(MARIT)(account_id=account_id, email=ANNA, name=NAME)


async def everything() -> tuple[webinars.Webinar, Participant]:
    """Anna asks, votes, answers, talks, takes, is muted and reminded in one room, and works at its desk, too."""
    await account(NAME, ANNA)
    made = await live()
    anna = await webinars.join(made, ANNA, "Annegret", "Xylander", job="", company="Xylander Pharma")
    ben = await webinars.join(made, "ben@brennhof.example", "Ben", "Okafor")
    room, now = await webinars.room(made), clock.now()
    await named(made, ANNA, CrewRole.MODERATOR, NAME)
    await asked(made, anna, "Seen by all?", state=APPROVED)
    await asked(made, anna, "Seen by nobody?", state=DECLINED)
    his = await asked(made, ben, "Will the slides be shared?", votes=[anna])
    for kind, answer in ((PollKind.SINGLE, None), (PollKind.OPEN, Answer(words="Write to Annegret Xylander."))):
        poll, options = await webinars.poll(made, kind, *(["Yes"] if kind is PollKind.SINGLE else []))
        given = answer or Answer(options=frozenset(options))
        for who in (anna, ben):
            await polls.answer(room=room, who=who, poll_id=poll, answer=given, now=now)
            given = (answer and Answer(words="Nothing.")) or given
    for who in (anna, ben):
        await chat.say(room=room, who=who, text=f"This is {who.name}.", now=now)
    await db.execute(
        "INSERT INTO webinar_resource_taken (resource, seat, at) SELECT $1, id, now() FROM seat",
        await webinars.resource(made),
    )
    await restricting.restrict(
        webinar_id=made.webinar_id,
        seat_id=anna.seat_id,
        kind=Restriction.MUTED,
        reason=f"{NAME} shouts.",
        actor=MARIT,
        now=now,
    )
    await db.execute(
        "INSERT INTO webinar_reminder_sent (webinar, kind, seat, starts_at, at) VALUES ($1, 'hour', $2, now(), now())",
        made.webinar_id, anna.seat_id,
    )  # fmt: skip
    me = await actor()
    await desk_notes.write_note(webinar_id=made.webinar_id, text="Two minutes left.", actor=me, now=now)
    await moderating_chat.say_as_crew(webinar_id=made.webinar_id, text="Welcome.", actor=me, now=now)
    await answering.answer_in_writing(
        webinar_id=made.webinar_id, question_id=his, text="Yes.", had="", actor=me, now=now
    )
    theirs = await asked(made, ben, "Who decides?")
    await decide(made, theirs, moderating.approve, actor=me)
    return made, anna


async def test_every_kind_is_shown_to_its_person_and_to_nobody_else() -> None:
    await everything()
    hers = await privacy.known_about(ANNA)
    assert [row["what"] for row in hers] == [
        "Question", "Question", "Vote for a question", "Answer to a poll", "Answer to a poll", "Line of chat", "Line of chat",
        "Taken along", "Muted or asked to leave", "Reminder", "In the crew", "Note among the crew",
    ]  # fmt: skip
    assert {row["what"] for row in hers} == set(privacy._KNOWN)
    assert {row["title"] for row in hers} == {await db.fetch_value("SELECT title FROM event")}
    texts = [str(row) for row in await privacy.known_about("ben@brennhof.example")]
    assert (len(texts), [text for text in texts if "Annegret" in text or "Two minutes" in text]) == (6, [])


async def test_all_sources_together_leave_no_trace() -> None:
    await everything()
    for source in reversed(wiring.personal_data(wiring.services(current()))):
        told = await source.erase(ANNA, clock.now())
        assert ANNA not in told
    left = await tables_naming(ANNA) | await tables_naming("Xylander")
    assert left - {"mail"} == set()
    assert [row["what"] for row in await privacy.known_about("ben@brennhof.example")].count("Question") == 2
    rows = await db.fetch("SELECT text, author, decided_by, answered_by FROM webinar_question ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("Seen by all?", "", "Marit Solheim", ""),
        ("Will the slides be shared?", "B. Okafor, QA manager", "Marit Solheim", "The crew"),
        ("Who decides?", "B. Okafor, QA manager", "The crew", ""),
    ]
    assert await db.fetch_value("SELECT count(*) FROM webinar_question_vote") == 1
    assert await db.fetch_value("SELECT count(*) FROM webinar_poll_answer") == 4
    assert await db.fetch_value("SELECT string_agg(author, ', ') FROM backstage_note") == "The crew"


async def test_whoever_gave_their_place_away_still_sees_and_erases_what_they_said() -> None:
    made = await live()
    anna = await webinars.join(made, ANNA)
    room = await webinars.room(made)
    await questions.ask(room=room, who=anna, text="Mine?", anonymous=False, now=clock.now())
    await chat.say(room=room, who=anna, text="Mine, too.", now=clock.now())
    ben = await passed_on(anna)
    await chat.say(room=room, who=ben, text="His.", now=clock.now())
    assert [row["text"] for row in await privacy.known_about(ANNA)] == ["Mine?", "Mine, too."]
    assert [row["text"] for row in await privacy.known_about(ben.email)] == ["His."]
    assert await privacy.forget(ANNA, clock.now()) == (
        "What you said in chats is gone, and so are questions that only the crew saw; others stay without your name."
    )
    assert [row["text"] for row in await db.fetch("SELECT text FROM webinar_chat_message")] == ["His."]
    assert await db.fetch_value("SELECT count(*) FROM webinar_question") == 0
    assert await privacy.forget(ANNA, clock.now()) == "You have said and done nothing in a webinar."


async def counts(now: datetime) -> dict[str, int]:
    tables = (
        "webinar_chat_message", "backstage_note", "webinar_question", "webinar_attendance_page", "webinar_attendance",
        "webinar_poll_answer", "webinar_reaction_count",
    )  # fmt: skip
    return {table: await db.fetch_value(f"SELECT count(*) FROM {table}") for table in tables}


async def test_little_is_kept_of_a_room_that_is_long_over() -> None:
    made, anna = await everything()
    now = clock.now()
    signs = Signs(65)
    signs.add(now, [], None)
    await keep({(made.webinar_id, anna.seat_id, "page"): signs})
    minute = now.replace(second=0, microsecond=0)
    given = {(made.webinar_id, Reaction.AGREE, minute + timedelta(seconds=n)): 2 for n in (0, 10, 50, 60)}
    await reactions.count(given=given)
    before = await counts(now)
    assert set(before.values()) - {0} == set(before.values())

    async def over(days: float) -> None:
        then = now - timedelta(days=days)
        await db.execute("UPDATE webinar SET ended_at = $1", then)
        await db.execute("UPDATE event SET starts_at = $1, ends_at = $2", then - timedelta(hours=1), then)
        await db.execute(
            "UPDATE webinar_attendance_page SET spans = tstzmultirange(tstzrange($1, $2))",
            then - timedelta(minutes=9),
            then,
        )

    await over(91)
    await shorten_old()
    assert await counts(now) == before  # the room is still live
    await webinars.go(made, HostAction.END)
    await over(89)
    await shorten_old()
    assert await counts(now) == before
    await over(91)
    for _ in range(2):
        await shorten_old()
        assert await counts(now) == {
            **before, "webinar_chat_message": 0, "backstage_note": 0, "webinar_question": before["webinar_question"] - 1,
            "webinar_attendance_page": 0, "webinar_reaction_count": 2,
        }  # fmt: skip
        rows = await db.fetch("SELECT given FROM webinar_reaction_count ORDER BY at")
        assert [row["given"] for row in rows] == [6, 2]
        assert await db.fetch_value("SELECT reason FROM room_restriction") == ""
