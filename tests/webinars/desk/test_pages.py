"""The desk without scripts: plain forms that lead back to it, with what came of them; refusals beside their fields."""

import httpx
import pytest

from portal.core import db
from portal.webinars.commands import moderating
from portal.webinars.tables.rooms import CrewRole
from tests.factories import webinars
from tests.paying import text_of
from tests.queries import counting
from tests.webinars.desk.conftest import AtDesk
from tests.webinars.desk.hands import APPROVED, asked, decide, live, people, question


async def test_the_desk_shows_all_its_parts(at_desk: AtDesk) -> None:
    made = await live()
    anna, ben = await people(made, 2)
    await asked(made, anna, "Is one strategy enough?", anonymous=True)
    await asked(made, ben, "How many glove tests?", votes=[anna])
    marit = await at_desk(made)
    page = await marit.get(made.desk)
    text = text_of(page)
    assert page.status_code == 200
    for words in (
        "It is live now.", "Waiting for a decision 1", "Is one strategy enough?", "asks anonymously",
        "Approved, most wanted first 1", "1 vote How many glove tests?", "There are no polls yet.",
        "Nothing was prepared to take away.", "0 of 2 registered are here", "Only the crew reads what is written here.",
        "Nobody has written anything yet.",
    ):  # fmt: skip
        assert words in text, words


async def test_a_form_leads_back_to_the_desk_with_what_came_of_it(at_desk: AtDesk) -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "Is one strategy enough?")
    marit = await at_desk(made)
    answer = await marit.post(f"{made.desk}/questions/{one}/approval", data={"was": "pending"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{made.desk}#dq-{one}")
    assert "Waiting for a decision 0" in text_of(await marit.get(made.desk))
    by_script = await marit.post(
        f"{made.desk}/questions/{one}/stage", data={"was": "approved"}, headers={"HX-Request": "true"}
    )
    assert (by_script.status_code, by_script.text) == (204, "")
    assert (await question(one))["answered"] == "now"


@pytest.mark.parametrize("script", [False, True])
async def test_the_second_moderator_is_told_what_the_first_did(at_desk: AtDesk, script: bool) -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "Is one strategy enough?")
    marit, judith = await at_desk(made), await at_desk(made, name="Judith Kerkhoven")
    await marit.post(f"{made.desk}/questions/{one}/approval", data={"was": "pending"})
    late = await judith.post(
        f"{made.desk}/questions/{one}/refusal",
        data={"was": "pending"},
        headers={"HX-Request": "true"} if script else {},
    )
    assert late.status_code == 409
    assert "Marit Solheim has approved this question: “Is one strategy enough?”. Nothing was changed." in text_of(late)
    assert ("Approved, most wanted first 1" in text_of(late)) is not script
    assert (await question(one))["state"] == APPROVED


async def test_what_is_missing_stands_beside_its_field_and_what_was_typed_is_kept(at_desk: AtDesk) -> None:
    made = await live()
    marit = await at_desk(made)
    empty = await marit.post(f"{made.desk}/notes", data={"note": " "})
    assert (empty.status_code, "Please write something first." in text_of(empty)) == (422, True)
    long = await marit.post(f"{made.desk}/notes", data={"note": "x" * 1001}, headers={"HX-Request": "true"})
    assert (long.status_code, '<template data-region="note">' in long.text) == (422, True)
    assert "x" * 1001 in long.text
    said = await marit.post(f"{made.desk}/chat", data={"line": "x" * 601})
    assert (said.status_code, "Please keep this under 600 characters" in said.text, "x" * 601 in said.text) == (
        422, True, True,
    )  # fmt: skip
    assert (
        await db.fetch_value(
            "SELECT (SELECT count(*) FROM backstage_note) + (SELECT count(*) FROM webinar_chat_message)"
        )
        == 0
    )


async def test_notes_and_chat_in_the_crew_s_name(at_desk: AtDesk) -> None:
    made = await live()
    marit = await at_desk(made)
    await marit.post(f"{made.desk}/notes", data={"note": "Slide 14 next.\nThen the poll."})
    await marit.post(f"{made.desk}/chat", data={"line": "Welcome, everybody."})
    page = text_of(await marit.get(made.desk))
    assert "Slide 14 next. Then the poll." in page
    assert "Marit Solheim crew" in page
    line = await db.fetch_value("SELECT id FROM webinar_chat_message")
    await marit.post(f"{made.desk}/chat/{line}/hiding")
    assert "Hidden Welcome, everybody." in text_of(await marit.get(f"{made.desk}/chat"))
    await marit.post(f"{made.desk}/chat/{line}/restoring")
    assert await db.fetch_value("SELECT hidden_at FROM webinar_chat_message") is None
    await marit.post(f"{made.desk}/switches/chat_on", data={"on": ""})
    closed = await marit.post(f"{made.desk}/chat", data={"line": "Is it on?"})
    assert (closed.status_code, "while it is switched on" in text_of(closed), "Is it on?" in closed.text) == (
        422,
        True,
        True,
    )


async def test_an_answer_is_typed_on_a_page_of_its_own(at_desk: AtDesk) -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "Is one strategy enough?")
    [marit, anselm] = await at_desk(made), await at_desk(made, CrewRole.SPEAKER, name="Anselm Oyelaran")
    path = f"{made.desk}/questions/{one}"
    assert "Is one strategy enough?" in text_of(await anselm.get(path))
    assert (
        await anselm.post(f"{path}/answer", data={"answer": "For rooms built alike.", "had": ""})
    ).status_code == 303
    late = await marit.post(f"{path}/answer", data={"answer": "No.", "had": ""})
    text = text_of(late)
    assert (late.status_code, "Anselm Oyelaran has changed the answer" in text) == (409, True)
    assert "For rooms built alike." in text
    assert ">\nNo.</textarea>" in late.text
    assert 'name="had" value="For rooms built alike."' in late.text
    too_long = await marit.post(f"{path}/answer", data={"answer": "x" * 2001, "had": "For rooms built alike."})
    assert (too_long.status_code, "x" * 2001 in too_long.text) == (422, True)
    part = await marit.get(path, headers={"HX-Request": "true"})
    assert part.text.startswith('<template data-region="panel">')


async def test_merging_is_chosen_from_those_most_alike(at_desk: AtDesk) -> None:
    made = await live()
    anna, ben = await people(made, 2)
    other = await asked(made, ben, "How many glove tests per shift?", votes=[anna])
    first = await asked(made, anna, "Is one strategy enough for two sites?", votes=[ben])
    one = await asked(made, ben, "Is one strategy for two sites enough?")
    marit = await at_desk(made)
    path = f"{made.desk}/questions/{one}"
    page = (await marit.get(path)).text
    assert page.index(f'value="{first}"') < page.index(f'value="{other}"')
    none = await marit.post(f"{path}/merger", data={"was": "pending"})
    assert (none.status_code, "Please choose the question it becomes part of." in text_of(none)) == (422, True)
    assert (await marit.post(f"{path}/merger", data={"was": "pending", "into": str(first)})).status_code == 303
    assert "with 1 other" in text_of(await marit.get(made.desk))
    await marit.post(f"{path}/return", data={"was": "merged"})
    assert "with 1 other" not in text_of(await marit.get(made.desk))


async def test_buttons_the_desk_does_not_have_are_refused(at_desk: AtDesk) -> None:
    made = await live()
    [anna] = await people(made, 1)
    one = await asked(made, anna, "Is one strategy enough?")
    host = await at_desk(made, CrewRole.HOST)
    for path, data, status in (
        ("state/explode", {}, 404), ("switches/version", {"on": "yes"}, 404), (f"questions/{one}/approval", {}, 422),
        (f"questions/{one}/approval", {"was": "gone"}, 422), ("questions/0/approval", {"was": "pending"}, 400),
        (f"questions/{one + 1}/approval", {"was": "pending"}, 404), (f"questions/{2**63}/live", {}, 400),
        (f"questions/{one}/stage", {"was": "approved", "instead": "x"}, 422), ("state/go_on", {}, 409),
        ("chat/1/hiding", {}, 404), ("polls/1/opening", {}, 404), ("resources/1/showing", {}, 404),
        ("people/999/removal", {"reason": "x"}, 404), ("people/999/restrictions/1/lifting", {}, 303),
    ):  # fmt: skip
        assert (await host.post(f"{made.desk}/{path}", data=data)).status_code == status, path
    for path, status in (
        ("questions?pile=x", 404), ("questions?page=0", 404), ("questions/99", 404), ("people/99", 404), ("people?page=9", 200),
    ):  # fmt: skip
        assert (await host.get(f"{made.desk}/{path}")).status_code == status, path


async def test_thirty_of_everything_take_as_many_queries_as_one(at_desk: AtDesk) -> None:
    made = await live()
    crowd = await people(made, 2)
    marit = await at_desk(made)

    async def more(count: int) -> None:
        for number in range(count):
            one = await asked(made, crowd[0], f"Question {number} of {count}?", votes=crowd[: number % 2])
            if number % 3 == 0:
                await decide(made, one, moderating.decline, was=(await question(one))["state"])
            await marit.post(f"{made.desk}/notes", data={"note": f"Note {number}"})
            await marit.post(f"{made.desk}/chat", data={"line": f"Line {number}"})
            poll = await db.fetch_value(
                "INSERT INTO webinar_poll (webinar, position, kind, question, state) VALUES ($1, $2, $3, 'Good?', 'closed') "
                "RETURNING id", made.webinar_id, number, ("single", "rating", "open")[number % 3],
            )  # fmt: skip
            await db.execute(
                "INSERT INTO webinar_poll_answer (poll, seat, words, several, at) VALUES ($1, $2, 'Yes', false, now())",
                poll, crowd[0].seat_id,
            )  # fmt: skip

    await more(3)
    paths = ("", "/questions?pile=declined", "/chat", "/people", "/polls/results.csv")
    counts: list[dict[str, int]] = []
    for _ in range(2):
        seen: dict[str, int] = {}
        for path in paths:
            async with counting() as asked_for:
                assert (await marit.get(f"{made.desk}{path}")).status_code == 200
            seen[path] = len(asked_for)
        counts.append(seen)
        await more(27)
    assert counts[0] == counts[1]


async def test_staff_are_hosts_and_strangers_are_not_let_in(at_desk: AtDesk, client: httpx.AsyncClient) -> None:
    made: webinars.Webinar = await live()
    assert (await client.get(made.desk)).headers["location"].startswith("/account/sign-in")
    assert (await (await at_desk(name="Nobody Here")).get(made.desk)).status_code == 403
    assert (await client.get("/webinars/no-such/desk")).status_code in (303, 404)
