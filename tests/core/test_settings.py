"""Settings: whatever does not hold is refused with a sentence that names the variable and never the value."""

import pytest
from pydantic import ValidationError

from portal.core.settings import Settings, faults
from portal.web import security

SECRET = "a-secret-of-one's-own-with-many-characters"
REAL = {
    "PORTAL_ENV": "production",
    "DATABASE_URL": "postgresql://portal:hunter2@db.publisher.example/portal",
    "SECRET_KEY": SECRET,
    "BASE_URL": "https://portal.publisher.example",
    "SMTP_URL": "smtps://portal:hunter2@mail.publisher.example:465",
    "MEDIA_URL": "s3://publisher-files/portal",
    "MAIL_FROM": "Fine Events <events@publisher.example>",
    "CONTACT_EMAIL": "desk@publisher.example",
    "SELLER_NAME": "Publisher Ltd",
    "SELLER_ADDRESS": "1 High Street\nDublin",
    "SELLER_COUNTRY": "IE",
    "SELLER_VAT_ID": "IE6388047V",
    "STRIPE_SECRET_KEY": "sk_live_51abcdefghijkl",
    "STRIPE_WEBHOOK_SECRET": "whsec_abcdefghijkl",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def told(monkeypatch: pytest.MonkeyPatch, **changes: str) -> list[str]:
    """What is wrong with an environment."""
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    try:
        Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        refused = error
    else:
        return []
    assert [secret for secret in ("hunter2", SECRET, "_51abc") if secret in str(refused)] == []
    return faults(refused)


def test_production_as_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, **REAL) == []


def test_production_without_payment_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, **{**REAL, "STRIPE_SECRET_KEY": "", "STRIPE_WEBHOOK_SECRET": ""}) == []


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "development-only-secret-never-used-in-production", "SECRET_KEY must be your own"),
        ("SECRET_KEY", "too short", "SECRET_KEY must be your own"),
        ("DATABASE_URL", "", "DATABASE_URL must name a PostgreSQL server"),
        ("BASE_URL", "http://portal.publisher.example", "BASE_URL must start with https://"),
        ("SMTP_URL", "", "SMTP_URL must name a mail server"),
        ("MEDIA_URL", "memory:///", "MEDIA_URL keeps files in memory"),
        ("STRIPE_API_BASE", "http://localhost:8001", "STRIPE_API_BASE must be empty"),
        ("STRIPE_SECRET_KEY", "sk_test_51abcdefghijkl", "STRIPE_SECRET_KEY is a test key"),
        ("STRIPE_WEBHOOK_SECRET", "", "STRIPE_WEBHOOK_SECRET must be set"),
        ("MAIL_FROM", "Sterile Line <events@sterileline.example>", "MAIL_FROM must be your own"),
        ("SELLER_VAT_ID", "DE136695976", "SELLER_VAT_ID must be your own"),
    ],
)
def test_production_refuses(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    [fault] = told(monkeypatch, **{**REAL, name: value})
    assert fault.startswith(says)


WRONG = [
    ("STRIPE_SECRET_KEY", "pk_live_51abcdefghijkl", "STRIPE_SECRET_KEY must be a secret key of Stripe’s"),
    ("STRIPE_WEBHOOK_SECRET", "secret", "STRIPE_WEBHOOK_SECRET must be the signing secret"),
    ("SITE_TIMEZONE", "Mars/Base", "SITE_TIMEZONE must be an IANA time zone"),
    ("SITE_LOCALE", "xx_YY", "SITE_LOCALE must be a locale"),
    ("SITE_LOCALE", "", "SITE_LOCALE must be a locale"),
    ("SITE_CURRENCY", "EURO", "SITE_CURRENCY must be an ISO 4217 code"),
    ("SELLER_COUNTRY", "Germany", "SELLER_COUNTRY must be an ISO 3166-1"),
    ("MAIL_FROM", "nonsense", "MAIL_FROM must look like"),
    ("CONTACT_EMAIL", "desk", "CONTACT_EMAIL must be an email address"),
    ("MEDIA_URL", "/var/files", "MEDIA_URL must look like s3://bucket/prefix"),
    ("MEDIA_URL", "https://bucket.example/x", "MEDIA_URL must look like s3://bucket/prefix"),
    ("MEDIA_MAX_MB", "0", "MEDIA_MAX_MB must be greater than or equal to 1"),
    ("SMTP_URL", "ftp://zz", "SMTP_URL must look like"),
    ("SMTP_URL", "smtp://user:hunter2@host:port", "SMTP_URL must look like"),
    ("SMTP_URL", "smtp://", "SMTP_URL must look like"),
    ("VIES_URL", "vies", "VIES_URL must look like"),
    ("STRIPE_API_BASE", "localhost", "STRIPE_API_BASE must look like"),
    ("DATABASE_URL", "mysql://user:hunter2@host/portal", "DATABASE_URL must look like"),
    ("BASE_URL", "portal.publisher.example", "BASE_URL must look like"),
    ("BASE_URL", "http://localhost:8000/portal", "BASE_URL must be scheme, host and port only"),
    ("ORDER_PREFIX", "far too long", "ORDER_PREFIX must be one to eight letters or digits"),
    ("HOLD_MINUTES", "abc", "HOLD_MINUTES must be a valid integer"),
    ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES must be greater than or equal to 0"),
    ("PORTAL_ENV", "prod", "PORTAL_ENV must be 'production', 'development', 'demo' or 'test'"),
]


@pytest.mark.parametrize("mode", ["development", "demo", "test", "production"])
@pytest.mark.parametrize(("name", "value", "says"), WRONG)
def test_every_mode_refuses(monkeypatch: pytest.MonkeyPatch, mode: str, name: str, value: str, says: str) -> None:
    base = REAL if mode == "production" else {"PORTAL_ENV": mode}
    [fault] = told(monkeypatch, **{**base, name: value})
    assert fault.startswith(says)


@pytest.mark.parametrize("mode", ["development", "demo", "test"])
def test_the_published_secret_is_for_this_machine_only(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    for local in ("http://localhost:8000", "http://127.0.0.1:8100/", "http://[::1]:8000", "http://a.localhost"):
        assert told(monkeypatch, PORTAL_ENV=mode, BASE_URL=local) == []
    for public in ("https://portal.publisher.example", "http://192.0.2.7", "https://localhost.evil.example"):
        [fault] = told(monkeypatch, BASE_URL=public)
        assert fault.startswith("SECRET_KEY must be your own where BASE_URL leads to other machines")
    assert told(monkeypatch, SECRET_KEY=SECRET) == []


@pytest.mark.parametrize("mode", ["development", "demo", "test"])
def test_a_live_key_is_for_production_only(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    for key in ("sk_live_51abcdefghijkl", "rk_live_51abcdefghijkl"):
        [fault] = told(monkeypatch, PORTAL_ENV=mode, STRIPE_SECRET_KEY=key)
        assert fault.startswith("STRIPE_SECRET_KEY is a live key")


def hsts(monkeypatch: pytest.MonkeyPatch, **changes: str) -> bytes | None:
    assert told(monkeypatch, **changes) == []
    return dict(security.headers(Settings())).get(b"strict-transport-security")  # type: ignore[call-arg]


def test_https_is_insisted_on_in_production_and_for_subdomains_by_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hsts(monkeypatch) is None
    assert hsts(monkeypatch, **REAL) == b"max-age=63072000"
    assert hsts(monkeypatch, HSTS_SUBDOMAINS="true") == b"max-age=63072000; includeSubDomains"
