"""The price an event is announced with: what somebody who comes alone pays at least. Pure; in minor units.

Ticket types carry no mark that says whether they admit anybody, so what the organiser has set about them decides:

- whoever needs a code, or three colleagues, is not meant;
- a type that draws only from a small quota, less than a fifth of the event's largest, is an extra: a dinner, a tour;
- a type sold one to an order, beside others that are not, is for those who prove something: students, speakers;
- what is on sale counts, else what will be.

Where one of these leaves nothing, it is no reason.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

_EXTRA = 5


class Priced(msgspec.Struct, frozen=True):
    """A ticket type on offer. `places` is the largest quota it draws from; None without a limit."""

    price: int
    places: int | None
    min_per_order: int
    max_per_order: int
    by_code_only: bool
    sale_opens_at: datetime | None
    sale_closes_at: datetime | None


class Summary(msgspec.Struct, frozen=True):
    """What lists say: free, or from a price; both are None for an event that sells nothing to the public."""

    is_free: bool | None
    price_from: int | None


def summary(types: Sequence[Priced], now: datetime) -> Summary:
    """What the event is announced with at `now`."""
    public = [kind for kind in types if not kind.by_code_only]
    if not public:
        return Summary(is_free=False, price_from=None)
    largest = max(kind.places or 0 for kind in public)
    reasons: tuple[Callable[[Priced], bool], ...] = (
        lambda kind: kind.places is None or kind.places * _EXTRA >= largest,
        lambda kind: kind.min_per_order == 1,
        lambda kind: kind.max_per_order > 1,
        lambda kind: kind.sale_closes_at is None or kind.sale_closes_at > now,
        lambda kind: kind.sale_opens_at is None or kind.sale_opens_at <= now,
    )
    for reason in reasons:
        public = [kind for kind in public if reason(kind)] or public
    prices = [kind.price for kind in public]
    return Summary(is_free=not any(prices), price_from=min(filter(None, prices), default=0))
