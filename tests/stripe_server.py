"""The stand-in for Stripe on a real socket, with everything said to and by it judged against Stripe's description.

    async with serving() as stripe:
        gateway = stripe.gateway()
        session = await gateway.create_session(purchase=…, idempotency_key="…")
        sent_back_to = await stripe.pay(session.url, card="4000000000000002")
        await stripe.deliver_all()

When the block ends, `faults` must be empty: whatever was answered with success was a request Stripe knows, and every
answer and every webhook was as Stripe describes it. Where the shared data is absent nothing is judged.
"""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server

from portal.core import clock as core_clock
from portal.demo.stripe_standin.app import Standin, create_standin
from portal.demo.stripe_standin.deliveries import Delivered, sign
from portal.demo.stripe_standin.settings import DEMO_KEY, DEMO_WEBHOOK_SECRET, StandinSettings
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.values import API_VERSION, SessionLine, SessionRequest
from tests import shared_data
from tests.stripe_schema import Judge, judge

WEBHOOK_URL = "http://localhost:8000/stripe/webhook"


class Clock:
    """The stand-in's clock: real time, moved forward by hand, or stopped."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)
        self.stopped: datetime | None = None

    def __call__(self) -> datetime:
        return (self.stopped or core_clock.now()) + self.ahead

    def stop(self) -> None:
        """Let everything from now on happen in the same second."""
        self.stopped = core_clock.now()

    def forward(self, by: timedelta) -> None:
        self.ahead += by


class StripeServer:
    """What a test holds: the stand-in itself, its address, and hands to pay with."""

    def __init__(self, standin: Standin, clock: Clock, faults: list[str]) -> None:
        self.standin = standin
        self.clock = clock
        self.faults = faults
        self.address = standin.settings.address
        self.key = standin.settings.secret_key
        self._gateways: list[StripeGateway] = []
        # One for all: every client loads certificates, which takes longer than the calls.
        self.browser = httpx.AsyncClient(trust_env=False, verify=False, headers={"sec-fetch-site": "same-origin"})

    def gateway(self, **options: Any) -> StripeGateway:
        """A gateway to this server; closed with it."""
        given = {"webhook_secret": self.standin.settings.webhook_secret, "api_base": self.address, **options}
        made = StripeGateway(given.pop("secret_key", self.key), **given)
        self._gateways.append(made)
        return made

    async def deliver_all(self) -> list[Delivered]:
        return await self.standin.deliver_all()

    async def pay(
        self, url: str | None, *, card: str = "4242424242424242", expiry: str = "12 / 34", cvc: str = "123", **more: str
    ) -> httpx.Response:
        """Send the card form, as a browser does; 303 leads back to the shop or on to 3-D Secure."""
        typed = {"number": card, "expiry": expiry, "cvc": cvc, "name": "Amara Okonjo", "country": "DE", **more}
        return await self._send(f"{url}", typed)

    async def authenticate(self, url: str | None, *, approve: bool) -> httpx.Response:
        """Answer the 3-D Secure question."""
        return await self._send(f"{url}/authenticate", {"outcome": "approve" if approve else "fail"})

    async def debit(self, url: str | None, *, iban: str = "DE89370400440532013000", **more: str) -> httpx.Response:
        """Send the SEPA form."""
        typed = {"iban": iban, "name": "Amara Okonjo", "country": "DE", **more}
        return await self._send(f"{url}/sepa_debit", typed)

    async def control(self, path: str, **fields: Any) -> httpx.Response:
        """Act at the control desk as a program: `control("payments/pi_…/refunds", amount=100)`."""
        return await self._send(f"{self.address}/_control/{path}", {name: str(value) for name, value in fields.items()})

    async def api(self, method: str, path: str, body: str = "", **headers: str) -> httpx.Response:
        """A raw call, for what the SDK would not send."""
        wanted = {
            "authorization": f"Bearer {self.key}", "stripe-version": API_VERSION, "idempotency-key": "",
            "content-type": "application/x-www-form-urlencoded",
        } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
        return await self.browser.request(
            method, f"{self.address}{path}", content=body, headers={k: v for k, v in wanted.items() if v}
        )

    def sign(self, payload: bytes, at: int | None = None) -> str:
        """The signature header of a delivery to the configured endpoint."""
        return sign(payload, self.standin.settings.webhook_secret, at)

    async def close(self) -> None:
        await self.browser.aclose()
        for gateway in self._gateways:
            await gateway.aclose()

    async def _send(self, url: str, typed: dict[str, str]) -> httpx.Response:
        return await self.browser.post(url, data=typed)


@asynccontextmanager
async def serving(
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    webhook_url: str = WEBHOOK_URL,
    folder: Path | None = None,
    secret_key: str = DEMO_KEY,
    webhook_secret: str = DEMO_WEBHOOK_SECRET,
) -> AsyncIterator[StripeServer]:
    """Answer on a port of this machine. `transport` receives the webhooks, e.g. `httpx.ASGITransport(portal)`."""
    place = await _free_socket()
    clock, faults = Clock(), list[str]()
    known = judge() if shared_data.present("stripe") else None
    settings = StandinSettings(
        address=place.address, webhook_url=webhook_url, secret_key=secret_key,
        webhook_secret=webhook_secret, folder=folder, shop_name="Sterile Line", background=False,
    )  # fmt: skip
    standin = create_standin(settings, clock=clock, transport=_WatchedTransport(transport, known, faults))
    held = StripeServer(standin, clock, faults)
    place.answer = _watched(standin, known, faults)
    try:
        async with standin.running():
            yield held
    finally:
        await held.close()
        place.answer = None
    if faults:
        raise AssertionError("Stripe would not know this:\n" + "\n".join(faults))


class _Socket:
    """A port of this process's that answers for one stand-in after the other: a server takes longer to start than most
    tests take."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self.answer: Any = None
        self._server = Server(
            self._front, address="127.0.0.1", port=self.port, interface=Interfaces.ASGINL, websockets=False,
            log_enabled=False,
        )  # fmt: skip

    async def open(self) -> None:
        before = asyncio.all_tasks()
        handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
        self._serving = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(20):
            while not self._serving.done():
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.005)
                else:
                    writer.close()
                    break
        for name, handler in handlers.items():
            signal.signal(name, handler)
        tasks.update(asyncio.all_tasks() - before)

    async def close(self) -> None:
        self._server.stop()
        await self._serving

    async def _front(self, scope: Any, receive: Any, send: Any) -> None:
        if self.answer is None:
            raise ConnectionError("nobody is served here any more")
        await self.answer(scope, receive, send)


_sockets: list[_Socket] = []
tasks: set["asyncio.Task[Any]"] = set()
"""What goes on in this process between stand-ins."""


async def _free_socket() -> _Socket:
    found = next((one for one in _sockets if one.answer is None), None)
    if found is None:
        found = _Socket()
        await found.open()
        _sockets.append(found)
    return found


async def close() -> None:
    """When the last test is over."""
    while _sockets:
        await _sockets.pop().close()


def _watched(standin: Standin, known: Judge | None, faults: list[str]) -> Any:
    """The stand-in, with every API call and answer judged on the way through."""

    async def front(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1") or known is None:
            await standin(scope, receive, send)
            return
        asked, answered, status, kind = b"", b"", 0, b""

        async def heard() -> Any:
            nonlocal asked
            message = await receive()
            asked += message.get("body", b"")
            return message

        async def said(message: Any) -> None:
            nonlocal answered, status, kind
            if message["type"] == "http.response.start":
                status, kind = message["status"], dict(message["headers"]).get(b"content-type", b"")
            answered += message.get("body", b"")
            await send(message)

        await standin(scope, heard, said)
        if kind.startswith(b"text/html"):
            # A proxy's page, when the stand-in was told to be unwell.
            return
        method, path, query = scope["method"], scope["path"], scope["query_string"].decode()
        wrong = known.request(method, path, query, asked.decode("utf-8", "replace"))
        wrong += _header_faults(method, dict(scope["headers"]))
        if wrong and status < 400:
            faults.extend(f"answered {status} to a bad request: {fault}" for fault in wrong)
        faults.extend(known.answer(method, path, status, answered))

    return front


def _header_faults(method: str, headers: dict[bytes, bytes]) -> list[str]:
    faults = []
    if headers.get(b"stripe-version") != API_VERSION.encode():
        faults.append("no pinned Stripe-Version")
    if not headers.get(b"authorization", b"").startswith(b"Bearer sk_test_"):
        faults.append("no secret key")
    if method == "POST" and not headers.get(b"idempotency-key"):
        faults.append("no idempotency key on a POST")
    return faults


class _WatchedTransport(httpx.AsyncBaseTransport):
    """Carries webhooks to the receiver, judging each."""

    def __init__(self, inner: httpx.AsyncBaseTransport | None, known: Judge | None, faults: list[str]) -> None:
        self._inner = inner
        self._known = known
        self._faults = faults

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        if self._known is not None:
            self._faults.extend(self._known.event(body))
        if self._inner is None:
            raise httpx.ConnectError(f"nobody listens at {urlsplit(str(request.url)).netloc}")
        return await self._inner.handle_async_request(request)


def session_request(**changes: Any) -> SessionRequest:
    """A purchase of two tickets with their tax."""
    facts: dict[str, Any] = {
        "public_id": "5f0c7b8e-0a52-4d3e-9a2e-7d3f9a1b2c3d",
        "attempt": 1,
        "currency": "EUR",
        "lines": (SessionLine("Conference, 3 days", "Early price", 2, 109000), SessionLine("VAT", "", 1, 41420)),
        "email": "amara@brennhof.example",
        "success_url": "http://localhost:8000/orders/secret?returned={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://localhost:8000/orders/secret?returned=no",
        "expires_at": core_clock.now().replace(microsecond=0) + timedelta(minutes=40),
        "locale": "en_GB",
    }
    return SessionRequest(**(facts | changes))
