"""Mails about plans and sponsorships, built from values. Called by jobs only."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from portal.core.money import Money, written
from portal.core.settings import current
from portal.core.times import moment
from portal.notifications.composing import compose
from portal.notifications.values import Message, Part
from portal.payments.rules.words import included
from portal.payments.subscriptions.queries import SubscriptionRecord
from portal.payments.subscriptions.rules import CANCELLED, NOT_PAID
from portal.payments.subscriptions.tables import Interval
from portal.placements.rules import sponsoring
from portal.placements.rules.plans import INTERVAL_WORDS, NAMES
from portal.placements.tables import Plan
from portal.placements.values import BookingRecord, Notice

TOPIC = "plans"
# Mails go to the address of the invoices, which need not be an owner’s.
_TAKEN_BACK = "An owner of your organisation can take this back on the plan’s page until that day."


class Told(msgspec.Struct, frozen=True):
    """What a mail says. Its one button opens a page; nothing in it acts. Without words it has none."""

    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    button: str = "Open the plan’s page"


def plan_notice(record: SubscriptionRecord, notice: Notice, notice_id: int) -> Message | None:
    """To the buyer of a plan; None when what it would say no longer holds. Who has lost what it was bought for reads other
    words, for he opens the plan’s page no more."""
    written = _WRITTEN if record.let_go_at is None else _WRITTEN_TO_FORMER_OWNERS
    told = written[notice](record) if notice in written else None
    if told is None:
        return None
    about = ("subscription", str(record.id))
    return _message(
        told,
        key=f"plan-{notice_id}",
        recipient=record.email,
        path=record.return_path,
        name=record.buyer_name,
        about=about,
    )


def _started(record: SubscriptionRecord) -> Told:
    plan = plan_name(record.plan)
    return Told(
        f"{plan} is yours: {record.title}",
        (f"Thank you. Everything {plan} gives is switched on now.",
         "Stripe sends the invoice, and the plan’s page lists all of them."),
        _facts(record),
    )  # fmt: skip


def _changed(record: SubscriptionRecord) -> Told:
    plan = plan_name(record.plan)
    return Told(f"Your plan is {plan} now", (f"From now on the profile is {plan}, {_paid(record)}.",), _facts(record))


def _change_noted(record: SubscriptionRecord) -> Told | None:
    if not record.next_plan:
        return None
    follows, every = plan_name(record.next_plan), INTERVAL_WORDS[Interval(record.next_interval)]
    return Told(
        f"From {_day(record.period_end)}: {follows}, paid by the {every}",
        (f"Until then everything stays as it is. Afterwards the plan is {follows}, paid by the {every}. What a smaller plan "
         "does not show is kept.",
         _TAKEN_BACK),
        _facts(record),
    )  # fmt: skip


def _cancelled(record: SubscriptionRecord) -> Told | None:
    if record.ends_at is None:
        return None
    return Told(
        f"{plan_name(record.plan)} ends on {_day(record.ends_at)}",
        ("Until then everything stays as it is, and nothing more is charged. Afterwards the profile is Free. What Free does "
         "not show is kept and comes back with a plan.",
         _TAKEN_BACK),
        _facts(record),
    )  # fmt: skip


def _renewal(record: SubscriptionRecord) -> Told | None:
    if record.renewal is None:
        return None
    plan, end, sum_due = plan_name(record.next_plan or record.plan), _day(record.period_end), _money(record.renewal)
    every = INTERVAL_WORDS[Interval(record.next_interval or record.interval)]
    return Told(
        f"{plan} renews on {end} for {sum_due}",
        (f"On {end} {sum_due}, {_vat(record)}, will be charged for {plan}, for another {every}.",
         "If that is not wanted, an owner of your organisation can cancel on the plan’s page before that day."),
        _facts(record),
    )  # fmt: skip


def _failed(record: SubscriptionRecord) -> Told | None:
    if record.grace_until is None:
        return None
    return Told(
        "Your payment did not go through",
        (f"Stripe could not charge what is due for {plan_name(record.plan)}. It tries again in the next days.",
         f"Everything stays switched on until {_day(record.grace_until)}. Please pay, or give another card, on the plan’s "
         "page."),
        _facts(record), "Pay or change the card",
    )  # fmt: skip


def _unpaid(record: SubscriptionRecord) -> Told | None:
    if record.grace_until is None:
        return None
    plan, until = plan_name(record.plan), _day(record.grace_until)
    return Told(
        f"{plan} ends on {until} unless it is paid",
        (f"What is due for {plan} has still not been paid. On {until} the profile goes back to Free. What Free does not show "
         "is kept.",
         "Please pay, or give another card, on the plan’s page."),
        _facts(record), "Pay or change the card",
    )  # fmt: skip


def _recovered(record: SubscriptionRecord) -> Told:
    return Told(
        "Paid: your plan goes on",
        (f"Your payment has arrived. {plan_name(record.plan)} goes on as before.",),
        _facts(record),
    )


def _ended(record: SubscriptionRecord) -> Told | None:
    if record.ended_at is None:
        return None
    return Told(
        f"{plan_name(record.plan)} has ended",
        (_why_ended(record), "Everything you entered is kept. What Free does not show comes back with a plan."),
        _facts(record), "Choose a plan",
    )  # fmt: skip


_WRITTEN: dict[Notice, Callable[[SubscriptionRecord], Told | None]] = {
    Notice.STARTED: _started, Notice.CHANGED: _changed, Notice.CHANGE_NOTED: _change_noted, Notice.CANCELLED: _cancelled,
    Notice.RENEWAL: _renewal, Notice.FAILED: _failed, Notice.GRACE_WEEK: _unpaid, Notice.GRACE_LAST: _unpaid,
    Notice.RECOVERED: _recovered, Notice.ENDED: _ended,
}  # fmt: skip


def _late_for_former(record: SubscriptionRecord) -> Told:
    return Told(
        f"Your payment came too late: {record.title}",
        (f"{_no_longer(record)} The plan is not renewed.",
         f"Our staff look at what becomes of your money. Questions go to {current().contact_email}."),
        _facts(record), "",
    )  # fmt: skip


def _cancelled_for_former(record: SubscriptionRecord) -> Told | None:
    if record.ends_at is None:
        return None
    return Told(
        f"{plan_name(record.plan)} ends on {_day(record.ends_at)}",
        (f"{_no_longer(record)} So the plan ends with the time it was bought for, and is not renewed. You need do nothing.",
         f"You cannot take this back. If it is wrong, write to {current().contact_email}."),
        _facts(record), "",
    )  # fmt: skip


def _unpaid_for_former(record: SubscriptionRecord) -> Told | None:
    if record.grace_until is None:
        return None
    return Told(
        f"{plan_name(record.plan)} ends on {_day(record.grace_until)} unless it is paid",
        (f"{_no_longer(record)} What was due for the plan could not be charged; Stripe may try again until "
         f"{_day(record.grace_until)}. Then the plan ends.",
         f"You need do nothing. Questions go to {current().contact_email}."),
        _facts(record), "",
    )  # fmt: skip


def _recovered_for_former(record: SubscriptionRecord) -> Told:
    return Told(
        f"Paid: {record.title}",
        (f"Your payment has arrived. {_no_longer(record)} The plan ends with the time that is paid for, and is not renewed.",
         f"Questions go to {current().contact_email}."),
        _facts(record), "",
    )  # fmt: skip


def _ended_for_former(record: SubscriptionRecord) -> Told | None:
    if record.ended_at is None:
        return None
    words = f"{_no_longer(record)} Nothing more is charged."
    return Told(f"{plan_name(record.plan)} has ended", (words,), _facts(record), "")


# What else there is to say comes to nothing for them.
_WRITTEN_TO_FORMER_OWNERS: dict[Notice, Callable[[SubscriptionRecord], Told | None]] = {
    Notice.STARTED: _late_for_former, Notice.CANCELLED: _cancelled_for_former, Notice.FAILED: _unpaid_for_former,
    Notice.GRACE_WEEK: _unpaid_for_former, Notice.GRACE_LAST: _unpaid_for_former, Notice.RECOVERED: _recovered_for_former,
    Notice.ENDED: _ended_for_former,
}  # fmt: skip


def _no_longer(record: SubscriptionRecord) -> str:
    return f"Your organisation no longer looks after the profile that this was bought for ({record.title})."


def _why_ended(record: SubscriptionRecord) -> str:
    why = {
        NOT_PAID: "It was not paid in the time it was given.",
        CANCELLED: "It was cancelled.",
    }.get(record.end_reason, "")
    return f"{why} The profile is Free from now on.".strip()


def plan_name(plan: str) -> str:
    """A plan in words; one that is no longer sold by its own."""
    return NAMES[Plan(plan)] if plan in set(Plan) else plan.capitalize()


def _paid(record: SubscriptionRecord) -> str:
    return f"{_money(record.gross(record.net))} by the {INTERVAL_WORDS[record.interval]}, {_vat(record)}"


def _vat(record: SubscriptionRecord) -> str:
    return included(record.tax_treatment, record.tax_rate)


def _facts(record: SubscriptionRecord) -> tuple[tuple[str, str], ...]:
    rows = (
        ("Plan", plan_name(record.plan)),
        ("Price", _paid(record)),
        ("Paid until", _day(record.paid_until)),
        ("Invoices to", record.company or record.buyer_name),
    )
    return tuple((label, value) for label, value in rows if value)


def booked(booking: BookingRecord, email: str, name: str, papers: Sequence[Part], links: Sequence[str]) -> Message:
    """To whoever paid for sponsorships, with the invoice and where it stays."""
    told = Told(
        f"Booked: {len(booking.slots)} sponsored {'place' if len(booking.slots) == 1 else 'places'} ({booking.number})",
        (
            f"{booking.title} will be shown as a sponsor, in the lane marked “Sponsored” above the list.",
            *(
                f"The invoice is attached. You can read it again at {link}, whoever looks after the company by then."
                for link in links
            ),
        ),
        tuple((slot.category_name, sponsoring.period(slot.month, booking.bought)) for slot in booking.slots),
        "Open the booking",
    )
    return _message(told, key=f"sponsorship-{booking.id}-booked", recipient=email, path=booking.return_path, name=name,
                    about=("sponsorship", booking.number), parts=papers)  # fmt: skip


def money_returned(booking: BookingRecord, refund_id: int, amount: Money, reason: str, email: str) -> list[Message]:
    """Money of no use, to the buyer and to the publisher."""
    facts = tuple((slot.category_name, sponsoring.period(slot.month, booking.bought)) for slot in booking.slots)
    buyer = Told(
        f"Your money goes back: {booking.number}",
        (f"We received {_money(amount)} for this booking, but could not use it. {reason}",
         "We have sent the whole amount back the way it was paid; depending on your bank it takes up to ten days."),
        facts, "See what happened",
    )  # fmt: skip
    staff = Told(
        f"Money went back: {booking.number}",
        (f"{_money(amount)} for sponsorships of {booking.title} could not be used and was sent back. {reason}",), facts,
        "See what happened",
    )  # fmt: skip
    return [
        _message(told, key=f"refund-{refund_id}-sponsorship-{who}", recipient=recipient, path=booking.return_path, name="",
                 about=("sponsorship", booking.number))
        for who, told, recipient in (("buyer", buyer, email), ("staff", staff, current().contact_email))
        if recipient
    ]  # fmt: skip


def _message(
    told: Told, *, key: str, recipient: str, path: str, name: str, about: tuple[str, str], parts: Sequence[Part] = ()
) -> Message:
    subject, text, html = compose("placements/notice", told=told, path=path, name=name)
    return Message(
        key=key, topic=TOPIC, recipient=recipient, subject=subject, text=text, html=html, parts=tuple(parts),
        about_kind=about[0], about_key=about[1], reply_to=current().contact_email,
    )  # fmt: skip


def _day(at: datetime | None) -> str:
    return moment(at, current().site_timezone, "d MMMM y") if at is not None else ""


def _money(amount: Money) -> str:
    return written(amount.minor, amount.currency, current().site_locale)
