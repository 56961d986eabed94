"""What is known of whom a person let be told, and forgetting it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.leads.queries import Titles, about, receipts
from portal.leads.withdrawing import withdraw_all

LABELS = {
    "what": "What", "company": "May be told", "person": "In the name of", "for": "About",
    "wording": "What you agreed to", "version": "Version of the wording",
    "how": "Given in", "given_at": "Given", "withdrawn_at": "Taken back",
}  # fmt: skip


async def known_about(email: str, occasions: Mapping[str, Titles]) -> list[dict[str, Any]]:
    """Every consent, standing and taken back, in the words that were agreed to, with what it is about."""
    given = await receipts(email)
    titles = {at: title for at, (title, _) in (await about(given, occasions)).items()}
    return [
        {
            "what": "Consent", "company": one.company_name, "person": one.person, "for": titles.get((one.kind, one.key), ""),
            "wording": one.text, "version": one.version, "how": one.how,
            "given_at": one.given_at, "withdrawn_at": one.withdrawn_at,
        }
        for one in given
    ]  # fmt: skip


async def forget(email: str, now: datetime) -> str:
    """Take every consent back, and the address out of the receipts. Leads that rest on them are gone with it."""
    count = await withdraw_all(email=email, now=now)
    return f"{count} consent{'' if count == 1 else 's'} taken back; the receipts stay without your address."
