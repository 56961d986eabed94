"""Signing in: what a browser saved joins what the account has, and the browser keeps nothing of it."""

import asyncio
from itertools import count
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts.commands import ensure_account
from portal.agenda.commands import keeping
from portal.agenda.commands.opening import Visitor
from portal.agenda.queries import agendas
from portal.agenda.tables import Kind
from portal.core import clock
from tests.agenda.conftest import AMARA, JONAS, Congress, Open, Reader


async def test_two_browsers_end_up_with_one_agenda(reader: Reader, another: Open, congress: Congress) -> None:
    phone = await another()
    for name in ("vials", "films"):
        await reader.save(congress.key(name))
    await reader.second(congress.key("films"), congress.key("vials"))
    for name in ("films", "closing"):
        await phone.save(congress.key(name))
    await reader.sign_in()
    await phone.sign_in()
    whole = sorted(congress.key(name) for name in ("vials", "films", "closing"))
    assert sorted(await reader.keys()) == sorted(await phone.keys()) == whole
    # The second choice came along; the phone’s first choice of the same does not undo it.
    assert "If “About vials” is cancelled" in await phone.page()


async def test_what_the_account_has_keeps_its_rank(reader: Reader, another: Open, congress: Congress) -> None:
    phone = await another()
    for one in (reader, phone):
        for name in ("vials", "films"):
            await one.save(congress.key(name))
    await phone.second(congress.key("films"), congress.key("vials"))
    await reader.sign_in()
    assert "Second choice" not in await reader.page()
    await phone.sign_in()
    assert "Second choice" not in await phone.page()


async def test_nothing_is_left_in_the_browser_for_the_next_one(reader: Reader, congress: Congress) -> None:
    await reader.save(congress.key("vials"))
    await reader.sign_in()
    assert "agenda" not in reader.client.cookies
    await reader.save(congress.key("films"))
    assert "agenda" not in reader.client.cookies
    await reader.sign_out()
    assert await reader.keys() == []
    await reader.sign_in(JONAS)
    assert await reader.keys() == []
    await reader.sign_out()
    await reader.sign_in(AMARA)
    assert sorted(await reader.keys()) == sorted([congress.key("vials"), congress.key("films")])


async def test_a_closed_cookie_opens_nothing_any_more(reader: Reader, congress: Congress) -> None:
    await reader.save(congress.key("vials"))
    old = reader.client.cookies["agenda"]
    await reader.sign_in()
    await reader.sign_out()
    reader.client.cookies.set("agenda", old, domain="localhost.local", path="/")
    assert await reader.keys() == []
    await reader.save(congress.key("films"))
    assert await reader.keys() == [congress.key("films")]
    assert reader.client.cookies["agenda"] != old
    # Signing in as somebody else gives them the new one only.
    await reader.sign_in(JONAS)
    assert await reader.keys() == [congress.key("films")]


async def test_what_came_late_is_joined_with_the_next_request(
    reader: Reader, another: Open, congress: Congress
) -> None:
    late = await another()
    await late.save(congress.key("films"))
    await reader.sign_in()
    reader.client.cookies.set("agenda", late.client.cookies["agenda"], domain="localhost.local", path="/")
    assert await reader.keys() == [congress.key("films")]
    assert "agenda" not in reader.client.cookies
    assert await late.keys() == []


async def test_saving_while_somebody_signs_in_loses_nothing(reader: Reader, congress: Congress) -> None:
    await reader.save(congress.key("vials"))
    name = reader.client.cookies["agenda"].partition(".")[0]
    account = await _account(AMARA)
    browser, now = Visitor(name=name), clock.now()

    async def save(key: str) -> str:
        done = await keeping.save(visitor=browser, kind=Kind.SESSION, item_id=congress.ids[key], now=now)
        return done.mine.name

    names = await asyncio.gather(
        save("films"), keeping.join(account_id=account, name=name, now=now), save("fees"),
        keeping.join(account_id=account, name=name, now=now), save("closing"),
    )  # fmt: skip
    for other in {one for one in names if isinstance(one, str)} - {name}:
        await keeping.join(account_id=account, name=other, now=now)
    mine = await agendas.of_account(account)
    assert mine is not None
    assert sorted(await agendas.saved_keys(mine)) == sorted(congress.key(one) for one in congress.ids)


async def _account(email: str) -> int:
    return await ensure_account(email=email, name="Somebody", now=clock.now())


_some = st.sets(st.sampled_from(["vials", "films", "fees", "closing"]))
_numbers = count()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(browsers=st.lists(_some, min_size=1, max_size=3), order=st.randoms(use_true_random=False))
async def test_joining_is_a_union(congress: Congress, browsers: list[set[str]], order: Random) -> None:
    """Whatever the order and however often: each thing once, none lost, none made up; each is new once."""
    shuffled = list(browsers)
    order.shuffle(shuffled)
    whole = {congress.key(name) for name in set().union(*browsers)}
    for these in (browsers, shuffled):
        keys, added = await _joined(congress, these)
        assert keys == whole
        assert added == len(whole)


async def _joined(congress: Congress, browsers: list[set[str]]) -> tuple[set[str], int]:
    now, account, added = clock.now(), await _account(f"{next(_numbers)}@brennhof.example"), 0
    for browser in browsers:
        visitor = Visitor()
        for name in sorted(browser):
            done = await keeping.save(visitor=visitor, kind=Kind.SESSION, item_id=congress.ids[name], now=now)
            visitor = Visitor(name=done.mine.name)
        for _ in range(2):
            added += await keeping.join(account_id=account, name=visitor.name, now=now)
    mine = await agendas.of_account(account)
    keys = await agendas.saved_keys(mine) if mine else []
    assert len(keys) == len(set(keys))
    return set(keys), added
