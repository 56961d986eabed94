"""Polls at the desk: written by moderators, asked while the room is open, taken along as CSV."""

import asyncio
import csv
import io

import httpx
import pytest

from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden
from portal.webinars.commands import polling
from portal.webinars.commands.polls import answer
from portal.webinars.commands.preparing.polls import save_poll
from portal.webinars.preparing import PollDraft
from portal.webinars.rules.polls import Answer
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.rooms import CrewRole
from portal.webinars.tables.taking_part import PollKind
from tests.factories import webinars
from tests.paying import text_of
from tests.webinars.desk.conftest import AtDesk
from tests.webinars.desk.hands import MARIT, live, named, people, room_of

WHO = {
    "kind": "single", "question": "Who owns the strategy?", "options": "Quality\nA team\n\n", "shows_results": "yes",
    "minute": "45",
}  # fmt: skip


async def poll_id() -> int:
    return int(await db.fetch_value("SELECT max(id) FROM webinar_poll"))


async def options() -> list[str]:
    return [row["label"] for row in await db.fetch("SELECT label FROM webinar_poll_option ORDER BY position")]


async def test_a_poll_can_be_opened_while_somebody_could_answer(at_desk: AtDesk) -> None:
    made = await live()
    marit = await at_desk(made)
    poll, _ = await webinars.poll(made, PollKind.RATING, state="draft")
    opening = f'formaction="{made.desk}/polls/{poll}/opening"'
    assert opening in (await marit.get(made.desk)).text
    await webinars.go(made, HostAction.END)
    assert opening not in (await marit.get(made.desk)).text


async def test_a_moderator_writes_edits_and_deletes_a_poll(at_desk: AtDesk) -> None:
    made = await live()
    marit = await at_desk(made)
    answered = await marit.post(f"{made.desk}/polls/new", data=WHO)
    number = await poll_id()
    assert (answered.status_code, answered.headers["location"]) == (303, f"{made.desk}#dp-{number}")
    assert await options() == ["Quality", "A team"]
    page = await marit.get(f"{made.desk}/polls/{number}")
    assert ">\nQuality\nA team</textarea>" in page.text
    seen = page.text.partition('name="seen" value="')[2].partition('"')[0]
    changed = {**WHO, "question": "Who owns it?", "kind": "rating", "minute": "", "seen": seen}
    assert (await marit.post(f"{made.desk}/polls/{number}", data=changed)).status_code == 303
    row = await db.fetch_one("SELECT kind, question, opens_after, state FROM webinar_poll")
    assert row is not None
    assert (tuple(row), await options()) == (("rating", "Who owns it?", None, "draft"), [])
    # Written over by nobody who did not see it: what is stored now is said, what was typed is kept.
    late = await marit.post(f"{made.desk}/polls/{number}", data={**WHO, "seen": seen})
    assert (late.status_code, "Question is stored as “Who owns it?”" in text_of(late)) == (409, True)
    assert 'value="Who owns the strategy?"' in late.text
    assert (await marit.post(f"{made.desk}/polls/{number}/removal")).status_code == 303
    assert await db.fetch_value("SELECT count(*) FROM webinar_poll") == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"question": ""}, "Please write what you ask."), ({"kind": "essay"}, "Please choose what kind of answer you want."),
        ({"options": "Only one"}, "at least two choices"), ({"options": "Yes\nyes"}, "say the same"),
        ({"options": f"{'x' * 201}\nNo"}, "under 200 characters"), ({"minute": "soon"}, "minutes from 0 to 1440"),
        ({"minute": "1441"}, "minutes from 0 to 1440"), ({"question": "x" * 301}, "under 300 characters"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_poll_is_said_beside_it(at_desk: AtDesk, wrong: dict[str, str], words: str) -> None:
    made = await live()
    refused = await (await at_desk(made)).post(f"{made.desk}/polls/new", data={**WHO, **wrong})
    assert (refused.status_code, words in text_of(refused)) == (422, True)
    assert await db.fetch_value("SELECT count(*) FROM webinar_poll") == 0


async def written(made: webinars.Webinar, kind: PollKind = PollKind.RATING) -> int:
    await named(made, MARIT.email, CrewRole.MODERATOR)
    draft = PollDraft(kind=kind, question="How ready are you?")
    return await save_poll(actor=MARIT, webinar_id=made.webinar_id, draft=draft, now=clock.now())


async def test_who_is_no_moderator_here_writes_none(database: str) -> None:
    one, other = await live(), await live()
    await written(one)
    draft = PollDraft(kind=PollKind.RATING, question="How ready are you?")
    with pytest.raises(Forbidden):
        await save_poll(actor=MARIT, webinar_id=other.webinar_id, draft=draft, now=clock.now())


async def test_what_was_asked_is_not_rewritten_but_asked_again(at_desk: AtDesk) -> None:
    made = await live()
    number = await written(made)
    judith = await at_desk(made, name="Judith Kerkhoven")
    for way, state in (("opening", "open"), ("opening", "open"), ("closing", "closed"), ("opening", "open")):
        assert (await judith.post(f"{made.desk}/polls/{number}/{way}")).status_code == 303
        assert await db.fetch_value("SELECT state FROM webinar_poll") == state
    assert (await judith.get(f"{made.desk}/polls/{number}")).status_code == 409
    assert (await judith.post(f"{made.desk}/polls/{number}", data=WHO)).status_code == 409
    assert (await judith.post(f"{made.desk}/polls/{number}/removal")).status_code == 409
    for way, shown in (("results/withdrawal", False), ("results", True)):
        await judith.post(f"{made.desk}/polls/{number}/{way}")
        assert await db.fetch_value("SELECT shows_results FROM webinar_poll") is shown
    await webinars.go(made, HostAction.END)
    refused = await judith.post(f"{made.desk}/polls/{number}/opening")
    assert (refused.status_code, "Nobody could answer now" in text_of(refused)) == (409, True)


async def test_an_answer_at_the_moment_of_closing_is_in_or_told_so(database: str) -> None:
    made = await live()
    number = await written(made)
    await polling.open_poll(webinar_id=made.webinar_id, poll_id=number, now=clock.now())
    room, crowd = await room_of(made), await people(made, 8)
    results = await asyncio.gather(
        *(
            answer(room=room, who=who, poll_id=number, answer=Answer(rating=4), now=clock.now())
            for who in crowd[:4]
        ),
        polling.close_poll(webinar_id=made.webinar_id, poll_id=number, now=clock.now()),
        *(
            answer(room=room, who=who, poll_id=number, answer=Answer(rating=4), now=clock.now())
            for who in crowd[4:]
        ),
        return_exceptions=True,
    )  # fmt: skip
    late = [one for one in results if one is not None]
    assert all(isinstance(one, Conflict) for one in late)
    assert await db.fetch_value("SELECT count(*) FROM webinar_poll_answer") == 8 - len(late)


def lines(file: httpx.Response) -> list[list[str]]:
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))


async def test_results_and_answers_are_taken_along(at_desk: AtDesk) -> None:
    made = await live()
    rating, words = await written(made), None
    words = await save_poll(
        actor=MARIT, webinar_id=made.webinar_id, draft=PollDraft(kind=PollKind.OPEN, question="Why?"), now=clock.now()
    )
    room, crowd = await room_of(made), await people(made, 25)
    for number in (rating, words):
        await polling.open_poll(webinar_id=made.webinar_id, poll_id=number, now=clock.now())
    for n, who in enumerate(crowd):
        for number, given in ((rating, Answer(rating=1 + n % 2)), (words, Answer(words=f"=cmd{n}"))):
            await answer(room=room, who=who, poll_id=number, answer=given, now=clock.now())
    speaker = await at_desk(made, CrewRole.SPEAKER, name="Anselm Oyelaran")
    results = lines(await speaker.get(f"{made.desk}/polls/results.csv"))
    assert results[0] == ["poll", "kind", "state", "people", "answer", "given", "per_cent"]
    assert ["How ready are you?", "Rating from 1 to 5", "open", "25", "1", "13", "52"] in results
    assert sum(line[0] == "Why?" for line in results) == 25
    assert ["Why?", "In words", "open", "25", "'=cmd7", "1", ""] in results
    judith = await at_desk(made, name="Judith Kerkhoven")
    answers = lines(await judith.get(f"{made.desk}/polls/answers.csv"))
    assert (len(answers), answers[1][3:6]) == (51, ["P0 Lindqvist", "Brennhof Pharma", "p0@brennhof.example"])
    facts = await db.fetch_value("SELECT facts FROM audit_entry WHERE verb = 'exported'")
    assert '"rows": 50' in facts
