"""Polls: answered once a person, changed while open, opened by themselves, added up."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from portal.core import clock, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.webinars.commands.polls import answer, open_due
from portal.webinars.jobs.states import move_rooms
from portal.webinars.queries import polls
from portal.webinars.queries.own import mine
from portal.webinars.queries.polls import CountedPoll
from portal.webinars.rules.polls import Answer, percent, problems
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.taking_part import PollKind
from portal.webinars.values import Participant
from tests.factories import webinars

MINUTE = timedelta(minutes=1)
OWNERS = ("Quality", "A team", "Nobody")


@pytest.mark.parametrize(
    ("kind", "given", "wrong"),
    [
        (PollKind.SINGLE, Answer(options=frozenset({1})), ""),
        (PollKind.SINGLE, Answer(), "option"),
        (PollKind.SINGLE, Answer(options=frozenset({1, 2})), "option"),
        (PollKind.SINGLE, Answer(options=frozenset({9})), "option"),
        (PollKind.MULTIPLE, Answer(options=frozenset({1, 2})), ""),
        (PollKind.MULTIPLE, Answer(options=frozenset()), "option"),
        (PollKind.MULTIPLE, Answer(options=frozenset({1, 9})), "option"),
        (PollKind.RATING, Answer(rating=5), ""),
        (PollKind.RATING, Answer(rating=6), "rating"),
        (PollKind.RATING, Answer(rating=0), "rating"),
        (PollKind.RATING, Answer(), "rating"),
        (PollKind.OPEN, Answer(words="Us"), ""),
        (PollKind.OPEN, Answer(), "words"),
        (PollKind.OPEN, Answer(words="x" * 1001), "words"),
    ],
)
def test_each_kind_takes_its_own_answers(kind: PollKind, given: Answer, wrong: str) -> None:
    assert list(problems(kind, [1, 2, 3], given)) == ([wrong] if wrong else [])


def test_a_bar_of_nothing_is_empty() -> None:
    assert (percent(0, 0), percent(1, 3), percent(3, 3)) == (0, 33, 100)


async def live() -> tuple[webinars.Webinar, Participant]:
    made = await webinars.make(starts_in=-5 * MINUTE)
    return made, await webinars.join(made, "anna@brennhof.example")


async def give(made: webinars.Webinar, who: Participant, poll: int, *options: int, **more: object) -> None:
    given = Answer(options=frozenset(options), **more)  # type: ignore[arg-type]
    await answer(room=await webinars.room(made), who=who, poll_id=poll, answer=given, now=clock.now())


async def bars(made: webinars.Webinar) -> tuple[int, list[tuple[str, int, int]]]:
    [one] = await polls.seen(made.webinar_id)
    return one.people, [(bar.label, bar.count, bar.percent) for bar in one.bars]


async def test_a_single_choice_is_changed_and_counts_once(database: str) -> None:
    made, anna = await live()
    poll, (quality, team, _) = await webinars.poll(made, PollKind.SINGLE, *OWNERS)
    ben = await webinars.join(made, "ben@brennhof.example")
    await asyncio.gather(*(give(made, anna, poll, quality) for _ in range(5)), give(made, ben, poll, team))
    assert await bars(made) == (2, [("Quality", 1, 50), ("A team", 1, 50), ("Nobody", 0, 0)])
    await give(made, anna, poll, team)
    assert await bars(made) == (2, [("Quality", 0, 0), ("A team", 2, 100), ("Nobody", 0, 0)])
    assert (await mine(made.webinar_id, anna.seat_id)).answers[poll].options == {team}


async def test_several_choices_are_what_was_sent_last_as_a_whole(database: str) -> None:
    made, anna = await live()
    poll, (quality, team, nobody) = await webinars.poll(made, PollKind.MULTIPLE, *OWNERS)
    ben = await webinars.join(made, "ben@brennhof.example")
    await give(made, ben, poll, quality)
    await asyncio.gather(*(give(made, anna, poll, *both) for both in [(quality, team), (team, nobody)] * 5))
    kept = (await mine(made.webinar_id, anna.seat_id)).answers[poll].options
    assert kept in ({quality, team}, {team, nobody})
    await give(made, anna, poll, nobody)
    assert await bars(made) == (2, [("Quality", 1, 50), ("A team", 0, 0), ("Nobody", 1, 50)])


async def test_ratings_and_words_are_counted(database: str) -> None:
    made, anna = await live()
    ben = await webinars.join(made, "ben@brennhof.example")
    rating, _ = await webinars.poll(made, PollKind.RATING)
    words, _ = await webinars.poll(made, PollKind.OPEN)
    await give(made, anna, rating, rating=4)
    await give(made, anna, rating, rating=5)
    await give(made, ben, rating, rating=2)
    await give(made, anna, words, words="The plant manager")
    found = {one.kind: one for one in await polls.seen(made.webinar_id)}
    assert [(bar.label, bar.count) for bar in found[PollKind.RATING].bars] == [
        ("1", 0), ("2", 1), ("3", 0), ("4", 0), ("5", 1),
    ]  # fmt: skip
    assert (found[PollKind.RATING].average, found[PollKind.OPEN].people, found[PollKind.OPEN].bars) == (3.5, 1, [])
    answers = (await mine(made.webinar_id, anna.seat_id)).answers
    assert (answers[rating].rating, answers[words].words) == (5, "The plant manager")


async def test_an_option_of_another_poll_is_no_answer(database: str) -> None:
    made, anna = await live()
    poll, _ = await webinars.poll(made, PollKind.SINGLE, *OWNERS)
    _, (elsewhere, *_) = await webinars.poll(made, PollKind.SINGLE, *OWNERS)
    with pytest.raises(Invalid):
        await give(made, anna, poll, elsewhere)


@pytest.mark.parametrize(("state", "error"), [("draft", NotFound), ("closed", Conflict)])
async def test_only_open_polls_are_answered(database: str, state: str, error: type[Exception]) -> None:
    made, anna = await live()
    poll, (quality, *_) = await webinars.poll(made, PollKind.SINGLE, *OWNERS, state=state)
    with pytest.raises(error):
        await give(made, anna, poll, quality)
    other = await webinars.make(starts_in=-5 * MINUTE)
    elsewhere, (theirs, *_) = await webinars.poll(other, PollKind.SINGLE, *OWNERS)
    with pytest.raises(NotFound):
        await give(made, anna, elsewhere, theirs)


async def test_the_end_of_the_webinar_ends_its_polls(database: str) -> None:
    made, anna = await live()
    poll, (quality, *_) = await webinars.poll(made, PollKind.SINGLE, *OWNERS)
    await webinars.go(made, HostAction.END)
    with pytest.raises(Conflict):
        await give(made, anna, poll, quality)


async def test_an_answer_on_its_way_is_in_before_the_poll_closes(database: str) -> None:
    made, anna = await live()
    poll, (quality, *_) = await webinars.poll(made, PollKind.SINGLE, *OWNERS)
    line = await asyncpg.connect(database)
    holding = line.transaction()
    await holding.start()
    await line.fetch("SELECT FROM seat WHERE id = $1 FOR UPDATE", anna.seat_id)
    answering = asyncio.create_task(give(made, anna, poll, quality))
    await _waiting(1)
    closing = asyncio.create_task(db.execute("UPDATE webinar_poll SET state = 'closed' WHERE id = $1", poll))
    await _waiting(2)
    await holding.rollback()
    await asyncio.gather(answering, closing)
    await line.close()
    assert await bars(made) == (1, [("Quality", 1, 100), ("A team", 0, 0), ("Nobody", 0, 0)])


async def _waiting(count: int) -> None:
    """Until so many wait for somebody's lock."""
    async with asyncio.timeout(10):
        while count > await db.fetch_value(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ):
            await asyncio.sleep(0.005)


async def test_polls_open_by_themselves_when_their_second_has_come(database: str) -> None:
    made, _ = await live()
    due, _ = await webinars.poll(made, PollKind.SINGLE, *OWNERS, state="draft", opens_after=120)
    later, _ = await webinars.poll(made, PollKind.SINGLE, *OWNERS, state="draft", opens_after=3000)
    lobby = await webinars.make(starts_in=5 * MINUTE)
    await webinars.poll(lobby, PollKind.SINGLE, *OWNERS, state="draft", opens_after=0)
    await move_rooms()
    assert await db.fetch("SELECT id FROM webinar_poll WHERE state = 'open'") == [(due,)]
    assert await open_due(now=clock.now()) == 0
    assert await open_due(now=clock.now() + 50 * MINUTE) == 1
    assert [one.id for one in await polls.seen(made.webinar_id)] == [due, later]


async def test_what_hides_its_results_is_gone_when_closed(database: str) -> None:
    made, _ = await live()
    await webinars.poll(made, PollKind.SINGLE, *OWNERS, question="Hidden?", state="closed", shows_results=False)
    await webinars.poll(made, PollKind.SINGLE, *OWNERS, question="Shown?", state="closed")
    await webinars.poll(made, PollKind.SINGLE, *OWNERS, question="Open?", shows_results=False)

    def told(one: CountedPoll) -> tuple[str, int, int]:
        return one.question, one.number, one.of

    assert [told(one) for one in await polls.seen(made.webinar_id)] == [("Open?", 3, 3), ("Shown?", 2, 3)]
