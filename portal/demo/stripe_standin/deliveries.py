"""Webhooks going out: signed as Stripe signs, tried again when they fail, badly where `Behaviour` says so."""

import asyncio
import hashlib
import hmac
import random
import sqlite3
import time
from collections.abc import Sequence

import httpx
import msgspec
import structlog

from portal.demo.stripe_standin.account import Account
from portal.demo.stripe_standin.behaviour import Behaviour

_log = structlog.get_logger("stripe-standin")
_RETRY_AFTER = (2, 10, 30, 120, 600, 3600)
_WAITING = (
    "SELECT d.id, d.event, d.endpoint, d.tries, o.body FROM delivery d JOIN object o ON o.id = d.event "
    "WHERE d.state = 'waiting' AND d.due <= ? ORDER BY d.id"
)


class Delivered(msgspec.Struct, frozen=True):
    """One try: what was sent where, and how it went. `status` 0: no answer."""

    event: str
    type: str
    endpoint: str
    status: int
    note: str


class Deliveries:
    """The queue is in the store; what is behind here is the sending."""

    def __init__(
        self, account: Account, behaviour: Behaviour, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.account = account
        self.behaviour = behaviour
        self._transport = transport
        self._one_at_a_time = asyncio.Lock()
        self._dice = random.Random(4242)  # noqa: S311 - the same disorder every time

    async def deliver(self, *, due_only: bool = False) -> list[Delivered]:
        """Send until nothing waits, retries included. `due_only`: leave what is for later."""
        done: list[Delivered] = []
        async with self._one_at_a_time:
            while waiting := self._take(due_only=due_only):
                async with self._client() as client:
                    for row in waiting:
                        done += await self._send(client, row)
        return done

    @property
    def busy(self) -> bool:
        """Whether something is being sent: who waits for more then may be waiting for itself."""
        return self._one_at_a_time.locked()

    async def before_answer(self) -> None:
        """Where the stand-in was told so, what an act caused goes out before the act is answered."""
        if self.behaviour.before_answer and not self.busy:
            await self.deliver()

    def send_again(self, event_id: str) -> int:
        """Queue an event once more for every endpoint, as the dashboard's button does."""
        now = self.account.clock().timestamp()
        hooks = self.account.store.find("webhook_endpoint", equal={"status": "enabled"})
        for hook in hooks:
            self.account.store.run(
                "INSERT INTO delivery (event, endpoint, due) VALUES (?, ?, ?)", event_id, hook["id"], now
            )
        return len(hooks)

    def _take(self, *, due_only: bool) -> Sequence[sqlite3.Row]:
        latest = self.account.clock().timestamp() - self.behaviour.delay_seconds if due_only else 1e12
        waiting = self.account.store.rows(_WAITING, latest)
        if self.behaviour.order == "reversed":
            return waiting[::-1]
        if self.behaviour.order == "shuffled":
            self._dice.shuffle(waiting)
        return waiting

    async def _send(self, client: httpx.AsyncClient, row: sqlite3.Row) -> list[Delivered]:
        if self.behaviour.drop > 0 and row["tries"] == 0:
            self.behaviour.drop -= 1
            self._end(row["id"], "dropped", "never sent")
            return []
        hook = self.account.store.get("webhook_endpoint", row["endpoint"])
        if hook is None or hook.get("status") != "enabled":
            self._end(row["id"], "dropped", "the endpoint is gone")
            return []
        event = msgspec.json.decode(row["body"])
        secret = self.account.store.hidden(hook["id"])["secret"]
        tries = [await self._post(client, hook["url"], secret, event) for _ in range(max(1, self.behaviour.copies))]
        went = tries[-1]
        if 200 <= went.status < 300 and not went.note:
            self._end(row["id"], "delivered", str(went.status))
            self._count_down(event["id"])
        else:
            self._try_again(row, went)
        return tries

    async def _post(self, client: httpx.AsyncClient, url: str, secret: str, event: dict[str, object]) -> Delivered:
        body = msgspec.json.format(msgspec.json.encode(event), indent=2)
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "stripe-signature": sign(body, secret),
        }
        status, note = 0, ""
        try:
            async with client.stream("POST", url, content=body, headers=headers) as answer:
                status = answer.status_code
                if self.behaviour.cut > 0:
                    self.behaviour.cut -= 1
                    note = "connection cut"
                else:
                    await answer.aread()
        except httpx.HTTPError as error:
            note = type(error).__name__
        _log.info("webhook", type=event["type"], status=status, note=note)
        return Delivered(str(event["id"]), str(event["type"]), url, status, note)

    def _end(self, delivery_id: int, state: str, note: str) -> None:
        self.account.store.run(
            "UPDATE delivery SET state = ?, note = ?, tries = tries + 1 WHERE id = ?",
            state,
            note,
            delivery_id,
        )

    def _try_again(self, row: sqlite3.Row, went: Delivered) -> None:
        note = went.note or str(went.status)
        if row["tries"] >= len(_RETRY_AFTER):
            self._end(row["id"], "failed", note)
            return
        due = self.account.clock().timestamp() + _RETRY_AFTER[row["tries"]]
        self.account.store.run(
            "UPDATE delivery SET tries = tries + 1, due = ?, note = ? WHERE id = ?", due, note, row["id"]
        )

    def _count_down(self, event_id: str) -> None:
        event = self.account.fetch("event", event_id)
        event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
        self.account.store.put(event)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self._transport, timeout=20, trust_env=False)


def sign(body: bytes, secret: str, at: int | None = None) -> str:
    """The `Stripe-Signature` header. `v0` is the fake scheme of test mode, which nobody may believe."""
    at = int(time.time()) if at is None else at
    signed = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={signed},v0={hashlib.sha256(signed.encode()).hexdigest()}"
