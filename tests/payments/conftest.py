"""Stripe's stand-in on a socket, its webhooks taken by nobody."""

from collections.abc import AsyncIterator

import pytest

from tests.stripe_server import StripeServer, serving


@pytest.fixture
async def stripe() -> AsyncIterator[StripeServer]:
    async with serving() as served:
        yield served
