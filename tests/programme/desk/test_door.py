"""The way to the desk: a code that is wrong, late, of another browser; nobody is told which addresses are known."""

import re
from datetime import timedelta

import pytest

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.speakers.commands import set_email
from tests.accounts.conftest import (
    IPHONE,
    OFFICE,
    OpenBrowser,
    account,
    mails,
    newest_code,
    own_code,
    without_marks,
    wrong,
)
from tests.accounts.conftest import Browser as Hand
from tests.events.reading import words
from tests.programme.desk.made import CODE, DESK, JO, MAEVE, conference, enter


async def test_a_code_opens_the_desk_of_one(browser: Hand) -> None:
    made = await conference()
    await browser.post(DESK, email=MAEVE)
    typed = await browser.post(CODE, code=await own_code(browser, CODE, MAEVE))
    assert (typed.status_code, typed.headers["location"]) == (303, made.at())
    led = await browser.get(DESK)
    assert (led.status_code, led.headers["location"]) == (303, made.at())
    page = await browser.get(made.at())
    assert "Maeve Donnellan" in words(page.text)
    assert page.headers["cache-control"] == "private, no-store"
    assert "code to your speaker’s desk" in (await mails(MAEVE))[-1]["subject"]


async def test_known_and_unknown_addresses_are_answered_alike(open_browser: OpenBrowser) -> None:
    await conference()
    told = []
    for email in (MAEVE, "nobody@else.example"):
        browser = await open_browser()
        asked = await browser.post(DESK, email=email)
        shown = await browser.get(CODE)
        told.append((asked.status_code, asked.text, without_marks(shown.text).replace(email, "it")))
        assert len(await mails(email)) == 1
    assert told[0] == told[1]


async def test_who_is_no_speaker_is_told_so_after_the_code_only(browser: Hand) -> None:
    await conference()
    await enter(browser, "nobody@else.example")
    page = await browser.get(DESK)
    assert page.status_code == 200
    assert "We know no speaker with this address nobody@else.example is proved" in words(page.text)


async def test_a_code_is_wrong_late_or_of_another_browser(browser: Hand, open_browser: OpenBrowser) -> None:
    made = await conference()
    await browser.post(DESK, email=MAEVE)
    code = await newest_code(MAEVE)
    refused = await browser.post(CODE, code=wrong(code))
    assert refused.status_code == 422
    assert "This is not the code we sent. You have 4 tries left." in refused.text
    for nonsense in ("", "12345", "abcdef"):
        assert (await browser.post(CODE, code=nonsense)).status_code == 422
    other = await open_browser(OFFICE, IPHONE)
    assert (await other.post(CODE, code=code)).headers["location"] == DESK
    assert (await other.get(made.at())).headers["location"] == DESK
    for _ in range(4):
        await browser.post(CODE, code=wrong(code))
    assert (await browser.post(CODE, code=code)).status_code == 422
    await db.execute("UPDATE account_code SET tries = 0, expires_at = now()")
    late = await browser.post(CODE, code=code)
    assert "This code has run out" in late.text
    assert (await browser.get(made.at())).status_code == 303


async def test_another_code_takes_the_place_of_the_first_after_a_wait(browser: Hand) -> None:
    await conference()
    await browser.post(DESK, email=MAEVE)
    first = await own_code(browser, CODE, MAEVE)
    early = await browser.post(f"{CODE}/again")
    assert (early.status_code, early.headers["retry-after"]) == (429, "60")
    await db.execute("UPDATE account_code SET asked_at = asked_at - interval '2 minutes'")
    assert (await browser.post(f"{CODE}/again")).status_code == 303
    second = await own_code(browser, CODE, MAEVE)
    if first != second:
        assert (await browser.post(CODE, code=first)).status_code == 422
    assert (await browser.post(CODE, code=second)).status_code == 303


async def test_too_many_codes_are_refused_beside_what_was_typed(browser: Hand) -> None:
    for _ in range(5):
        assert (await browser.post(DESK, email=MAEVE)).status_code == 303
    sixth = await browser.post(DESK, email=MAEVE)
    assert sixth.status_code == 429
    assert int(sixth.headers["retry-after"]) > 60
    assert f'value="{MAEVE}"' in sixth.text
    assert len(await mails(MAEVE)) == 5


@pytest.mark.parametrize("typed", ["", "no address", "a@b", "x" * 300 + "@y.example"])
async def test_what_is_no_address_is_refused(browser: Hand, typed: str) -> None:
    assert (await browser.post(DESK, email=typed)).status_code == 422
    assert await db.fetch_value("SELECT count(*) FROM account_code") == 0


async def test_a_sign_in_code_does_not_open_the_desk(browser: Hand) -> None:
    made = await conference()
    await account(MAEVE, "Maeve")
    await browser.post("/account/sign-in/codes", email=MAEVE)
    code = await newest_code(MAEVE)
    assert (await browser.post(CODE, code=code)).headers["location"] == DESK
    assert (await browser.get(made.at())).status_code == 303


async def test_who_is_signed_in_with_the_address_needs_no_code(browser: Hand) -> None:
    made = await conference()
    await account(MAEVE, "Maeve Donnellan")
    await browser.sign_in(MAEVE)
    assert (await browser.get(DESK)).headers["location"] == made.at()
    assert (await browser.get(made.at())).status_code == 200
    assert (await browser.get(made.at(whose=made.jo))).status_code == 404


async def test_an_assistant_chooses_whose_desk_it_is(browser: Hand) -> None:
    made = await conference()
    await set_email(actor=PORTAL, speaker_id=made.jo, email=MAEVE, now=clock.now())
    await enter(browser)
    page = await browser.get(DESK)
    assert page.status_code == 200
    assert re.findall(r'href="/speaking/(\d+)">([^<]*)<', page.text) == [
        (str(made.jo), "Jo Vos"), (str(made.maeve), "Maeve Donnellan")
    ]  # fmt: skip
    for speaker in (made.jo, made.maeve):
        assert (await browser.get(made.at(whose=speaker))).status_code == 200


async def test_one_person_with_two_addresses_proves_both(browser: Hand) -> None:
    made = await conference()
    await account(JO, "Jo Vos")
    await browser.sign_in(JO)
    await browser.post(DESK, email=MAEVE)
    await browser.post(CODE, code=await own_code(browser, CODE, MAEVE))
    assert {(await browser.get(made.at(whose=speaker))).status_code for speaker in (made.jo, made.maeve)} == {200}


async def test_two_codes_in_one_browser_open_both_desks_and_leaving_shuts_both(browser: Hand) -> None:
    made = await conference()
    await enter(browser)
    await enter(browser, JO)
    assert {(await browser.get(made.at(whose=speaker))).status_code for speaker in (made.jo, made.maeve)} == {200}
    told = words((await browser.get(f"{DESK}?another")).text)
    assert (told.count(f"{JO}, since"), told.count(f"{MAEVE}, since"), told.count("This one")) == (1, 1, 2)
    await browser.post(f"{DESK}/departure")
    assert {(await browser.get(made.at(whose=speaker))).status_code for speaker in (made.jo, made.maeve)} == {303}


async def test_another_address_of_the_speaker_shuts_out_the_old_one(browser: Hand) -> None:
    made = await conference()
    await enter(browser)
    await set_email(actor=PORTAL, speaker_id=made.maeve, email="new@kilmore.example", now=clock.now())
    assert (await browser.get(made.at())).headers["location"] == DESK
    assert (await browser.post(made.at(f"/events/{made.event}/note"), **{f"note-{made.event}": "x"})).status_code == 403


async def test_a_cookie_that_nobody_was_given_or_that_is_over_opens_nothing(browser: Hand) -> None:
    made = await conference()
    await enter(browser)
    [name] = [name for name in browser.client.cookies if name.startswith("speaking-")]
    given = browser.client.cookies[name]
    for value in (given[:-1], given.swapcase(), "", "é", "a" * 5000):
        browser.client.cookies.delete(name)
        answer = await browser.get(made.at(), headers={"Cookie": f"{name}={value}".encode()})
        assert answer.status_code == 303, value
    whole = {"Cookie": f"{name}={given}".encode()}
    assert (await browser.get(made.at(), headers=whole)).status_code == 200
    assert await db.fetch_value("SELECT expires_at - opened_at FROM open_desk") == timedelta(hours=12)
    await db.execute("UPDATE open_desk SET expires_at = now()")
    assert (await browser.get(made.at(), headers=whole)).status_code == 303


async def test_what_was_typed_at_a_shut_desk_can_be_sent_again(browser: Hand, open_browser: OpenBrowser) -> None:
    made = await conference()
    shut = await browser.post(made.at("/profile"), bio='Long <b>text</b> & "more"', seen="abc")
    assert shut.status_code == 403
    assert 'name="bio" value="Long &lt;b&gt;text&lt;/b&gt; &amp; &#34;more&#34;"' in shut.text
    assert f'action="{made.at("/profile")}"' in shut.text
    assert await db.fetch_value("SELECT bio FROM speaker WHERE id = $1", made.maeve) == ""
    where = made.at(f"/sessions/{made.sessions['First air']}/slides")
    file = await browser.client.post(where, files={"slides": ("a.pdf", b"%PDF-" + b"x" * 200_000)})
    assert file.status_code == 403
    assert "choose the file once more" in file.text
    assert "Send it again" not in file.text
