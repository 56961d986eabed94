"""Readers with browsers of their own, and a programme to choose from."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar

from portal import wiring, worker
from portal.accounts.actors import PORTAL
from portal.accounts.commands import ensure_account
from portal.core import clock, db
from portal.core.settings import current
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.tables import SessionKind
from portal.programme.values import PersonFacts, ProgrammeFacts, SessionFacts
from tests.agenda.fairs import fair
from tests.conftest import browser
from tests.directory.forms import open_form
from tests.factories import events
from tests.registration.conftest import attending

__all__ = ["attending", "fair"]

AMARA, JONAS = "amara@brennhof.example", "jonas@brennhof.example"
PASSWORD = "tradefloor demo"


class Reader:
    """A browser, and what its reader does with an agenda."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def save(self, key: str, **more: str) -> httpx.Response:
        return await self.client.post("/agenda/entries", data={"save": key, **more})

    async def drop(self, key: str) -> httpx.Response:
        return await self.client.post("/agenda/entries", data={"drop": key})

    async def keys(self) -> list[str]:
        answer = await self.client.get("/agenda/saved")
        return list(answer.json()["keys"])

    async def entry(self, key: str) -> int:
        """The number of an entry, wherever it is."""
        kind, _, item = key.partition("-")
        return int(
            await db.fetch_value("SELECT max(id) FROM agenda_entry WHERE kind = $1 AND item = $2", kind, int(item))
        )

    async def second(self, key: str, to: str) -> httpx.Response:
        return await self.client.post(
            f"/agenda/entries/{await self.entry(key)}/rank",
            data={"instead_of": str(await self.entry(to)) if to else ""},
        )

    async def page(self, query: str = "") -> str:
        answer = await self.client.get(f"/agenda{query}")
        assert answer.status_code == 200
        return answer.text

    async def read_news(self, page: str | None = None) -> None:
        """Press “I have seen this” on the page, or on one that was opened before."""
        form = open_form(page or await self.page(), "/agenda/notes")
        answer = await self.client.post("/agenda/notes", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/agenda")

    async def sign_in(self, email: str = AMARA) -> None:
        await ensure_account(email=email, name=email.partition("@")[0].title(), now=clock.now())
        await db.execute("UPDATE account SET verified_at = now() WHERE email = $1", email)
        asked = await self.client.post("/account/sign-in/codes", data={"email": email})
        assert asked.status_code == 303, asked.text
        answer = await self.client.post("/account/sign-in/code", data={"code": await code_of(email)})
        assert answer.status_code == 303, answer.text

    async def sign_out(self) -> None:
        assert (await self.client.post("/account/sign-out")).status_code == 303


async def code_of(email: str) -> str:
    """The code that was sent last."""
    await worker.drain(wiring.services(current()))
    text = await db.fetch_value(
        "SELECT text FROM mail WHERE recipient = $1 AND topic = 'codes' ORDER BY id DESC LIMIT 1", email
    )
    found = re.search(r"\b\d{6}\b", text)
    assert found is not None
    return found[0]


Open = Callable[[], Awaitable[Reader]]


@pytest.fixture
async def another(app: Litestar, client: httpx.AsyncClient) -> AsyncIterator[Open]:
    """Opens further browsers."""
    async with AsyncExitStack() as stack:

        async def opened() -> Reader:
            return Reader(await stack.enter_async_context(browser(app)))

        yield opened


@pytest.fixture
async def reader(client: httpx.AsyncClient) -> Reader:
    return Reader(client)


class Congress:
    """An event with a programme: sessions by their key, changed and released anew."""

    def __init__(self, event_id: int, slug: str, sessions: dict[str, SessionFacts]) -> None:
        self.event_id = event_id
        self.slug = slug
        self.sessions = sessions
        self.ids: dict[str, int] = {}

    def key(self, name: str) -> str:
        return f"session-{self.ids[name]}"

    async def release(self, **changed: SessionFacts | None) -> None:
        """Change these sessions (None: take out of the source, which cancels), and release."""
        for name, facts in changed.items():
            if facts is None:
                self.sessions.pop(name)
            else:
                self.sessions[name] = facts
        sessions = tuple(self.sessions.values())
        rooms: dict[str, int | None] = {one.room: 100 for one in sessions if one.room}
        facts = ProgrammeFacts(source="test", rooms=rooms, sessions=sessions)
        await save_programme(actor=PORTAL, event_id=self.event_id, facts=facts, now=clock.now())
        await release(actor=PORTAL, event_id=self.event_id, now=clock.now())
        rows = await db.fetch("SELECT source_key, id FROM programme_session WHERE event = $1", self.event_id)
        self.ids = {row["source_key"]: row["id"] for row in rows}


def session(
    name: str, *, hours: float = 0, minutes: int = 60, room: str = "Saal Lobau", **more: object
) -> SessionFacts:
    starts = events.NINE + timedelta(hours=hours)
    given = {"title": f"About {name}", "people": (PersonFacts("Maeve Donnellan", "3"),), **more}
    return SessionFacts(key=name, room=room, starts_at=starts, ends_at=starts + timedelta(minutes=minutes), **given)  # type: ignore[arg-type]


def workshop(name: str, capacity: int = 2, **more: object) -> SessionFacts:
    return session(name, kind=SessionKind.WORKSHOP, capacity=capacity, **more)  # type: ignore[arg-type]


@pytest.fixture
async def congress(database: str) -> Congress:
    """Vials, films and fees at nine, of which films go on for two hours; closing at twelve."""
    event_id = await events.make("Forum", starts_at=events.NINE, hours=9, timezone="Europe/Vienna")
    slug = await db.fetch_value("SELECT slug FROM event WHERE id = $1", event_id)
    made = Congress(event_id, slug, {
        "vials": session("vials"), "films": session("films", minutes=120, room="Raum Prater"),
        "fees": session("fees", hours=.5, room="Raum Aspern"), "closing": session("closing", hours=3),
    })  # fmt: skip
    await made.release()
    return made
