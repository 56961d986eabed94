"""The EU's register of VAT IDs (VIES, REST), asked over the net. One that is down answers nothing: the form counts."""

import httpx
import msgspec

from portal.core.settings import current
from portal.payments.tables import VatCheck
from portal.payments.vat import register_number


class Registered(msgspec.Struct, frozen=True):
    """What the register says of an ID."""

    check: VatCheck
    name: str


async def ask_register(vat_id: str, check: str) -> Registered | None:
    """What is registered under an ID that was checked by form only; None where there is nothing to ask, or nobody.

    Raises RuntimeError while a member state's register is unwell, so that the queue tries again later.
    """
    address = current().vies_url
    asked = register_number(vat_id) if check == VatCheck.FORM.value else None
    if not address or asked is None:
        return None
    country, number = asked
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(f"{address.rstrip('/')}/ms/{country}/vat/{number}")
        answer.raise_for_status()
        said = answer.json()
    if said.get("userError") not in (None, "VALID", "INVALID"):
        # MS_UNAVAILABLE, TIMEOUT and the like.
        raise RuntimeError(f"VIES: {said['userError']}")
    found = VatCheck.CONFIRMED if said.get("isValid") else VatCheck.UNKNOWN_TO_REGISTER
    return Registered(found, str(said.get("name", "")))
