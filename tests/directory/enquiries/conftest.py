"""Three companies, their people, a buyer, and the forms between them."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from portal import wiring, worker
from portal.accounts.tables import MemberRole
from portal.core import clock, db
from portal.core.settings import current
from portal.directory.enquiries.rules import spam
from tests.directory.conftest import SignIn, organisation
from tests.factories import companies

BUYER, BUYER_NAME, BUYER_COMPANY = "noor.vandijk@velmora.example", "Noor van Dijk", "Velmora Therapeutics BV"
GUEST = "guest.person@quillon.example"
NEED = "Two engineering batches of vials, lyophilised."
SECRETS = (BUYER, BUYER_NAME, "Noor", BUYER_COMPANY, "Velmora", "velmora")
"""What must not be found on the suppliers' side while the buyer is hidden."""


class World(msgspec.Struct):
    """Isarwerk and Halden are claimed, Tessin is not."""

    isarwerk: int
    halden: int
    tessin: int
    isarwerk_org: int
    halden_org: int


SLUGS = {"isarwerk": "isarwerk-biologics", "halden": "halden-as", "tessin": "tessin-lyo-sa"}


@pytest.fixture
async def world(database: str) -> World:
    isarwerk_org = await organisation("olga@isarwerk.example", "Isarwerk Biologics GmbH")
    halden_org = await organisation("hanne@halden.example", "Halden AS")
    made = World(
        await companies.make(owner=isarwerk_org),
        await companies.make("Halden AS", owner=halden_org, country="NO", city="Halden"),
        await companies.make("Tessin Lyo SA", country="CH", city="Lugano", email="desk@tessin-lyo.example"),
        isarwerk_org, halden_org,
    )  # fmt: skip
    rows = await db.fetch("SELECT id, slug FROM company ORDER BY id")
    for row, key in zip(rows, ("isarwerk", "halden", "tessin"), strict=True):
        SLUGS[key] = row["slug"]
    return made


def fields(*to: str, **changes: Any) -> dict[str, Any]:
    """A filled-in form, written a minute ago; `to` names companies of the world."""
    return {
        "kind": "quote", "need": NEED, "name": BUYER_NAME, "company": BUYER_COMPANY,
        "token": spam.form_token(clock.now() - timedelta(minutes=1)), "c": [SLUGS[key] for key in to or ("isarwerk",)],
    } | changes  # fmt: skip


async def ask(client: httpx.AsyncClient, *to: str, files: Any = None, **changes: Any) -> str:
    """Send a form as somebody signed in; the new enquiry's number."""
    answer = await client.post("/enquiries/new", data=fields(*to, **changes), files=files)
    assert answer.status_code == 303, plain(answer.text)
    return answer.headers["location"].rpartition("/")[2]


def manage(key: str, rest: str = "") -> str:
    return f"/companies/{SLUGS[key]}/manage/enquiries" + (f"/{rest}" if rest else "")


async def reply(client: httpx.AsyncClient, key: str, number: str, **changes: Any) -> httpx.Response:
    """Open an enquiry's page as its company and send the answer's form."""
    shown = await client.get(manage(key, number))
    assert shown.status_code == 200, plain(shown.text)
    data = {
        "kind": "yes",
        "text": "We can.",
        "version": hidden(shown.text, "version"),
        "token": hidden(shown.text, "token"),
    }
    return await client.post(manage(key, f"{number}/answer"), data=data | changes)


def hidden(page: str, name: str) -> str:
    """The value of the first hidden field of that name."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no field {name}"
    return found[1]


def plain(page: str) -> str:
    """A page's words, for failures one can read."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2] or page).split())[:3000]


async def run_jobs() -> None:
    await worker.drain(wiring.services(current()))


async def mails(recipient: str = "") -> Sequence[Any]:
    """Mails in the outbox, without those that carry codes."""
    return await db.fetch(
        "SELECT * FROM mail WHERE topic LIKE 'enquiries%' AND ($1 = '' OR recipient = $1) ORDER BY id", recipient
    )


async def code_for(email: str) -> str:
    await run_jobs()
    text = await db.fetch_value(
        "SELECT text FROM mail WHERE recipient = $1 AND topic = 'codes' ORDER BY id DESC LIMIT 1", email
    )
    found = re.match(r"\d{6}", text)
    assert found is not None
    return found[0]


async def age(number: str, length: timedelta) -> datetime:
    """Make an enquiry look as if it was sent that long ago; when that was."""
    at = clock.now() - length
    await db.execute("UPDATE enquiry SET sent_at = $2, created_at = $2 WHERE number = $1", number, at)
    return at


@pytest.fixture
async def buyer(sign_in: SignIn, world: World) -> httpx.AsyncClient:
    opened = await sign_in(BUYER)
    await db.execute("UPDATE account SET name = $2 WHERE email = $1", BUYER, BUYER_NAME)
    return opened


@pytest.fixture
async def olga(sign_in: SignIn, world: World) -> httpx.AsyncClient:
    """An owner of Isarwerk."""
    return await sign_in("olga@isarwerk.example", world.isarwerk_org, MemberRole.OWNER)


@pytest.fixture
async def hanne(sign_in: SignIn, world: World) -> httpx.AsyncClient:
    """An owner of Halden."""
    return await sign_in("hanne@halden.example", world.halden_org, MemberRole.OWNER)
