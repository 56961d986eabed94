"""What companies do with an enquiry: states, two at once, notes, assignment, blocking, reporting, and who may."""

import asyncio

import httpx
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import MemberRole, StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.directory.enquiries.commands import answering
from portal.directory.enquiries.rules import spam
from portal.directory.enquiries.tables import MessageKind
from tests.directory.conftest import SignIn, account
from tests.directory.enquiries.conftest import (
    BUYER,
    NEED,
    World,
    ask,
    hidden,
    mails,
    manage,
    plain,
    reply,
    run_jobs,
)


async def test_people_and_places_that_cannot_be_are_refused_beside_their_field(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer, "isarwerk")
    assert (await reply(olga, "isarwerk", number)).status_code == 303
    for sent in (
        await olga.post(manage("isarwerk", f"{number}/assignment"), data={"assignee": str(2**70)}),
        await buyer.post(f"/enquiries/{number}/closure", data={"outcome": "awarded", "winner": str(2**70)}),
    ):
        assert sent.status_code == 422
        assert "Please choose one of the offered values." in sent.text


async def test_from_sent_to_seen_to_answered(buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World) -> None:
    number = await ask(buyer, "isarwerk", "halden")
    listed = (await olga.get(manage("isarwerk"))).text
    assert (number in listed, "Not opened yet" in listed, "To answer (1)" in listed) == (True, True, True)
    asked = await reply(olga, "isarwerk", number, kind="question", text="Which stopper?")
    assert asked.status_code == 303
    page = (await buyer.get(f"/enquiries/{number}")).text
    assert ("Which stopper?" in page, "Has a question" in page, "less than an hour" in page) == (True, True, True)
    position = await db.fetch_value("SELECT position FROM enquiry_recipient WHERE company = $1", world.isarwerk)
    told = await buyer.post(
        f"/enquiries/{number}/suppliers/{position}/messages",
        data={"text": "20 mm, coated", "token": hidden(page, "token")},
    )
    assert told.status_code == 303
    assert "20 mm, coated" in (await olga.get(manage("isarwerk", number))).text
    assert (await reply(olga, "isarwerk", number, kind="yes", text="Then yes.")).status_code == 303
    row = await db.fetch_one("SELECT state, version, reason FROM enquiry_recipient WHERE company = $1", world.isarwerk)
    assert row is not None
    assert tuple(row) == ("yes", 2, None)
    assert "Answered (1)" in (await olga.get(f"{manage('isarwerk')}?view=answered")).text
    page = (await buyer.get(f"/enquiries/{number}")).text
    assert ("Then yes." in page, "Isarwerk Biologics GmbH" in page) == (True, True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": ""}, "Please choose yes, no or a question."),
        ({"kind": "note"}, "Please choose yes, no or a question."),
        ({"kind": "no", "reason": ""}, "Please choose why."),
        ({"kind": "no", "reason": "mood"}, "Please choose one of the offered values."),
        ({"kind": "question", "text": ""}, "Please type your question."),
        ({"version": "x"}, "Please type a whole number."),
    ],
)
async def test_answers_that_cannot_be_taken_are_refused_beside_the_field(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, wrong: dict[str, str], message: str
) -> None:
    number = await ask(buyer)
    answer = await reply(olga, "isarwerk", number, **{"text": "Kept words", **wrong})
    kept = "Kept words" in answer.text or wrong.get("text") == ""
    assert (answer.status_code, message in answer.text, kept) == (422, True, True), plain(answer.text)
    assert await db.fetch_value("SELECT count(*) FROM enquiry_message") == 0


async def test_the_second_of_two_members_sees_the_firsts_answer_and_loses_nothing(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn, world: World
) -> None:
    number = await ask(buyer)
    leo = await sign_in("leo@isarwerk.example", world.isarwerk_org, MemberRole.LEADS)
    shown = (await leo.get(manage("isarwerk", number))).text
    assert (await reply(olga, "isarwerk", number, kind="question", text="First: which vial?")).status_code == 303
    late = await leo.post(
        manage("isarwerk", f"{number}/answer"),
        data={
            "kind": "no", "reason": "volume", "text": "Second: too small.", "version": hidden(shown, "version"),
            "token": hidden(shown, "token"),
        },
    )  # fmt: skip
    assert late.status_code == 409
    found = ["A colleague has answered meanwhile." in late.text, "First: which vial?" in late.text]
    assert [*found, "Second: too small." in late.text] == [True, True, True]
    assert await db.fetch_value("SELECT state FROM enquiry_recipient") == "question"
    again = await leo.post(
        manage("isarwerk", f"{number}/answer"),
        data={
            "kind": "no", "reason": "volume", "text": "Second: too small.", "version": hidden(late.text, "version"),
            "token": hidden(late.text, "token"),
        },
    )  # fmt: skip
    assert again.status_code == 303
    assert await db.fetch_value("SELECT state FROM enquiry_recipient") == "no"


async def test_two_answers_at_the_same_moment_one_wins(buyer: httpx.AsyncClient, world: World) -> None:
    await ask(buyer)
    recipient = await db.fetch_value("SELECT id FROM enquiry_recipient")
    people = [await account(f"m{n}@isarwerk.example") for n in range(4)]

    async def say(n: int) -> bool:
        try:
            await answering.answer(
                actor=_actor(people[n]), recipient_id=recipient, kind=MessageKind.YES, text=f"Yes {n}", reason=None, version=0,
                form_key=f"form-{n}", now=clock.now(),
            )  # fmt: skip
        except Conflict:
            return False
        return True

    assert sorted(await asyncio.gather(*(say(n) for n in range(4)))) == [False, False, False, True]
    assert await db.fetch_value("SELECT count(*) FROM enquiry_message") == 1


async def test_a_form_sent_twice_says_it_once(buyer: httpx.AsyncClient, olga: httpx.AsyncClient) -> None:
    number = await ask(buyer)
    token = spam.form_token(clock.now())
    data = {"kind": "yes", "text": "We can.", "version": "0", "token": token}
    for _ in range(2):
        assert (await olga.post(manage("isarwerk", f"{number}/answer"), data=data)).status_code == 303
    for _ in range(2):
        said = await olga.post(manage("isarwerk", f"{number}/messages"), data={"text": "Once", "token": token + "m"})
        assert said.status_code == 303
    assert [r["text"] for r in await db.fetch("SELECT text FROM enquiry_message ORDER BY id")] == ["We can.", "Once"]


async def test_notes_and_assignment_stay_inside_and_notices_go_to_who_looks_after_it(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn, world: World
) -> None:
    leo = await sign_in("leo@isarwerk.example", world.isarwerk_org, MemberRole.LEADS)
    number = await ask(buyer)
    leo_id = await account("leo@isarwerk.example")
    assert (await reply(olga, "isarwerk", number, kind="yes")).status_code == 303
    await olga.post(manage("isarwerk", f"{number}/notes"), data={"text": "Margin is thin here"})
    assert (
        await olga.post(manage("isarwerk", f"{number}/assignment"), data={"assignee": str(leo_id)})
    ).status_code == 303
    stranger = await account("stranger@halden.example")
    refused = await olga.post(manage("isarwerk", f"{number}/assignment"), data={"assignee": str(stranger)})
    assert (refused.status_code, "Please choose one of the members." in refused.text) == (422, True)
    assert "Margin is thin here" in (await leo.get(manage("isarwerk", number))).text
    page = (await buyer.get(f"/enquiries/{number}")).text
    assert "Margin is thin here" not in page
    await run_jobs()
    before = len(await mails("olga@isarwerk.example"))
    await buyer.post(f"/enquiries/{number}/suppliers/0/messages", data={"text": "Good", "token": hidden(page, "token")})
    await run_jobs()
    assert len(await mails("olga@isarwerk.example")) == before
    assert "The buyer has written" in (await mails("leo@isarwerk.example"))[-1]["subject"]


async def test_blocked_senders_do_not_arrive_and_are_told_so(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer)
    assert (await olga.post(manage("isarwerk", f"{number}/blocking"))).status_code == 303
    second = await ask(buyer, "isarwerk", "halden", need="Another need")
    assert (await olga.get(manage("isarwerk", second))).status_code == 404
    assert second not in (await olga.get(manage("isarwerk"))).text
    assert "Takes no enquiries from this address" in (await buyer.get(f"/enquiries/{second}")).text
    await run_jobs()
    assert all(second not in mail["text"] for mail in await mails("olga@isarwerk.example"))
    block_id = await db.fetch_value("SELECT id FROM enquiry_block")
    assert (await olga.post(manage("isarwerk", f"blocked/{block_id}/removal"))).status_code == 303
    third = await ask(buyer, need="A third need")
    assert (await olga.get(manage("isarwerk", third))).status_code == 200


async def test_reports_reach_staff_who_may_close(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, sign_in: SignIn, world: World
) -> None:
    number = await ask(buyer, blind="yes")
    empty = await olga.post(manage("isarwerk", f"{number}/report"), data={"text": ""})
    assert (empty.status_code, "Please say what is wrong." in empty.text) == (422, True)
    assert (
        await olga.post(manage("isarwerk", f"{number}/report"), data={"text": "They sell phones"})
    ).status_code == 303
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    queue = (await editor.get("/staff/enquiries")).text
    assert ("They sell phones" in queue, NEED in queue, BUYER in queue) == (True, True, False)
    recipient = await db.fetch_value("SELECT id FROM enquiry_recipient")
    assert (await editor.post(f"/staff/enquiries/reports/{recipient}/settlement?close=1")).status_code == 303
    assert await db.fetch_value("SELECT state FROM enquiry") == "closed"
    late = await reply_to_closed(olga, number)
    assert (late.status_code, "This enquiry is closed" in late.text) == (409, True)
    again = await editor.post(f"/staff/enquiries/reports/{recipient}/settlement")
    assert again.status_code == 303


async def reply_to_closed(client: httpx.AsyncClient, number: str) -> httpx.Response:
    return await client.post(manage("isarwerk", f"{number}/answer"), data={"kind": "yes", "version": "0"})


ROUTES = [
    ("GET", ""), ("GET", "missed"), ("GET", "leads.csv"), ("GET", "{number}"), ("POST", "{number}/answer"),
    ("POST", "{number}/messages"), ("POST", "{number}/notes"), ("POST", "{number}/assignment"),
    ("POST", "{number}/blocking"), ("POST", "{number}/report"), ("POST", "blocked/1/removal"),
]  # fmt: skip


async def test_company_a_never_gets_at_bs_on_any_route(
    client: httpx.AsyncClient,
    buyer: httpx.AsyncClient,
    olga: httpx.AsyncClient,
    hanne: httpx.AsyncClient,
    sign_in: SignIn,
) -> None:
    number = await ask(buyer)
    assert (await olga.post(manage("isarwerk", f"{number}/blocking"))).status_code == 303
    await olga.get(manage("isarwerk", number))
    before = await _everything()
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    for method, rest in ROUTES:
        where = rest.format(number=number)
        data = {"text": "intrusion", "kind": "yes", "version": "0"} if method == "POST" else None
        for who, status in ((client, 303), (buyer, 404), (hanne, 404), (editor, 403)):
            answer = await who.request(method, manage("isarwerk", where), data=data)
            assert (answer.status_code, NEED in answer.text) == (status, False), (method, rest)
        if "{number}" in rest:
            own = await hanne.request(method, manage("halden", where), data=data)
            assert (own.status_code, NEED in own.text) == (404, False), (method, rest)
    await hanne.post(manage("halden", f"blocked/{await db.fetch_value('SELECT id FROM enquiry_block')}/removal"))
    assert await _everything() == before


async def _everything() -> list[str]:
    found = []
    for table in ("enquiry", "enquiry_recipient", "enquiry_message", "enquiry_block"):
        found += [r[0] for r in await db.fetch(f"SELECT t::text FROM {table} t ORDER BY id")]
    return found


async def test_staff_routes_are_for_editors(buyer: httpx.AsyncClient, sign_in: SignIn, world: World) -> None:
    number = await ask(buyer)
    door = await sign_in("door@sterileline.example", staff=StaffRole.DOOR)
    for method, path in (
        ("GET", "/staff/enquiries"), ("POST", f"/staff/enquiries/{number}/release"),
        ("POST", f"/staff/enquiries/{number}/refusal"), ("POST", "/staff/enquiries/reports/1/settlement"),
    ):  # fmt: skip
        assert (await buyer.request(method, path)).status_code == 403
        assert (await door.request(method, path)).status_code == 403


async def test_members_of_each_role_answer(buyer: httpx.AsyncClient, sign_in: SignIn, world: World) -> None:
    for role in MemberRole:
        number = await ask(buyer, need=f"For {role}")
        member = await sign_in(f"{role}@isarwerk.example", world.isarwerk_org, role)
        assert (await reply(member, "isarwerk", number)).status_code == 303


def _actor(account_id: int) -> Actor:
    return Actor(account_id=account_id, email="", name="")


async def test_enquiries_follow_a_company_that_is_merged_and_come_back_with_it(
    buyer: httpx.AsyncClient, olga: httpx.AsyncClient, world: World
) -> None:
    number = await ask(buyer, "tessin")
    made = await merge_companies(
        actor=PORTAL, kept_id=world.isarwerk, merged_id=world.tessin, now=clock.now(), of_merged=()
    )
    assert NEED in (await olga.get(manage("isarwerk", number))).text
    assert (await reply(olga, "isarwerk", number)).status_code == 303
    await undo_merge(actor=PORTAL, merge_id=made, now=clock.now())
    assert (await olga.get(manage("isarwerk", number))).status_code == 404
    assert await db.fetch_value("SELECT company FROM enquiry_recipient") == world.tessin
