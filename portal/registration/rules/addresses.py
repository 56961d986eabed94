"""Which addresses an event takes that is for companies. Pure."""

from collections.abc import Sequence

from portal.directory.rules.domains import ascii_host, is_shared, registered


def company_fault(email: str) -> str:
    """Why an address is none of a company; empty for one that may be, and where there is none."""
    typed = email.rpartition("@")[2]
    host = ascii_host(typed)
    if not host or not (is_shared(host) or is_shared(registered(host))):
        return ""
    return f"{typed} gives addresses to everybody. Please use the one of your company."


def faults(contact: str, attendees: Sequence[str]) -> dict[str, str]:
    """What is wrong with the addresses of an order, by field. The contact’s own is told of once."""
    found = {"email": company_fault(contact)}
    found |= {f"s{n}_email": company_fault(email) for n, email in enumerate(attendees, 1) if email != contact}
    return {name: why for name, why in found.items() if why}
