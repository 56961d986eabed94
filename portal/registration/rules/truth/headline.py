"""What the order's page says first, and how fresh it is."""

from portal.core.times import moment
from portal.payments.queries import PurchaseRecord
from portal.registration.tables import OrderState, SeatState
from portal.registration.values.orders import OrderRecord


def headline(
    order: OrderRecord, purchase: PurchaseRecord | None, *, held: bool, checking: bool, over: bool = False
) -> str:
    """What the page says first. `held`: the places are kept still; `checking`: money may be on its way for a lapsed one;
    `over`: the event is.
    """
    if not order.is_on:
        return "This event is cancelled."
    match order.state:
        case OrderState.CONFIRMED | OrderState.LAPSED if over and not checking:
            return "This event is over."
        case OrderState.CONFIRMED:
            name = f", {order.own_seat.first_name}" if order.own_seat else ""
            return (
                f"You are going to {order.city}{name}."
                if order.city and order.on_site
                else f"You are registered{name}."
            )
        case OrderState.PAYING:
            return "Your bank is on it."
        case OrderState.HELD if held:
            due = purchase is not None and purchase.total
            kept = "Your place is held" if order.single else "Your places are held"
            return f"{kept}, waiting for payment." if due else f"{kept}."
        case OrderState.HELD | OrderState.LAPSED if checking or (
            purchase is not None and order.state is OrderState.HELD
        ):
            return "The time has run out. We are checking whether you have paid."
        case OrderState.CANCELLED:
            return "This order is cancelled."
        case _:
            return "This place went back on sale." if order.single else "These places went back on sale."


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
