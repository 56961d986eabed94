"""The inbox of Stripe's events: verify, store once, enqueue, answer 200. Without a webhook secret it does not exist."""

from typing import Any

import structlog
from litestar import Router, post
from litestar.connection import Request
from litestar.response import Response

from portal.core import db
from portal.core.jobs import enqueue
from portal.core.urgency import Urgency
from portal.payments.stripe_gateway import StripeGateway
from portal.payments.values import ForgedEvent
from portal.web.inputs import Now

_log = structlog.get_logger("stripe-inbox")
_STORE = """
INSERT INTO stripe_event AS e (event_id, type, object_id, session_id, payment_intent, purchase_ref, subscription_id,
    subscription_ref, received_at, deliveries)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
ON CONFLICT (event_id) DO UPDATE SET deliveries = e.deliveries + 1
RETURNING id, handled_at
"""


def router(gateway: StripeGateway) -> Router:
    """The route, bound to the gateway that knows the signing secret."""

    @post(
        "/stripe/webhook", status_code=200, opt={"public": True, "machine": True}, include_in_schema=False,
        request_max_body_size=2_000_000,
    )  # fmt: skip
    async def receive(request: Request[Any, Any, Any], now: Now) -> Response[dict[str, bool]]:
        payload = await request.body()
        try:
            event = gateway.verify_event(payload, request.headers.get("stripe-signature", ""))
        except ForgedEvent:
            _log.warning("webhook refused")
            return Response({"received": False}, status_code=400)
        async with db.transaction():
            row = await db.fetch_one(
                _STORE, event.id, event.type[:80], event.object_id, event.session_id, event.payment_intent,
                event.metadata.get("purchase", "")[:40], event.subscription, event.metadata.get("subscription", "")[:40], now,
            )  # fmt: skip
            assert row is not None
            # Delivered again although nobody has acted on it: its job may have been given up.
            if row["handled_at"] is None:
                await enqueue("payments.handle_event", urgency=Urgency.SOMEBODY_WAITS, event=row["id"])
        return Response({"received": True})

    return Router("/", route_handlers=[receive])
