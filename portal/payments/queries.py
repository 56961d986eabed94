"""Reads of purchases, attempts, refunds, invoices."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from portal.accounts.queries import name_behind
from portal.core import db
from portal.core.money import Money
from portal.payments.buying import ATTEMPT_COLUMNS, Attempt, Buyer, Line, attempt_from
from portal.payments.rules.bills import Bill, bill
from portal.payments.rules.states import ATTEMPT_ENDED
from portal.payments.tables import AttemptState, InvoiceKind, PurchaseState, RefundState, TaxTreatment


class PurchaseRecord(msgspec.Struct, frozen=True):
    """A purchase as pages show it; amounts in minor units."""

    id: int
    public_id: UUID
    kind: str
    key: str
    state: PurchaseState
    currency: str
    net: int
    tax: int
    total: int
    refunded: int
    title: str
    email: str
    company: str
    vat_id: str
    po_number: str
    tax_treatment: TaxTreatment
    tax_country: str
    return_path: str
    created_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None
    checked_at: datetime | None
    method: str
    collected: int | None = None

    @property
    def received(self) -> int:
        """What came; `total` unless something is wrong."""
        return self.total if self.collected is None else self.collected

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


class RefundRecord(msgspec.Struct, frozen=True):
    """Money going back: `sums` of lines, or without them all that one attempt brought."""

    id: int
    attempt: int
    amount: int
    reason: str
    state: RefundState
    created_at: datetime
    settled_at: datetime | None
    sums: dict[str, Any] = {}


class InvoiceRecord(msgspec.Struct, frozen=True):
    """An issued document; `content` as frozen by commands.invoices."""

    number: str
    kind: InvoiceKind
    issued_at: datetime
    content: dict[str, Any]


_PURCHASE = (
    "SELECT id, public_id, kind, key, state, currency, net, tax, total, refunded, title, email, company, vat_id, po_number, "
    "tax_treatment, tax_country, return_path, created_at, expires_at, paid_at, checked_at, method, collected FROM purchase WHERE "
)


async def purchase(purchase_id: int) -> PurchaseRecord | None:
    row = await db.fetch_one(_PURCHASE + "id = $1", purchase_id)
    return None if row is None else msgspec.convert(dict(row), PurchaseRecord)


async def buyer_of(purchase_id: int) -> Buyer | None:
    """Who gets the invoice, as the purchase was last priced for."""
    row = await db.fetch_one(
        "SELECT email, buyer_name AS name, company, street, postal_code, city, country, vat_id, vat_check, po_number "
        "FROM purchase WHERE id = $1",
        purchase_id,
    )
    return None if row is None else msgspec.convert(dict(row), Buyer)


async def attempts(purchase_id: int) -> list[Attempt]:
    rows = await db.fetch(
        f"SELECT {ATTEMPT_COLUMNS} FROM payment_attempt WHERE purchase = $1 ORDER BY number",
        purchase_id,
    )
    return [attempt_from(row) for row in rows]


async def purchase_of_object(*, payment_intent: str = "", public_id: str = "") -> int | None:
    """The purchase a Stripe object belongs to, by either of the two marks."""
    found = await db.fetch_value(
        "SELECT purchase FROM payment_attempt WHERE payment_intent = $1 "
        "UNION ALL SELECT id FROM purchase WHERE public_id::text = $2 LIMIT 1",
        payment_intent or None, public_id,
    )  # fmt: skip
    return None if found is None else int(found)


async def purchase_by_secret(public_id: UUID) -> PurchaseRecord | None:
    """Only the portal, Stripe and the buyer’s mail know it."""
    row = await db.fetch_one(_PURCHASE + "public_id = $1", public_id)
    return None if row is None else msgspec.convert(dict(row), PurchaseRecord)


class Tried(Attempt, frozen=True):
    """An attempt and what came of it. `reports` counts Stripe's deliveries of its payment."""

    ended_at: datetime | None = None
    reports: int = 0


class Returned(msgspec.Struct, frozen=True):
    """Money that was of no use: the attempt that brought it, and how all of it goes back."""

    attempt: Tried
    refund: RefundRecord


class Story(msgspec.Struct, frozen=True):
    """Everything that happened to a purchase."""

    purchase: PurchaseRecord
    lines: list[Line]
    attempts: list[Tried]
    refunds: list[RefundRecord]
    invoices: list[InvoiceRecord]

    @property
    def paid_by(self) -> Tried | None:
        """The attempt whose money the purchase was settled with."""
        came = (attempt for attempt in self.attempts if attempt.state is AttemptState.SUCCEEDED)
        return next((attempt for attempt in came if attempt.ended_at == self.purchase.paid_at), None)

    @property
    def returned(self) -> list[Returned]:
        """Money that bought nothing, in the order in which it came."""
        whole = {refund.attempt: refund for refund in self.refunds if not refund.sums}
        return [Returned(attempt, whole[attempt.id]) for attempt in self.attempts if attempt.id in whole]

    @property
    def given_back(self) -> list[RefundRecord]:
        """Refunds of what was bought."""
        return [refund for refund in self.refunds if refund.sums]

    @property
    def unsettled(self) -> bool:
        """Whether money may still come by a page that is not known to be over."""
        return any(attempt.state not in ATTEMPT_ENDED for attempt in self.attempts)

    @property
    def bill(self) -> Bill:
        """What was bought, and what it comes to."""
        bought = self.purchase
        return bill(self.lines, bought.tax_treatment, bought.tax_country, bought.currency)


_STORY = """
SELECT json_build_object(
    'purchase', (SELECT row_to_json(p) FROM purchase p WHERE p.id = $1),
    'lines', (SELECT coalesce(json_agg(json_build_object('key', l.key, 'description', l.description, 'quantity', l.quantity,
        'list_net', l.list_net, 'unit_net', l.unit_net, 'tax_rate', l.tax_rate::text, 'detail', l.detail)
        ORDER BY l.position), '[]') FROM purchase_line l WHERE l.purchase = $1),
    'attempts', (SELECT coalesce(json_agg(json_build_object('id', a.id, 'purchase_id', a.purchase, 'number', a.number,
        'state', a.state, 'session_id', a.session_id, 'payment_intent', a.payment_intent, 'url', a.url, 'note', a.note,
        'created_at', a.created_at, 'ended_at', a.ended_at, 'reports', (SELECT coalesce(sum(e.deliveries), 0)
            FROM stripe_event e WHERE e.object_id = a.session_id AND e.type = 'checkout.session.completed'))
        ORDER BY a.number), '[]') FROM payment_attempt a WHERE a.purchase = $1),
    'refunds', (SELECT coalesce(json_agg(row_to_json(r) ORDER BY r.id), '[]') FROM refund r WHERE r.purchase = $1),
    'invoices', (SELECT coalesce(json_agg(row_to_json(i) ORDER BY i.id), '[]') FROM invoice i WHERE i.purchase = $1))
"""


async def story(purchase_id: int) -> Story:
    """The purchase with all its records, in one query."""
    return msgspec.json.decode(await db.fetch_value(_STORY, purchase_id), type=Story)


async def invoices(purchase_id: int) -> list[InvoiceRecord]:
    return (await story(purchase_id)).invoices


class Question(msgspec.Struct, frozen=True):
    """Something about money a person decides, with the purchase it is about if there is one."""

    id: int
    sentence: str
    facts: dict[str, str]
    asked_at: datetime
    settled_at: datetime | None
    settled_by: str
    title: str
    company: str
    email: str


_QUESTIONS = f"""
SELECT q.id, q.sentence, q.facts, q.asked_at, q.settled_at, {name_behind("q.settled_by")} AS settled_by,
    coalesce(p.title, '') AS title, coalesce(p.company, '') AS company, coalesce(p.email, '') AS email
FROM money_question q LEFT JOIN purchase p ON p.id = q.purchase
"""


async def open_questions(*, limit: int = 200) -> list[Question]:
    """Those that wait, the oldest first."""
    rows = await db.fetch(_QUESTIONS + "WHERE q.settled_at IS NULL ORDER BY q.asked_at, q.id LIMIT $1", limit)
    return [_question(row) for row in rows]


async def settled_questions(*, limit: int = 50) -> list[Question]:
    """Those somebody saw to, the latest first."""
    rows = await db.fetch(
        _QUESTIONS + "WHERE q.settled_at IS NOT NULL ORDER BY q.settled_at DESC, q.id DESC LIMIT $1", limit
    )
    return [_question(row) for row in rows]


COUNT_OPEN_QUESTIONS = "SELECT count(*) FROM money_question WHERE settled_at IS NULL"


def _question(row: Any) -> Question:
    facts = msgspec.json.decode(row["facts"])
    return msgspec.convert(
        {**dict(row), "facts": {name: str(value) for name, value in facts.items() if value}}, Question
    )
