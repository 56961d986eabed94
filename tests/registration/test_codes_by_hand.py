"""Promo codes made by hand: what they give, how often, until when; refused, overtaken, ended, and redeemed meanwhile."""

import asyncio
import re
from decimal import Decimal
from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.core.errors import Conflict, Invalid
from portal.core.overtaking import mark
from portal.registration.commands.holding import hold_seats
from portal.registration.commands.promoting import end_code, save_code
from portal.registration.queries import setup
from portal.registration.values.setup import CodeFacts
from tests.chromium import chromium, faults, feed
from tests.conftest import browser
from tests.factories.registration import Shop, make_shop
from tests.paying import text_of
from tests.queries import counting

TEN = {"code": "spring-27", "label": "Spring", "gives": "percent", "percent_off": "10", "max_uses": "20"}


@pytest.fixture
async def shop(client: httpx.AsyncClient) -> Shop:
    return await make_shop(price=50_000, capacity=100)


def at(shop: Shop, tail: str = "") -> str:
    return f"/staff/events/{shop.event_id}/registration{tail}"


def fault(page: httpx.Response, field: str) -> str:
    found = re.search(rf'id="f-{field}-e">.*?<span>(.*?)</span>', page.text, re.S)
    return found[1] if found else ""


async def facts(shop: Shop) -> list[tuple[Any, ...]]:
    return [
        (
            one.facts.code,
            one.facts.percent_off,
            one.facts.amount_off,
            one.facts.max_uses,
            len(one.facts.tickets),
            one.used,
        )
        for one in await setup.codes(shop.event_id)
    ]


async def hold(shop: Shop, code: str) -> int:
    held = await hold_seats(
        event_id=shop.event_id, wanted={next(iter(shop.tickets.values())): 1}, code=code, actor=None, now=clock.now()
    )
    return int(await db.fetch_value("SELECT sum(net) FROM seat WHERE seat_order = $1", held.order_id))


async def test_a_code_is_made_listed_redeemed_changed_and_ended(editor: httpx.AsyncClient, shop: Shop) -> None:
    answer = await editor.post(at(shop, "/codes"), data=TEN)
    assert (answer.status_code, answer.headers["location"]) == (303, at(shop, "#codes"))
    amount = {"code": "FIFTY", "gives": "amount", "amount_off": "50", "percent_off": "99"}
    assert (await editor.post(at(shop, "/codes"), data=amount)).status_code == 303
    assert await facts(shop) == [
        ("FIFTY", Decimal(0), 5000, None, 0, 0), ("SPRING-27", Decimal("10.00"), 0, 20, 0, 0),
    ]  # fmt: skip
    assert [await hold(shop, code) for code in ("spring-27", "FIFTY")] == [45_000, 45_000]
    said = text_of(await editor.get(at(shop)))
    for words in ("FIFTY €50.00 off the order always 1", "SPRING-27 Spring 10 % off every ticket always 1 of 20"):
        assert words in said
    number = (await setup.codes(shop.event_id))[1].id
    page = await editor.get(at(shop, f"/codes/{number}"))
    seen = re.search(r'name="seen" value="([^"]+)"', page.text)
    assert seen is not None
    answer = await editor.post(at(shop, f"/codes/{number}"), data={**TEN, "percent_off": "100", "seen": seen[1]})
    assert answer.status_code == 303
    assert await hold(shop, "SPRING-27") == 0
    assert (await editor.post(at(shop, f"/codes/{number}/ending"))).status_code == 303
    with pytest.raises(Invalid) as refused:
        await hold(shop, "SPRING-27")
    assert refused.value.fields == {"code": "This code has expired."}
    said = text_of(await editor.get(at(shop)))
    assert "SPRING-27 Ended Spring 100 % off every ticket" in said
    verbs = await db.fetch("SELECT verb FROM audit_entry WHERE verb LIKE '%code' ORDER BY id")
    assert [row["verb"] for row in verbs] == ["save code", "save code", "save code", "end code"]


async def test_a_hidden_ticket_is_shown_by_its_code_alone(editor: httpx.AsyncClient, shop: Shop) -> None:
    hidden = await db.fetch_value(
        "UPDATE ticket_type SET by_code_only = true WHERE event = $1 RETURNING id", shop.event_id
    )
    data = {"code": "SPEAKERS", "gives": "nothing"}
    answer = await editor.post(at(shop, "/codes"), data=data)
    assert fault(answer, "gives") == "It takes nothing off and shows no hidden ticket. Please say what it is to do."
    assert (await editor.post(at(shop, "/codes"), data={**data, "tickets": str(hidden)})).status_code == 303
    assert await hold(shop, "speakers") == 50_000


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("code", "", "Please fill in: code."),
        ("code", "ab", "Please use 3 to 40 letters from A to Z, digits, hyphens and underscores."),
        ("code", "grün 10", "Please use 3 to 40 letters from A to Z, digits, hyphens and underscores."),
        ("code", "<b>10</b>", "Please use 3 to 40 letters from A to Z, digits, hyphens and underscores."),
        ("code", "x" * 41, "Please keep this under 40 characters; it has 41."),
        ("gives", "everything", "Please choose one of the offered values."),
        ("percent_off", "", "Please say how many per cent, up to 100."),
        ("percent_off", "101", "Please give per cents such as 19 or 8.1."),
        ("percent_off", "-5", "Please give per cents such as 19 or 8.1."),
        ("max_uses", "0", "Please give a number from 1 on."),
        ("max_uses", "many", "Please give a number from 1 on."),
        ("valid_until", "tomorrow", "Please give a date and time such as 2027-02-09T09:00."),
        ("valid_until", "2027-01-01T08:00", "It must end after it begins."),
        ("tickets", "4711", "1 of these tickets are not this event’s. Please choose anew."),
        ("tickets", str(2**70), "1 of these tickets are not this event’s. Please choose anew."),
    ],
)
async def test_faults_stand_beside_their_field_and_what_was_typed_stays(
    editor: httpx.AsyncClient, shop: Shop, field: str, typed: str, said: str
) -> None:
    answer = await editor.post(at(shop, "/codes"), data={**TEN, "valid_from": "2027-02-01T08:00", field: typed})
    assert (answer.status_code, fault(answer, field)) == (422, said)
    assert 'value="Spring"' in answer.text
    assert await facts(shop) == []


async def test_a_name_is_given_once_and_stays_with_those_who_have_it(editor: httpx.AsyncClient, shop: Shop) -> None:
    await editor.post(at(shop, "/codes"), data=TEN)
    assert fault(await editor.post(at(shop, "/codes"), data={**TEN, "code": "Spring-27"}), "code") == (
        "This event has a code of this name already."
    )
    for _ in range(2):
        await hold(shop, "SPRING-27")
    [code] = await setup.codes(shop.event_id)
    seen, path = mark(code.facts), at(shop, f"/codes/{code.id}")
    assert fault(await editor.post(path, data={**TEN, "max_uses": "1", "seen": seen}), "max_uses") == (
        "2 orders have it already."
    )
    assert "Orders have this code under its name" in fault(
        await editor.post(path, data={**TEN, "code": "AUTUMN", "seen": seen}), "code"
    )
    # That it was redeemed meanwhile is no change of what the editor saw.
    assert (await editor.post(path, data={**TEN, "max_uses": "2", "seen": seen})).status_code == 303
    assert "SPRING-27 Used up Spring" in text_of(await editor.get(at(shop)))
    overtaken = await editor.post(path, data={**TEN, "label": "Mine", "seen": seen})
    assert (overtaken.status_code, 'value="Mine"' in overtaken.text) == (409, True)


async def test_a_code_without_a_ticket_or_of_another_event(editor: httpx.AsyncClient, shop: Shop) -> None:
    other = await make_shop(price=50_000)
    made = await save_code(
        actor=PORTAL, event_id=other.event_id, facts=CodeFacts(code="THEIRS", percent_off=Decimal(5)), now=clock.now()
    )
    for tail in (f"/codes/{made}", "/codes/0", "/codes/99999999999999999999"):
        assert (await editor.get(at(shop, tail))).status_code in (400, 404)
        assert (await editor.post(at(shop, tail), data=TEN)).status_code in (400, 404)
        assert (await editor.post(at(shop, f"{tail}/ending"))).status_code in (400, 404)
    await db.execute("DELETE FROM ticket_quota")
    await db.execute("DELETE FROM ticket_type WHERE event = $1", shop.event_id)
    answer = await editor.post(at(shop, "/codes"), data={**TEN, "gives": "amount", "amount_off": "5"})
    assert fault(answer, "amount_off") == "Please set up a ticket first: its currency is not known yet."


async def test_two_editors_and_buyers_at_once(shop: Shop) -> None:
    """One of two edits stands, nobody waits in a ring, and the limit holds whoever was faster."""
    now, last = clock.now(), CodeFacts(code="LAST", percent_off=Decimal(10), max_uses=3)
    made = await save_code(actor=PORTAL, event_id=shop.event_id, facts=last, now=now)
    seen = mark((await setup.codes(shop.event_id))[0].facts)

    async def edit(most: int) -> str:
        changed = CodeFacts(code="LAST", percent_off=Decimal(10), max_uses=most)
        try:
            await save_code(actor=PORTAL, event_id=shop.event_id, facts=changed, now=now, code_id=made, seen=seen)
        except (Conflict, Invalid):
            return "refused"
        return "saved"

    done = await asyncio.gather(
        edit(2), edit(4), *(hold(shop, "LAST") for _ in range(8)),
        end_code(actor=PORTAL, event_id=shop.event_id, code_id=made, now=now), return_exceptions=True,
    )  # fmt: skip
    assert [one for one in done if isinstance(one, BaseException) and not isinstance(one, Invalid)] == []
    row = await db.fetch_one("SELECT used, max_uses, valid_until FROM promo_code")
    assert row is not None
    assert row["used"] == sum(isinstance(one, int) for one in done) <= row["max_uses"]
    with pytest.raises(Invalid):
        await hold(shop, "LAST")


async def test_only_organisers_and_editors(app: Litestar, sign_in: Any, editor: httpx.AsyncClient, shop: Shop) -> None:
    await editor.post(at(shop, "/codes"), data=TEN)
    number = (await setup.codes(shop.event_id))[0].id
    door = await sign_in(StaffRole.DOOR, "door@sterileline.example")
    member = await sign_in(None, "member@brennhof.example")
    for opened, wanted in ((browser(app), {303, 401}), (door, {403}), (member, {403})):
        for tail in ("/codes/new", f"/codes/{number}"):
            assert (await opened.get(at(shop, tail))).status_code in wanted
        for tail in ("/codes", f"/codes/{number}", f"/codes/{number}/ending"):
            assert (await opened.post(at(shop, tail), data=TEN)).status_code in wanted
    assert await facts(shop) == [("SPRING-27", Decimal("10.00"), 0, 20, 0, 0)]


async def test_the_list_asks_the_same_for_one_and_thirty(editor: httpx.AsyncClient, shop: Shop) -> None:
    seen = []
    for many in (1, 29):
        for _ in range(many):
            name = f"CODE-{await db.fetch_value('SELECT count(*) FROM promo_code')}"
            await editor.post(at(shop, "/codes"), data={**TEN, "code": name})
        async with counting() as asked:
            page = await editor.get(at(shop))
        seen.append(len(asked))
    assert page.text.count("/registration/codes/") == 31
    assert seen[0] == seen[1]


async def test_looks(editor: httpx.AsyncClient, shop: Shop) -> None:
    await editor.post(at(shop, "/codes"), data=TEN)
    number = (await setup.codes(shop.event_id))[0].id
    async with chromium(instead="codes are not looked at") as opened:
        page = await opened.new_page()
        await feed(page, editor)
        cookies = [{"name": c.name, "value": c.value or "", "url": "http://localhost:8000"} for c in editor.cookies.jar]
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]
        for tail in ("", "/codes/new", f"/codes/{number}"):
            await page.goto(f"http://localhost:8000{at(shop, tail)}")
            assert page.url.endswith(at(shop, tail))
            assert await faults(page) == []
