"""The API door: key, version, idempotency, parameters, act, answer. One way through for every call."""

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import suppress

import msgspec
import structlog

from portal.demo.stripe_standin import faults, operations
from portal.demo.stripe_standin.account import Account, Cause
from portal.demo.stripe_standin.acts import renewing, sessions
from portal.demo.stripe_standin.behaviour import Behaviour
from portal.demo.stripe_standin.deliveries import Deliveries
from portal.demo.stripe_standin.encoding import decode
from portal.demo.stripe_standin.expansion import expand
from portal.demo.stripe_standin.faults import Fault
from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.reading import read
from portal.payments.values import API_VERSION

_log = structlog.get_logger("stripe-standin")
_KEEP_SECONDS = 24 * 3600
_KEEP = "INSERT INTO kept_answer (key, path, asked, request_id, status, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
_PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


class Asked(msgspec.Struct, frozen=True):
    """A request as it came in."""

    method: str
    path: str
    query: str
    body: str
    headers: Mapping[str, str]


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    headers: dict[str, str]


class Api:
    """`go_on` ends the waiting of slow answers early, for those who hold the stand-in itself."""

    def __init__(self, account: Account, behaviour: Behaviour, deliveries: Deliveries) -> None:
        self.account = account
        self.behaviour = behaviour
        self.deliveries = deliveries
        self.go_on = asyncio.Event()
        self._under_way: set[str] = set()

    async def answer(self, asked: Asked) -> Answer:
        """What Stripe would say, unless the stand-in was told to be unwell."""
        if self.behaviour.unavailable > 0:
            self.behaviour.unavailable -= 1
            return Answer(503, _PROXY_PAGE, {"content-type": "text/html"})
        request_id = new_id("req_", 14)
        key = asked.headers.get("idempotency-key", "")[:255] if asked.method == "POST" else ""
        headers = {
            "content-type": "application/json",
            "request-id": request_id,
            "stripe-version": API_VERSION,
            "cache-control": "no-cache, no-store",
        }
        try:
            self._admit(asked)
            self.sweep()
            status, body, replayed = self._once(asked, key, request_id)
        except Fault as fault:
            status, body, replayed = fault.status, fault.body(request_id), ""
        if key:
            headers["idempotency-key"] = key
        if replayed:
            headers |= {"idempotent-replayed": "true", "original-request": replayed}
        if self.behaviour.slow > 0 or (self.behaviour.before_answer and not self.deliveries.busy):
            self._under_way |= {key} if key else set()
            try:
                await self._take_time()
            finally:
                self._under_way.discard(key)
        about = asked.path.removeprefix("/v1").strip("/").partition("/")[0]
        _log.info("api", method=asked.method, about=about, status=status)
        if self.behaviour.lose_answers > 0:
            self.behaviour.lose_answers -= 1
            return Answer(502, _PROXY_PAGE, {"content-type": "text/html"})
        return Answer(status, body, headers)

    async def _take_time(self) -> None:
        if self.behaviour.slow > 0:
            self.behaviour.slow -= 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self.go_on.wait(), self.behaviour.slow_seconds)
        await self.deliveries.before_answer()

    def _admit(self, asked: Asked) -> None:
        scheme, _, key = asked.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise faults.no_key()
        if key != self.account.settings.secret_key:
            raise faults.wrong_key(key)
        version = asked.headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            raise Fault(f"Invalid Stripe API version: {version}. The local stand-in speaks {API_VERSION}.")

    def _once(self, asked: Asked, key: str, request_id: str) -> tuple[int, bytes, str]:
        """Carry the call out, or give the kept answer of the first call under this key."""
        if not key:
            return 200, self._carry_out(asked, key, request_id), ""
        if key in self._under_way:
            raise faults.key_in_use(key)
        store, now = self.account.store, self.account.now()
        store.run("DELETE FROM kept_answer WHERE at < ?", now - _KEEP_SECONDS)
        wanted = hashlib.sha256(f"{asked.query}\n{asked.body}".encode()).hexdigest()
        for kept in store.rows("SELECT * FROM kept_answer WHERE key = ?", key):
            if kept["path"] != asked.path:
                raise faults.other_address(key, kept["path"])
            if kept["asked"] != wanted:
                raise faults.other_parameters(key)
            return kept["status"], kept["body"], kept["request_id"]
        try:
            with store.transaction():
                body = self._carry_out(asked, key, request_id)
                store.run(_KEEP, key, asked.path, wanted, request_id, 200, body, now)
        except Fault as fault:
            if fault.kept:
                store.run(_KEEP, key, asked.path, wanted, request_id, fault.status, fault.body(request_id), now)
            raise
        return 200, body, ""

    def _carry_out(self, asked: Asked, key: str, request_id: str) -> bytes:
        account = self.account
        found = operations.find(asked.method, asked.path)
        if found is None:
            raise faults.no_address(asked.method, asked.path)
        operation, ids = found
        if asked.method == "POST":
            if asked.query:
                raise faults.unknown_parameters(list(decode(asked.query)))
            given = decode(asked.body)
        else:
            if asked.body:
                raise faults.unknown_parameters(list(decode(asked.body)))
            given = decode(asked.query)
        params = read(given, operation.shape)
        with account.store.transaction(), account.caused_by(Cause(request_id, key or None)):
            thing = operation.act(account, params, *ids)
            thing = expand(account, thing, getattr(params, "expand", []))
        return msgspec.json.format(msgspec.json.encode(thing), indent=2)

    def sweep(self) -> None:
        """Close sessions whose time is over, and let subscriptions without a test clock run on."""
        with self.account.store.transaction():
            sessions.sweep(self.account)
            renewing.catch_up(self.account, until=self.account.now())
