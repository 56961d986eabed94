"""What the value of a setting must be like, said so that whoever sets it can mend it."""

import re
from decimal import Decimal
from email.utils import parseaddr
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

from babel.core import Locale, UnknownLocaleError
from babel.numbers import list_currencies
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator

from portal.core import countries


def is_local(address: str) -> bool:
    """Whether an address leads to this machine only."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _split(value: str, schemes: set[str], example: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        whole = False
    if not whole or re.search(r"[\s\\]", value):
        raise ValueError(f"must look like {example}")
    return parts


def _base(value: str) -> str:
    parts = _split(value, {"http", "https"}, "https://portal.example.com")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("must be scheme, host and port only, such as https://portal.example.com")
    return value.rstrip("/")


def _web(value: str) -> str:
    if value:
        _split(value, {"http", "https"}, "https://host.example.com/path")
    return value.rstrip("/")


def _smtp(value: str) -> str:
    if value:
        _split(value, {"smtp", "smtps"}, "smtp://user:password@host:587 or smtps://user:password@host:465")
    return value


def _database(value: str) -> str:
    if value and not re.fullmatch(r"postgres(ql)?://\S+", value):
        raise ValueError("must look like postgresql://user:password@host:5432/database")
    return value


def _storage(value: str) -> str:
    if value == "memory:///":
        return value
    if value:
        _split(value, {"s3", "gs", "az"}, "s3://bucket/prefix")
    return value.rstrip("/")


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("must be an IANA time zone such as Europe/Berlin")
    return value


def _locale(value: str) -> str:
    try:
        Locale.parse(value)
    except (UnknownLocaleError, ValueError):
        raise ValueError("must be a locale such as en_GB") from None
    return value


def _currency(value: str) -> str:
    if value not in list_currencies():
        raise ValueError("must be an ISO 4217 code such as EUR")
    return value


def _country(value: str) -> str:
    if value not in countries.names():
        raise ValueError("must be an ISO 3166-1 alpha-2 code such as DE")
    return value


def _email(value: str) -> str:
    try:
        validate_email(value, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("must be an email address such as desk@publisher.example") from None
    return value


def _sender(value: str) -> str:
    try:
        validate_email(parseaddr(value)[1], check_deliverability=False)
    except EmailNotValidError:
        raise ValueError("must look like Publisher <events@publisher.example>") from None
    return value


def _stripe_key(value: str) -> str:
    if value and not re.fullmatch(r"(sk|rk)_(test|live)_[A-Za-z0-9_]+", value):
        raise ValueError("must be a secret key of Stripe’s, sk_live_… or sk_test_…")
    return value


def _webhook_secret(value: str) -> str:
    if value and not re.fullmatch(r"whsec_[\x21-\x7e]+", value):
        raise ValueError("must be the signing secret of Stripe’s webhook endpoint, whsec_…")
    return value


def rates(value: str) -> dict[tuple[str, str], Decimal]:
    """`USD:EUR=0.92, EUR:SEK=11.02` as what one unit of the first costs in the second."""
    found = {}
    for part in filter(None, (piece.strip() for piece in value.split(","))):
        match = re.fullmatch(r"([A-Z]{3}):([A-Z]{3})\s*=\s*(\d{1,9}(?:\.\d{1,9})?)", part)
        if match is None or not Decimal(match[3]):
            raise ValueError("must look like USD:EUR=0.92, EUR:SEK=11.02")
        found[_currency(match[1]), _currency(match[2])] = Decimal(match[3])
    return found


def _rates(value: str) -> str:
    rates(value)
    return value


def _percent(value: str) -> str:
    if value and not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", value):
        raise ValueError("must be per cent such as 19 or 8.1")
    return value


def name_servers(value: str) -> list[tuple[str, int]]:
    """`9.9.9.9, 127.0.0.1:5353, [2620:fe::fe]:53` as addresses with ports."""
    found = []
    for part in filter(None, (piece.strip() for piece in value.split(","))):
        try:
            address, port = str(ip_address(part.strip("[]"))), 53
        except ValueError:
            host, _, number = part.rpartition(":")
            if not number.isdecimal() or not 0 < int(number) < 65536:
                raise ValueError("must look like 9.9.9.9, 127.0.0.1:5353") from None
            try:
                address, port = str(ip_address(host.strip("[]"))), int(number)
            except ValueError:
                raise ValueError("must look like 9.9.9.9, 127.0.0.1:5353") from None
        found.append((address, port))
    return found


def _name_servers(value: str) -> str:
    name_servers(value)
    return value


def _prefix(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]{1,8}", value):
        raise ValueError("must be one to eight letters or digits, such as SL")
    return value


BaseAddress = Annotated[str, AfterValidator(_base)]
WebAddress = Annotated[str, AfterValidator(_web)]
SmtpAddress = Annotated[str, AfterValidator(_smtp)]
DatabaseAddress = Annotated[str, AfterValidator(_database)]
StorageAddress = Annotated[str, AfterValidator(_storage)]
Zone = Annotated[str, AfterValidator(_zone)]
LocaleName = Annotated[str, AfterValidator(_locale)]
Currency = Annotated[str, AfterValidator(_currency)]
Country = Annotated[str, AfterValidator(_country)]
Email = Annotated[str, AfterValidator(_email)]
Sender = Annotated[str, AfterValidator(_sender)]
StripeKey = Annotated[str, AfterValidator(_stripe_key)]
WebhookSecret = Annotated[str, AfterValidator(_webhook_secret)]
ExchangeRates = Annotated[str, AfterValidator(_rates)]
Percent = Annotated[str, AfterValidator(_percent)]
NameServers = Annotated[str, AfterValidator(_name_servers)]
Prefix = Annotated[str, AfterValidator(_prefix)]
