"""A desk that is open is shut: by whoever leaves it, elsewhere, by staff, with the address, with the person."""

import re

import httpx
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.programme import privacy
from portal.speakers.commands import remove_speaker, set_email
from tests.accounts.conftest import IPHONE, OFFICE, Browser, OpenBrowser, account, own_code
from tests.events.conftest import SignIn
from tests.events.reading import words
from tests.programme.desk.made import CODE, DESK, JO, MAEVE, Conference, conference, enter


class Twice:
    """Maeve at her desk in two browsers."""

    def __init__(self, made: Conference, here: Browser, there: Browser) -> None:
        self.made, self.here, self.there = made, here, there

    async def open(self) -> tuple[bool, bool]:
        """Whether it is open here, and there."""
        answers = [await browser.get(self.made.at()) for browser in (self.here, self.there)]
        return answers[0].status_code == 200, answers[1].status_code == 200


@pytest.fixture
async def twice(browser: Browser, open_browser: OpenBrowser) -> Twice:
    made = await conference()
    return Twice(made, await enter(browser), await enter(await open_browser(OFFICE, IPHONE)))


async def test_who_leaves_takes_the_secret_out_of_the_world(twice: Twice) -> None:
    [(name, secret)] = [(n, v) for n, v in twice.here.client.cookies.items() if n.startswith("speaking-")]
    left = await twice.here.post(f"{DESK}/departure")
    assert left.headers["location"] == f"{DESK}?another"
    kept = {"Cookie": f"{name}={secret}".encode()}
    assert (await twice.here.get(twice.made.at(), headers=kept)).headers["location"] == DESK
    assert await twice.open() == (False, True)


async def test_it_is_told_where_the_desk_is_open_and_shut_everywhere_else(twice: Twice) -> None:
    await enter(twice.there, JO)
    shown = words((await twice.here.get(f"{DESK}?another")).text)
    assert re.search(rf"Safari on iPhone {MAEVE}, since .* on \w+ This one {MAEVE}, since", shown), shown
    assert JO not in shown
    assert (await twice.here.post(f"{DESK}/departures")).headers["location"] == f"{DESK}?another"
    assert await twice.open() == (True, False)
    # What the other browser proved besides is not hers to shut.
    assert (await twice.there.get(twice.made.at(whose=twice.made.jo))).status_code == 200
    assert "Shut it everywhere else" not in (await twice.here.get(f"{DESK}?another")).text


async def test_who_is_signed_in_with_the_address_shuts_every_browser_with_a_code(
    twice: Twice, open_browser: OpenBrowser
) -> None:
    await account(MAEVE, "Maeve Donnellan")
    third = await open_browser()
    await third.sign_in(MAEVE)
    await third.post(f"{DESK}/departures")
    assert await twice.open() == (False, False)
    assert (await third.get(twice.made.at())).status_code == 200


async def test_a_stranger_shuts_nothing(twice: Twice, open_browser: OpenBrowser) -> None:
    stranger = await open_browser()
    for path in ("departure", "departures"):
        assert (await stranger.post(f"{DESK}/{path}")).status_code == 303
    assert await twice.open() == (True, True)


async def test_another_code_in_one_browser_takes_the_place_of_the_first(twice: Twice) -> None:
    await twice.here.post(DESK, email=MAEVE)
    await twice.here.post(CODE, code=await own_code(twice.here, CODE, MAEVE))
    assert await db.fetch_value("SELECT count(*) FROM open_desk") == 2
    assert await twice.open() == (True, True)


async def test_staff_shut_it_in_every_browser(twice: Twice, editor: httpx.AsyncClient, sign_in: SignIn) -> None:
    where = f"/staff/events/{twice.made.event}/programme/readiness"
    act = f"{where}/speakers/{twice.made.maeve}/departures"
    assert "The desk is open in 2 browsers." in words((await editor.get(where)).text)
    assert (await (await sign_in(StaffRole.DOOR, "door@sterileline.example")).post(act)).status_code == 403
    assert await twice.open() == (True, True)
    assert (await editor.post(act)).headers["location"].endswith("/readiness")
    assert await twice.open() == (False, False)
    verb = "SELECT count(*) FROM audit_entry WHERE verb = 'shut the desk' AND key = $1"
    assert await db.fetch_value(verb, str(twice.made.maeve)) == 1
    assert "The desk is open in" not in words((await editor.get(where)).text)


async def test_an_address_that_was_given_up_needs_a_code_when_it_comes_back(twice: Twice) -> None:
    for email in ("new@kilmore.example", MAEVE):
        await set_email(actor=PORTAL, speaker_id=twice.made.maeve, email=email, now=clock.now())
    assert await twice.open() == (False, False)


async def test_an_address_that_somebody_else_has_too_goes_on_opening_theirs(twice: Twice) -> None:
    await set_email(actor=PORTAL, speaker_id=twice.made.jo, email=MAEVE, now=clock.now())
    await remove_speaker(actor=PORTAL, speaker_id=twice.made.maeve, now=clock.now())
    assert (await twice.here.get(twice.made.at(whose=twice.made.jo))).status_code == 200
    await remove_speaker(actor=PORTAL, speaker_id=twice.made.jo, now=clock.now())
    assert await db.fetch_value("SELECT count(*) FROM open_desk") == 0


async def test_what_is_known_of_a_person_names_the_browsers_and_forgetting_shuts_them(twice: Twice) -> None:
    told = [one["user_agent"] for one in await privacy.known_about(MAEVE) if one["what"] == "Your desk is open"]
    assert len(told) == 2
    assert IPHONE in told
    await privacy.forget(MAEVE, clock.now())
    assert await twice.open() == (False, False)
