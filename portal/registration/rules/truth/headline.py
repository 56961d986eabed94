"""What the order's page says first, and how fresh it is."""

from portal.core.times import moment
from portal.payments.queries import PurchaseRecord
from portal.registration.tables import OrderState, SeatState
from portal.registration.values.orders import OrderRecord


def headline(
    order: OrderRecord, purchase: PurchaseRecord | None, *, held: bool, checking: bool, ended: bool = False,
    closed: bool = False,
) -> str:  # fmt: skip
    """What the page says first. `held`: the places are kept still; `checking`: money may be on its way for a lapsed one;
    `ended`: the event has; `closed`: nor is its recording given out any more.
    """
    if not order.is_on:
        return "This event is cancelled."
    match order.state:
        case OrderState.CONFIRMED | OrderState.LAPSED if closed and not checking:
            return "This event is over."
        case OrderState.CONFIRMED:
            return _confirmed(order, ended=ended)
        case OrderState.HELD if held:
            return _held(order, due=purchase is not None and purchase.total > 0)
        case OrderState.HELD | OrderState.LAPSED if checking or (
            purchase is not None and order.state is OrderState.HELD
        ):
            return "The time has run out. We are checking whether you have paid."
        case OrderState.HELD | OrderState.LAPSED:
            return "This place went back on sale." if order.single else "These places went back on sale."
        case OrderState.CANCELLED:
            return _cancelled(order)
        case _:
            return _WAITING[order.state]


_WAITING = {
    OrderState.REQUESTED: "The organiser is looking at your registration.",
    OrderState.PAYING: "Your bank is on it.",
}


def _confirmed(order: OrderRecord, *, ended: bool) -> str:
    name = f", {order.own_seat.first_name}" if order.own_seat else ""
    if ended:
        return f"The recording is yours to watch{name}."
    return f"You are going to {order.city}{name}." if order.city and order.on_site else f"You are registered{name}."


def _held(order: OrderRecord, *, due: bool) -> str:
    kept = "Your place is held" if order.single else "Your places are held"
    if due and order.decided_at is not None:
        return f"You can come. {kept} until you have paid."
    return f"{kept}, waiting for payment." if due else f"{kept}."


def _cancelled(order: OrderRecord) -> str:
    if order.requested_at is None or order.confirmed_at is not None:
        return "This order is cancelled."
    return "There is no place for you this time." if order.decided_at else "This registration has ended."


def standing(order: OrderRecord) -> str:
    """How several places stand, or one that waits: `3 places are yours; 2 wait for a name.`"""
    yours = [seat for seat in order.seats if seat.state is SeatState.CONFIRMED]
    waiting = sum(seat.named_at is None for seat in yours)
    if len(yours) == 1:
        return "1 place is yours; it waits for a name." if waiting else ""
    if not yours:
        return ""
    names = "each has a name" if not waiting else "1 waits for a name" if waiting == 1 else f"{waiting} wait for a name"
    return f"{len(yours)} places are yours; {names}."


def checked(purchase: PurchaseRecord | None, zone: str) -> str:
    """When we last compared with Stripe."""
    if purchase is None or purchase.checked_at is None:
        return ""
    return f"Last compared with Stripe {moment(purchase.checked_at, zone, 'EEE d MMM, HH:mm:ss')}."
