"""Settings, read once from the environment. The README's table is made from this class."""

import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal.core import setting_types as kinds

DEVELOPMENT_SECRET = "development-only-secret-never-used-in-production"  # noqa: S105 (production refuses it)
BAD_SETTINGS = 78
"""The exit code of a process that cannot start like this: EX_CONFIG of sysexits.h."""

_THE_PUBLISHERS_OWN = ("mail_from", "contact_email", "seller_name", "seller_address", "seller_vat_id")


class Settings(BaseSettings):
    """Every knob of the portal; the environment variable is the field's name in capitals."""

    # What was typed stays out of error messages: it may be a password.
    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    portal_env: Literal["production", "development", "demo", "test"] = Field(
        "development",
        description="`production` demands real secrets, a mail server and your own name on mails and invoices, and refuses "
        "every stand-in.",
    )
    database_url: kinds.DatabaseAddress = Field(
        "",
        description="PostgreSQL 15 or newer. Empty: a private server is started in `PORTAL_DATA`/pg (not in production).",
    )
    database_pool_size: int = Field(10, ge=1, le=200, description="Connections per process, at most.")
    page_cache: bool = Field(True, description="Keep anonymous pages in memory until something they show changes.")
    room_pages: int = Field(
        5000, ge=10, le=100_000,
        description="Open pages of webinar rooms that a web process keeps up to date; further ones ask every few seconds.",
    )  # fmt: skip
    portal_data: str = Field(".portal", description="Folder for the private database, files and demo state.")
    media_url: kinds.StorageAddress = Field(
        "",
        description="Where uploaded files are kept: `s3://bucket/prefix` (access by the usual `AWS_` variables; "
        "`gs://` and `az://` likewise). Empty: `PORTAL_DATA`/media.",
    )
    media_max_mb: int = Field(20, ge=1, le=60, description="Size of an uploaded file in megabytes, at most.")
    slides_max_mb: int = Field(
        200, ge=1, le=500, description="Size of slides that a speaker hands in, in megabytes, at most."
    )
    company_files_mb: int = Field(
        500, ge=1, le=100_000, description="Size of all files of one company’s profile in megabytes, at most."
    )
    secret_key: str = Field(DEVELOPMENT_SECRET, description="At least 32 characters; signs ticket codes and addresses.")
    base_url: kinds.BaseAddress = Field(
        "http://localhost:8000", description="Public address of the portal, without a trailing slash."
    )
    hsts_subdomains: bool = Field(
        False, description="In production, have browsers insist on HTTPS for every subdomain of `BASE_URL` too."
    )
    log_format: Literal["json", "console"] = Field("json", description="Structured logs, or lines for people.")
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Proxies of yours in front that append to `X-Forwarded-For`. 0 believes no header; too high a "
        "number lets visitors choose the address that limits are counted by.",
    )

    site_name: str = Field("Sterile Line", description="Name of the publisher's portal.")
    site_tagline: str = Field("Contract manufacturing, in depth", description="One line under the name.")
    brand_hue: int = Field(212, ge=0, le=360, description="Hue of the brand colour (oklch degrees; keep off 60 to 95).")
    brand_chroma: float = Field(0.074, ge=0, le=0.2, description="Chroma of the brand colour (oklch).")
    site_locale: kinds.LocaleName = Field("en_GB", description="Locale for dates, numbers and money.")
    site_timezone: kinds.Zone = Field("Europe/Berlin", description="IANA zone for pages that have no event zone.")
    site_currency: kinds.Currency = Field("EUR", description="ISO 4217 code used where nothing else says one.")
    contact_email: kinds.Email = Field("desk@sterileline.example", description="Shown to visitors who need a person.")
    order_prefix: kinds.Prefix = Field("SL", description="Opens order and invoice numbers.")

    seller_name: str = Field("Sterile Line Verlag GmbH", description="Seller on invoices.")
    seller_address: str = Field(
        "Hafenstrasse 21\n20457 Hamburg", description="Seller's postal address, lines parted by a line break."
    )
    seller_country: kinds.Country = Field("DE", description="Seller's country, ISO 3166-1 alpha-2.")
    seller_vat_id: str = Field("DE136695976", description="Seller's VAT ID.")
    seller_register: str = Field("", description="Register and number, for the imprint: `Amtsgericht Hamburg, HRB 1`.")
    seller_director: str = Field("", description="Who represents the seller, for the imprint.")
    contact_phone: str = Field("", description="Telephone number, for the imprint.")
    terms_url: kinds.WebAddress = Field("", description="Your terms. Whoever orders is asked to accept them.")
    privacy_url: kinds.WebAddress = Field("", description="Your privacy notice, linked on every page.")
    exchange_rates: kinds.ExchangeRates = Field(
        "",
        description="Rates for stating VAT where the law wants it in another currency than the sale's: "
        "`USD:EUR=0.92, EUR:SEK=11.02` (what one unit costs). Without one, such tickets cannot be offered.",
    )
    invoices_kept_years: int = Field(
        8, ge=1, le=30, description="How long tax law makes the seller keep invoices (Germany: § 14b UStG)."
    )

    stripe_secret_key: kinds.StripeKey = Field(
        "", description="Stripe's secret key. Empty: paid tickets cannot be bought."
    )
    stripe_webhook_secret: kinds.WebhookSecret = Field(
        "", description="Signing secret of the webhook endpoint. Empty: the webhook route does not exist."
    )
    stripe_api_base: kinds.WebAddress = Field(
        "", description="Other base address for Stripe's API; refused in production."
    )

    smtp_url: kinds.SmtpAddress = Field(
        "", description="`smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. Empty: mail waits in the queue."
    )
    mail_from: kinds.Sender = Field(
        "Sterile Line <events@sterileline.example>", description="Sender of every mail, and ORGANIZER of invitations."
    )
    mail_keep_days: int = Field(
        90, ge=1, le=3650, description="How long the text and files of sent mails are kept; the record of them stays."
    )
    room_keep_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="How long after a webinar its chat, notes of the crew, questions nobody let through and which pages were "
        "open are kept. Attendance, polls and answered questions stay.",
    )
    leads_keep_months: int = Field(
        24,
        ge=1,
        le=120,
        description="How long after an event exhibitors keep leads, and names of walk-ins; receipts stay.",
    )
    vies_url: kinds.WebAddress = Field(
        "", description="REST address of VIES, the EU's VAT register. Empty: VAT IDs are checked by form only."
    )
    name_servers: kinds.NameServers = Field(
        "",
        description="Name servers that are asked about companies’ domains: `9.9.9.9, 149.112.112.112`, with a port where it "
        "is not 53. Empty: those of the machine.",
    )
    claim_file_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="For tests: the files by which companies prove their websites are asked for over plain HTTP at this port, "
        "of this machine only; refused in production. 0: over HTTPS, of public addresses only.",
    )
    hold_minutes: int = Field(15, ge=1, le=120, description="How long seats are held during checkout.")

    sponsorship_hold_minutes: int = Field(
        30, ge=5, le=1440, description="How long sponsorships are held while they are paid for."
    )
    booth_hold_minutes: int = Field(
        30, ge=5, le=1440, description="How long a booth on a floor plan is held while it is paid for."
    )
    booth_offer_days: int = Field(
        5,
        ge=1,
        le=60,
        description="How long a dearer booth is kept for an exhibitor the organiser moves, while it pays the difference.",
    )
    seller_tax_rate: kinds.Percent = Field(
        "",
        description="VAT in per cent on plans and sponsorships sold at home. Empty: the standard rate of the seller’s country "
        "in the EU, none elsewhere.",
    )
    grace_days: int = Field(
        14, ge=1, le=60, description="How long a plan’s features stay after a payment has failed, before it ends."
    )
    renewal_notice_days_yearly: int = Field(
        14, ge=1, le=60, description="Days before a yearly plan renews that its buyer is told."
    )
    renewal_notice_days_monthly: int = Field(3, ge=1, le=14, description="The same for monthly plans.")

    @model_validator(mode="after")
    def _real_or_local(self) -> "Settings":
        faults = list(self._faults_of_production() if self.production else self._faults_elsewhere())
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def _faults_of_production(self) -> Iterator[str]:
        if self.secret_key == DEVELOPMENT_SECRET or len(self.secret_key) < 32:
            yield "SECRET_KEY must be your own, with at least 32 characters."
        if not self.database_url:
            yield "DATABASE_URL must name a PostgreSQL server."
        if not self.base_url.startswith("https://"):
            yield "BASE_URL must start with https://."
        if not self.smtp_url:
            yield "SMTP_URL must name a mail server: nobody could sign in with a code."
        if self.media_url == "memory:///":
            yield "MEDIA_URL keeps files in memory: they would be gone with the process."
        if self.stripe_api_base:
            yield "STRIPE_API_BASE must be empty: production speaks to Stripe itself."
        if self.claim_file_port:
            yield "CLAIM_FILE_PORT must be 0: production asks the companies’ own websites."
        if "_test_" in self.stripe_secret_key[:8]:
            yield "STRIPE_SECRET_KEY is a test key: tickets would be paid for with test cards."
        if self.stripe_secret_key and not self.stripe_webhook_secret:
            yield "STRIPE_WEBHOOK_SECRET must be set with STRIPE_SECRET_KEY: payments would be seen late."
        for name in _THE_PUBLISHERS_OWN:
            if getattr(self, name) == type(self).model_fields[name].default:
                yield f"{name.upper()} must be your own; it is still the demo publisher’s."

    def _faults_elsewhere(self) -> Iterator[str]:
        if self.secret_key == DEVELOPMENT_SECRET and not kinds.is_local(self.base_url):
            yield "SECRET_KEY must be your own where BASE_URL leads to other machines: the built-in one is published."
        if "_live_" in self.stripe_secret_key[:8]:
            yield "STRIPE_SECRET_KEY is a live key, which takes real money: only PORTAL_ENV=production may."

    @property
    def production(self) -> bool:
        return self.portal_env == "production"

    def exchange_rate(self, currency: str, into: str) -> Decimal | None:
        """What one unit of `currency` costs in `into`; None when no rate is set."""
        return kinds.rates(self.exchange_rates).get((currency, into))


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process. `current.cache_clear()` makes a changed environment count."""
    return Settings()  # type: ignore[call-arg]


def current_or_exit() -> Settings:
    """The settings of this process, or its end with a sentence for each that does not hold."""
    try:
        return current()
    except ValidationError as error:
        sys.stderr.write("".join(f"Settings: {fault}\n" for fault in faults(error)))
        raise SystemExit(BAD_SETTINGS) from None


def faults(error: ValidationError) -> list[str]:
    """What is wrong with the settings, one sentence each, without the values."""
    found: list[str] = []
    for fault in error.errors(include_url=False, include_context=False):
        words = fault["msg"].removeprefix("Value error, ").replace("Input should", "must", 1)
        name = "_".join(map(str, fault["loc"])).upper()
        found += [f"{name} {words[0].lower()}{words[1:].rstrip('.')}."] if name else words.split("\n")
    return found


def as_markdown() -> str:
    """The settings as the README shows them: variable, default, meaning."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = str(field.default).replace("\n", ", ")
        shown = f"`{default}`" if default and field.default != DEVELOPMENT_SECRET else ""
        rows.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)
