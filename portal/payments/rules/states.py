"""The ways purchases, attempts and refunds may move: forward only. Pure."""

from portal.payments.tables import AttemptState, PurchaseState, RefundState

_FORWARD: dict[PurchaseState, frozenset[PurchaseState]] = {
    PurchaseState.OPEN: frozenset(
        {PurchaseState.PROCESSING, PurchaseState.PAID, PurchaseState.RETURNED, PurchaseState.VOID}
    ),
    PurchaseState.PROCESSING: frozenset({PurchaseState.PAID, PurchaseState.RETURNED, PurchaseState.VOID}),
    # Late money may still be honoured or sent back.
    PurchaseState.VOID: frozenset({PurchaseState.PAID, PurchaseState.RETURNED}),
    PurchaseState.PAID: frozenset(),
    PurchaseState.RETURNED: frozenset(),
}

ATTEMPT_ENDED = frozenset({AttemptState.SUCCEEDED, AttemptState.EXPIRED, AttemptState.FAILED})

# A bank may send back what Stripe had already paid out.
_REFUND_ORDER = (RefundState.REQUESTED, RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED)


def may_become(state: PurchaseState, wanted: PurchaseState) -> bool:
    """Forward only."""
    return wanted in _FORWARD[state]


def refund_may_become(state: RefundState, wanted: RefundState) -> bool:
    """Forward only: news that arrives late changes nothing."""
    return _REFUND_ORDER.index(wanted) > _REFUND_ORDER.index(state)
