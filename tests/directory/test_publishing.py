"""Companies are made and published: columns, names, facts, revisions, addresses."""

import re
from datetime import date, datetime
from typing import Any

import asyncpg
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL, Actor
from portal.core import changes, db
from portal.core.errors import Forbidden, Invalid
from portal.directory.commands import publishing
from portal.directory.queries import companies as queries
from portal.directory.rules.names import RESERVED, name_key
from portal.directory.values import OtherName, Profile, ProfileFact
from tests.factories import companies

pytestmark = pytest.mark.usefixtures("database")
STRANGER = Actor(account_id=8, email="visitor@example.org", name="Visitor")


async def row(company_id: int) -> Any:
    return await db.fetch_one("SELECT * FROM company WHERE id = $1", company_id)


async def test_columns_and_rows_are_derived_from_the_profile(now: datetime) -> None:
    profile = await companies.profile(
        "Morava Lyophil s.r.o.", website="https://WWW.Morava.example/en", city="Olomouc", country="CZ", now=now,
        description="# Small batches\n\nOn **one** line.<script>alert(1)</script>",
        names=(OtherName("Moravská lyofilizace"),),
    )  # fmt: skip
    made = await publishing.create_company(actor=PORTAL, profile=profile, now=now)
    stored = await row(made)
    assert (stored["slug"], stored["name_key"], stored["domain"]) == (
        "morava-lyophil",
        "morava lyophil",
        "morava.example",
    )
    assert (stored["city_key"], stored["revision"]) == ("olomouc", 1)
    found = await queries.by_slug("morava-lyophil")
    assert found is not None
    assert found.profile == profile
    assert found.description_html == "<h3>Small batches</h3>\n<p>On <strong>one</strong> line.</p>\n"
    facts = await db.fetch("SELECT t.name, f.confirmed_on FROM fact f JOIN term t ON t.id = f.term ORDER BY f.key")
    assert [(f["name"], f["confirmed_on"]) for f in facts] == [
        ("Contract manufacturer", None), ("Lyophilisation", date(2026, 11, 17)), ("Vial filling", date(2026, 11, 17)),
    ]  # fmt: skip
    assert await db.fetch_value("SELECT name_key FROM company_name") == "moravska lyofilizace"


async def test_publishing_replaces_facts_and_keeps_every_revision(now: datetime) -> None:
    made = await companies.make(now=now)
    before = await changes.version("companies")
    again = await companies.profile(facts=[("capability:Lyophilisation", 0)], now=now, tagline="New.")
    assert await publishing.publish(actor=PORTAL, company_id=made, profile=again, now=now) == 2
    assert await db.fetch_value("SELECT count(*) FROM fact") == 1
    assert [r["number"] for r in await db.fetch("SELECT number FROM company_revision ORDER BY 1")] == [1, 2]
    assert await changes.version("companies") > before
    with pytest.raises(asyncpg.RaiseError):
        await db.execute("UPDATE company_revision SET number = 9")


async def test_two_companies_of_one_name_have_addresses_of_their_own(now: datetime) -> None:
    ids = [await companies.make("Halden AS", city=city, now=now) for city in ("Halden", "Oslo", "Oslo")]
    assert [(await row(one))["slug"] for one in ids] == ["halden", "halden-oslo", "halden-oslo-2"]


async def test_strangers_and_unknown_words_are_refused(now: datetime) -> None:
    made = await companies.make(now=now)
    profile = await companies.profile(now=now)
    with pytest.raises(Forbidden):
        await publishing.publish(actor=STRANGER, company_id=made, profile=profile, now=now)
    odd = Profile(name="", website="javascript:alert(1)", founded=3000, facts=(ProfileFact(id="x", term="route:moon"),))
    with pytest.raises(Invalid) as told:
        await publishing.publish(actor=PORTAL, company_id=made, profile=odd, now=now)
    assert sorted(told.value.fields) == ["founded", "name", "website"]
    with pytest.raises(Invalid):
        await publishing.publish(actor=PORTAL, company_id=made, profile=Profile(name="A", facts=odd.facts), now=now)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Merck Serono Ltd. (United Kingdom)", "merck serono"),
        ("MERCK SERONO LTD", "merck serono"),
        ("Sotavento Biológica, Lda.", "sotavento biologica"),
        ("F. Hoffmann-La Roche AG", "f hoffmann la roche"),
        ("Johnson & Johnson Inc.", "johnson and johnson"),
        ("A/S Norsk", "as norsk"),
        ("GmbH", "gmbh"),
        ("武田薬品工業", "武田薬品工業"),
        ("L'Oréal S.A.", "loreal"),
    ],
)
def test_names_are_compared_without_dress(name: str, key: str) -> None:
    assert name_key(name) == key


async def test_no_company_takes_the_address_of_a_page(app: Litestar, now: datetime) -> None:
    below = {route.path.split("/")[2] for route in app.routes if route.path.startswith("/companies/")}
    assert {part for part in below if re.fullmatch(r"[a-z0-9-]+", part)} == set(RESERVED)
    assert (await row(await companies.make("Compare GmbH", city="", now=now)))["slug"] == "compare-company"
