"""The stand-in for Stripe on a socket of its own, and a receiver for its webhooks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import httpx
import pytest

from portal.core import clock
from portal.demo.seed.companies import seed_companies
from portal.demo.seed.loading import seed_events
from portal.demo.seed.people import seed_people
from tests.stripe_server import StripeServer, serving

Filled: TypeAlias = Callable[[Callable[[], Awaitable[None]]], Awaitable[None]]


async def _begin() -> None:
    now = clock.now()
    await seed_people(now=now)
    await seed_events(now=now, progress=lambda _: None)
    await seed_companies(now=now, progress=lambda _: None)


@pytest.fixture
async def begun(filled: Filled) -> None:
    """The demo's people, events and companies, which everything else in it builds on."""
    await filled(_begin)


class Receiver(httpx.AsyncBaseTransport):
    """Takes webhooks as the portal's route would; `answers` are used up first, then everything is 200."""

    def __init__(self) -> None:
        self.deliveries: list[httpx.Request] = []
        self.answers: list[int] = []

    @property
    def types(self) -> list[str]:
        return [str(self.event(at)["type"]) for at in range(len(self.deliveries))]

    def event(self, at: int) -> dict[str, object]:
        return httpx.Response(200, content=self.deliveries[at].content).json()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.deliveries.append(request)
        return httpx.Response(self.answers.pop(0) if self.answers else 200)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def stripe(receiver: Receiver) -> AsyncIterator[StripeServer]:
    async with serving(transport=receiver) as served:
        yield served
