"""Settings, read once from the environment. The README's table is made from this class."""

from functools import lru_cache
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret-never-used-in-production"  # noqa: S105 (production refuses it)


class Settings(BaseSettings):
    """Every knob of the portal; the environment variable is the field's name in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    portal_env: Literal["production", "development", "demo", "test"] = Field(
        "development", description="`production` demands real secrets and refuses every stand-in."
    )
    database_url: str = Field(
        "",
        description="PostgreSQL 15 or newer. Empty: a private server is started in `PORTAL_DATA`/pg (not in production).",
    )
    database_pool_size: int = Field(10, ge=1, le=200, description="Connections per process, at most.")
    page_cache: bool = Field(True, description="Keep anonymous pages in memory until something they show changes.")
    portal_data: str = Field(".portal", description="Folder for the private database, files and demo state.")
    secret_key: str = Field(DEVELOPMENT_SECRET, description="At least 32 characters; signs ticket codes and addresses.")
    base_url: str = Field(
        "http://localhost:8000", description="Public address of the portal, without a trailing slash."
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
    site_locale: str = Field("en_GB", description="Locale for dates, numbers and money.")
    site_timezone: str = Field("Europe/Berlin", description="IANA zone for pages that have no event zone.")
    site_currency: str = Field("EUR", description="ISO 4217 code used where nothing else says one.")
    contact_email: str = Field("desk@sterileline.example", description="Shown to visitors who need a person.")
    order_prefix: str = Field("SL", description="Opens order and invoice numbers.")

    seller_name: str = Field("Sterile Line Verlag GmbH", description="Seller on invoices.")
    seller_address: str = Field(
        "Hafenstrasse 21\n20457 Hamburg", description="Seller's postal address, lines parted by a line break."
    )
    seller_country: str = Field("DE", description="Seller's country, ISO 3166-1 alpha-2.")
    seller_vat_id: str = Field("DE136695976", description="Seller's VAT ID.")

    stripe_secret_key: str = Field("", description="Stripe's secret key. Empty: paid tickets cannot be bought.")
    stripe_webhook_secret: str = Field(
        "", description="Signing secret of the webhook endpoint. Empty: the webhook route does not exist."
    )
    stripe_api_base: str = Field("", description="Other base address for Stripe's API; refused in production.")

    smtp_url: str = Field(
        "", description="`smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. Empty: mail waits in the queue."
    )
    mail_from: str = Field(
        "Sterile Line <events@sterileline.example>", description="Sender of every mail, and ORGANIZER of invitations."
    )
    vies_url: str = Field(
        "", description="REST address of VIES, the EU's VAT register. Empty: VAT IDs are checked by form only."
    )
    hold_minutes: int = Field(15, ge=1, le=120, description="How long seats are held during checkout.")

    @field_validator("base_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _production_is_real(self) -> "Settings":
        if self.portal_env != "production":
            return self
        faults = []
        if self.secret_key == DEVELOPMENT_SECRET or len(self.secret_key) < 32:
            faults.append("SECRET_KEY must be your own, with at least 32 characters")
        if not self.database_url:
            faults.append("DATABASE_URL must name a PostgreSQL server")
        if not self.base_url.startswith("https://"):
            faults.append("BASE_URL must start with https://")
        if self.stripe_api_base:
            faults.append("STRIPE_API_BASE must be empty: production speaks to Stripe itself")
        if faults:
            raise ValueError("production settings: " + "; ".join(faults))
        return self

    @property
    def production(self) -> bool:
        return self.portal_env == "production"


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process. `current.cache_clear()` makes a changed environment count."""
    return Settings()  # type: ignore[call-arg]


def as_markdown() -> str:
    """The settings as the README shows them: variable, default, meaning."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = str(field.default).replace("\n", ", ")
        shown = f"`{default}`" if default and field.default != DEVELOPMENT_SECRET else ""
        rows.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)
