"""Asking the EU's register (VIES) in a job: confirmed, unknown, unwell, unreachable."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from uuid import uuid4

import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.core import db
from portal.core.settings import current
from portal.payments.buying import Buyer
from portal.payments.jobs import check_vat_id
from portal.payments.subscriptions.jobs import check_vat_id as check_subscription
from portal.payments.subscriptions.tables import Interval
from portal.payments.tables import VatCheck
from portal.placements.commands.subscribing import choose_plan, offer_of
from portal.placements.tables import Plan


class Register:
    """A register on the loopback that says what it is told to."""

    def __init__(self) -> None:
        self.says: dict[str, object] = {}
        self.asked: list[str] = []
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head.split(b" ")[1].decode())
        if self.meanwhile is not None:
            await self.meanwhile()
        body = msgspec.json.encode(self.says)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()


@pytest.fixture
async def register(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Register]:
    made = Register()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    monkeypatch.setenv("VIES_URL", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/rest-api")
    current.cache_clear()
    yield made
    server.close()
    await server.wait_closed()
    monkeypatch.undo()
    current.cache_clear()


async def purchase(now: datetime) -> int:
    return int(
        await db.fetch_value(
            "INSERT INTO purchase (public_id, kind, key, state, currency, net, tax, total, refunded, title, supply, email, "
            "buyer_name, company, street, postal_code, city, country, vat_id, vat_check, po_number, tax_treatment, return_path, "
            "created_at, method) VALUES ($1, 'test', '1', 'open', 'EUR', 100, 19, 119, 0, 't', 's', 'a@b.example', "
            "'A', 'C', '', '', '', 'DE', 'DE136695976', 'form', '', 'standard', '/', $2, '') RETURNING id",
            uuid4(),
            now,
        )
    )


async def found() -> str:
    return str(await db.fetch_value("SELECT vat_check FROM purchase"))


async def test_confirmed(database: str, now: datetime, register: Register) -> None:
    register.says = {"isValid": True, "userError": "VALID", "name": "BRENNHOF GMBH"}
    await check_vat_id(purchase=await purchase(now))
    assert register.asked == ["/rest-api/ms/DE/vat/136695976"]
    assert await found() == "confirmed"


async def test_unknown_to_the_register_asks_a_person(database: str, now: datetime, register: Register) -> None:
    register.says = {"isValid": False, "userError": "INVALID"}
    number = await purchase(now)
    await check_vat_id(purchase=number)
    await check_vat_id(purchase=number)
    assert await found() == "unknown_to_register"
    questions = [row["sentence"] for row in await db.fetch("SELECT sentence FROM money_question")]
    assert questions == ["The EU’s register does not know the VAT ID DE136695976 given for this purchase."]


async def test_an_unwell_register_is_asked_again_later(database: str, now: datetime, register: Register) -> None:
    register.says = {"isValid": False, "userError": "MS_UNAVAILABLE"}
    with pytest.raises(RuntimeError):
        await check_vat_id(purchase=await purchase(now))
    assert await found() == "form"


async def test_without_a_register_the_form_counts(database: str, now: datetime) -> None:
    await check_vat_id(purchase=await purchase(now))
    assert await found() == "form"


async def test_an_answer_about_another_id_is_not_kept(database: str, now: datetime, register: Register) -> None:
    """The buyer gives another ID while the register thinks about the first."""
    register.says = {"isValid": False, "userError": "INVALID"}
    number = await purchase(now)
    register.meanwhile = lambda: db.execute("UPDATE purchase SET vat_id = 'DE111111125', vat_check = 'form'")
    await check_vat_id(purchase=number)
    assert await found() == "form"
    assert await db.fetch_value("SELECT count(*) FROM money_question") == 0


@pytest.mark.parametrize("vat_id", ["GB980780684", "NO995525828MVA", "CHE107787577MWST", "12-3456789"])
async def test_ids_of_other_registers_are_not_asked_about(
    database: str, now: datetime, register: Register, vat_id: str
) -> None:
    number = await purchase(now)
    await db.execute("UPDATE purchase SET vat_id = $1", vat_id)
    await check_vat_id(purchase=number)
    assert register.asked == []


async def test_the_buyer_of_a_plan_is_checked_too(database: str, now: datetime, register: Register) -> None:
    made = await choose_plan(
        actor=PORTAL, key="7", name="Isarwerk", offer=offer_of(Plan.PREMIUM, Interval.YEAR), return_path="/x", terms="",
        now=now, buyer=Buyer("a@b.example", "A", country="DE", vat_id="DE136695976", vat_check=VatCheck.FORM),
    )  # fmt: skip
    assert (
        await db.fetch_value("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'payments.check_subscription_vat_id'")
        == 1
    )
    register.says = {"isValid": False, "userError": "INVALID"}
    await check_subscription(subscription=made)
    assert await db.fetch_value("SELECT vat_check FROM subscription") == "unknown_to_register"
    assert "does not know the VAT ID DE136695976" in await db.fetch_value("SELECT sentence FROM money_question")
    await check_subscription(subscription=made)
    assert len(register.asked) == 1
