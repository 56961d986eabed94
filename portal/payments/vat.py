"""VAT IDs, by form and check digits. Offline and pure; the register itself is asked in a job."""

import msgspec
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.util import get_cc_module

from portal.core import countries
from portal.core.errors import Invalid

_ELSEWHERE = {"GB": "vat", "CH": "vat", "NO": "mva", "AU": "abn"}


class VatId(msgspec.Struct, frozen=True):
    """A VAT ID that holds by form. `compact` has its country prefix; `country` is ISO (Greece: GR)."""

    compact: str
    country: str


def checked(typed: str, country: str, *, field: str = "vat_id") -> VatId | None:
    """The VAT ID in compact form; None when nothing was typed, which is a normal answer.

    Raises Invalid for `field`, in words that fix it, when form or check digits are wrong or the country differs.
    """
    text = "".join(typed.upper().split()).replace(".", "").replace("-", "")
    if not text:
        return None
    if country in _ELSEWHERE:
        return VatId(_elsewhere(text, country, field), country)
    prefix = "EL" if country == "GR" else country
    if country not in _eu_iso():
        return VatId(text[:20], country)
    if text[:2].isalpha() and text[:2] not in {prefix, country}:
        name = countries.name("GR" if text[:2] == "EL" else text[:2])
        raise Invalid({field: f"This ID is from {name}; the invoice address is in {countries.name(country)}."})
    number = text if text[:2] in {prefix, country} else prefix + text
    number = prefix + number[2:]
    try:
        return VatId(str(eu_vat.validate(number)), country)
    except ValidationError as error:
        raise Invalid({field: _words(error, number, country)}) from error


def _eu_iso() -> set[str]:
    return {"GR" if code == "el" else code.upper() for code in eu_vat.MEMBER_STATES} - {"EL", "XI"}


def _elsewhere(text: str, country: str, field: str) -> str:
    module = get_cc_module(country, _ELSEWHERE[country])
    assert module is not None
    try:
        return str(module.validate(text))
    except ValidationError as error:
        raise Invalid({field: _words(error, text, country)}) from error


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
