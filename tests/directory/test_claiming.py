"""Claiming a company over HTTP: who may, what is said beside a field, how often."""

from datetime import timedelta

import httpx
import pytest

from portal.core import db
from portal.directory.commands import claim_limits
from tests.directory.claiming import CLAIM, CODE, LEONIE, Network, faults, start, words
from tests.directory.conftest import SignIn

pytestmark = pytest.mark.usefixtures("unclaimed")


async def test_visitors_sign_in_first_and_come_back(net: Network, client: httpx.AsyncClient) -> None:
    answer = await client.get(CLAIM)
    assert (answer.status_code, "Sign in to claim Isarwerk Biologics GmbH" in answer.text) == (200, True)
    assert 'href="/account/sign-in?next=/companies/isarwerk-biologics/claim"' in answer.text
    for path in ("", "/look", "/document", "/withdrawal", "/joining"):
        assert (await client.post(CLAIM + path)).headers["location"].startswith("/account/sign-in")
    for path in ("", "/again"):
        assert (await client.post(CODE + path)).headers["location"].startswith("/account/sign-in")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "way"),
        ({"way": "magic"}, "way"),
        ({"way": "dns", "organisation": "77"}, "organisation"),
        ({"way": "dns", "organisation": "x"}, "organisation"),
        ({"way": "dns", "organisation_name": "Buy at www.evil.example/now"}, "organisation_name"),
        ({"way": "dns", "organisation_name": "x" * 200}, "organisation_name"),
        ({"way": "code", "email": "x" * 300 + "@isarwerk.example"}, "email"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    net: Network, sign_in: SignIn, fields: dict[str, str], field: str
) -> None:
    leonie = await sign_in(LEONIE)
    answer = await leonie.post(CLAIM, data=fields)
    assert (answer.status_code, list(faults(answer))) == (422, [field])


async def test_how_often_claims_are_made_is_limited(
    net: Network, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    leonie = await sign_in(LEONIE)
    monkeypatch.setattr(claim_limits, "ACCOUNT", claim_limits.Limit("claims-account", 2, timedelta(days=1)))
    monkeypatch.setattr(claim_limits, "LOOKS", claim_limits.Limit("claim-looks", 1, timedelta(hours=1)))
    assert [(await start(leonie, "dns")).status_code for _ in range(3)] == [303, 303, 429]
    answers = [await leonie.post(f"{CLAIM}/look") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 429]
    assert "Too many tries." in words(answers[1])
    assert int(answers[1].headers["retry-after"]) > 3000
    monkeypatch.setattr(claim_limits, "CODES_OF_COMPANY", claim_limits.Limit("claim-codes", 1, timedelta(hours=1)))
    said = []
    for name in ("jan", "ute"):
        other = await sign_in(f"{name}@isarwerk.example")
        said.append((await start(other, "code", email=f"{name}@isarwerk.example")).status_code)
    assert said == [303, 429]


async def test_hidden_drafted_and_unknown_companies_cannot_be_claimed(net: Network, sign_in: SignIn) -> None:
    leonie = await sign_in(LEONIE)
    for state in ("hidden", "draft"):
        await db.execute("UPDATE company SET state = $1", state)
        assert (await leonie.get(CLAIM)).status_code == 404
        assert (await start(leonie, "dns")).status_code == 404
    assert (await leonie.get("/companies/nobody/claim")).status_code == 404
    await db.execute("UPDATE company SET state = 'closed'")
    assert (await leonie.get(CLAIM)).status_code == 200
