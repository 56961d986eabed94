"""What every test may ask for: a database of its own, the application, a browser-like HTTP client, the clock."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

gc.disable()  # until all that stays to the end is there; see `pytest_collection_finish`

os.environ["PICCOLO_CONF"] = "portal.piccolo_conf"
os.environ["PORTAL_ENV"] = "test"
os.environ["LOG_FORMAT"] = "console"
os.environ["MEDIA_URL"] = "memory:///"
os.environ["SLIDES_MAX_MB"] = "22"  # more than other files may have, and little to send
for _name in ("DATABASE_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "SMTP_URL", "STRIPE_API_BASE"):
    os.environ.pop(_name, None)

# Where Python may not keep what it has compiled beside the sources, this run, the programs it starts and the runs to come
# share a folder for it.
if sys.dont_write_bytecode:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = f"{sys.prefix}/compiled"

import argon2  # noqa: E402
import httpx  # noqa: E402
import hypothesis  # noqa: E402
import pytest  # noqa: E402
from litestar import Litestar  # noqa: E402

from portal.accounts import passwords  # noqa: E402
from portal.core.settings import Settings, current  # noqa: E402
from tests import chromium, stripe_server  # noqa: E402
from tests import database as test_database  # noqa: E402
from tests.paying import Paying  # noqa: E402
from tests.stripe_server import serving  # noqa: E402

# The price of a guess is for attackers; tests of it take it back with `dear_hashes`.
DEAR = passwords._HASHER
passwords._HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

# A busy machine is no reason to fail, and what passed once passes again: `HYPOTHESIS=explore` tries what nobody has tried.
hypothesis.settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS", "portal"))

_DATABASE = test_database.Database()
_WRITTEN: dict[Any, test_database.Written] = {}


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: every now and then a test waits, for a browser, a program, a second to pass."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_SERVER] = test_database.start()


def pytest_collection_finish() -> None:
    """Hundreds of thousands of things that stay till the end need not be looked through for garbage again and again."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()


def pytest_unconfigure(config: pytest.Config) -> None:
    if (handle := config.stash.get(_SERVER, None)) is not None:
        test_database.stop(handle)


_SERVER = pytest.StashKey[object]()


@pytest.fixture(scope="session", autouse=True)
async def _process_ends() -> AsyncIterator[None]:
    yield
    await chromium.close()
    await stripe_server.close()
    _DATABASE.end()


@pytest.fixture
def now() -> datetime:
    """A fixed moment, for acts that are told the time."""
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
async def database(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """A migrated, empty database under an address of this test's own, with the engine's pool open on it; the address."""
    before = asyncio.all_tasks()
    # Plans that are kept were made for the few rows of most tests. For the thousand of real files they would take minutes.
    is_large = hasattr(request.module, "shared_data") or request.path.parent.name == "demo"
    yield await _DATABASE.lend(planned=not is_large)
    # All tests share a loop; what a failed one has left running must not write into the next one's database.
    left = asyncio.all_tasks() - before - chromium.tasks - stripe_server.tasks - {asyncio.current_task()}
    for task in left:
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=5)
    await _DATABASE.take_back()


@pytest.fixture
def filled(database: str) -> Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]:
    """`await filled(fill)` fills the test's database, which is empty yet: by `fill` itself the first time in a process,
    with a copy of what that wrote from then on."""

    async def filled(fill: Callable[[], Awaitable[None]]) -> None:
        if fill in _WRITTEN:
            await _DATABASE.write(_WRITTEN[fill])
        else:
            await fill()
            _WRITTEN[fill] = await _DATABASE.written()

    return filled


@pytest.fixture
async def altered_database(database: str) -> AsyncIterator[str]:
    """For a test that changes tables, not only rows: nobody gets its database afterwards."""
    yield database
    _DATABASE.altered = True


@pytest.fixture(scope="session")
def app() -> Litestar:
    """The portal, built once per test process; its lifespan is entered per test by `client`."""
    current.cache_clear()
    return _built(current())


@pytest.fixture(scope="session")
def paying_app() -> Litestar:
    """The portal with Stripe set up; `paying` points its gateway at a fresh stand-in for each test."""
    from portal.demo.stripe_standin.settings import DEMO_KEY, DEMO_WEBHOOK_SECRET

    return _built(
        Settings(
            stripe_secret_key=DEMO_KEY, stripe_webhook_secret=DEMO_WEBHOOK_SECRET, stripe_api_base="http://127.0.0.1:1"
        )
    )


def _built(settings: Settings) -> Litestar:
    """To look for garbage meanwhile, and through the portal later, takes as long as to build it."""
    from portal.app import create_app

    gc.disable()
    app = create_app(settings)
    gc.freeze()
    gc.enable()
    return app


@asynccontextmanager
async def _alive(app: Litestar) -> AsyncIterator[None]:
    """Enter the lifespan in a task of its own: fixtures are set up and torn down in different tasks."""
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stop.wait()

    task = asyncio.create_task(live())
    waiter = asyncio.create_task(started.wait())
    await asyncio.wait({task, waiter}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    if task.done():
        task.result()
    try:
        yield
    finally:
        stop.set()
        await task


def browser(app: Litestar) -> httpx.AsyncClient:
    """A client that behaves like a browser on our pages."""
    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "identity"}
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:8000", headers=headers)


@pytest.fixture
async def paying(paying_app: Litestar, database: str) -> AsyncIterator[Paying]:
    """The portal, a browser on it, and a stand-in for Stripe whose webhooks arrive at it."""
    async with (
        _alive(paying_app),
        browser(paying_app) as client,
        serving(transport=httpx.ASGITransport(app=paying_app)) as stripe,  # type: ignore[arg-type]
    ):
        services = paying_app.state.services
        services.payments.gateway = services.subscriptions.stripe = stripe.gateway()
        yield Paying(client, stripe, services)


@pytest.fixture
async def client(app: Litestar, database: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that behaves like a browser on our pages. Redirects are not followed."""
    async with _alive(app), browser(app) as opened:
        yield opened
