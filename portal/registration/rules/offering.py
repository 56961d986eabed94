"""What may be offered: prices that can be charged, VAT that can be invoiced. Pure."""

from collections.abc import Callable
from decimal import Decimal

from portal.core.money import written
from portal.payments.values import charge_step, least_charge
from portal.registration.values.offers import EventOffer

Rate = Callable[[str, str], Decimal | None]


def unsellable(offer: EventOffer, tax_currency: str, rate: Rate) -> dict[str, str]:
    """Why tickets and codes could not be sold, by name; empty when all can.

    `tax_currency` is what VAT must be stated in (empty: as the sale), `rate` what one unit of a currency costs in another.
    """
    currency = offer.currency
    least, step = least_charge(currency), charge_step(currency)
    stated = tax_currency in ("", currency) or rate(currency, tax_currency) is not None
    errors = {}
    for ticket in offer.tickets:
        if 0 < ticket.price < least:
            errors[ticket.name] = f"The least that can be paid by card is {written(least, currency, 'en')}."
        elif ticket.price % step:
            errors[ticket.name] = f"Prices in {currency} are multiples of {written(step, currency, 'en')}."
        elif ticket.price and ticket.tax_rate and not stated:
            errors[ticket.name] = (
                f"VAT must be stated in {tax_currency} here: sell in {tax_currency}, or set EXCHANGE_RATES for "
                f"{currency}:{tax_currency}."
            )
    for code in offer.codes:
        if code.amount_off % step:
            errors[code.code] = f"Amounts in {currency} are multiples of {written(step, currency, 'en')}."
    return errors
