"""Questions: asked once, seen when approved, voted for once a person."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.webinars.commands.questions import ask, vote, withdraw_vote
from portal.webinars.queries import questions
from portal.webinars.queries.own import mine
from portal.webinars.queries.questions import NEWEST, TOP, Order
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.taking_part import QuestionState
from portal.webinars.values import Participant
from tests.factories import webinars

pytestmark = pytest.mark.usefixtures("database")
MINUTE = timedelta(minutes=1)


async def live() -> tuple[webinars.Webinar, Participant]:
    made = await webinars.make(starts_in=-5 * MINUTE)
    return made, await webinars.join(made, "anna@brennhof.example", "Karin", "Haugen")


async def say(made: webinars.Webinar, who: Participant, text: str = "Why?", **more: Any) -> int:
    given = {"anonymous": False, "now": clock.now(), **more}
    return await ask(room=await webinars.room(made), who=who, text=text, **given)


async def votes(made: webinars.Webinar) -> dict[str, int]:
    return {one.text: one.votes for one in (await questions.board(made.webinar_id)).open}


async def test_a_question_is_seen_once_the_desk_approves() -> None:
    made, anna = await live()
    asked = await say(made, anna)
    assert (await questions.board(made.webinar_id)).total == 0
    assert [one.state for one in await questions.own(made.webinar_id, anna.seat_id)] == [QuestionState.PENDING]
    await webinars.decide(made, asked, "approved")
    [seen] = (await questions.board(made.webinar_id)).open
    assert (seen.text, seen.author, seen.votes) == ("Why?", "K. Haugen, QA manager", 0)
    position = await db.fetch_value("SELECT position FROM webinar_question")
    assert 300 <= position < 330


async def test_whoever_wishes_is_anonymous_to_others() -> None:
    made, anna = await live()
    await webinars.decide(made, await say(made, anna, anonymous=True), "approved")
    assert (await questions.board(made.webinar_id)).open[0].author == ""
    assert await db.fetch_value("SELECT author FROM webinar_question") == "K. Haugen, QA manager"


async def test_a_place_passed_on_takes_no_question_along() -> None:
    made, anna = await live()
    await webinars.ask(made, anna)
    await db.execute("UPDATE seat SET first_name = 'Petra', last_name = 'Lindqvist' WHERE id = $1", anna.seat_id)
    assert (await questions.board(made.webinar_id)).open[0].author == "K. Haugen, QA manager"


async def test_sent_twice_at_once_it_is_one_question() -> None:
    made, anna = await live()
    now = clock.now()
    assert len(set(await asyncio.gather(*(say(made, anna, now=now) for _ in range(4))))) == 1
    assert await db.fetch_value("SELECT count(*) FROM webinar_question") == 1


@pytest.mark.parametrize("steps", [[HostAction.END], [HostAction.END, HostAction.CLOSE]])
async def test_after_the_end_nobody_asks_or_votes(steps: list[HostAction]) -> None:
    made, anna = await live()
    asked = await webinars.ask(made, anna)
    await webinars.go(made, *steps)
    room = await webinars.room(made)
    with pytest.raises(Conflict, match="while the room is open"):
        await say(made, anna)
    with pytest.raises(Conflict):
        await vote(room=room, who=anna, question_id=asked, now=clock.now())
    with pytest.raises(Conflict):
        await withdraw_vote(room=room, who=anna, question_id=asked)


async def test_where_questions_are_switched_off_there_are_none() -> None:
    made = await webinars.make(starts_in=-5 * MINUTE, questions_on=False)
    with pytest.raises(Conflict):
        await say(made, await webinars.join(made, "anna@brennhof.example"))


async def test_whoever_was_muted_may_vote_and_not_ask() -> None:
    made, anna = await live()
    asked = await webinars.ask(made, anna)
    muted = await webinars.mute(made, anna)
    with pytest.raises(Forbidden, match="muted"):
        await say(made, muted, "Another")
    await vote(room=await webinars.room(made), who=muted, question_id=asked, now=clock.now())
    assert await votes(made) == {"Is one strategy enough?": 1}


async def test_a_person_has_one_vote_however_often_it_is_sent() -> None:
    made, anna = await live()
    asked, room = await webinars.ask(made, anna), await webinars.room(made)
    await asyncio.gather(*(vote(room=room, who=anna, question_id=asked, now=clock.now()) for _ in range(20)))
    assert (await votes(made), (await mine(room.id, anna.seat_id)).votes) == ({"Is one strategy enough?": 1}, {asked})
    await asyncio.gather(*(withdraw_vote(room=room, who=anna, question_id=asked) for _ in range(3)))
    assert (await votes(made), (await mine(room.id, anna.seat_id)).votes) == ({"Is one strategy enough?": 0}, set())


async def test_a_storm_of_votes_counts_everybody_once() -> None:
    made, anna = await live()
    asked, room = await webinars.ask(made, anna), await webinars.room(made)
    people = [await webinars.join(made, f"p{n}@brennhof.example") for n in range(40)]
    await asyncio.gather(*(vote(room=room, who=one, question_id=asked, now=clock.now()) for one in people * 3))
    assert await votes(made) == {"Is one strategy enough?": 40}


async def test_merged_questions_lend_their_votes_and_nobody_has_two() -> None:
    made, anna = await live()
    ben = await webinars.join(made, "ben@brennhof.example")
    one, same = await webinars.ask(made, anna, "One?"), await webinars.ask(made, ben, "The same?")
    room = await webinars.room(made)
    for who, asked in ((anna, one), (anna, same), (ben, same)):
        await vote(room=room, who=who, question_id=asked, now=clock.now())
    await webinars.decide(made, same, "merged", into=one)
    assert await votes(made) == {"One?": 2}
    assert (await mine(room.id, ben.seat_id)).votes == {one}
    cara = await webinars.join(made, "cara@brennhof.example")
    await vote(room=room, who=cara, question_id=same, now=clock.now())
    assert await votes(made) == {"One?": 3}
    await withdraw_vote(room=room, who=ben, question_id=one)
    assert await votes(made) == {"One?": 2}


@pytest.mark.parametrize("state", ["pending", "declined"])
async def test_what_nobody_sees_takes_no_votes(state: str) -> None:
    made, anna = await live()
    asked = await webinars.ask(made, anna, approved=False)
    await webinars.decide(made, asked, state)
    with pytest.raises(NotFound):
        await vote(room=await webinars.room(made), who=anna, question_id=asked, now=clock.now())


async def test_a_question_of_another_room_is_none() -> None:
    made, anna = await live()
    other = await webinars.make(starts_in=-5 * MINUTE)
    asked = await webinars.ask(other, await webinars.join(other, "ben@brennhof.example"))
    with pytest.raises(NotFound):
        await vote(room=await webinars.room(made), who=anna, question_id=asked, now=clock.now())


async def test_what_was_answered_is_shown_apart_and_takes_no_votes() -> None:
    made, anna = await live()
    done, now = await webinars.ask(made, anna, "Done?"), await webinars.ask(made, anna, "Now?")
    await webinars.ask(made, anna, "Open?")
    await webinars.decide(made, done, "approved", answered="live")
    await webinars.decide(made, now, "approved", answered="now")
    board = await questions.board(made.webinar_id)
    assert [one.text for one in board.in_order(Order.TOP)] == ["Now?", "Open?"]
    assert ([one.text for one in board.done], board.total, board.open_total) == (["Done?"], 3, 2)
    room = await webinars.room(made)
    with pytest.raises(Conflict, match="answered"):
        await vote(room=room, who=anna, question_id=done, now=clock.now())
    await vote(room=room, who=anna, question_id=now, now=clock.now())


async def test_of_very_many_the_room_shows_those_asked_most_and_the_newest() -> None:
    made, anna = await live()
    await db.execute(
        "INSERT INTO webinar_question (webinar, seat, author, text, asked_at, state, decided_at) "
        "SELECT $1, $2, 'A', 'Question ' || n, $3::timestamptz, 'approved', $3::timestamptz + make_interval(secs => n) "
        "FROM generate_series(1, 200) n",
        made.webinar_id, anna.seat_id, clock.now(),
    )  # fmt: skip
    await db.execute(
        "INSERT INTO webinar_question_vote (question, seat, at) SELECT id, $1, now() FROM webinar_question "
        "WHERE text IN ('Question 90', 'Question 120')",
        anna.seat_id,
    )
    board = await questions.board(made.webinar_id)
    assert (len(board.open), board.total) == (TOP + NEWEST, 200)
    assert [one.text for one in board.in_order(Order.TOP)][:3] == ["Question 90", "Question 120", "Question 1"]
    assert [one.text for one in board.in_order(Order.NEW)][:2] == ["Question 200", "Question 199"]
    shown, last = await questions.page(made.webinar_id, Order.NEW, 4)
    assert (shown.last, [one.text for one in last][-1], len(last)) == (4, "Question 1", 50)
