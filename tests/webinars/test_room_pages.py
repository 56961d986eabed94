"""The room's page without scripts: whole, marked with one's own, and every form leads back to it."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest

from portal.core import clock, db
from portal.webinars.commands import chat
from portal.webinars.live.regions import Audience, rendered
from portal.webinars.live.registry import REGIONS
from portal.webinars.queries import own, questions
from portal.webinars.rules.states import HostAction
from portal.webinars.tables.taking_part import PollKind
from portal.webinars.values import Participant
from tests.factories import companies, webinars
from tests.paying import text_of
from tests.queries import counting

MINUTE = timedelta(minutes=1)


async def inside(client: httpx.AsyncClient, starts_in: timedelta = -5 * MINUTE) -> tuple[webinars.Webinar, Participant]:
    """A room that is live (or whatever it is then), and somebody in it with this browser."""
    made = await webinars.make(starts_in=starts_in)
    anna = await webinars.join(made, "anna@brennhof.example", "Karin", "Haugen")
    await client.post(f"/join/{anna.claim}")
    return made, anna


async def send(client: httpx.AsyncClient, address: str, data: Mapping[str, object] | None = None) -> httpx.Response:
    return await client.post(address, data=data or {})


async def fetch(client: httpx.AsyncClient, address: str, data: Mapping[str, object] | None = None) -> httpx.Response:
    """As the page's script sends a form."""
    return await client.post(address, data=data or {}, headers={"HX-Request": "true"})


async def seen(client: httpx.AsyncClient, made: webinars.Webinar, *words: str) -> None:
    """Until open pages are sent all of these."""
    text = ""
    async with asyncio.timeout(10):
        while any(one not in text for one in words):
            text = text_of(await client.get(f"{made.room}/regions"))


async def test_asking_leads_back_to_what_became_of_it(client: httpx.AsyncClient) -> None:
    made, _ = await inside(client)
    sent = await send(client, f"{made.room}/questions", {"question": "Is one enough?", "anonymous": "yes"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{made.room}#r-ask")
    page = text_of(await client.get(made.room))
    assert "Is one enough? Waiting for the host · anonymous to others" in page
    assert "Nobody has asked yet" in page
    await webinars.decide(made, await db.fetch_value("SELECT id FROM webinar_question"), "approved")
    await seen(client, made, "Is one enough? Anonymous")
    assert "Everybody sees it" in text_of(await client.get(made.room))


@pytest.mark.parametrize(
    ("typed", "words"), [("", "Please write your question first."), ("x" * 601, "under 600 characters; it has 601")]
)
async def test_a_question_that_will_not_do_stays_as_it_was_typed(
    client: httpx.AsyncClient, typed: str, words: str
) -> None:
    made, _ = await inside(client)
    data = {"question": typed, "anonymous": "yes"}
    refused = await send(client, f"{made.room}/questions", data)
    assert (refused.status_code, words in refused.text) == (422, True)
    field = re.search(r'<textarea[^>]*name="question"[^>]*aria-invalid="true"[^>]*>\n(.*?)</textarea>', refused.text)
    assert field is not None
    assert field[1] == typed
    assert re.search(r'name="anonymous" value="yes" checked', refused.text)
    part = await fetch(client, f"{made.room}/questions", data)
    assert (part.status_code, part.text.startswith('<template data-region="ask">')) == (422, True)
    assert words in part.text


async def test_a_script_is_sent_its_own_part_of_the_page(client: httpx.AsyncClient) -> None:
    made, _ = await inside(client)
    sent = await fetch(client, f"{made.room}/questions", {"question": "Is one enough?"})
    assert (sent.status_code, re.findall(r'data-region="(\w+)"', sent.text)) == (200, ["ask"])
    assert "Waiting for the host" in sent.text
    own = await client.get(f"{made.room}/questions/own", headers={"HX-Request": "true"})
    assert own.text == sent.text


async def test_what_became_of_a_question_is_asked_for_until_it_is_answered(client: httpx.AsyncClient) -> None:
    made, anna = await inside(client)
    asked = await webinars.ask(made, anna, approved=False)
    said = []
    for state, answered in (("pending", "no"), ("approved", "no"), ("approved", "now"), ("approved", "live")):
        await webinars.decide(made, asked, state, answered=answered)
        own = await client.get(f"{made.room}/questions/own", headers={"HX-Request": "true"})
        said += re.findall(r'data-asked="(\w+)"', own.text)
    assert said == ["pending", "pending", "pending", "approved"]


async def test_voting_is_marked_and_taken_back(client: httpx.AsyncClient) -> None:
    made, anna = await inside(client)
    asked = await webinars.ask(made, anna)
    before = await client.get(made.room)
    assert f'action="{made.room}/questions/{asked}/vote"' in before.text
    voted = await send(client, f"{made.room}/questions/{asked}/vote")
    assert (voted.status_code, voted.headers["location"]) == (303, f"{made.room}#q-{asked}")
    page = (await client.get(made.room)).text
    assert f'action="{made.room}/questions/{asked}/vote/withdrawal"' in page
    assert 'aria-pressed="true"' in page
    assert f"&#34;votes&#34;:[{asked}]" in page
    assert 'aria-pressed="true"' not in (await client.get(f"{made.room}/regions")).text
    assert (await fetch(client, f"{made.room}/questions/{asked}/vote/withdrawal")).status_code == 204
    assert 'aria-pressed="true"' not in (await client.get(made.room)).text


async def test_voting_in_the_list_of_all_leads_back_to_it(client: httpx.AsyncClient) -> None:
    made, anna = await inside(client)
    asked = await webinars.ask(made, anna)
    address = f"{made.room}/questions?order=new&page=1"
    listed = await client.get(address)
    assert 'name="back" value="questions?order=new&amp;page=1"' in listed.text
    voted = await send(client, f"{made.room}/questions/{asked}/vote", {"back": "questions?order=new&page=1"})
    assert voted.headers["location"] == f"{address}#q-{asked}"
    away = await send(client, f"{made.room}/questions/{asked}/vote/withdrawal", {"back": "//evil.example"})
    assert away.headers["location"] == f"{made.room}#q-{asked}"
    assert (await client.get(f"{made.room}/questions?page=2")).status_code == 404


async def test_answering_a_poll_shows_its_bars(client: httpx.AsyncClient) -> None:
    made, _ = await inside(client)
    poll, (quality, team) = await webinars.poll(made, PollKind.SINGLE, "Quality", "A team")
    card = r'<section class="card panel poll"[^>]*data-own-answered'
    assert not re.search(card, (await client.get(made.room)).text)
    nothing = await send(client, f"{made.room}/polls/{poll}/answers")
    assert (nothing.status_code, "Please choose one answer." in nothing.text) == (422, True)
    sent = await send(client, f"{made.room}/polls/{poll}/answers", {"option": team})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{made.room}#poll-{poll}")
    page = await client.get(made.room)
    assert re.search(card, page.text)
    assert f'value="{team}" checked' in page.text
    assert (await fetch(client, f"{made.room}/polls/{poll}/answers", {"option": quality})).status_code == 204
    assert "Quality Your answer 100 %" in text_of(await client.get(made.room))


async def test_words_for_a_poll_are_kept_when_they_are_too_many(client: httpx.AsyncClient) -> None:
    made, _ = await inside(client)
    poll, _ = await webinars.poll(made, PollKind.OPEN)
    refused = await send(client, f"{made.room}/polls/{poll}/answers", {"words": "y" * 1001})
    assert (refused.status_code, "y" * 1001 in refused.text) == (422, True)
    part = await fetch(client, f"{made.room}/polls/{poll}/answers", {"words": ""})
    assert (part.status_code, "Please write your answer." in part.text) == (422, True)
    await send(client, f"{made.room}/polls/{poll}/answers", {"words": "The plant manager"})
    assert "Thank you. Your answer: The plant manager" in text_of(await client.get(made.room))


async def test_talking_and_reacting(client: httpx.AsyncClient) -> None:
    made, _ = await inside(client)
    said = await send(client, f"{made.room}/chat", {"line": "Good <b>morning</b>"})
    assert (said.status_code, said.headers["location"]) == (303, f"{made.room}#r-chat")
    await seen(client, made, "Good &lt;b&gt;morning&lt;/b&gt;")
    empty = await send(client, f"{made.room}/chat", {"line": " "})
    assert (empty.status_code, "Please write something first." in empty.text) == (422, True)
    assert (await fetch(client, f"{made.room}/reactions/heart")).status_code == 204
    assert (await send(client, f"{made.room}/reactions/heart")).status_code == 303
    assert (await send(client, f"{made.room}/reactions/skull")).status_code == 404


async def test_too_much_at_once_is_refused_and_what_was_typed_stays(client: httpx.AsyncClient) -> None:
    made, _ = await inside(client)
    for number in range(12):
        assert (await send(client, f"{made.room}/chat", {"line": f"Line {number}"})).status_code == 303
    refused = await send(client, f"{made.room}/chat", {"line": "One more"})
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    assert 'value="One more"' in refused.text
    assert "Too many tries" in refused.text


async def test_whoever_was_muted_is_told_so(client: httpx.AsyncClient) -> None:
    made, anna = await inside(client)
    await db.execute(
        "INSERT INTO room_restriction (webinar, seat, kind, at) VALUES ($1, $2, 'muted', now())",
        made.webinar_id, anna.seat_id,
    )  # fmt: skip
    for path, data in (("questions", {"question": "Why?"}), ("chat", {"line": "Hello"}), ("reactions/heart", {})):
        refused = await send(client, f"{made.room}/{path}", data)
        assert (path, refused.status_code, "The host has muted you" in refused.text) == (path, 403, True)
    assert 'name="question"' not in (await client.get(made.room)).text


@pytest.mark.parametrize("steps", [[HostAction.END], [HostAction.END, HostAction.CLOSE]])
async def test_after_the_end_forms_are_refused_with_words(client: httpx.AsyncClient, steps: list[HostAction]) -> None:
    made, anna = await inside(client)
    asked = await webinars.ask(made, anna)
    poll, (quality, *_) = await webinars.poll(made, PollKind.SINGLE, "Quality", "A team")
    await webinars.go(made, *steps)
    sent = {
        "questions": {"question": "Too late?"}, f"questions/{asked}/vote": {}, f"polls/{poll}/answers": {"option": quality},
        "chat": {"line": "Bye"}, "reactions/heart": {},
    }  # fmt: skip
    for path, data in sent.items():
        refused = await send(client, f"{made.room}/{path}", data)
        assert (path, refused.status_code) == (path, 409)
    assert "Too late?" in (await send(client, f"{made.room}/questions", {"question": "Too late?"})).text


async def test_ids_of_another_room_are_not_found(client: httpx.AsyncClient) -> None:
    made, _ = await inside(client)
    other = await webinars.make(starts_in=-5 * MINUTE)
    ben = await webinars.join(other, "ben@brennhof.example")
    asked = await webinars.ask(other, ben)
    poll, (option, *_) = await webinars.poll(other, PollKind.SINGLE, "Quality", "A team")
    taken = await webinars.resource(other)
    for path, data in {
        f"questions/{asked}/vote": {}, f"questions/{asked}/vote/withdrawal": {}, f"polls/{poll}/answers": {"option": option},
        f"resources/{taken}": {},
    }.items():  # fmt: skip
        assert (path, (await send(client, f"{made.room}/{path}", data)).status_code) == (path, 404)
    assert (await client.get(f"{made.room}/resources/{taken}")).status_code == 404
    assert (await send(client, f"{made.room}/questions/{2**63}/vote")).status_code in (400, 404)


async def test_nobody_else_takes_part(client: httpx.AsyncClient) -> None:
    made, anna = await inside(client)
    asked = await webinars.ask(made, anna)
    client.cookies.clear()
    for path in ("questions", f"questions/{asked}/vote", "polls/1/answers", "chat", "reactions/heart", "resources/1"):
        assert (path, (await send(client, f"{made.room}/{path}")).status_code) == (path, 403)
    for path in ("", "/questions", "/questions/own", "/resources/1"):
        assert (path, (await client.get(f"{made.room}{path}")).status_code) == (path, 403)


async def test_a_full_room_costs_no_more_queries_than_an_empty_one(database: str) -> None:
    made = await webinars.make(starts_in=-5 * MINUTE)
    anna = await webinars.join(made, "anna@brennhof.example")
    sponsor = await webinars.sponsor(made, await companies.make())

    async def fill(number: int) -> None:
        await webinars.ask(made, anna, f"Question {number}?")
        for kind in (PollKind.SINGLE, PollKind.RATING):
            await webinars.poll(made, kind, "Quality", "A team")
        await webinars.resource(made, f"Slides {number}", sponsor=sponsor)
        await chat.say(room=await webinars.room(made), who=anna, text=f"Line {number}", now=clock.now())

    async def cost() -> tuple[int, int]:
        async with counting() as seen:
            _, pieces = await rendered(REGIONS, made.webinar_id, Audience.ROOM, clock.now())
            await own.mine(made.webinar_id, anna.seat_id)
            await questions.own(made.webinar_id, anna.seat_id)
        return len(seen), sum(piece.html.count("<li") for piece in pieces.values())

    await fill(0)
    few, some = await cost()
    for number in range(1, 30):
        await fill(number)
    many, rows = await cost()
    assert (few, rows > 10 * some) == (many, True)


async def test_a_poll_and_a_resource_appear_at_their_second_on_open_pages(client: httpx.AsyncClient) -> None:
    made, _ = await inside(client)
    since = (clock.now() - (await webinars.room(made)).live_at).total_seconds()  # type: ignore[operator]
    await webinars.poll(made, PollKind.SINGLE, "Quality", "A team", question="By itself?", state="draft",
                        opens_after=int(since) + 2)  # fmt: skip
    await webinars.resource(made, "Slides of the day", shows_after=int(since) + 2)
    first = await client.get(f"{made.room}/regions")
    assert "By itself?" not in first.text
    assert "Slides of the day" not in first.text
    await seen(client, made, "By itself?", "Slides of the day")
    late = (clock.now() - (await webinars.room(made)).live_at).total_seconds() - int(since) - 2  # type: ignore[operator]
    assert 0 <= late < 2
