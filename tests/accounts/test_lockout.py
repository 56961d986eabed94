"""Limits that stop guessing and cannot be used to keep the owner out. The reasons are in docs/decisions/0005."""

import re

import pytest

from portal.accounts.access import limits
from portal.core import db
from portal.core.rate_limits import Limit
from tests.accounts.conftest import AMARA, ATTACKER, HOME, OFFICE, PASSWORD, Browser, OpenBrowser, account, own_code


@pytest.fixture
async def hammered(open_browser: OpenBrowser) -> Browser:
    """An attacker who guessed Amara's password and asked for codes until he was stopped in both."""
    await account(AMARA, "Amara Okonjo")
    attacker = await open_browser(ATTACKER)
    while (await attacker.sign_in(password="a guess at it")).status_code == 422:
        pass
    while (await attacker.post("/account/sign-in/codes", email=AMARA)).status_code == 303:
        pass
    return attacker


async def test_guessing_passwords_is_stopped_after_ten(open_browser: OpenBrowser) -> None:
    await account(AMARA)
    attacker = await open_browser(ATTACKER)
    said = [(await attacker.sign_in(password="a guess at it")).status_code for _ in range(12)]
    assert said == [422] * 10 + [429] * 2
    answer = await attacker.sign_in()
    assert (answer.status_code, attacker.session) == (429, None)
    assert answer.headers["retry-after"].isdigit()
    assert len(re.findall(r"Too many tries\. Please wait \d+ minutes and try again\.", answer.text)) == 1
    assert re.findall(r'value="(amara[^"]*)"', answer.text) == [AMARA]


async def test_an_unknown_address_is_limited_alike(open_browser: OpenBrowser) -> None:
    attacker = await open_browser(ATTACKER)
    said = [(await attacker.sign_in("nobody@brennhof.example", "a guess")).status_code for _ in range(12)]
    assert said == [422] * 10 + [429] * 2


async def test_the_owner_signs_in_with_a_code_while_hammered(hammered: Browser, open_browser: OpenBrowser) -> None:
    owner = await open_browser(HOME)
    assert (await owner.post("/account/sign-in/codes", email=AMARA)).status_code == 303
    answer = await owner.post("/account/sign-in/code", code=await own_code(owner, "/account/sign-in/code"))
    assert (answer.status_code, await owner.name()) == (303, "Amara Okonjo")


async def test_the_owner_signs_in_with_the_password_from_another_network(
    hammered: Browser, open_browser: OpenBrowser
) -> None:
    owner = await open_browser(OFFICE)
    assert ((await owner.sign_in()).status_code, await owner.name()) == (303, "Amara Okonjo")


async def test_a_known_browser_gets_through_even_at_the_attackers_network(open_browser: OpenBrowser) -> None:
    """An attacker in the same office, behind the same address."""
    await account(AMARA, "Amara Okonjo")
    owner = await open_browser(OFFICE)
    await owner.sign_in()
    await owner.post("/account/sign-out")
    attacker = await open_browser(OFFICE)
    while (await attacker.sign_in(password="a guess at it")).status_code == 422:
        pass
    while (await attacker.post("/account/sign-in/codes", email=AMARA)).status_code == 303:
        pass
    assert (await owner.sign_in()).status_code == 303
    await owner.post("/account/sign-out")
    assert (await owner.post("/account/sign-in/codes", email=AMARA)).status_code == 303


async def test_a_session_goes_on_while_hammered(amara: Browser, hammered: Browser) -> None:
    assert await amara.name() == "Amara Okonjo"


async def test_another_persons_device_or_a_forged_one_is_a_stranger(
    hammered: Browser, open_browser: OpenBrowser
) -> None:
    await account("other@brennhof.example")
    insider = await open_browser(ATTACKER)
    await insider.sign_in("other@brennhof.example")
    assert (await insider.sign_in()).status_code == 429
    cookie = insider.client.cookies["device"]
    for forged in (cookie[:-1] + "0", "x", "x.y", cookie.partition(".")[0] + "."):
        thief = await open_browser(ATTACKER)
        thief.client.cookies.set("device", forged, domain="localhost.local", path="/account")
        assert (await thief.sign_in()).status_code == 429


async def test_a_known_browser_guesses_no_more_than_a_stranger(open_browser: OpenBrowser) -> None:
    await account(AMARA)
    thief = await open_browser(OFFICE)
    await thief.sign_in()
    await thief.post("/account/sign-out")
    said = [(await thief.sign_in(password="a guess at it")).status_code for _ in range(12)]
    assert said == [422] * 10 + [429] * 2


async def test_a_right_password_clears_the_count(open_browser: OpenBrowser) -> None:
    await account(AMARA)
    for _ in range(3):
        owner = await open_browser(HOME)
        for _ in range(8):
            assert (await owner.sign_in(password="mistyped again")).status_code == 422
        assert (await owner.sign_in()).status_code == 303


async def test_one_network_cannot_try_a_password_at_many_addresses(open_browser: OpenBrowser) -> None:
    attacker = await open_browser(ATTACKER)
    await full(limits.PASSWORD_NETWORK, ATTACKER, but=2)
    said = [(await attacker.sign_in(f"a{n}@brennhof.example", "Summer 2026!")).status_code for n in range(4)]
    assert said == [422, 422, 429, 429]
    assert (await (await open_browser(OFFICE)).sign_in("a9@brennhof.example")).status_code == 422


async def full(limit: Limit, subject: str, *, but: int = 0) -> None:
    """The state many networks reach together: a limit is used up, but for a few tries."""
    await db.execute(
        "INSERT INTO rate_limit (key, window_ends_at, tries) VALUES ($1, now() + interval '50 minutes', $2)",
        f"{limit.name}:{subject}", limit.tries - but,
    )  # fmt: skip


async def test_many_networks_close_the_password_to_strangers_but_for_a_first_try_each(
    open_browser: OpenBrowser,
) -> None:
    await account(AMARA, "Amara Okonjo")
    await full(limits.PASSWORD_STRANGERS, limits._subject(AMARA), but=2)
    bots = [await open_browser(f"192.0.2.{n}") for n in range(3)]
    assert [(await bot.sign_in(password="a guess")).status_code for bot in bots] == [422] * 3
    assert [(await bot.sign_in(password="a guess")).status_code for bot in bots] == [429] * 3
    owner = await open_browser(HOME)
    assert (await owner.sign_in()).status_code == 303


async def test_firsts_have_an_end_too_and_then_a_code_lets_the_owner_in(open_browser: OpenBrowser) -> None:
    await account(AMARA, "Amara Okonjo")
    await full(limits.PASSWORD_STRANGERS, limits._subject(AMARA))
    await full(limits.PASSWORD_FIRSTS, limits._subject(AMARA), but=1)
    bot = await open_browser("192.0.2.1")
    assert (await bot.sign_in(password="a guess")).status_code == 422
    owner = await open_browser(HOME)
    assert (await owner.sign_in()).status_code == 429
    await owner.post("/account/sign-in/codes", email=AMARA)
    assert (
        await owner.post("/account/sign-in/code", code=await own_code(owner, "/account/sign-in/code"))
    ).status_code == 303


async def test_where_many_ask_for_codes_a_network_still_gets_its_first_with_a_single_try(
    open_browser: OpenBrowser,
) -> None:
    await account(AMARA, "Amara Okonjo")
    await full(limits.CODE_STRANGERS, limits._subject(AMARA))
    await full(limits.CODE_FIRSTS, limits._subject(AMARA), but=2)
    owner, bot, late = [await open_browser(network) for network in (HOME, "192.0.2.1", "192.0.2.2")]
    said = [(await one.post("/account/sign-in/codes", email=AMARA)).status_code for one in (owner, bot, late, owner)]
    assert said == [303, 303, 429, 429]
    assert {row["tries_allowed"] for row in await db.fetch("SELECT tries_allowed FROM account_code")} == {1}
    assert (
        await owner.post("/account/sign-in/code", code=await own_code(owner, "/account/sign-in/code"))
    ).status_code == 303


async def test_one_ipv6_site_cannot_keep_the_owner_out(open_browser: OpenBrowser) -> None:
    """256 networks of /56 lie in the /48 that one customer can have: for one address they are one."""
    await account(AMARA, "Amara Okonjo")
    codes, passwords = [], []
    for n in range(12):
        bot = await open_browser(f"2001:db8:1:{n:x}00::1")
        codes.append((await bot.post("/account/sign-in/codes", email=AMARA)).status_code)
        passwords.append((await bot.sign_in(password="a guess at it")).status_code)
    assert codes == [303] * 5 + [429] * 7
    assert passwords == [422] * 10 + [429] * 2
    for network in (HOME, "2001:db8:2::1"):
        owner = await open_browser(network)
        assert (await owner.post("/account/sign-in/codes", email=AMARA)).status_code == 303
        assert (await owner.sign_in()).status_code == 303
    assert await db.fetch_value("SELECT min(tries_allowed) FROM account_code") == 5


async def test_one_ipv6_site_has_an_end_over_many_addresses(open_browser: OpenBrowser) -> None:
    await full(limits.CODE_SITE, "2001:db8:1::/48", but=1)
    bots = [await open_browser(f"2001:db8:1:{n}00::1") for n in range(2)]
    said = [
        (await bot.post("/account/reset", email=f"n{n}@brennhof.example")).status_code for n, bot in enumerate(bots)
    ]
    assert said == [303, 429]
    assert (await (await open_browser("2001:db8:2::1")).post("/account/reset", email=AMARA)).status_code == 303


async def test_codes_asked_for_by_many_have_a_single_try_in_the_end(open_browser: OpenBrowser) -> None:
    """Guessing codes over many networks: the flood makes each further code good for one try, never for none."""
    await account(AMARA, "Amara Okonjo")
    await full(limits.CODE_FULL_TRIES, limits._subject(AMARA))
    owner = await open_browser(HOME)
    await owner.post("/account/sign-in/codes", email=AMARA)
    assert await db.fetch_value("SELECT tries_allowed FROM account_code") == 1
    assert (
        await owner.post("/account/sign-in/code", code=await own_code(owner, "/account/sign-in/code"))
    ).status_code == 303


async def test_codes_per_address_and_network_are_limited(open_browser: OpenBrowser) -> None:
    attacker = await open_browser(ATTACKER)
    said = [(await attacker.post("/account/sign-in/codes", email=AMARA)).status_code for _ in range(6)]
    said.append((await attacker.post("/account/reset", email=AMARA)).status_code)
    said.append((await attacker.post("/account/sign-up", email=AMARA, name="A", password=PASSWORD)).status_code)
    assert said == [303] * 5 + [429] * 3


async def test_no_window_is_longer_than_a_day_and_only_tries_have_that(open_browser: OpenBrowser) -> None:
    closing = [
        limits.PASSWORD_HERE, limits.PASSWORD_NETWORK, limits.PASSWORD_SITE, limits.PASSWORD_STRANGERS,
        limits.PASSWORD_FIRSTS, limits.PASSWORD_DEVICE, limits.CODE_HERE, limits.CODE_NETWORK, limits.CODE_SITE,
        limits.CODE_STRANGERS, limits.CODE_FIRSTS, limits.CODE_DEVICE,
    ]  # fmt: skip
    assert max(limit.per.total_seconds() for limit in closing) == 3600
    assert limits.CODE_STRANGERS.tries >= 4 * limits.CODE_HERE.tries, "one network must not use it up"
    assert limits.PASSWORD_STRANGERS.tries >= 2 * limits.PASSWORD_HERE.tries * 4, "nor this, in an hour"


async def test_addresses_are_not_readable_in_the_table_of_limits(hammered: Browser) -> None:
    keys = [row["key"] for row in await db.fetch("SELECT key FROM rate_limit")]
    assert [key for key in keys if "amara" in key or "brennhof" in key] == []
    assert len(keys) == 7


async def test_the_owner_of_a_stolen_session_cookie_cannot_guess_the_password(amara: Browser) -> None:
    said = []
    for _ in range(12):
        answer = await amara.post(
            "/account/password", old_password="a guess at it", new_password="x" * 12 + "y", repeat="x" * 12 + "y"
        )
        said.append(answer.status_code)
    assert said == [422] * 10 + [429] * 2


async def test_a_made_up_forwarding_header_does_not_move_the_count(open_browser: OpenBrowser) -> None:
    await account(AMARA)
    attacker = await open_browser(ATTACKER)
    said = []
    for n in range(12):
        attacker.client.headers["X-Forwarded-For"] = f"198.51.100.{n}"
        said.append((await attacker.sign_in(password="a guess at it")).status_code)
    assert said == [422] * 10 + [429] * 2
