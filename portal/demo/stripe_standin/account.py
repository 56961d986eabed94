"""The make-believe Stripe account: its objects, its clock, and the events it tells of."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import msgspec

from portal.demo.stripe_standin.behaviour import Behaviour
from portal.demo.stripe_standin.faults import missing_thing
from portal.demo.stripe_standin.ids import new_id
from portal.demo.stripe_standin.settings import StandinSettings
from portal.demo.stripe_standin.store import Store, Thing
from portal.payments.values import API_VERSION

CONFIGURED_ENDPOINT = "we_1Standin0000000000000001"


class Cause(msgspec.Struct, frozen=True):
    """The API request an event comes from; events of the payment page and the dashboard have none."""

    request_id: str | None = None
    idempotency_key: str | None = None


class Account:
    """State and clock in one place, handed to every act."""

    def __init__(
        self, settings: StandinSettings, store: Store, clock: Callable[[], datetime], behaviour: Behaviour
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.behaviour = behaviour
        self._moment: int | None = None
        self._cause = Cause()
        self._configure_endpoint()

    def now(self) -> int:
        return int(self.clock().timestamp()) if self._moment is None else self._moment

    @contextmanager
    def at(self, moment: int | None) -> Iterator[None]:
        """Inside, it is that time; None changes nothing."""
        before, self._moment = self._moment, self._moment if moment is None else moment
        try:
            yield
        finally:
            self._moment = before

    def time_of(self, customer_id: str | None) -> AbstractContextManager[None]:
        """Inside, it is the time of the customer's test clock, where there is one."""
        customer = self.store.get("customer", customer_id or "") or {}
        clock = self.store.get("test_helpers.test_clock", customer.get("test_clock") or "") or {}
        return self.at(clock.get("frozen_time"))

    def change(self, thing: Thing, event: str, **changes: Any) -> Thing:
        """Keep a change and tell of it, with what was before; nothing is told where nothing changes."""
        previous = {name: thing[name] for name, value in changes.items() if thing[name] != value}
        thing |= changes
        if previous:
            self.store.put(thing)
            self.tell(event, thing, previous=previous)
        return thing

    @contextmanager
    def caused_by(self, cause: Cause) -> Iterator[None]:
        """Events told of inside name this request."""
        before, self._cause = self._cause, cause
        try:
            yield
        finally:
            self._cause = before

    def fetch(self, kind: str, thing_id: str, param: str = "id", *, status: int = 404) -> Thing:
        """The object; raises Fault in Stripe's words when there is none."""
        thing = self.store.get(kind, thing_id)
        if thing is None:
            raise missing_thing(kind, thing_id, param, status=status)
        return thing

    def tell(self, kind: str, thing: Thing, *, previous: dict[str, Any] | None = None) -> None:
        """An event: kept for who asks, and queued for every endpoint that wants it."""
        waiting = [hook for hook in self.store.find("webhook_endpoint") if _wants(hook, kind)]
        data: dict[str, Any] = {"object": thing}
        if previous is not None:
            data["previous_attributes"] = previous
        event = {
            "id": new_id("evt_1"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": len(waiting),
            "request": {"id": self._cause.request_id, "idempotency_key": self._cause.idempotency_key},
            "type": kind,
        }
        self.store.put(event)
        for hook in waiting:
            self.store.run(
                "INSERT INTO delivery (event, endpoint, due) VALUES (?, ?, ?)",
                event["id"], hook["id"], self.clock().timestamp(),
            )  # fmt: skip

    def _configure_endpoint(self) -> None:
        """The endpoint the stand-in was started with, as if somebody had made it in the dashboard."""
        found = self.store.get("webhook_endpoint", CONFIGURED_ENDPOINT)
        if not self.settings.webhook_url:
            if found is not None:
                self.store.remove(found | {"status": "disabled"})
            return
        hook = webhook_endpoint(CONFIGURED_ENDPOINT, self.settings.webhook_url, ["*"], self.now())
        self.store.put(hook, {"secret": self.settings.webhook_secret})
        self.store.run("UPDATE object SET gone = 0 WHERE id = ?", CONFIGURED_ENDPOINT)


def webhook_endpoint(hook_id: str, url: str, events: list[str], now: int) -> Thing:
    return {
        "id": hook_id,
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": now,
        "description": None,
        "enabled_events": events,
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }


def _wants(hook: Thing, kind: str) -> bool:
    return hook["status"] == "enabled" and ("*" in hook["enabled_events"] or kind in hook["enabled_events"])
