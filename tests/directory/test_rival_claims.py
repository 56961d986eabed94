"""Several claims of one company: who comes second waits for staff, also at the same moment."""

import asyncio

import pytest

from portal.core import db
from tests.directory.claiming import (
    CLAIM,
    CODE,
    LEONIE,
    RIVAL,
    Network,
    by_record,
    company,
    proof,
    start,
    states,
    words,
)
from tests.directory.conftest import SignIn

pytestmark = pytest.mark.usefixtures("unclaimed")


async def test_who_is_second_waits_for_staff_and_reads_why(net: Network, sign_in: SignIn) -> None:
    leonie, rival = await sign_in(LEONIE), await sign_in(RIVAL)
    await start(rival, "dns")
    await by_record(leonie, net)
    [taken] = await net.mails(RIVAL)
    assert taken["subject"] == "Somebody else has claimed Isarwerk Biologics GmbH"
    net.names.records["isarwerk.example"]["TXT"] = [await proof(rival)]
    await rival.post(f"{CLAIM}/look")
    await net.work()
    assert await states() == [(RIVAL, "proved"), (LEONIE, "accepted")]
    said = words(await rival.get(CLAIM))
    assert "Somebody else was there before you: the company already has an owner." in said
    assert "Somebody claims Isarwerk Biologics GmbH" in [mail["subject"] for mail in await net.mails(LEONIE)]
    again = await start(rival, "dns")
    assert (again.status_code, "with our staff already" in again.text) == (409, True)


async def test_two_who_prove_at_the_same_moment_leave_one_owner(net: Network, sign_in: SignIn) -> None:
    browsers = {email: await sign_in(email) for email in (LEONIE, "jan@isarwerk.example", "ute@isarwerk.example")}
    for email, browser in browsers.items():
        await start(browser, "code", email=email)
    codes = {email: await net.code(email) for email in browsers}
    answers = await asyncio.gather(*(one.post(CODE, data={"code": codes[email]}) for email, one in browsers.items()))
    where = sorted(answer.headers["location"].rpartition("/")[2] for answer in answers)
    assert where == ["claim", "claim", "manage"]
    assert sorted(state for _, state in await states()) == ["accepted", "proved", "proved"]
    assert await db.fetch_value("SELECT count(*) FROM organisation") == 1
    second = next(email for email, state in await states() if state == "proved")
    assert "Somebody else was there before you" in words(await browsers[second].get(CLAIM))


async def test_a_record_and_a_code_at_the_same_moment_leave_one_owner(net: Network, sign_in: SignIn) -> None:
    leonie, rival = await sign_in(LEONIE), await sign_in(RIVAL)
    await start(leonie, "code", email=LEONIE)
    code = await net.code(LEONIE)
    await start(rival, "dns")
    net.names.records["isarwerk.example"]["TXT"] = [await proof(rival)]
    await rival.post(f"{CLAIM}/look")
    await asyncio.gather(leonie.post(CODE, data={"code": code}), net.work())
    assert sorted(state for _, state in await states()) == ["accepted", "proved"]


async def test_an_owner_nobody_is_left_of_is_none(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    empty = await db.fetch_value(
        "INSERT INTO organisation (slug, name, created_at) VALUES ('x', 'X', now()) RETURNING id"
    )
    await db.execute("UPDATE company SET organisation = $1", empty)
    await by_record(leonie, net)
    assert await states() == [(LEONIE, "accepted")]
    assert (await company())["organisation"] != empty
