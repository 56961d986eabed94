"""Mails and calendar entries on the record: what was sent to whom, and whether it came."""

from portal.calendars.tables import Method
from portal.calendars.values import Sent
from portal.notifications.tables import MailState
from portal.notifications.values import MailRecord
from portal.registration.rules.truth.values import Facts, Step
from portal.registration.tables import OrderState
from portal.registration.values.orders import OrderRecord


def mails(facts: Facts) -> list[Step]:
    return [of_mail(mail) for mail in facts.mails]


def of_mail(mail: MailRecord) -> Step:
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


def calendar(facts: Facts) -> list[Step]:
    """Every version that was sent, and when the next one comes."""
    names = _names(facts.order)
    steps = [_sent(sent, names.get(sent.address, "")) for sent in facts.sent]
    if facts.order.state is OrderState.CONFIRMED and facts.order.is_on and not facts.ended:
        steps.append(
            Step("Next calendar version", "Only when the time or place changes. You will see it here.", tone="wait",
                 when="if needed")
        )  # fmt: skip
    return steps


def _names(order: OrderRecord) -> dict[str, str]:
    """Who is behind an address of the order."""
    return {order.email: order.contact_name, **{seat.email: seat.name for seat in order.seats if seat.name}}


def _sent(sent: Sent, name: str) -> Step:
    who = f"{name} ({sent.address})" if name else sent.address
    taken_back = sent.method is Method.CANCEL
    title = "Calendar entry taken back" if taken_back else f"Calendar entry, version {sent.number}"
    what = f"The cancellation of version {sent.number}" if taken_back else f"Version {sent.number}"
    if sent.lost:
        told = f"{what} was sent to {who} with a mail that did not arrive."
        return Step(f"{title}: not arrived", told, sent.sent_at, "bad")
    if sent.waiting:
        return Step(title, f"{what} waits to go out to {who} with its mail.", tone="wait", when="in a moment")
    newer = "" if sent.newest or taken_back else " A newer version has been made since."
    return Step(title, f"{what} went out to {who} with the mail.{newer}", sent.sent_at)
