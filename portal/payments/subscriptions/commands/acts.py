"""What is asked of Stripe about a subscription: one row each, made before the call, with the request frozen in it.

An act whose answer was lost is asked again under its own key, so Stripe does it once. One that could not be asked for so
long that Stripe may have forgotten the key is given up, and a person looks at it.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from portal.core import db
from portal.core.settings import current
from portal.payments.commands.questions import ask
from portal.payments.subscriptions.queries import ACT_COLUMNS, Act, act_from
from portal.payments.subscriptions.rules import NEVER_STARTED, exempt, tax_id
from portal.payments.subscriptions.tables import ActState, ObjectKind
from portal.payments.subscriptions.values import ActRequest, CheckoutRequest, CustomerRequest, Offer, TaxRateRequest
from portal.payments.tables import TaxTreatment, VatCheck

KEY_LIFE = timedelta(hours=20)
"""Stripe keeps idempotency keys for a day at least."""
_PAGE_LIFE = timedelta(hours=23)
_WHAT: dict[str, str] = {
    "CustomerRequest": "customer", "CheckoutRequest": "checkout", "ChangeRequest": "change", "CancelRequest": "cancel",
    "EndRequest": "end",
}  # fmt: skip


async def begin_act(*, subscription_id: int, request: ActRequest, now: datetime) -> Act:
    """The act to ask Stripe for: a new one with this request, or one that is not finished yet and goes first."""
    async with db.transaction():
        await _lock(subscription_id)
        act = await _unfinished(subscription_id) or await _insert(subscription_id, request, now)
    # Outside the block: a transaction's end may raise, and then nothing was begun.
    return act  # noqa: RET504


async def begin_payment(*, subscription_id: int, price: str, tax_rates: tuple[str, ...], now: datetime) -> Act | None:
    """What is to be asked next so that a pending subscription can be paid: who pays, then the page; or what is not
    finished yet. None when nothing is to be paid.
    """
    async with db.transaction():
        row = await _lock(subscription_id)
        waits = row["state"] == "pending" and row["let_go_at"] is None
        act = await _unfinished(subscription_id) if waits else None
        if waits and act is None:
            request = _checkout(row, price, tax_rates, now) if row["customer_id"] else _customer(row)
            act = await _insert(subscription_id, request, now)
    return act


async def still_right(*, act: Act, price: str, tax_rates: tuple[str, ...]) -> bool:
    """Whether the page of an act says what the subscription says now."""
    row = await db.fetch_one("SELECT * FROM subscription WHERE id = $1", act.subscription_id)
    return act.request == _checkout(row, price, tax_rates, act.created_at)


async def finish_act(
    *, act: Act, state: ActState, now: datetime, stripe_id: str = "", url: str = "", note: str = ""
) -> None:
    """Keep what Stripe answered. A page that is over takes a subscription with it that was never paid."""
    async with db.transaction():
        await _lock(act.subscription_id)
        done = await db.fetch_value(
            "UPDATE subscription_act SET state = $2::text, stripe_id = coalesce(nullif($3::text, ''), stripe_id), "
            "url = coalesce(nullif($4, ''), url), note = $5, "
            "ended_at = CASE WHEN $2::text = 'open' THEN NULL ELSE $6::timestamptz END, "
            "request = CASE WHEN $2::text <> 'open' AND what IN ('customer', 'checkout') THEN '{}' ELSE request END "
            "WHERE id = $1 AND state IN ('created', 'open') RETURNING id",
            act.id, state.value, stripe_id, url, note[:200], now,
        )  # fmt: skip
        if done is None:
            return
        if state is ActState.DONE and isinstance(act.request, CustomerRequest):
            await db.execute("UPDATE subscription SET customer_id = $2 WHERE id = $1", act.subscription_id, stripe_id)
        if state is ActState.EXPIRED:
            await end_unpaid_choice(subscription_id=act.subscription_id, now=now)


async def end_unpaid_choice(*, subscription_id: int, now: datetime) -> None:
    """End what was never paid, unless there is a page where it still can be."""
    await db.execute(
        "UPDATE subscription SET state = 'ended', ended_at = $2, end_reason = $3 WHERE id = $1 AND state = 'pending' "
        "AND stripe_id IS NULL AND NOT EXISTS (SELECT FROM subscription_act a WHERE a.subscription = $1 "
        "AND a.what = 'checkout' AND a.state IN ('created', 'open'))",
        subscription_id, now, NEVER_STARTED,
    )  # fmt: skip


async def withdraw_page(*, act: Act, now: datetime) -> None:
    """The page was closed because it says something else by now: the subscription stays, another page follows."""
    await db.execute(
        "UPDATE subscription_act SET state = 'expired', ended_at = $2, request = '{}' WHERE id = $1 AND state = 'open'",
        act.id, now,
    )  # fmt: skip


async def give_up_act(*, act: Act, now: datetime) -> None:
    """Stripe was never heard to answer, and would not know the key any more: a person looks."""
    async with db.transaction():
        await finish_act(act=act, state=ActState.FAILED, now=now, note="no answer")
        await ask(
            reference=f"subscription-act:{act.key}", purchase_id=None, now=now,
            sentence=f"Stripe never answered a request about subscription {act.subscription_id} ({act.what}). Please compare "
            "the two.",
        )  # fmt: skip


async def prepare_price(*, offer: Offer, now: datetime) -> tuple[UUID, str | None]:
    """(idempotency key, Stripe's id once known) of a price."""
    return await _prepare(ObjectKind.PRICE, offer.key, offer, now)


async def prepare_tax_rate(*, request: TaxRateRequest, now: datetime) -> tuple[UUID, str | None]:
    return await _prepare(ObjectKind.TAX_RATE, request.key, request, now)


async def keep_object(*, public_id: UUID, stripe_id: str) -> None:
    await db.execute("UPDATE stripe_object SET stripe_id = $2 WHERE public_id = $1", public_id, stripe_id)


async def next_question() -> int:
    """The number of a question to Stripe: of two answers the one that was asked for later counts."""
    return int(await db.fetch_value("SELECT nextval('stripe_question')"))


async def _prepare(kind: ObjectKind, key: str, request: Any, now: datetime) -> tuple[UUID, str | None]:
    row = await db.fetch_one(
        "INSERT INTO stripe_object AS o (public_id, kind, key, request, created_at) VALUES ($1, $2, $3, $4::jsonb, $5) "
        "ON CONFLICT (kind, key) DO UPDATE SET key = o.key RETURNING public_id, stripe_id",
        uuid4(), kind.value, key, msgspec.json.encode(request).decode(), now,
    )  # fmt: skip
    assert row is not None
    return row["public_id"], row["stripe_id"]


async def _lock(subscription_id: int) -> Any:
    row = await db.fetch_one("SELECT * FROM subscription WHERE id = $1 FOR UPDATE", subscription_id)
    assert row is not None
    return row


async def _unfinished(subscription_id: int) -> Act | None:
    row = await db.fetch_one(
        f"SELECT {ACT_COLUMNS} FROM subscription_act a JOIN subscription s ON s.id = a.subscription "
        "WHERE a.subscription = $1 AND a.state IN ('created', 'open')",
        subscription_id,
    )
    return act_from(row) if row else None


async def _insert(subscription_id: int, request: ActRequest, now: datetime) -> Act:
    made = await db.fetch_value(
        "INSERT INTO subscription_act (subscription, number, state, what, request, url, created_at, note) "
        "SELECT $1, 1 + coalesce(max(number), 0), 'created', $2, $3::jsonb, '', $4, '' FROM subscription_act "
        "WHERE subscription = $1 RETURNING id",
        subscription_id, _WHAT[type(request).__name__], msgspec.json.encode(request).decode(), now,
    )  # fmt: skip
    row = await db.fetch_one(
        f"SELECT {ACT_COLUMNS} FROM subscription_act a JOIN subscription s ON s.id = a.subscription WHERE a.id = $1",
        made,
    )
    assert row is not None
    return act_from(row)


def _customer(row: Any) -> CustomerRequest:
    kind, value = tax_id(row["vat_id"], row["country"], VatCheck(row["vat_check"]))
    return CustomerRequest(
        email=row["email"],
        name=row["company"] or row["buyer_name"],
        contact=row["buyer_name"],
        street=row["street"],
        postal_code=row["postal_code"],
        city=row["city"],
        country=row["country"],
        exempt=exempt(TaxTreatment(row["tax_treatment"])),
        vat_type=kind,
        vat_value=value,
        po_number=row["po_number"],
        subscription=str(row["public_id"]),
    )


def _checkout(row: Any, price: str, tax_rates: tuple[str, ...], at: datetime) -> CheckoutRequest:
    page = f"{current().base_url}{row['return_path']}"
    return CheckoutRequest(
        customer=row["customer_id"],
        price=price,
        tax_rates=tax_rates,
        description=row["title"],
        success_url=f"{page}?returned=yes",
        cancel_url=f"{page}?returned=no",
        expires_at=at + _PAGE_LIFE,
        locale=_language(),
        subscription=str(row["public_id"]),
    )


def _language() -> str:
    return current().site_locale.split("_")[0]
