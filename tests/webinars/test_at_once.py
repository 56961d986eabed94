"""What several do at the same moment, and what is sent so slowly that it comes when it is no longer allowed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
from litestar import Litestar

from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.registration.commands.attending import cancel_seat
from portal.registration.queries.orders import order_by_claim
from portal.webinars.commands import moderating, polling, polls, questions, restricting
from portal.webinars.commands.states import press
from portal.webinars.rules.polls import Answer
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import CrewRole, Restriction, RoomState
from portal.webinars.tables.taking_part import PollKind, QuestionState
from portal.webinars.values import Participant
from tests.factories import webinars
from tests.webinars.desk.hands import JUDITH, MARIT, PASSWORD, account, asked, live, named, people
from tests.webinars.test_passed_on import passed_on

pytestmark = pytest.mark.usefixtures("database")
FORM = {"content-type": "application/x-www-form-urlencoded"}
Meanwhile = Callable[[webinars.Webinar, Participant], Awaitable[object]]


def restricted(kind: Restriction) -> Meanwhile:
    async def act(made: webinars.Webinar, who: Participant) -> None:
        await restricting.restrict(
            webinar_id=made.webinar_id, seat_id=who.seat_id, kind=kind, reason="Rude.", actor=MARIT, now=clock.now()
        )

    return act


async def ended(made: webinars.Webinar, _: Participant) -> None:
    await webinars.go(made, HostAction.END)


async def switched_off(made: webinars.Webinar, _: Participant) -> None:
    await db.execute("UPDATE webinar SET chat_on = false, questions_on = false WHERE id = $1", made.webinar_id)


async def given_away(_: webinars.Webinar, who: Participant) -> None:
    await passed_on(who)


async def given_up(_: webinars.Webinar, who: Participant) -> None:
    found = await order_by_claim(who.claim)
    assert found is not None
    await cancel_seat(order=found[0], seat=found[1], now=clock.now())


async def called_off(made: webinars.Webinar, _: Participant) -> None:
    await db.execute("UPDATE event SET state = 'cancelled' WHERE id = $1", made.event_id)


MUTED, REMOVED = (restricted(kind) for kind in Restriction)
ALWAYS = {"removed": REMOVED, "ended": ended, "given away": given_away, "given up": given_up, "called off": called_off}
SPOKEN = {**ALWAYS, "muted": MUTED, "switched off": switched_off}
CASES = [(tail, name) for tail in ("questions", "chat") for name in SPOKEN] + [("polls", name) for name in ALWAYS]


@pytest.mark.parametrize(("tail", "meanwhile"), CASES)
async def test_what_is_sent_slowly_is_judged_when_it_is_all_there(
    client: httpx.AsyncClient, tail: str, meanwhile: str
) -> None:
    made = await webinars.make(starts_in=timedelta(minutes=-5))
    anna = await webinars.join(made, "anna@brennhof.example")
    poll, options = await webinars.poll(made, PollKind.SINGLE, "Yes", "No")
    await client.post(f"/join/{anna.claim}")
    body = urlencode({"question": "Late?", "line": "Late.", "option": options[0]}).encode()

    async def slowly() -> AsyncIterator[bytes]:
        yield body[:5]
        await SPOKEN[meanwhile](made, anna)
        yield body[5:]

    path = f"{made.room}/polls/{poll}/answers" if tail == "polls" else f"{made.room}/{tail}"
    answer = await client.post(path, content=slowly(), headers=FORM)
    assert answer.status_code in (403, 404, 409), answer.status_code
    for table in ("webinar_question", "webinar_chat_message", "webinar_poll_answer"):
        assert await db.fetch_value(f"SELECT count(*) FROM {table}") == 0, table


async def test_whoever_is_muted_while_writing_is_heard_before_or_not_at_all() -> None:
    """What somebody says waits for what is being decided about them."""
    made = await live()
    [anna] = await people(made, 1)
    room, begin = await webinars.room(made), asyncio.Event()

    async def ask() -> int:
        await begin.wait()
        return await questions.ask(room=room, who=anna, text="Heard?", anonymous=False, now=clock.now())

    asking = asyncio.create_task(ask())
    async with asyncio.timeout(10):
        async with db.transaction():
            await MUTED(made, anna)
            begin.set()
            # Until it waits for us; without that it would be done by now.
            while not await db.fetch_value(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"
            ):
                assert not asking.done()
        with pytest.raises(Forbidden):
            await asking
    assert await db.fetch_value("SELECT count(*) FROM webinar_question") == 0


async def test_two_votes_of_one_person_are_one(client: httpx.AsyncClient) -> None:
    made = await live()
    anna, ben = await people(made, 2)
    number = await asked(made, ben, "Is one enough?", votes=[ben])
    await client.post(f"/join/{anna.claim}")
    answers = await asyncio.gather(*(client.post(f"{made.room}/questions/{number}/vote") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {303}
    assert await db.fetch_value("SELECT count(*) FROM webinar_question_vote") == 2


async def test_a_poll_that_is_closed_while_people_answer_has_what_they_were_told_it_has() -> None:
    made = await live()
    everybody = await people(made, 10)
    room = await webinars.room(made)
    poll, options = await webinars.poll(made, PollKind.MULTIPLE, "A", "B", "C")

    async def answer(who: Participant) -> bool:
        try:
            await polls.answer(
                room=room, who=who, poll_id=poll, answer=Answer(options=frozenset(options[:2])), now=clock.now()
            )
        except Conflict:
            return False
        return True

    close = polling.close_poll(webinar_id=made.webinar_id, poll_id=poll, now=clock.now())
    done = await asyncio.gather(*(answer(who) for who in everybody[:5]), close, *(answer(who) for who in everybody[5:]))
    given = await db.fetch_value("SELECT count(DISTINCT seat) FROM webinar_poll_answer")
    assert given == sum(one is True for one in done)
    assert await db.fetch_value("SELECT count(*) FROM webinar_poll_answer") == 2 * given
    assert not await answer(everybody[0])


async def test_of_those_who_decide_about_one_question_at_once_one_does() -> None:
    made = await live()
    anna, ben = await people(made, 2)
    kept = await asked(made, ben, "Is one strategy enough?", votes=[ben])
    number = await asked(made, anna, "Is one enough?")
    common = {"webinar_id": made.webinar_id, "question_id": number, "was": QuestionState.PENDING, "now": clock.now()}
    done = await asyncio.gather(
        moderating.approve(**common, actor=MARIT), moderating.merge(**common, into=kept, actor=JUDITH),
        moderating.decline(**common, actor=MARIT), return_exceptions=True,
    )  # fmt: skip
    assert [type(one) for one in done].count(Conflict) == 2
    winner = next(n for n, one in enumerate(done) if one is None)
    state = await db.fetch_value("SELECT state FROM webinar_question WHERE id = $1", number)
    assert state == (QuestionState.APPROVED, QuestionState.MERGED, QuestionState.DECLINED)[winner]


async def test_votes_given_while_a_question_becomes_part_of_another_are_all_there() -> None:
    made = await live()
    everybody = await people(made, 8)
    kept = await asked(made, everybody[0], "Is one strategy enough?", votes=everybody[:1])
    number = await asked(made, everybody[1], "Is one enough?", votes=everybody[1:2])
    room = await webinars.room(made)
    merge = moderating.merge(
        webinar_id=made.webinar_id,
        question_id=number,
        into=kept,
        was=QuestionState.APPROVED,
        actor=MARIT,
        now=clock.now(),
    )
    votes = [questions.vote(room=room, who=who, question_id=number, now=clock.now()) for who in everybody[2:]]
    await asyncio.gather(*votes[:3], merge, *votes[3:])
    voters = await db.fetch_value(
        "SELECT count(DISTINCT seat) FROM webinar_question_vote WHERE question = ANY($1)", [kept, number]
    )
    assert voters == 8
    with pytest.raises(NotFound):
        await questions.vote(room=room, who=everybody[0], question_id=4711, now=clock.now())


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [((), HostAction.GO_LIVE, RoomState.LIVE), ((HostAction.GO_LIVE,), HostAction.END, RoomState.ENDED)],
)
async def test_two_hosts_press_the_same_button_at_once(
    before: tuple[HostAction, ...], action: HostAction, after: RoomState
) -> None:
    made = await webinars.make(starts_in=timedelta(minutes=10))
    await webinars.go(made, *before)
    now = clock.now()
    done = await asyncio.gather(
        *(press(webinar_id=made.webinar_id, action=action, actor=who, now=now) for who in (MARIT, JUDITH, MARIT)),
        return_exceptions=True,
    )
    assert [one for one in done if one is not None and not isinstance(one, Conflict)] == []
    assert done.count(None) == 1
    assert (await webinars.room(made)).state is after
    assert await db.fetch_value("SELECT count(*) FROM audit_entry WHERE verb = $1", action.value) == 1 + before.count(
        action
    )


@pytest.mark.parametrize(("was", "becomes"), [("moderator", ""), ("moderator", "speaker"), ("speaker", "")])
async def test_whoever_leaves_the_desk_while_sending_decides_nothing(
    app: Litestar, client: httpx.AsyncClient, was: str, becomes: str
) -> None:
    made = await live()
    [anna] = await people(made, 1)
    number = await asked(made, anna, "Is one enough?")
    await named(made, await account("Mallory Grey", "mallory@crew.example"), CrewRole(was))
    await client.post("/account/sign-in", data={"email": "mallory@crew.example", "password": PASSWORD})

    async def slowly() -> AsyncIterator[bytes]:
        yield b"was=pen"
        if becomes:
            await db.execute("UPDATE webinar_crew SET role = $1", becomes)
        else:
            await db.execute("DELETE FROM webinar_crew")
        yield b"ding&answer=Yes.&had="

    act = "approval" if was == "moderator" else "answer"
    answer = await client.post(f"{made.desk}/questions/{number}/{act}", content=slowly(), headers=FORM)
    assert answer.status_code == 403
    row = await db.fetch_one("SELECT state, answer FROM webinar_question")
    assert dict(row or {}) == {"state": "pending", "answer": ""}
