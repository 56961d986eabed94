"""Where the stand-in refuses to start, and that what it knows survives a restart."""

from pathlib import Path

import pytest

from portal.demo.stripe_standin.app import create_app, create_standin
from portal.demo.stripe_standin.settings import StandinRefused, StandinSettings, from_environment
from tests.stripe_server import serving, session_request

ADDRESS = "http://127.0.0.1:1"


@pytest.mark.parametrize("name", ["PORTAL_ENV", "portal_env", "Portal_Env"])
@pytest.mark.parametrize("value", ["production", "Production ", "PRODUCTION"])
def test_never_in_production(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StandinRefused, match="PORTAL_ENV is production"):
        create_standin(StandinSettings(address=ADDRESS))


def test_an_incomplete_production_environment_gets_the_same_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_ENV", "production")
    with pytest.raises(StandinRefused, match="PORTAL_ENV is production"):
        create_app()


def test_a_complete_production_environment_does_not_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PORTAL_ENV": "production",
        "SECRET_KEY": "a-secret-of-one's-own-with-many-characters",
        "DATABASE_URL": "postgresql://localhost/portal",
        "BASE_URL": "https://portal.example",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StandinRefused):
        create_app()


@pytest.mark.parametrize(
    "key", ["sk_live_51abcdefghijkl", "sk_test_", "rk_test_51abcdefghijkl", "", "sk_test_a b c d e"]
)
def test_takes_test_keys_only(key: str) -> None:
    with pytest.raises(StandinRefused, match="sk_test_"):
        create_standin(StandinSettings(address=ADDRESS, secret_key=key))


def test_needs_a_webhook_secret() -> None:
    with pytest.raises(StandinRefused, match="whsec_"):
        create_standin(StandinSettings(address=ADDRESS, webhook_secret=""))


def test_reads_the_portals_own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_fromTheEnvironment")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_fromTheEnvironment")
    monkeypatch.setenv("STRIPE_API_BASE", "http://localhost:8123")
    monkeypatch.setenv("BASE_URL", "http://localhost:8100/")
    monkeypatch.setenv("PORTAL_DATA", str(tmp_path))
    settings = from_environment()
    assert (settings.secret_key, settings.webhook_secret) == ("sk_test_fromTheEnvironment", "whsec_fromTheEnvironment")
    assert settings.address == "http://localhost:8123"
    assert settings.webhook_url == "http://localhost:8100/stripe/webhook"
    assert settings.folder == tmp_path / "stripe"


async def test_a_restart_keeps_everything(tmp_path: Path) -> None:
    other = session_request(attempt=2)
    async with serving(folder=tmp_path) as first:
        gateway = first.gateway()
        paid = await gateway.create_session(purchase=session_request(), idempotency_key="first")
        await first.pay(paid.url)
        still_open = await gateway.create_session(purchase=other, idempotency_key="second")
        waiting = first.standin.store.rows("SELECT count(*) AS n FROM delivery WHERE state = 'waiting'")[0]["n"]
    async with serving(folder=tmp_path) as again:
        gateway = again.gateway()
        found = await gateway.retrieve_session(paid.id)
        assert (found.status, found.payment_status, found.method) == ("complete", "paid", "visa 4242")
        repeated = await gateway.create_session(purchase=other, idempotency_key="second")
        assert repeated.id == still_open.id
        kept = again.standin.store.rows("SELECT count(*) AS n FROM delivery WHERE state = 'waiting'")[0]["n"]
        assert kept == waiting == 4


async def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with serving() as stripe:
        await stripe.gateway().create_session(purchase=session_request(), idempotency_key="once")
    assert list(tmp_path.iterdir()) == []
