"""Money on the record: what was tried, what came, what goes back."""

from portal.core.money import written
from portal.payments.buying import Attempt
from portal.payments.queries import RefundRecord, Returned, Story, Tried
from portal.payments.rules import words
from portal.payments.tables import AttemptState, PurchaseState, RefundState
from portal.registration.rules.truth.values import Facts, Step

_BANKS = "Banks take up to ten days to show it."


def paid(facts: Facts) -> list[Step]:
    """Tries to pay, and what became of the money."""
    if facts.story is None:
        return []
    return paid_for(facts.story, locale=facts.locale, slow=_slow(facts), held=facts.held)


def paid_for(story: Story, *, locale: str, slow: str, held: bool) -> list[Step]:
    """The same of any purchase; `slow` says what becomes of what was bought while a bank takes its time."""
    purchase = story.purchase
    total = written(purchase.total, purchase.currency, locale)
    steps = [step for attempt in story.attempts if (step := _tried(attempt))]
    match purchase.state:
        case PurchaseState.PAID if story.paid_by is not None:
            steps.append(_received(story, story.paid_by, purchase.received, locale))
        case PurchaseState.PROCESSING:
            steps.append(Step(f"{total} on its way", slow, tone="wait", when="when the bank is done"))
        case PurchaseState.OPEN if held and purchase.total:
            steps.append(Step(f"{total} to pay", "Not received yet.", tone="wait", when="until the hold ends"))
    for returned in story.returned:
        steps += _of_no_use(story, returned, locale)
    return steps


def _slow(facts: Facts) -> str:
    if not facts.order.is_on:
        return "Your bank needs a few days. When it comes, all of it goes back."
    return f"Your bank needs a few days. {'Your place is' if facts.order.single else 'Your places are'} kept meanwhile."


def _tried(attempt: Attempt) -> Step | None:
    """A try to pay that brought nothing, or that brought something only in the end."""
    if attempt.state is AttemptState.SUCCEEDED and attempt.note:
        return Step("A first try to pay did not work", attempt.note, attempt.created_at, "bad")
    if attempt.state in (AttemptState.EXPIRED, AttemptState.FAILED) or attempt.note:
        return Step(
            "A payment was not completed", attempt.note or "The payment page was closed.", attempt.created_at, "bad"
        )
    return None


def _received(story: Story, attempt: Tried, amount: int, locale: str) -> Step:
    purchase = story.purchase
    another = bool(attempt.ended_at and purchase.paid_at and attempt.ended_at > purchase.paid_at)
    came = written(amount, purchase.currency, locale)
    how = f"{words.method(purchase.method)}." if purchase.method and attempt == story.paid_by else ""
    again = f" Stripe reported it {attempt.reports} times; counted once." if attempt.reports > 1 else ""
    proof = f"Reference {attempt.payment_intent}" if attempt.payment_intent else ""
    title = f"Another {came} received" if another else f"{came} received"
    return Step(title, f"{how}{again}".strip(), attempt.ended_at, proof=proof)


def _of_no_use(story: Story, returned: Returned, locale: str) -> list[Step]:
    attempt, refund = returned.attempt, returned.refund
    told = f"{refund.reason} All of it goes back the way it was paid."
    return [
        _received(story, attempt, refund.amount, locale),
        Step("We could not use the money", told, attempt.ended_at, "bad"),
    ]


def going_back(facts: Facts) -> list[Step]:
    """Refunds, each with how, and those of what was bought with why."""
    return [] if facts.story is None else sent_back(facts.story, locale=facts.locale)


def sent_back(story: Story, *, locale: str) -> list[Step]:
    """The same of any purchase."""
    return [
        *(_refund(one.refund, story, locale, known=one.attempt == story.paid_by) for one in story.returned),
        *(_refund(refund, story, locale, why=f"Reason: {refund.reason.rstrip('.')}.") for refund in story.given_back),
    ]


def _refund(refund: RefundRecord, story: Story, locale: str, *, why: str = "", known: bool = True) -> Step:
    """`known`: it was paid as the purchase says."""
    purchase = story.purchase
    amount = written(refund.amount, purchase.currency, locale)
    by = f"To {words.method(purchase.method)}." if purchase.method and known else ""
    told = " ".join(part for part in (why, by, _BANKS) if part)
    match refund.state:
        case RefundState.SUCCEEDED:
            return Step(f"{amount} sent back", told, refund.settled_at)
        case RefundState.FAILED:
            return Step(f"{amount} could not be sent back", "We are looking into it.", refund.settled_at, "bad")
        case RefundState.REQUESTED | RefundState.PENDING:
            return Step(f"{amount} on its way back", told, refund.created_at)
