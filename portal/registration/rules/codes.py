"""Promo codes as staff see them: what they give, how they stand, what is wrong with one. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from portal.core.money import written
from portal.payments.values import charge_step
from portal.registration.values.setup import CodeFacts, CodeSetup, TicketSetup

_SPELLING = re.compile(r"[A-Z0-9][A-Z0-9_-]{2,39}")


class Standing(StrEnum):
    """How a code stands, as a badge says it; `works` needs none."""

    WORKS = ""
    COMING = "Not yet"
    ENDED = "Ended"
    USED_UP = "Used up"


def standing(code: CodeSetup, now: datetime) -> Standing:
    facts = code.facts
    if facts.valid_until is not None and facts.valid_until <= now:
        return Standing.ENDED
    if facts.max_uses is not None and code.used >= facts.max_uses:
        return Standing.USED_UP
    return Standing.COMING if facts.valid_from is not None and facts.valid_from > now else Standing.WORKS


def gives(facts: CodeFacts, tickets: Sequence[TicketSetup]) -> str:
    """`10 % off Conference, Dinner`; `€50.00 off the order`; `Shows Speakers`."""
    currency = tickets[0].currency if tickets else "EUR"
    names = ", ".join(ticket.name for ticket in tickets if ticket.id in facts.tickets)
    if facts.percent_off:
        return f"{facts.percent_off.normalize():f} % off {names or 'every ticket'}"
    if facts.amount_off:
        return f"{written(facts.amount_off, currency, 'en')} off {names or 'the order'}"
    return f"Shows {names}"


def faults(facts: CodeFacts, *, used: int, currency: str, tickets: Sequence[TicketSetup]) -> dict[str, str]:
    """Why a code cannot be so, by field; empty when it can. `currency` is empty where nothing is sold yet."""
    found: dict[str, str] = {}
    if not _SPELLING.fullmatch(facts.code):
        found["code"] = "Please use 3 to 40 letters from A to Z, digits, hyphens and underscores."
    if facts.max_uses is not None and facts.max_uses < used:
        found["max_uses"] = f"{used:,} orders have it already."
    if facts.valid_from and facts.valid_until and facts.valid_until <= facts.valid_from:
        found["valid_until"] = "It must end after it begins."
    if facts.amount_off and not currency:
        found["amount_off"] = "Please set up a ticket first: its currency is not known yet."
    elif facts.amount_off and facts.amount_off % (step := charge_step(currency)):
        found["amount_off"] = f"Amounts in {currency} are multiples of {written(step, currency, 'en')}."
    if unknown := set(facts.tickets) - {ticket.id for ticket in tickets}:
        found["tickets"] = f"{len(unknown)} of these tickets are not this event’s. Please choose anew."
    elif not facts.percent_off and not facts.amount_off and not _hidden(facts, tickets):
        found["gives"] = "It takes nothing off and shows no hidden ticket. Please say what it is to do."
    return found


def _hidden(facts: CodeFacts, tickets: Sequence[TicketSetup]) -> bool:
    return any(ticket.by_code_only and ticket.id in facts.tickets for ticket in tickets)
