"""Deciding about questions: once, by whoever is first, and so that the second sees what happened."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from portal.core import clock, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.webinars.commands import moderating, questions
from portal.webinars.commands.answering import answer_in_writing
from portal.webinars.queries import queue
from portal.webinars.queries.questions import board
from portal.webinars.rules.states import HostAction
from portal.webinars.values import Participant
from tests.factories import webinars
from tests.webinars.desk.hands import (
    APPROVED,
    DECLINED,
    JUDITH,
    MARIT,
    MERGED,
    PENDING,
    asked,
    decide,
    live,
    people,
    question,
    room_of,
    take_up,
)

pytestmark = pytest.mark.usefixtures("database")


async def test_what_was_decided_says_by_whom() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "Is one strategy enough?")
    await decide(made, one, moderating.approve)
    row = await question(one)
    assert (row["state"], row["decided_by"], row["decided_at"] is not None) == (APPROVED, "Marit Solheim", True)


async def test_who_decides_second_is_told_of_the_first_and_changes_nothing() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "Is one strategy enough?")
    results = await asyncio.gather(
        decide(made, one, moderating.approve),
        decide(made, one, moderating.decline, actor=JUDITH),
        return_exceptions=True,
    )
    row = await question(one)
    [refused] = [one for one in results if one is not None]
    by = {APPROVED: "Marit Solheim has approved", DECLINED: "Judith Kerkhoven has declined"}[row["state"]]
    assert isinstance(refused, Conflict)
    assert refused.message == f"{by} this question: “Is one strategy enough?”. Nothing was changed."
    # The same decision twice is one.
    before = row["decided_by"]
    same = moderating.approve if row["state"] == APPROVED else moderating.decline
    await decide(made, one, same, actor=JUDITH)
    assert (await question(one))["decided_by"] == before


async def test_who_decides_while_another_does_waits_for_that() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "Is one strategy enough?")
    begun = asyncio.Event()

    async def second() -> None:
        await begun.wait()
        await decide(made, one, moderating.decline, actor=JUDITH)

    judith = asyncio.create_task(second())
    async with db.transaction():
        await decide(made, one, moderating.approve)
        begun.set()
        while not await db.fetch_value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)
    with pytest.raises(Conflict, match="Marit Solheim has approved"):
        await judith
    assert (await question(one))["state"] == APPROVED


async def test_a_question_comes_back_from_what_was_declined() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "Is one strategy enough?", state=DECLINED)
    with pytest.raises(Conflict):
        await decide(made, one, moderating.approve)
    await decide(made, one, moderating.put_back, was=DECLINED)
    assert (await question(one))["state"] == PENDING


async def test_another_webinar_s_questions_are_not_there() -> None:
    one, other = await live(), await live()
    [anna] = await people(one, 1)
    asked_here = await asked(one, anna, "Is one strategy enough?")
    with pytest.raises(NotFound):
        await decide(other, asked_here, moderating.approve)
    there = await asked(other, (await people(other, 1))[0], "And elsewhere?")
    with pytest.raises(Invalid):
        await decide(one, asked_here, moderating.merge, into=there)


async def test_what_is_merged_into_a_merged_question_follows_it() -> None:
    made = await live()
    [anna] = await people(made, 1)
    first, second, third = [await asked(made, anna, text) for text in ("One?", "One or two?", "Or three?")]
    await decide(made, first, moderating.merge, into=second)
    await decide(made, second, moderating.merge, into=third)
    assert [(await question(one))["merged_into"] for one in (first, second)] == [third, third]
    with pytest.raises(Conflict, match="has merged this question with another"):
        await decide(made, first, moderating.approve, actor=JUDITH)
    await decide(made, first, moderating.put_back, was=MERGED)
    assert (await question(first))["merged_into"] is None


async def test_two_that_are_merged_into_each_other_at_once_stay_one_question() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one, other = [await asked(made, anna, text) for text in ("One?", "One or two?")]
    results = await asyncio.gather(
        decide(made, one, moderating.merge, into=other), decide(made, other, moderating.merge, into=one, actor=JUDITH),
        return_exceptions=True,
    )  # fmt: skip
    assert sorted([(await question(each))["state"] for each in (one, other)]) == [MERGED, PENDING]
    assert [type(result) for result in results if result is not None] == [Conflict]


async def test_what_the_room_sees_does_not_vanish_into_what_it_does_not() -> None:
    made = await live()
    [anna] = await people(made, 1)
    seen, waiting = await asked(made, anna, "One?", state=APPROVED), await asked(made, anna, "One or two?")
    with pytest.raises(Conflict, match="does not see the other question"):
        await decide(made, seen, moderating.merge, into=waiting, was=APPROVED)
    await decide(made, waiting, moderating.merge, into=seen)
    assert (await question(waiting))["merged_into"] == seen


async def test_no_vote_is_lost_that_is_given_while_questions_become_one() -> None:
    made = await live()
    room, voters = await room_of(made), await people(made, 12)
    one, other = [await asked(made, voters[0], text, state=APPROVED) for text in ("One?", "One or two?")]

    async def vote(who: Participant, question_id: int) -> None:
        await questions.vote(room=room, who=who, question_id=question_id, now=clock.now())

    # The first four want both; the rest are divided.
    storm = [vote(who, one) for who in voters[:8]] + [vote(who, other) for who in (*voters[:4], *voters[8:])]
    await asyncio.gather(*storm[:6], decide(made, one, moderating.merge, into=other, was=APPROVED), *storm[6:])
    assert await votes_of(made, other) == 12
    assert [(seen.id, seen.votes) for seen in (await board(made.webinar_id)).open] == [(other, 12)]
    # Taken back, a vote for either is gone; apart again, each has its own.
    await questions.withdraw_vote(room=room, who=voters[0], question_id=other)
    assert await votes_of(made, other) == 11
    await decide(made, one, moderating.put_back, was=MERGED)
    assert await db.fetch_value("SELECT count(DISTINCT seat) FROM webinar_question_vote") == 11
    assert await votes_of(made, one) + await votes_of(made, other) >= 11


async def votes_of(made: webinars.Webinar, question_id: int) -> int:
    found = await queue.question(made.webinar_id, question_id)
    assert found is not None
    return found.votes


async def test_one_question_at_a_time_is_on_stage() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one, other = [await asked(made, anna, text) for text in ("One?", "Two?")]
    await take_up(made, one, seconds=60)
    row = await question(one)
    assert (row["state"], row["answered"], row["answered_position"]) == (APPROVED, "now", 60)
    with pytest.raises(Conflict, match="Another question is being answered now: “One\\?”"):
        await take_up(made, other, actor=JUDITH)
    await take_up(made, other, instead=one, seconds=120)
    assert [(await question(each))["answered"] for each in (one, other)] == ["live", "now"]
    assert [(await question(each))["answered_position"] for each in (one, other)] == [60, 120]
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.execute("UPDATE webinar_question SET answered = 'now'")


async def test_of_two_taken_up_at_once_one_is() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one, other = [await asked(made, anna, text) for text in ("One?", "Two?")]
    results = await asyncio.gather(
        take_up(made, one), take_up(made, other, actor=JUDITH), return_exceptions=True
    )  # fmt: skip
    assert sorted([(await question(each))["answered"] for each in (one, other)]) == ["no", "now"]
    assert [type(result) for result in results if result is not None] == [Conflict]


async def test_the_second_of_an_answer_is_when_it_began() -> None:
    made = await live()
    [anna] = await people(made, 1)
    begun, just_now = [await asked(made, anna, text, state=APPROVED) for text in ("One?", "Two?")]
    await take_up(made, begun, seconds=30)
    for each in (begun, just_now):
        await moderating.answered_live(
            webinar_id=made.webinar_id, question_id=each, now=clock.now() + timedelta(seconds=90)
        )
    assert [(await question(each))["answered_position"] for each in (begun, just_now)] == [30, 90]
    await moderating.not_answered(webinar_id=made.webinar_id, question_id=begun)
    row = await question(begun)
    assert (row["answered"], row["answered_at"], row["answered_position"]) == ("no", None, None)


async def test_the_end_ends_what_is_on_stage_and_closes_polls() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one, late = [await asked(made, anna, text) for text in ("One?", "Too late?")]
    await take_up(made, one)
    await db.execute(
        "INSERT INTO webinar_poll (webinar, position, kind, question, state) VALUES ($1, 1, 'rating', 'Good?', 'open')",
        made.webinar_id,
    )
    await webinars.go(made, HostAction.END)
    assert (await question(one))["answered"] == "live"
    assert await db.fetch_value("SELECT state FROM webinar_poll WHERE closed_at IS NOT NULL") == "closed"
    with pytest.raises(Conflict, match="while the room is open"):
        await take_up(made, late)


async def test_only_what_is_seen_and_answered_is_in_the_faq() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "One?", state=APPROVED)

    async def into_faq() -> None:
        await moderating.put_into_faq(webinar_id=made.webinar_id, question_id=one, on=True)

    with pytest.raises(Conflict, match="type one first"):
        await into_faq()
    answer = {"webinar_id": made.webinar_id, "question_id": one, "actor": MARIT, "now": clock.now()}
    await answer_in_writing(**answer, text="Two are better.", had="")
    await into_faq()
    assert (await question(one))["in_faq"]
    await answer_in_writing(**answer, text="", had="Two are better.")
    row = await question(one)
    assert (row["in_faq"], row["answered"], row["answered_by"]) == (False, "no", "")
    await answer_in_writing(**answer, text="Two are better.", had="")
    await into_faq()
    await decide(made, one, moderating.decline, was=APPROVED)
    assert not (await question(one))["in_faq"]


async def test_an_answer_is_not_written_over_by_somebody_who_did_not_see_it() -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "One?")
    answer = {"webinar_id": made.webinar_id, "question_id": one, "now": clock.now()}
    await answer_in_writing(**answer, text="Yes.", had="", actor=JUDITH)
    with pytest.raises(Conflict, match="Judith Kerkhoven has changed the answer"):
        await answer_in_writing(**answer, text="No.", had="", actor=MARIT)
    await answer_in_writing(**answer, text="Yes and no.", had="Yes.", actor=MARIT)
    row = await question(one)
    assert (row["answer"], row["answered_by"], row["answered"], row["state"]) == (
        "Yes and no.", "Marit Solheim", "typed", PENDING,
    )  # fmt: skip
