"""All that happened to an order, in the order in which it did."""

from datetime import timedelta

from portal.payments.tables import InvoiceKind
from portal.registration.rules.truth import messages, money
from portal.registration.rules.truth.values import Facts, Step
from portal.registration.tables import OrderState, SeatState, Watching
from portal.registration.values.orders import OrderAct, OrderRecord, OrderVerb


def timeline(facts: Facts) -> list[Step]:
    """The steps in the order they happened; what is still open comes last."""
    steps = [
        _held(facts),
        *_asked(facts.order),
        *money.paid(facts),
        *_lapsed(facts.order),
        *_issued(facts),
        *(_act(act) for act in facts.acts),
        *_event(facts),
        *messages.mails(facts),
        *messages.calendar(facts),
        *_cancelled(facts.order),
        *money.going_back(facts),
    ]
    known = [(step.at, n, step) for n, step in enumerate(steps) if step.at is not None]
    return [step for _, _, step in sorted(known)] + [step for step in steps if step.at is None]


def _places(count: int) -> str:
    return f"{count:,} place{'' if count == 1 else 's'}"


def _held(facts: Facts) -> Step:
    order = facts.order
    if (first := order.comes_with) is not None:
        told = f"It comes with your place at {first.event_title}, order {first.number}."
        return Step(f"{_places(len(order.seats))} given", told, order.held_at)
    left = "" if order.left_after_hold is None else f" {_places(order.left_after_hold)} were left after yours."
    minutes = round(((order.holds_until or order.held_at) - order.held_at) / timedelta(minutes=1))
    brief = minutes < 120 and order.requested_at is None
    until = f"Taken out of sale for {minutes} minutes." if brief else "Taken out of sale for you."
    return Step(f"{_places(len(order.seats))} held", until + left, order.held_at)


def _asked(order: OrderRecord) -> list[Step]:
    """The organiser was asked, and what was decided."""
    if order.requested_at is None:
        return []
    kept = f"The {'place is' if order.single else 'places are'} kept until it is decided."
    steps = [Step("Sent to the organiser", kept, order.requested_at)]
    if order.state is OrderState.REQUESTED and order.is_on:
        return [*steps, Step("The organiser decides", "You get a mail either way.", tone="wait", when="soon")]
    if order.decided_at is None:
        return steps
    if order.state is OrderState.CANCELLED and order.confirmed_at is None:
        return [*steps, Step("Not approved", order.decision_note or "No reason was given.", order.decided_at, "bad")]
    pay = "" if order.purchase_id is None else "To be paid within two days."
    return [*steps, Step("Approved by the organiser", pay, order.decided_at)]


def _lapsed(order: OrderRecord) -> list[Step]:
    if order.state is OrderState.LAPSED:
        title = f"Place{'' if order.single else 's'} back on sale" if order.is_on else "Order ended"
        return [Step(title, f"{order.end_reason.capitalize()}.", order.ended_at, "bad")]
    return []


def _issued(facts: Facts) -> list[Step]:
    order = facts.order
    if order.confirmed_at is None:
        return []
    count = len(order.seats)
    written_down = facts.story.invoices if facts.story else []
    bill = next((invoice for invoice in written_down if invoice.kind is InvoiceKind.INVOICE), None)
    told = f"Invoice {bill.number} written at the same moment." if bill is not None else ""
    return [
        Step(
            "Ticket issued" if count == 1 else f"{count} tickets issued",
            f"{told} {_watching(order)}".strip(),
            order.confirmed_at,
        ),
        *_nameless(facts),
    ]


def _watching(order: OrderRecord) -> str:
    """Who watches the recording, where one may choose, or where there is nothing else to watch."""
    count = sum(seat.watching is Watching.RECORDING for seat in order.seats if seat.state is SeatState.CONFIRMED)
    if not count:
        return ""
    if order.single:
        return "You watch the recording."
    return f"{count} of them {'watches' if count == 1 else 'watch'} the recording."


def _nameless(facts: Facts) -> list[Step]:
    order = facts.order
    if not order.is_on or facts.closed:
        return []
    return [
        Step(
            f"Ticket {seat.position} has no name yet",
            f"{seat.email} was asked to fill it in." if seat.email else "You can fill it in below.",
            tone="wait", when="when you like" if facts.ended else "until the event ends",
        )
        for seat in order.seats
        if seat.state is SeatState.CONFIRMED and seat.named_at is None
    ]  # fmt: skip


def _act(act: OrderAct) -> Step:
    ticket = f"Ticket {act.seat}"
    match act.verb:
        case OrderVerb.NAME:
            return Step(f"{ticket}: name entered", "The ticket goes to whoever comes.", act.at)
        case OrderVerb.HAND_ON:
            return Step(f"{ticket} passed on", "Somebody else has the place; the ticket before has ended.", act.at)
        case OrderVerb.ASK:
            return Step(f"{ticket}: a colleague asked", "They were sent a page to fill their name in.", act.at)
        case OrderVerb.ANSWER:
            return Step(f"{ticket}: answers changed", "The organiser sees the new ones.", act.at)
        case OrderVerb.WATCH:
            how = "the recording, afterwards" if act.watching is Watching.RECORDING else "live"
            return Step(f"{ticket}: {how}", "So it was chosen; it can be changed until the event ends.", act.at)
        case OrderVerb.CANCEL:
            return Step(f"{ticket} given up", "It is no longer valid, and the place is free for others.", act.at, "bad")
        case OrderVerb.MOVE:
            told = "This page has a new address since, and so have your own tickets; the old ones have ended."
            return Step("Mail goes to another address", told, act.at)


def _event(facts: Facts) -> list[Step]:
    """What became of the event while the order stood."""
    order = facts.order
    return [
        Step(change.title, change.words, change.at, "bad" if change.called_off else "done")
        for change in facts.changes
        if order.ended_at is None or change.at <= order.ended_at
    ]


def _cancelled(order: OrderRecord) -> list[Step]:
    if order.state is OrderState.CANCELLED and (order.confirmed_at is not None or order.decided_at is None):
        return [
            Step(
                "Order cancelled" if order.confirmed_at else "Order ended",
                f"{order.end_reason.capitalize()}.",
                order.ended_at,
                "bad",
            )
        ]
    return []
