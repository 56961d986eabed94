"""What the stand-in is started with, and where it refuses to start."""

import os
import re
from pathlib import Path

import msgspec

from portal.core.settings import Settings

DEMO_KEY = "sk_test_standinForStripeOnThisMachine"
DEMO_WEBHOOK_SECRET = "whsec_standinForStripeOnThisMachine"  # noqa: S105 - opens nothing but the demo
_TEST_KEY = re.compile(r"sk_test_[A-Za-z0-9_]{8,240}")


class StandinRefused(Exception):
    """The stand-in does not start like this."""


class StandinSettings(msgspec.Struct, frozen=True):
    """`address` is where browsers and the portal reach the stand-in, `webhook_url` the portal's webhook route.

    Without a `folder` the state lives in memory. Without a `webhook_url` events go only to endpoints made through
    the API. `background` false: webhooks go out when `deliver_all` is called, and not by themselves.
    """

    address: str
    webhook_url: str = ""
    secret_key: str = DEMO_KEY
    webhook_secret: str = DEMO_WEBHOOK_SECRET
    folder: Path | None = None
    shop_name: str = "Demo shop"
    shop_country: str = "DE"
    background: bool = True


def from_environment() -> StandinSettings:
    """For starting it by itself: the portal's own settings name key, secret, address and folder."""
    refuse_production()
    settings = Settings()  # type: ignore[call-arg]
    return StandinSettings(
        address=settings.stripe_api_base or "http://localhost:8012",
        webhook_url=f"{settings.base_url}/stripe/webhook",
        secret_key=settings.stripe_secret_key or DEMO_KEY,
        webhook_secret=settings.stripe_webhook_secret or DEMO_WEBHOOK_SECRET,
        folder=Path(settings.portal_data) / "stripe",
        shop_name=settings.site_name,
        shop_country=settings.seller_country,
    )


def check(settings: StandinSettings) -> None:
    """Raise StandinRefused for production and for anything that looks like real money."""
    refuse_production()
    if not _TEST_KEY.fullmatch(settings.secret_key):
        raise StandinRefused("the stand-in for Stripe takes keys of the form sk_test_… only")
    if not settings.webhook_secret.startswith("whsec_"):
        raise StandinRefused("the stand-in's webhook secret must start with whsec_, as Stripe's do")


def refuse_production() -> None:
    """Ask the environment itself: settings that do not hold together must not hide it."""
    named = {name.lower(): value for name, value in os.environ.items()}
    if named.get("portal_env", "").strip().lower() == "production":
        raise StandinRefused("PORTAL_ENV is production: the stand-in for Stripe never runs there")
