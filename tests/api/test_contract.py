"""The HTTP API against its own OpenAPI description: schemathesis sends what the description allows and what it forbids."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from litestar import Litestar
from schemathesis import GenerationMode

from portal.core import clock
from portal.core.rate_limits import Limit
from portal.exhibitors.leads import api as lead_api
from portal.exhibitors.leads.commands import rotate_key
from tests.factories import companies, events, scans, stages
from tests.serving import served

EXAMPLES = 20


def run_contract(address: str, mode: GenerationMode, key: str) -> list[str]:
    """Check every operation, with an exhibitor’s key; gives the names of those that were checked. Blocking: call it in a
    thread."""
    schema = schemathesis.openapi.from_url(f"{address}/api/schema/openapi.json")
    # The description says in words that NUL is refused; no schema of a string can.
    schema.config.generation.update(allow_x00=False)
    # Of requests that are wrong, some have no key.
    headers = {"Authorization": f"Bearer {key}"} if mode is GenerationMode.POSITIVE else {}
    checked = []
    for result in schema.get_all_operations():
        operation: Any = result.ok()
        if mode is GenerationMode.NEGATIVE and not operation.query:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            # That a range ends after it begins is said in words as well.
            since, until = ((case.query or {}).get(name) or "" for name in ("from", "to"))
            assume(mode is GenerationMode.NEGATIVE or not since or not until or since <= until)
            # Nor can a schema say what a cursor of ours is.
            assume(mode is GenerationMode.NEGATIVE or not (case.query or {}).get("after"))
            case.call_and_validate(base_url=address, timeout=10, headers=headers)

        check()
        checked.append(operation.definition.raw["operationId"])
    return checked


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_the_description_is_true(
    app: Litestar, database: str, mode: GenerationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each operation is also tried with keys that are none.
    monkeypatch.setattr(lead_api, "_WRONG_KEYS", Limit("any", 10_000, timedelta(minutes=1)))
    monkeypatch.setattr(lead_api, "_CALLS", Limit("any", 10_000, timedelta(minutes=1)))
    await events.make("Isolator Day", topics=("Isolators",), price_from=41000, price_currency="EUR", is_free=False)
    await events.make("Annex 1", online=True, is_free=True, sponsor="Lombarda Fiere")
    await events.make(
        "Far away", kind="external", url="https://x.example", timezone="Pacific/Apia", venue=events.VIENNA
    )
    await events.make_many(60)
    await companies.make("Tessin Lyo SA", website="https://tessin.example", founded=1996, latitude=46.2, longitude=9.0)
    await companies.make_many(20)
    await stages.film(await stages.announce("Rejects", speakers_named=("Marit Solheim",), topics=("Isolators",)))
    hall = await scans.hall()
    await hall.scan(await hall.attendee())
    key = await rotate_key(exhibitor=hall.stand.exhibitor, actor=hall.stand.owner, now=clock.now())
    async with served(app) as address:
        checked = await asyncio.wait_for(asyncio.to_thread(run_contract, address, mode, key), timeout=170)
    with_parameters = [
        "exportCompanies",
        "exportEvents",
        "listCompanies",
        "listEvents",
        "listGoneLeads",
        "listLeads",
        "listWebinars",
    ]
    everything = sorted(
        [*with_parameters, "getCompany", "getEvent", "getLead", "getWebinar", "listTerms", "listTopics"]
    )
    assert sorted(checked) == (everything if mode is GenerationMode.POSITIVE else with_parameters)


async def test_only_documented_addresses_are_described(client: httpx.AsyncClient) -> None:
    description = (await client.get("/api/schema/openapi.json")).json()
    assert sorted(description["paths"]) == [
        "/api/v1/companies",
        "/api/v1/companies.csv",
        "/api/v1/companies/{slug}",
        "/api/v1/events",
        "/api/v1/events.csv",
        "/api/v1/events/{slug}",
        "/api/v1/leads",
        "/api/v1/leads/gone",
        "/api/v1/leads/{code}",
        "/api/v1/terms",
        "/api/v1/topics",
        "/api/v1/webinars",
        "/api/v1/webinars/{slug}",
    ]
    for path in description["paths"].values():
        operation = path["get"]
        assert operation["summary"]
        assert operation["description"]
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), parameter["name"]
