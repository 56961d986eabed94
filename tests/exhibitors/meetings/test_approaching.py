"""Companies ask attendees who are open to it: who says so is asked, and known by name only once they agree."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.exhibitors.meetings.commands import answering, approaching, asking, ending, following
from portal.exhibitors.meetings.queries import figures, requests, willing
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.values import RequestRecord, Visitor
from portal.exhibitors.tables.exhibiting import Right
from portal.exhibitors.tables.meetings import RequestState
from portal.registration.commands.attending import change_address, name_seat
from portal.registration.commands.ordering import Attendee
from portal.registration.queries.orders import order_by_claim
from tests.attending import Attending
from tests.directory.conftest import SignIn
from tests.exhibitors.meetings.reading import said, subjects
from tests.factories import meetings
from tests.factories.meetings import Fair, shown
from tests.queries import counting

OWNER, LENI, AMARA = "owner@isarwerk-biologics-gmbh.example", "leni@isarwerk.example", "amara@brennhof.example"


async def opened(fair: Fair, email: str = AMARA, about: str = "A second source") -> tuple[Visitor, int]:
    visitor = await fair.visitor(email, "Amara Okonjo")
    await approaching.open_up(visitor=visitor, about=about, now=clock.now())
    return visitor, await db.fetch_value("SELECT id FROM open_to_meetings WHERE seat = $1", visitor.seat_id)


async def approach(fair: Fair, person_id: int, *hours: float) -> int:
    return await approaching.approach(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, person_id=person_id, topic="Vials",
        keys=[await fair.key(hour) for hour in hours], now=clock.now(),
    )  # fmt: skip


async def record(request_id: int) -> RequestRecord:
    found = await requests.by_id(request_id)
    assert found is not None
    return found


async def people(fair: Fair) -> list[int]:
    return [one.id for one in (await willing.page_of(fair.exhibitor_id, "", 1, clock.now()))[0]]


async def test_whoever_is_open_is_asked_and_chooses(attending: Attending) -> None:
    fair = await meetings.fair()
    amara, person = await opened(fair)
    await fair.visitor("bob@brennhof.example", "Bob Vos")
    assert await people(fair) == [person], "Bob said nothing"
    asked = await approach(fair, person, 9, 11)
    await attending.work()
    found = await record(asked)
    assert (found.name, found.who) == ("", "Head of Supply, Brennhof Pharma")
    assert await subjects(AMARA) == ["Isarwerk Biologics GmbH would like to meet you"]
    assert "“Vials”" in await said(AMARA)
    assert len((await meetings.openings.of(fair.exhibitor_id, now=clock.now())).slots) == 16, "nothing is held"
    made = await known.by_id(
        await asking.agree(visitor=amara, request_id=asked, offer_id=found.offers[1].id, now=clock.now())
    )
    assert made is not None
    assert (shown(made), made.name, made.topic) == (("planned", 11, 11.5), "Amara Okonjo", "Vials")
    assert (await record(asked)).name == "Amara Okonjo"
    own = await figures.of_exhibitor(fair.event_id, fair.exhibitor_id, clock.now())
    assert (own.asked, own.accepted, own.invited, own.agreed) == (0, 0, 1, 1)
    told = await db.fetch("SELECT recipient FROM disclosure WHERE email = $1 ORDER BY id", AMARA)
    assert [row["recipient"] for row in told] == ["Exhibitors of Fill & Finish Forum", "Isarwerk Biologics GmbH"]


async def test_no_and_no_answer_are_told_without_a_name(attending: Attending) -> None:
    fair = await meetings.fair()
    amara, person = await opened(fair)
    asked = await approach(fair, person, 9)
    await ending.expire(now=clock.now() + timedelta(hours=49))
    await attending.work()
    assert "Head of Supply, Brennhof Pharma has not answered in time." in await said(OWNER)
    assert "Run out" in (await subjects(AMARA))[-1]
    asked = await approach(fair, person, 10)
    await asking.turn_down(visitor=amara, request_id=asked, now=clock.now())
    await attending.work()
    assert "takes none of the times you proposed." in await said(OWNER)
    assert "Amara" not in await said(OWNER)
    with pytest.raises(Conflict, match="They can still ask you"):
        await approach(fair, person, 11)
    assert await fair.ask(amara, 11)


async def test_asking_three_times_without_an_answer_is_enough(database: str) -> None:
    fair = await meetings.fair()
    _, person = await opened(fair)
    at = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id}
    for _ in range(3):
        asked = await approach(fair, person, 9)
        with pytest.raises(Conflict, match="You asked for this; you can take it back"):
            await answering.decline(**at, request_id=asked, words="", now=clock.now())  # type: ignore[arg-type]
        await answering.take_back(**at, request_id=asked, now=clock.now())  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="no meeting came of it"):
        await approach(fair, person, 9)


async def test_a_company_has_twenty_open_at_most(database: str) -> None:
    fair = await meetings.fair()
    for n in range(20):
        await approach(fair, (await opened(fair, f"v{n}@brennhof.example"))[1], 9)
    with pytest.raises(Conflict, match="20 people you asked have not answered"):
        await approach(fair, (await opened(fair))[1], 9)


async def test_both_ask_at_once_and_one_request_is_open(database: str) -> None:
    fair = await meetings.fair()
    for n in range(6):
        visitor, person = await opened(fair, f"v{n}@brennhof.example")
        both = [fair.ask(visitor, 10), approach(fair, person, 9), approach(fair, person, 11)]
        answers = await asyncio.gather(*(both[n % 3 :] + both[: n % 3]), return_exceptions=True)
        assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Conflict", "int"], answers
    assert len(await requests.open_of_exhibitor(fair.exhibitor_id)) == 6
    visitor, person = await opened(fair, "asked@brennhof.example")
    asked = await approach(fair, person, 9)
    with pytest.raises(Conflict, match="has asked you: choose one of their times"):
        await fair.ask(visitor, 15)
    with pytest.raises(Conflict, match="you can turn it down"):
        await asking.take_back(visitor=visitor, request_id=asked, now=clock.now())


async def test_whoever_closes_is_not_asked_any_more(attending: Attending) -> None:
    fair = await meetings.fair()
    amara, person = await opened(fair)
    asked = await approach(fair, person, 9)
    await approaching.close(visitor=amara, now=clock.now())
    await attending.work()
    assert (await record(asked)).state is RequestState.DECLINED
    assert "takes none of the times" in await said(OWNER)
    assert await people(fair) == []
    with pytest.raises(NotFound):
        await approach(fair, person, 9)


@pytest.mark.parametrize("what", ["cancelled", "passed on", "colleague", "not confirmed", "event off", "event over"])
async def test_who_is_nobody_to_ask(what: str, database: str) -> None:
    fair = await meetings.fair()
    amara, person = await opened(fair, LENI if what == "colleague" else AMARA)
    match what:
        case "colleague":
            await fair.member()
        case "cancelled":
            await db.execute("UPDATE seat SET state = 'cancelled'")
        case "event off":
            await db.execute("UPDATE event SET state = 'cancelled'")
        case "event over":
            await db.execute(
                "UPDATE event SET starts_at = now() - interval '2 days', ends_at = now() - interval '1 day'"
            )
        case "not confirmed":
            await db.execute("UPDATE seat_order SET state = 'cancelled'")
        case _:
            order = await order_by_claim(amara.claim)
            assert order is not None
            await name_seat(
                order=order[0], seat=order[1], attendee=Attendee("Carla", "Cruz", "carla@brennhof.example", ""), company="B",
                now=clock.now(),
            )  # fmt: skip
    assert await people(fair) == []
    with pytest.raises(NotFound):
        await approach(fair, person, 9)
    await following.follow(now=clock.now())
    assert await following.follow(now=clock.now()) == 0
    left = await db.fetch_value("SELECT count(*) FROM open_to_meetings")
    assert left == (0 if what == "passed on" else 1)


async def test_a_new_address_of_the_same_person_stays_open(database: str) -> None:
    fair = await meetings.fair()
    amara, person = await opened(fair)
    order = await order_by_claim(amara.claim)
    assert order is not None
    await change_address(order=order[0], email="amara@new.example", now=clock.now())
    assert await people(fair) == [person]
    await following.follow(now=clock.now())
    assert await db.fetch_value("SELECT email FROM open_to_meetings") == "amara@new.example"


async def test_members_ask_for_their_own_times(database: str) -> None:
    fair = await meetings.fair()
    leni = await fair.member()
    _, person = await opened(fair)
    with pytest.raises(Forbidden):
        await approaching.approach(
            actor=leni,
            exhibitor_id=fair.exhibitor_id,
            person_id=person,
            topic="V",
            keys=[await fair.key(9)],
            now=clock.now(),
        )
    await meetings.set_rights(fair, Right.SCAN)
    with pytest.raises(Forbidden):
        await approach(fair, person, 9)
    other = await meetings.fair()
    with pytest.raises(NotFound):
        await approach(other, person, 9)


async def test_the_place_opens_and_the_desk_asks(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    page = (await client.get(amara.path)).text
    assert "Be open to meetings" in page
    long = await client.post(f"{amara.path}/openness", data={"about": "x" * 301})
    assert (long.status_code, "under 300 characters" in long.text, "x" * 301 in long.text) == (422, True, True)
    assert (await client.post(f"{amara.path}/openness", data={"about": "A <b>second</b> source"})).status_code == 303
    assert "Open to meetings" in (await client.get(amara.path)).text
    assert "Exhibitors may ask you, too." in (await client.get(f"/seats/{amara.claim}")).text
    owner, at = await sign_in(OWNER, fair.stand.organisation_id), f"{fair.stand.exhibitor.address}/meetings/people"
    listed = (await owner.get(at)).text
    assert "Head of Supply, Brennhof Pharma" in listed
    assert "A &lt;b&gt;second&lt;/b&gt; source" in listed
    for secret in ("Amara", AMARA, amara.claim):
        assert secret not in listed
    assert "Nobody found" in (await owner.get(f"{at}?q=nothing")).text
    one = re.findall(rf'href="{at}(/\d+)"', (await owner.get(f"{at}?q=SECOND")).text)
    assert len(one) == 1
    for typed, says in (
        ({"topic": ""}, "Please say what it is about."),
        ({"topic": "Vials"}, "Please choose at least one time."),
        ({"topic": "Vials", "slots": "1-1"}, "One of these times is not open any more."),
    ):
        bad = await owner.post(at + one[0], data=typed)
        assert (bad.status_code, says in bad.text, f">\n{typed['topic']}</textarea>" in bad.text) == (422, True, True)
    good = await owner.post(at + one[0], data={"topic": "Vials", "slots": await fair.key(9)})
    assert good.status_code == 303
    again = await owner.post(at + one[0], data={"topic": "Vials", "slots": await fair.key(10)})
    assert (again.status_code, "waits for an answer already" in again.text) == (409, True)
    number = await db.fetch_value("SELECT id FROM meeting_request")
    pages = [
        (await owner.get(at.removesuffix("/people") + tail)).text for tail in ("", f"/requests/{number}", "/people")
    ]
    assert [("Amara" in text, "Head of Supply, Brennhof Pharma" in text) for text in pages] == [(False, True)] * 3
    mine = (await client.get(amara.path)).text
    assert "Isarwerk Biologics GmbH</a> would like" in mine or "Isarwerk Biologics GmbH would like to meet you" in mine
    assert (await client.post(f"{amara.path}/openness/removal")).status_code == 303
    assert "Be open to meetings" in (await client.get(amara.path)).text
    assert (await owner.get(at + one[0])).status_code == 404


async def test_people_are_closed_to_others_and_as_fast_with_thirty(sign_in: SignIn, client: httpx.AsyncClient) -> None:
    fair = await meetings.fair()
    at = f"{fair.stand.exhibitor.address}/meetings/people"
    owner = await sign_in(OWNER, fair.stand.organisation_id)
    counts = []
    for first, last in ((0, 1), (1, 31)):
        for n in range(first, last):
            await opened(fair, f"v{n}@brennhof.example")
        async with counting() as seen:
            assert (await owner.get(at)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6
    assert (await owner.get(f"{at}?page=2")).text.count(">Ask for a meeting<") == 6
    number = await db.fetch_value("SELECT min(id) FROM open_to_meetings")
    stranger, member = (
        await sign_in("s@elsewhere.example"),
        await sign_in(LENI, fair.stand.organisation_id, MemberRole.LEADS),
    )
    assert [(await member.get(one)).status_code for one in (at, f"{at}/{number}")] == [200, 200]
    for browser, status in ((client, 303), (stranger, 404), (owner, 403)):
        if browser is owner:
            await meetings.set_rights(fair, Right.SCAN)
        answers = [(await browser.get(one)).status_code for one in (at, f"{at}/{number}")]
        answers.append((await browser.post(f"{at}/{number}", data={"topic": "V", "slots": "1-1"})).status_code)
        assert set(answers) <= ({302, 303} if status == 303 else {status})
