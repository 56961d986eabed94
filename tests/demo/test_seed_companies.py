"""The demo's companies: complete, sensible on any first day, owned by the demo's people, the same after a second start."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.core import db
from portal.demo.seed import companies
from portal.demo.seed.people import seed_people
from portal.directory.rules import profiles
from portal.directory.rules.freshness import Freshness, freshness

FIRST_DAYS = [datetime(2026, 11, 28, 9, tzinfo=UTC), datetime(2028, 2, 29, 23, 30, tzinfo=UTC)]


def quiet(_text: str) -> None:
    """Progress that nobody watches."""


_SOURCES = "SELECT source, count(*) AS n FROM company_source GROUP BY source"


@pytest.mark.usefixtures("database")
async def test_companies_are_made_once_and_claimed_by_the_demos_people(now: datetime) -> None:
    await seed_people(now=now)
    await companies.seed_companies(now=now, progress=quiet)
    rows = await db.fetch(
        "SELECT c.slug, o.name AS owner, verified_by, changed_at FROM company c LEFT JOIN organisation o ON o.id = organisation"
    )
    made = {row["slug"]: row for row in rows}
    assert {"isarwerk-biologics", "quellmark-single-use", "tessin-lyo"} <= set(made)
    assert {company.key for company in companies.read()} <= set(made)
    assert len(companies.read()) >= 58
    sources = {row["source"]: row["n"] for row in await db.fetch(_SOURCES)}
    assert sources == {"ror": 181, "health-canada-dpd": 93, "france-bdpm": 81}
    assert await db.fetch_value("SELECT count(*) FROM register_product") == 387
    assert await db.fetch_value("SELECT count(*) FROM duplicate_hint WHERE state = 'open'") > 20
    assert made["isarwerk-biologics"]["owner"] == "Isarwerk Biologics"
    assert made["quellmark-single-use"]["owner"] == "Quellmark Single-Use"
    assert made["sotavento-biologica"]["owner"] is None
    assert (made["tessin-lyo"]["owner"], made["tessin-lyo"]["verified_by"]) == ("Tessin Lyo SA", "dns")
    before = await db.fetch_value("SELECT md5(string_agg(c::text, chr(10) ORDER BY id)) FROM company c")
    await companies.seed_companies(now=now + timedelta(days=40), progress=quiet)
    assert await db.fetch_value("SELECT md5(string_agg(c::text, chr(10) ORDER BY id)) FROM company c") == before


@pytest.mark.parametrize("first", FIRST_DAYS)
def test_profiles_are_right_on_any_first_day(first: datetime) -> None:
    made = {company.key: companies.profile(company, now=first) for company in companies.read()}
    assert {key: found for key, profile in made.items() if (found := profiles.faults(profile, first.date()))} == {}
    sites = {key: {site.id for site in profile.sites} | {""} for key, profile in made.items()}
    assert [
        (key, fact.id) for key, profile in made.items() for fact in profile.facts if fact.site not in sites[key]
    ] == []
    seen = {freshness(fact, first.date()) for profile in made.values() for fact in profile.facts}
    assert seen == set(Freshness)
