"""The attendee's side: by the place's own link or by the account, and nobody else."""

import re

import httpx
import pytest
from litestar import Litestar

from portal.core import clock, db
from portal.exhibitors.meetings.commands import answering
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.tables.exhibiting import Right
from tests.directory.conftest import SignIn
from tests.factories import meetings
from tests.factories.meetings import Fair

AMARA = "amara@brennhof.example"


async def ask_page(fair: Fair, path: str) -> str:
    return f"{path}/companies/{fair.stand.exhibitor.company_slug}"


async def test_a_meeting_is_asked_for_without_an_account(client: httpx.AsyncClient) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    home = await client.get(amara.path)
    assert home.status_code == 200
    assert (home.headers["cache-control"], home.headers["x-robots-tag"]) == ("private, no-store", "noindex")
    address = await ask_page(fair, amara.path)
    assert f'href="{address}"' in home.text
    page = await client.get(address)
    keys = re.findall(r'name="slots" value="([\d-]+)"', page.text)
    assert len(keys) == 16
    answer = await client.post(address, data={"topic": "Syringes", "slots": keys[:3]})
    assert (answer.status_code, answer.headers["location"]) == (303, amara.path)
    assert "Waits for an answer" in (await client.get(amara.path)).text
    assert "A request between you is open" in (await client.get(address)).text
    assert (await client.post(f"{amara.path}/requests/1/return")).status_code == 303
    assert await db.fetch_value("SELECT state FROM meeting_request") == "cancelled"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"topic": "", "slots": ["0", "1"]}, "Please say what it is about."),
        ({"topic": "Syringes"}, "Please choose at least one time."),
        ({"topic": "Syringes", "slots": ["0", "1", "2", "3"]}, "Please choose up to 3 times; you chose 4."),
        ({"topic": "Syringes", "slots": ["0", "bad"]}, "One of these times is not open any more."),
        ({"topic": "x" * 1001, "slots": ["0"]}, "under 1000 characters"),
    ],
)
async def test_bad_requests_keep_what_was_typed(
    typed: dict[str, str | list[str]], says: str, client: httpx.AsyncClient
) -> None:
    fair = await meetings.fair()
    address = await ask_page(fair, (await fair.visitor()).path)
    keys = re.findall(r'name="slots" value="([\d-]+)"', (await client.get(address)).text)
    chosen = [keys[int(one)] if one.isdigit() else one for one in typed.get("slots", [])]
    answer = await client.post(address, data={**typed, "slots": chosen})
    assert (answer.status_code, says in answer.text) == (422, True)
    kept = re.findall(r'name="slots" value="([\d-]+)" checked', answer.text)
    assert kept == [one for one in chosen if one in keys]
    assert f">\n{typed['topic']}</textarea>" in answer.text
    assert await db.fetch_value("SELECT count(*) FROM meeting_request") == 0


async def test_own_meetings_are_shown_beside_the_times(client: httpx.AsyncClient) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    await fair.meet(amara, 9)
    other = meetings.Fair(await meetings.exhibitors.make("Other Ltd", event_id=fair.event_id), fair.day)
    await other.publish(other.owner)
    page = await client.get(await ask_page(other, amara.path))
    assert "meeting Isarwerk Biologics GmbH" in page.text
    assert await other.key(9) not in page.text


async def test_a_proposal_is_chosen_or_turned_down(client: httpx.AsyncClient) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    asked = await fair.ask(amara, 9)
    keys = [await fair.key(15), await fair.key(16)]
    await answering.propose(
        actor=fair.owner, exhibitor_id=fair.exhibitor_id, request_id=asked, keys=keys, words="Late?", now=clock.now()
    )
    page = await client.get(amara.path)
    assert "Isarwerk Biologics GmbH proposes other times" in page.text
    empty = await client.post(f"{amara.path}/requests/{asked}/agreement", data={})
    assert (empty.status_code, "Please choose one of the times." in empty.text) == (422, True)
    wrong = await client.post(f"{amara.path}/requests/{asked}/agreement", data={"offer": "1"})
    assert (wrong.status_code, "This time is not offered any more." in wrong.text) == (409, True)
    offer = re.findall(r'name="offer" value="(\d+)"', page.text)[1]
    assert (await client.post(f"{amara.path}/requests/{asked}/agreement", data={"offer": offer})).status_code == 303
    found = await known.of_seat(amara.seat_id, amara.email)
    assert [meetings.shown(one) for one in found] == [("planned", 16, 16.5)]
    assert (await client.post(f"{amara.path}/requests/{asked}/refusal")).status_code == 409


async def test_an_own_meeting_is_moved_and_called_off(client: httpx.AsyncClient) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    made = await fair.meet(amara, 9)
    at = f"{amara.path}/{made}"
    page = await client.get(at)
    assert await fair.key(9) not in page.text, "where it is, it need not be moved to"
    empty = await client.post(f"{at}/move", data={})
    assert (empty.status_code, "Please choose a new time." in empty.text) == (422, True)
    assert (await client.post(f"{at}/move", data={"slot": "1-17"})).status_code == 422
    assert (await client.post(f"{at}/move", data={"slot": await fair.key(9.5)})).status_code == 303
    assert (await client.post(f"{at}/absence")).status_code == 409
    assert (await client.post(f"{at}/cancellation", data={"reason": "x" * 501})).status_code == 422
    assert (await client.post(f"{at}/cancellation", data={"reason": "Sorry"})).status_code == 303
    assert (await client.post(f"{at}/move", data={"slot": await fair.key(10)})).status_code == 409
    assert "Called off" in (await client.get(amara.path)).text


async def test_a_place_shows_its_own_meetings_only(client: httpx.AsyncClient) -> None:
    fair = await meetings.fair()
    made = await fair.meet(await fair.visitor(), 9)
    bob = await fair.visitor("bob@brennhof.example", "Bob Vos")
    for tail in (f"/{made}", f"/{made}/move", f"/{made}/cancellation", f"/{made}/absence", "/requests/1/return"):
        answer = (
            await client.post(bob.path + tail, data={"slot": "1-1"})
            if tail.count("/") > 1
            else await client.get(bob.path + tail)
        )
        assert answer.status_code == 404
    assert (await client.get("/seats/nobody/meetings")).status_code == 404
    await db.execute("UPDATE seat SET state = 'cancelled' WHERE id = $1", bob.seat_id)
    assert (await client.get(bob.path)).status_code == 404


async def test_companies_without_the_right_cannot_be_asked(client: httpx.AsyncClient) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    address = await ask_page(fair, amara.path)
    await meetings.set_rights(fair, Right.SCAN)
    assert (await client.get(address)).status_code == 404
    assert (await client.post(address, data={"topic": "A", "slots": "1-1"})).status_code == 404
    assert address not in (await client.get(amara.path)).text
    assert (await client.get(f"{amara.path}/companies/Nobody!")).status_code == 404


async def test_whoever_is_signed_in_is_led_to_their_place(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    slug, company = fair.stand.exhibitor.event_slug, fair.stand.exhibitor.company_slug
    door = f"/events/{slug}/meetings"
    mine = await sign_in(AMARA)
    assert (await mine.get(door)).headers["location"] == amara.path
    assert (await mine.get(f"{door}/{company}")).headers["location"] == await ask_page(fair, amara.path)
    page = await client.get(f"{door}/{company}")
    assert page.status_code == 200
    assert "Meet Isarwerk Biologics GmbH" in page.text
    assert amara.claim not in page.text
    stranger = await sign_in("stranger@elsewhere.example")
    assert "There is no place in your name at this event" in (await stranger.get(door)).text
    assert (await client.get(f"{door}/nobody")).status_code == 404
    assert (await client.get("/events/nothing/meetings")).status_code == 404


async def test_the_account_and_the_places_own_page_lead_to_meetings(client: httpx.AsyncClient, sign_in: SignIn) -> None:
    fair = await meetings.fair()
    amara = await fair.visitor()
    assert f'href="{amara.path}"' in (await client.get(f"/seats/{amara.claim}")).text
    mine, owner = (
        await sign_in(AMARA),
        await sign_in("owner@isarwerk-biologics-gmbh.example", fair.stand.organisation_id),
    )
    assert "No meetings yet" in (await mine.get("/account/meetings")).text
    made = await fair.meet(amara, 9)
    assert f'href="{amara.path}/{made}"' in (await mine.get("/account/meetings")).text
    theirs = await owner.get("/account/meetings")
    assert f"{fair.stand.exhibitor.address}/meetings/{made}" in theirs.text
    assert amara.claim not in theirs.text
    assert (await client.get("/account/meetings")).status_code in (302, 303)


async def test_without_meetings_a_place_says_nothing_of_them(client: httpx.AsyncClient) -> None:
    fair = await meetings.fair(publish=False)
    amara = await fair.visitor()
    assert "Meetings with exhibitors" not in (await client.get(f"/seats/{amara.claim}")).text


async def test_the_exhibitors_page_leads_to_asking(app: Litestar, client: httpx.AsyncClient) -> None:
    fair = await meetings.fair(publish=False)
    here = fair.stand.exhibitor
    stand, whole = f"/events/{here.event_slug}/exhibitors/{here.company_slug}", f"/events/{here.event_slug}/exhibitors"
    link = f'href="/events/{here.event_slug}/meetings/{here.company_slug}"'

    async def shown() -> list[bool]:
        # News of a change comes to a process by itself a moment later; what is read anew is what this is about.
        app.state.services.pages.clear()
        return [link in (await client.get(address)).text for address in (stand, whole)]

    assert await shown() == [False, False]
    await fair.publish(fair.owner)
    assert await shown() == [True, True]
    await meetings.set_rights(fair, Right.SCAN)
    assert await shown() == [False, False]


async def test_a_hall_full_of_people_behind_one_network_is_not_held_up_by_one(client: httpx.AsyncClient) -> None:
    fair = await meetings.fair()
    amara, bob = await fair.visitor(), await fair.visitor("bob@brennhof.example", "Bob Vos")
    wrong = {"topic": "Syringes", "slots": "1-1"}
    answers = [(await client.post(await ask_page(fair, amara.path), data=wrong)).status_code for _ in range(41)]
    assert answers == [422] * 40 + [429]
    assert (await client.post(await ask_page(fair, bob.path), data=wrong)).status_code == 422
