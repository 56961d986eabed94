"""People with browsers of their own, and their mail."""

import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from litestar import Litestar

from portal import wiring, worker
from portal.accounts import commands, passwords
from portal.core import clock, db
from portal.core.settings import current
from tests.conftest import DEAR

HOME, OFFICE, ATTACKER = "198.51.100.7", "203.0.113.20", "192.0.2.66"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:134.0) Gecko/20100101 Firefox/134.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
PASSWORD = "three vials on a line"
AMARA = "amara@brennhof.example"


@pytest.fixture
def dear_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords are hashed as in life, where a guess has its price."""
    monkeypatch.setattr(passwords, "_HASHER", DEAR)
    passwords._dummy.cache_clear()
    yield
    passwords._dummy.cache_clear()


class Browser:
    """A browser at some network, with cookies of its own. Redirects are not followed."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, **more)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.client.post(path, data=fields)

    @property
    def session(self) -> str | None:
        return self.client.cookies.get("session")

    async def name(self) -> str | None:
        """Whose name the menu shows; None for a visitor."""
        menu = (await self.get("/account/menu", headers={"HX-Request": "true"})).text
        found = re.search(r'class="menu-name">([^<]*)</span></a>\s*<form', menu)
        return html.unescape(found[1]) if found else None

    async def sign_in(self, email: str = AMARA, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/account/sign-in", email=email, password=password)

    async def sign_up(self, email: str = AMARA, name: str = "Amara Okonjo", password: str = PASSWORD) -> httpx.Response:
        """Make an account the whole way."""
        asked = await self.post("/account/sign-up", email=email, name=name, password=password)
        assert asked.status_code == 303, asked.text
        return await self.post("/account/sign-up/code", code=await own_code(self, "/account/sign-up/code", email))


OpenBrowser = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def open_browser(app: Litestar, client: httpx.AsyncClient) -> AsyncIterator[OpenBrowser]:
    """Open further browsers, each at a network of its own if need be."""
    async with AsyncExitStack() as stack:

        async def opened(network: str = HOME, agent: str = FIREFOX) -> Browser:
            transport = httpx.ASGITransport(app=app, client=(network, 40_000))  # type: ignore[arg-type]
            headers = {"Sec-Fetch-Site": "same-origin", "User-Agent": agent, "Accept-Encoding": "identity"}
            made = httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", headers=headers)
            return Browser(await stack.enter_async_context(made))

        yield opened


@pytest.fixture
async def browser(open_browser: OpenBrowser) -> Browser:
    return await open_browser()


@pytest.fixture
async def amara(open_browser: OpenBrowser) -> Browser:
    """A browser at home, signed in as Amara."""
    made = await open_browser()
    await account(AMARA, "Amara Okonjo")
    assert (await made.sign_in()).status_code == 303
    return made


async def account(email: str, name: str = "Some Body", password: str | None = PASSWORD) -> int:
    """An account made without the pages."""
    account_id = await commands.ensure_account(email=email, name=name, now=clock.now())
    if password is not None:
        await commands.set_password(account_id=account_id, password=password, now=clock.now())
    return account_id


async def run_jobs() -> None:
    """Let the worker do what is due."""
    await worker.drain(wiring.services(current()))


async def mails(email: str, *, worked: bool = False) -> list[Any]:
    """All mails to an address, oldest first, after the worker ran; unless it has `worked` already."""
    if not worked:
        await run_jobs()
    return list(await db.fetch("SELECT * FROM mail WHERE recipient = $1 ORDER BY id", email))


async def newest_code(email: str, *, worked: bool = False) -> str:
    """The code in the newest mail to an address."""
    return [
        found[1] for mail in await mails(email, worked=worked) if (found := re.match(r"(\d{6}) is your ", mail["text"]))
    ][-1]


async def own_code(browser: Browser, page: str, email: str = AMARA) -> str:
    """The code in the mail that carries the mark a browser's page shows."""
    shown = re.search(r"subject ends with <strong>(\w{3})</strong>", (await browser.get(page)).text)
    assert shown is not None
    [mail] = [mail for mail in await mails(email) if mail["subject"].endswith(f" ({shown[1]})")]
    return str(re.match(r"\d{6}", mail["text"])[0])  # type: ignore[index]


def wrong(code: str) -> str:
    """Some other code."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def without_marks(page: str) -> str:
    """A code's page without what differs from ticket to ticket for everybody."""
    return re.sub(r"data-countdown>[^<]*|ends with <strong>\w{3}", "", page)
