"""VAT IDs, by form and check digits. Offline and pure; the register itself is asked in a job."""

import msgspec
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.util import get_cc_module

from portal.core import countries
from portal.core.errors import Invalid
from portal.payments.rules.supply import EU, vat_country
from portal.payments.tables import VatCheck

_ELSEWHERE = {"GB": "vat", "CH": "vat", "NO": "mva"}
_PREFIXES = {"EL": "GR"} | {code: code for code in EU - {"GR"}}


class VatId(msgspec.Struct, frozen=True):
    """A VAT ID. `compact` has its country's prefix where its country uses them; `country` is ISO (Greece: GR).

    `check` is FORM when form and check digits hold, NONE for an ID of a country whose IDs nobody here can judge.
    """

    compact: str
    country: str
    check: VatCheck


def checked(typed: str, country: str, *, field: str = "vat_id") -> VatId | None:
    """The VAT ID in compact form; None when nothing was typed, which is a normal answer.

    Raises Invalid for `field`, in words that fix it, when form or check digits are wrong or the country differs.
    """
    text = "".join(typed.upper().split()).replace(".", "").replace("-", "")
    if not text:
        return None
    if country in _ELSEWHERE:
        return VatId(_elsewhere(text, country, field), country, VatCheck.FORM)
    home = vat_country(country)
    if home not in EU:
        return VatId(" ".join(typed.split()), country, VatCheck.NONE)
    return VatId(_in_the_eu(text, home, field), country, VatCheck.FORM)


def register_number(compact: str) -> tuple[str, str] | None:
    """(prefix, number) to ask the EU's register for; None for an ID that is not in it."""
    return (compact[:2], compact[2:]) if compact[:2] in _PREFIXES else None


def _in_the_eu(text: str, country: str, field: str) -> str:
    prefix = "EL" if country == "GR" else country
    # The first two letters may be a prefix, or already part of the number: French keys can look like one.
    stripped = text[2:] if text[:2] in (prefix, country) else text
    number = prefix + stripped
    try:
        return str(eu_vat.validate(number))
    except ValidationError as error:
        if stripped == text and text[:2] in _PREFIXES:
            name = countries.name(_PREFIXES[text[:2]])
            raise Invalid(
                {field: f"This ID is from {name}; the invoice address is in {countries.name(country)}."}
            ) from error
        raise Invalid({field: _words(error, number, country)}) from error


def _elsewhere(text: str, country: str, field: str) -> str:
    module = get_cc_module(country, _ELSEWHERE[country])
    assert module is not None
    try:
        number = str(module.validate(text))
    except ValidationError as error:
        raise Invalid({field: _words(error, text, country)}) from error
    return number if number.startswith(country) else country + number


_EXAMPLES = {
    "AT": "ATU12345675", "BE": "BE0123456749", "CH": "CHE-107.787.577 MWST", "CZ": "CZ25123891", "DE": "DE136695976",
    "DK": "DK13585628", "ES": "ESB58378431", "FI": "FI20774740", "FR": "FR40303265045", "GB": "GB980780684",
    "IE": "IE6433435F", "IT": "IT00743110157", "LU": "LU15027442", "NL": "NL004495445B01", "NO": "NO995525828MVA",
    "PL": "PL8567346215", "PT": "PT501964843", "SE": "SE123456789701",
}  # fmt: skip


def _words(error: ValidationError, number: str, country: str) -> str:
    name = countries.name(country)
    example = f" It should look like {_EXAMPLES[country]}." if country in _EXAMPLES else ""
    match error:
        case InvalidChecksum():
            return f"The check digits of {number} do not add up. Please compare it with your papers."
        case InvalidLength():
            return f"{number} is too short or too long for {name}.{example}"
        case InvalidFormat() | InvalidComponent():
            return f"{number} is not written the way IDs from {name} are.{example}"
        case _:
            return f"{number} is not a VAT ID from {name}.{example}"
