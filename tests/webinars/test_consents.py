"""Who gets somebody's details: asked sponsor by sponsor, in full, nothing ticked, taken back at any time."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from portal.accounts import commands as accounts
from portal.core import clock, db
from portal.core.errors import Conflict, NotFound
from portal.directory.queries.companies import one_with
from portal.leads import privacy
from portal.leads.commands import give_consent, keep_wording, note_told
from portal.leads.queries import has_agreed, newest_wording
from portal.leads.withdrawing import withdraw_consent
from portal.webinars.routes import OCCASIONS
from portal.webinars.rules.consent import WORDING
from portal.webinars.values import Participant
from tests.chromium import chromium, faults, feed
from tests.factories import companies, webinars
from tests.paying import text_of
from tests.queries import counting

pytestmark = pytest.mark.usefixtures("database")
ANNA = "anna@brennhof.example"
PASSWORD = "three vials on a line"


async def sponsored(*names: str) -> tuple[webinars.Webinar, list[int]]:
    """A webinar with sponsors; the companies' numbers."""
    made = await webinars.make(starts_in=timedelta(minutes=10))
    found = [await companies.make(name) for name in names or ("Isarwerk Biologics GmbH",)]
    for company in found:
        await webinars.sponsor(made, company)
    return made, found


def boxes(page: str) -> list[str]:
    """What the boxes of the page would send."""
    return re.findall(r'name="agree" value="([^"]+)"', page)


async def receipts() -> list[tuple[str, str, int, bool]]:
    rows = await db.fetch(
        "SELECT c.company_name, c.how, w.version, c.withdrawn_at IS NULL AS stands FROM consent c "
        "JOIN wording_of_consent w ON w.id = c.wording ORDER BY c.id"
    )
    return [(row["company_name"], row["how"], row["version"], row["stands"]) for row in rows]


async def given(*, email: str = ANNA, company: int = 1, key: str = "1", words: str = "I agree.") -> int:
    wording = await keep_wording(kind=WORDING, key=str(company), text=words, now=clock.now())
    return await give_consent(
        email=email, company_id=company, company_name="Isarwerk", wording_id=wording.id, kind="webinar", key=key, how="room",
        now=clock.now(),
    )  # fmt: skip


async def test_a_wording_is_never_edited_but_followed_by_another() -> None:
    now = clock.now()
    assert await newest_wording(WORDING, "1") is None
    first = await keep_wording(kind=WORDING, key="1", text="I agree.", now=now)
    same = await keep_wording(kind=WORDING, key="1", text="I agree.", now=now)
    other = await keep_wording(kind=WORDING, key="1", text="I agree to more.", now=now)
    elsewhere = await keep_wording(kind=WORDING, key="2", text="I agree.", now=now)
    assert (first, same.id, other.version, elsewhere.version) == (same, first.id, 2, 1)
    assert await newest_wording(WORDING, "1") == other
    with pytest.raises(Conflict):
        await give_consent(
            email=ANNA, company_id=1, company_name="I", wording_id=first.id, kind="webinar", key="1", how="", now=now
        )


async def test_given_many_times_at_once_there_is_one_receipt() -> None:
    made = await asyncio.gather(*(given() for _ in range(12)))
    assert len(set(made)) == 1
    assert await db.fetch_value("SELECT count(*) FROM consent") == 1
    now = clock.now()
    assert await withdraw_consent(consent_id=made[0], email=ANNA, now=now, one_with=one_with) == "Isarwerk"
    await withdraw_consent(consent_id=made[0], email=ANNA, now=now + timedelta(hours=1), one_with=one_with)
    assert await db.fetch_value("SELECT withdrawn_at FROM consent") == now
    assert not await has_agreed(ANNA, 1, "webinar", "1")
    assert await given() != made[0]


async def test_nobody_takes_back_what_another_gave() -> None:
    made = await given()
    with pytest.raises(NotFound):
        await withdraw_consent(consent_id=made, email="eve@brennhof.example", now=clock.now(), one_with=one_with)
    assert await has_agreed(ANNA, 1, "webinar", "1")


async def test_a_company_is_told_once_and_anew_when_it_changed_hands() -> None:
    made, now = await given(), clock.now()
    assert await note_told(consents=[made], since=None, now=now) == [ANNA]
    assert await note_told(consents=[made], since=None, now=now) == []
    assert await note_told(consents=[made], since=now - timedelta(days=1), now=now) == []
    assert await note_told(consents=[made], since=now + timedelta(days=1), now=now + timedelta(days=2)) == [ANNA]


async def test_a_person_reads_and_erases_what_they_agreed_to() -> None:
    made = await webinars.make()
    await given(key=str(made.webinar_id))
    title = await db.fetch_value("SELECT title FROM event")
    [known] = await privacy.known_about(ANNA, OCCASIONS)
    assert (known["company"], known["for"], known["wording"], known["how"], known["withdrawn_at"]) == (
        "Isarwerk", title, "I agree.", "room", None,
    )  # fmt: skip
    assert (await privacy.forget(ANNA, clock.now())).startswith("1 consent taken back")
    assert await privacy.known_about(ANNA, OCCASIONS) == []
    assert not await has_agreed(ANNA, 1, "webinar", "1")
    assert "anna" not in await db.fetch_value("SELECT string_agg(c::text, ' ') FROM consent c")


async def test_each_sponsor_is_asked_for_in_full_and_unticked(client: httpx.AsyncClient) -> None:
    made, _ = await sponsored("Isarwerk Biologics GmbH", "Halden Fill AS")
    anna = await webinars.join(made, ANNA)
    here = f"/join/{anna.claim}/consents"
    page = await client.get(here)
    assert (len(boxes(page.text)), " checked" in page.text) == (2, False)
    assert "to Halden Fill AS, and how I took part" in text_of(page)
    assert await receipts() == []
    answer = await client.post(here, data={"agree": boxes(page.text)[1], "how": "registration"})
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    assert await receipts() == [("Halden Fill AS", "registration", 1, True)]
    after = await client.get(here)
    assert len(boxes(after.text)) == 1
    assert "Halden Fill AS May be told of you" in text_of(after)
    [taking_back] = re.findall(r'action="(/join/[^"]+/withdrawal)"', after.text)
    assert (await client.post(taking_back)).status_code == 303
    assert await receipts() == [("Halden Fill AS", "registration", 1, False)]
    last = await client.get(here)
    assert (len(boxes(last.text)), "You took it back on" in text_of(last)) == (2, True)


async def test_the_order_and_the_place_ask_where_a_sponsor_is(client: httpx.AsyncClient) -> None:
    made, _ = await sponsored()
    anna = await webinars.join(made, ANNA)
    secret = await db.fetch_value("SELECT secret FROM seat_order")
    for page in (f"/orders/{secret}/place", f"/seats/{anna.claim}"):
        shown = await client.get(page)
        assert len(boxes(shown.text)) == 1, page
        assert f'action="/join/{anna.claim}/consents"' in shown.text
    await db.execute("DELETE FROM webinar_sponsor")
    assert boxes((await client.get(f"/orders/{secret}/place")).text) == []
    assert f'hx-get="/orders/{secret}/place" hx-trigger="load"' in (await client.get(f"/orders/{secret}")).text
    assert "No company sponsors" in text_of(await client.get(f"/join/{anna.claim}/consents"))


async def test_the_room_asks_whoever_is_in_it_alone(client: httpx.AsyncClient) -> None:
    made, _ = await sponsored()
    here = f"/webinars/{made.slug}/consents"
    anna = await webinars.join(made, ANNA)
    assert [(await client.get(here)).status_code, (await client.post(here)).status_code] == [403, 403]
    await client.post(f"/join/{anna.claim}")
    await client.post(here, data={"agree": boxes((await client.get(here)).text)})
    assert await receipts() == [("Isarwerk Biologics GmbH", "room", 1, True)]
    await db.execute("UPDATE webinar SET state = 'replay', due_state = '', due_at = NULL")
    assert 'value="replay"' not in (await client.get(here)).text
    await db.execute("UPDATE consent SET withdrawn_at = now()")
    assert 'name="how" value="replay"' in (await client.get(here)).text


async def test_what_no_box_says_is_refused_with_what_was_ticked_kept(client: httpx.AsyncClient) -> None:
    made, [company] = await sponsored()
    other = await companies.make("Rival AG")
    here = f"/join/{(await webinars.join(made, ANNA)).claim}/consents"
    [box] = boxes((await client.get(here)).text)
    for sent, status, words in (
        ({}, 422, "Nobody is ticked"), ({"agree": "x"}, 422, "could not be read"),
        ({"agree": f"{other}.{'0' * 16}"}, 409, "no sponsor"),
        ({"agree": [box, f"{other}.{'0' * 16}"]}, 409, "no sponsor"), ({"agree": box, "how": "fax"}, 422, "this is not"),
        ({"agree": f"{company}.{'0' * 16}"}, 409, "wording has changed"),
    ):  # fmt: skip
        answer = await client.post(here, data=sent)
        assert answer.status_code == status, sent
        if words != "this is not":
            assert words in text_of(answer)
    assert await receipts() == []
    kept = await client.post(here, data={"agree": [box, f"{other}.{'0' * 16}"]})
    assert kept.text.count(" checked") == 1
    await keep_wording(kind=WORDING, key=str(company), text="Another sentence.", now=clock.now())
    assert (await client.post(here, data={"agree": box})).status_code == 409
    assert "Another sentence." in text_of(await client.get(here))


async def test_a_place_without_a_name_or_passed_on_says_nothing_for_anybody(client: httpx.AsyncClient) -> None:
    made, _ = await sponsored()
    anna = await webinars.join(made, ANNA)
    here = f"/join/{anna.claim}/consents"
    [box] = boxes((await client.get(here)).text)
    await db.execute("UPDATE seat SET email = '', first_name = '', last_name = '', named_at = NULL")
    assert "Nobody’s name is on this place yet" in text_of(await client.get(here))
    assert (await client.post(here, data={"agree": box})).status_code == 409
    await db.execute("UPDATE seat SET claim_secret = 'another'")
    assert [(await client.get(here)).status_code, (await client.post(here)).status_code] == [404, 404]


async def _signed_in(client: httpx.AsyncClient, email: str) -> None:
    account = await accounts.ensure_account(email=email, name="Anna Lindqvist", now=clock.now())
    await accounts.set_password(account_id=account, password=PASSWORD, now=clock.now())
    assert (await client.post("/account/sign-in", data={"email": email, "password": PASSWORD})).status_code == 303


async def agreed(client: httpx.AsyncClient, made: webinars.Webinar, email: str = ANNA) -> Participant:
    who = await webinars.join(made, email)
    here = f"/join/{who.claim}/consents"
    await client.post(here, data={"agree": boxes((await client.get(here)).text)})
    return who


async def test_the_account_lists_all_of_it_and_takes_it_back(client: httpx.AsyncClient) -> None:
    made, _ = await sponsored("Isarwerk Biologics GmbH", "Halden Fill AS")
    await agreed(client, made)
    assert (await client.get("/account/consents")).status_code == 303
    await _signed_in(client, ANNA)
    page = await client.get("/account/consents")
    assert page.text.count("/withdrawal") == 2
    assert "wording 1, given in the registration" in text_of(page)
    other = await given(email="eve@brennhof.example", company=99, key="99")
    assert (await client.post(f"/account/consents/{other}/withdrawal")).status_code == 404
    [first, _] = re.findall(r"/account/consents/\d+/withdrawal", page.text)
    assert (await client.post(first)).status_code == 303
    after = await client.get("/account/consents")
    assert (after.text.count("/withdrawal"), "taken back" in text_of(after)) == (1, True)


async def test_one_sponsor_or_ten_take_as_many_queries(client: httpx.AsyncClient) -> None:
    made, _ = await sponsored()
    who = await agreed(client, made)
    seen = []
    for more in (0, 10):
        for company in await companies.make_many(more):
            await webinars.sponsor(made, company)
        async with counting() as asked:
            await client.get(f"/join/{who.claim}/consents")
        seen.append(len(asked))
    assert seen[0] == seen[1]


async def test_looks(client: httpx.AsyncClient) -> None:
    made, _ = await sponsored("Isarwerk Biologics GmbH", "Halden Fill AS")
    who = await webinars.join(made, ANNA)
    here = f"/join/{who.claim}/consents"
    await client.post(here, data={"agree": boxes((await client.get(here)).text)[0]})
    await _signed_in(client, ANNA)
    async with chromium(instead="the pages of consents are not looked at") as browser:
        page = await browser.new_page()
        await feed(page, client)
        for address in (here, "/account/consents"):
            await page.context.add_cookies([
                {"name": one.name, "value": one.value or "", "url": "http://localhost:8000"} for one in client.cookies.jar
            ])  # fmt: skip
            await page.goto(f"http://localhost:8000{address}")
            assert page.url.endswith(address)
            assert await faults(page) == []
