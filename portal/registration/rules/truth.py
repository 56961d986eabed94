"""The order's record: one plain-language timeline that buyer and support read alike. Pure: made from stored facts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portal.calendars.tables import Method
from portal.calendars.values import Sent
from portal.core.money import written
from portal.core.times import moment
from portal.events.tables import EventFormat
from portal.notifications.tables import MailState
from portal.notifications.values import MailRecord
from portal.payments.buying import Attempt
from portal.payments.queries import PurchaseRecord, Story
from portal.payments.tables import AttemptState, InvoiceKind, PurchaseState, RefundState
from portal.registration.tables import OrderState, SeatState
from portal.registration.values import OrderRecord


class Step(msgspec.Struct, frozen=True):
    """One fact. `tone`: done, wait or bad; `when` stands in for a time that is not known yet."""

    title: str
    text: str
    at: datetime | None = None
    tone: str = "done"
    proof: str = ""
    when: str = ""


class Facts(msgspec.Struct, frozen=True):
    """Everything the timeline is made from."""

    order: OrderRecord
    story: Story | None
    mails: Sequence[MailRecord]
    sent: Sequence[Sent]
    locale: str = "en_GB"


def timeline(facts: Facts) -> list[Step]:
    """The steps in the order they happened; what is still open comes last."""
    steps = [
        _held(facts),
        *_money(facts),
        *_seats(facts),
        *_mails(facts),
        *_calendar(facts),
        *_refunds(facts),
    ]
    known = [(step.at, n, step) for n, step in enumerate(steps) if step.at is not None]
    return [step for _, _, step in sorted(known)] + [step for step in steps if step.at is None]


def _places(count: int) -> str:
    return f"{count} place{'' if count == 1 else 's'}"


def _held(facts: Facts) -> Step:
    order = facts.order
    left = "" if order.left_after_hold is None else f" {_places(order.left_after_hold)} were left after yours."
    minutes = round(((order.holds_until or order.held_at) - order.held_at) / timedelta(minutes=1))
    until = f"Taken out of sale for {minutes} minutes." if minutes < 120 else "Taken out of sale for you."
    return Step(f"{_places(len(order.seats))} held", until + left, order.held_at)


def _money(facts: Facts) -> list[Step]:
    order, story = facts.order, facts.story
    if story is None:
        return _lapsed(order)
    purchase = story.purchase
    total = written(purchase.total, purchase.currency, facts.locale)
    steps = [step for attempt in story.attempts if (step := _tried(attempt))]
    reference = next((a.payment_intent for a in story.attempts if a.state is AttemptState.SUCCEEDED), None)
    match purchase.state:
        case PurchaseState.PAID | PurchaseState.RETURNED:
            again = f" Stripe reported it {story.reports} times; counted once." if story.reports > 1 else ""
            how = f"{purchase.method.capitalize()}." if purchase.method else ""
            proof = f"Reference {reference}" if reference else ""
            came = written(purchase.received, purchase.currency, facts.locale)
            steps.append(Step(f"{came} received", f"{how}{again}".strip(), purchase.paid_at, proof=proof))
        case PurchaseState.PROCESSING:
            steps.append(
                Step(f"{total} on its way", "Your bank needs a few days. Your places are kept meanwhile.", tone="wait",
                     when="when the bank is done")
            )  # fmt: skip
        case PurchaseState.OPEN if order.state is OrderState.HELD and purchase.total:
            steps.append(Step(f"{total} to pay", "Not received yet.", tone="wait", when="until the hold ends"))
    if purchase.state is PurchaseState.RETURNED:
        why = next((refund.reason for refund in story.refunds), "")
        steps.append(
            Step("We could not use the money", f"{why} We send everything back.".strip(), purchase.paid_at, "bad")
        )
    return [*steps, *_lapsed(order)]


def _tried(attempt: Attempt) -> Step | None:
    """A try to pay that brought nothing, or that brought something only in the end."""
    if attempt.state is AttemptState.SUCCEEDED and attempt.note:
        return Step("A first try to pay did not work", attempt.note, attempt.created_at, "bad")
    if attempt.state in (AttemptState.EXPIRED, AttemptState.FAILED) or attempt.note:
        return Step(
            "A payment was not completed", attempt.note or "The payment page was closed.", attempt.created_at, "bad"
        )
    return None


def _lapsed(order: OrderRecord) -> list[Step]:
    if order.state is OrderState.LAPSED:
        title = "Places back on sale" if order.is_on else "Order ended"
        return [Step(title, f"{order.end_reason.capitalize()}.", order.ended_at, "bad")]
    return []


def _seats(facts: Facts) -> list[Step]:
    order = facts.order
    if order.confirmed_at is None:
        return []
    count = len(order.seats)
    named = [seat.name for seat in order.seats if seat.named_at is not None]
    written_down = facts.story.invoices if facts.story else []
    bill = next((invoice for invoice in written_down if invoice.kind is InvoiceKind.INVOICE), None)
    told = f"{len(named)} of {count} named{': ' + ', '.join(named[:3]) if named else ''}."
    if bill is not None:
        told += f" Invoice {bill.number} written at the same moment."
    steps = [Step("Ticket issued" if count == 1 else f"{count} tickets issued", told, order.confirmed_at)]
    steps += [
        Step(
            f"Ticket {seat.position} has no name yet",
            f"{seat.email} was asked to fill it in." if seat.email else "You can fill it in below.",
            tone="wait", when="until the event",
        )
        for seat in order.seats
        if seat.state is SeatState.CONFIRMED and seat.named_at is None
    ]  # fmt: skip
    if order.state is OrderState.CANCELLED:
        steps.append(Step("Order cancelled", f"{order.end_reason.capitalize()}.", order.ended_at, "bad"))
    elif gone := [seat for seat in order.seats if seat.state is SeatState.CANCELLED]:
        numbers = ", ".join(str(seat.position) for seat in gone)
        steps.append(
            Step(
                f"{_places(len(gone))} given up",
                f"Ticket {numbers} is no longer valid.",
                tone="bad",
                when="done",
            )
        )
    return steps


def _mails(facts: Facts) -> list[Step]:
    return [_mail(mail) for mail in facts.mails]


def _mail(mail: MailRecord) -> Step:
    said = f"“{mail.subject}” to {mail.recipient}"
    match mail.state:
        case MailState.ACCEPTED:
            tries = "on the first attempt" if mail.attempts <= 1 else f"on attempt {mail.attempts}"
            text = f"{said}, {tries}. Not there? Look in quarantine."
            return Step(f"Mail accepted by {mail.domain}", text, mail.answered_at)
        case MailState.BOUNCED:
            text = f"{said} did not arrive. Please check the address."
            return Step(f"Mail refused by {mail.domain}", text, mail.answered_at, "bad", mail.answer)
        case MailState.FAILED:
            text = f"{said} could not be sent. Please check the address."
            return Step(f"Mail not taken by {mail.domain}", text, mail.answered_at, "bad", mail.answer)
        case MailState.SUPPRESSED:
            return Step("Mail not sent", f"{said}. {mail.answer}", mail.answered_at, "bad")
        case _:
            text = f"{mail.domain} asked us to try later; attempt {mail.attempts + 1} follows." if mail.attempts else ""
            return Step(f"Mail to {mail.domain}", text or f"{said} waits to be sent.", tone="wait", when="in a moment")


def _calendar(facts: Facts) -> list[Step]:
    steps = [_sent(sent) for sent in facts.sent]
    if facts.order.state is OrderState.CONFIRMED and facts.order.is_on:
        steps.append(
            Step("Next calendar version", "Only when the time or place changes. You will see it here.", tone="wait",
                 when="if needed")
        )  # fmt: skip
    return steps


def _sent(sent: Sent) -> Step:
    taken_back = sent.method is Method.CANCEL
    title = "Calendar entry taken back" if taken_back else f"Calendar entry, version {sent.number}"
    what = "The cancellation" if taken_back else "It"
    if sent.lost:
        return Step(
            f"{title}: not arrived",
            f"{what} was sent to {sent.address} with a mail that did not arrive.",
            sent.sent_at,
            "bad",
        )
    if sent.waiting:
        return Step(title, f"{what} waits to go out to {sent.address} with its mail.", tone="wait", when="in a moment")
    newer = "" if sent.newest or taken_back else " A newer version has been made since."
    return Step(title, f"{what} went out to {sent.address} with the mail.{newer}", sent.sent_at)


def _refunds(facts: Facts) -> list[Step]:
    steps: list[Step] = []
    if facts.story is None:
        return steps
    for refund in facts.story.refunds:
        amount = written(refund.amount, facts.story.purchase.currency, facts.locale)
        why = f"Reason: {refund.reason.rstrip('.')}."
        match refund.state:
            case RefundState.SUCCEEDED:
                steps.append(Step(f"{amount} sent back", why, refund.settled_at))
            case RefundState.FAILED:
                steps.append(
                    Step(
                        f"{amount} could not be sent back",
                        "We are looking into it.",
                        refund.settled_at,
                        "bad",
                    )
                )
            case _:
                steps.append(Step(f"{amount} on its way back", why, refund.created_at))
    return steps


def headline(order: OrderRecord, purchase: PurchaseRecord | None, *, held: bool, checking: bool) -> str:
    """What the page says first. `held`: the places are kept still; `checking`: money may be on its way for a lapsed one."""
    if not order.is_on:
        return "This event is cancelled."
    match order.state:
        case OrderState.CONFIRMED:
            on_site = order.city and order.event_format != EventFormat.ONLINE
            return f"You are going to {order.city}." if on_site else "You are registered."
        case OrderState.PAYING:
            return "Your bank is on it."
        case OrderState.HELD if held:
            due = purchase is not None and purchase.total
            return "Your places are held, waiting for payment." if due else "Your places are held."
        case OrderState.HELD | OrderState.LAPSED if checking or (
            purchase is not None and order.state is OrderState.HELD
        ):
            return "The time has run out. We are checking whether you have paid."
        case OrderState.CANCELLED:
            return "This order is cancelled."
        case _:
            return "These places went back on sale."


def checked(purchase: PurchaseRecord | None, zone: str) -> str:
    """When we last compared with Stripe."""
    if purchase is None or purchase.checked_at is None:
        return ""
    return f"Last compared with Stripe {moment(purchase.checked_at, zone, 'EEE d MMM, HH:mm:ss')}."
