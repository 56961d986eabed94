"""Money on the record: what was tried, what came, what goes back."""

from portal.core.money import written
from portal.payments.buying import Attempt
from portal.payments.queries import RefundRecord, Story
from portal.payments.rules import words
from portal.payments.tables import AttemptState, PurchaseState, RefundState
from portal.registration.rules.truth.values import Facts, Step
from portal.registration.tables import OrderState

_BANKS = "Banks take up to ten days to show it."


def paid(facts: Facts) -> list[Step]:
    """Tries to pay, and what became of the money."""
    order, story = facts.order, facts.story
    if story is None:
        return []
    purchase = story.purchase
    total = written(purchase.total, purchase.currency, facts.locale)
    steps = [step for attempt in story.attempts if (step := _tried(attempt))]
    match purchase.state:
        case PurchaseState.PAID | PurchaseState.RETURNED:
            steps.append(_received(story, facts.locale))
        case PurchaseState.PROCESSING:
            steps.append(
                Step(f"{total} on its way", "Your bank needs a few days. Your places are kept meanwhile.", tone="wait",
                     when="when the bank is done")
            )  # fmt: skip
        case PurchaseState.OPEN if order.state is OrderState.HELD and purchase.total:
            steps.append(Step(f"{total} to pay", "Not received yet.", tone="wait", when="until the hold ends"))
    if purchase.state is PurchaseState.RETURNED:
        why = next((refund.reason for refund in story.refunds), "")
        told = f"{why} All of it goes back the way it was paid.".strip()
        steps.append(Step("We could not use the money", told, purchase.paid_at, "bad"))
    return steps


def _tried(attempt: Attempt) -> Step | None:
    """A try to pay that brought nothing, or that brought something only in the end."""
    if attempt.state is AttemptState.SUCCEEDED and attempt.note:
        return Step("A first try to pay did not work", attempt.note, attempt.created_at, "bad")
    if attempt.state in (AttemptState.EXPIRED, AttemptState.FAILED) or attempt.note:
        return Step(
            "A payment was not completed", attempt.note or "The payment page was closed.", attempt.created_at, "bad"
        )
    return None


def _received(story: Story, locale: str) -> Step:
    purchase = story.purchase
    came = written(purchase.received, purchase.currency, locale)
    how = f"{words.method(purchase.method)}." if purchase.method else ""
    again = f" Stripe reported it {story.reports} times; counted once." if story.reports > 1 else ""
    reference = next((a.payment_intent for a in story.attempts if a.state is AttemptState.SUCCEEDED), None)
    proof = f"Reference {reference}" if reference else ""
    return Step(f"{came} received", f"{how}{again}".strip(), purchase.paid_at, proof=proof)


def going_back(facts: Facts) -> list[Step]:
    """Refunds, each with why and how."""
    if facts.story is None:
        return []
    # Why all of it goes back stands one step before.
    told = facts.story.refunds[0].id if facts.story.purchase.state is PurchaseState.RETURNED else 0
    return [
        _refund(refund, facts, "" if refund.id == told else f"Reason: {refund.reason.rstrip('.')}.")
        for refund in facts.story.refunds
    ]


def _refund(refund: RefundRecord, facts: Facts, why: str) -> Step:
    assert facts.story is not None
    purchase = facts.story.purchase
    amount = written(refund.amount, purchase.currency, facts.locale)
    by = f"To {words.method(purchase.method)}." if purchase.method else ""
    told = " ".join(part for part in (why, by, _BANKS) if part)
    match refund.state:
        case RefundState.SUCCEEDED:
            return Step(f"{amount} sent back", told, refund.settled_at)
        case RefundState.FAILED:
            return Step(f"{amount} could not be sent back", "We are looking into it.", refund.settled_at, "bad")
        case RefundState.REQUESTED | RefundState.PENDING:
            return Step(f"{amount} on its way back", told, refund.created_at)
