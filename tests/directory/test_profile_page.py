"""A company's public page: what it says, to whom it does not exist, where former addresses lead."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from portal.accounts.actors import PORTAL
from portal.core import clock, db, times
from portal.directory.commands import publishing
from portal.directory.tables.companies import FactSource
from portal.directory.values import (
    OtherName,
    ProfileContact,
    ProfileFact,
    ProfilePost,
    ProfileProduct,
    ProfileRelation,
    ProfileSite,
    ProfileVideo,
    RelationKind,
)
from tests.directory.conftest import organisation
from tests.factories import companies, events, plans
from tests.queries import counting

HERE = "/companies/isarwerk-biologics"


def text(page: str) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


async def linked(client: httpx.AsyncClient, address: str = HERE) -> dict[str, Any]:
    """The Organization in a page's JSON-LD."""
    page = (await client.get(address)).text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found is not None
    made: dict[str, Any] = json.loads(found[1])[0]
    return made


async def fact(term: str, days: int | None, **more: Any) -> ProfileFact:
    """A fact about a word of the vocabulary, confirmed so many days ago."""
    made = (await companies.profile(facts=[(term, days)])).facts[0]
    known = {name: getattr(made, name) for name in ("term", "confirmed_on")}
    return ProfileFact(**{"id": term.split(":")[1][:8], **known, **more})


async def test_facts_say_how_old_they_are_and_who_says_so(client: httpx.AsyncClient) -> None:
    today = times.today(clock.now())
    await companies.make()
    facts = (
        await fact("capability:Lyophilisation", 10, value="12 m²", site="mar", free_from="now"),
        await fact("capability:Vial filling", 200),
        await fact("capability:Cold storage", 400),
        await fact("capability:Release", 5, source=FactSource.REGISTER, source_url="https://register.example/x"),
        await fact(
            "certificate:EU GMP", 3, issuer="Upper Bavaria", reference="DE 1", expires_on=today + timedelta(days=456)
        ),
        await fact("certificate:ISO 13485", 3, expires_on=today + timedelta(days=70)),
        await fact("certificate:Old licence", 3, expires_on=today - timedelta(days=1)),
        await fact("figure:Smallest batch", 40, value="2,000 vials"),
    )
    stored = await companies.profile(sites=(ProfileSite(id="mar", name="Martinsried", country="DE"),), facts=[])
    await _publish(stored, facts=facts)
    page = (await client.get(HERE)).text
    rows = [text(row) for row in re.findall(r"<tr.*?</tr>", page.partition('id="cap-h"')[2].partition("</table>")[0])]
    assert [bool(re.search(words, row)) for words, row in zip(
        ("Lyophilisation 12 m² Martinsried Now", "Vial filling .*due for a check", "Release .*register.example",
         "Cold storage .*hidden from filters"), rows[1:], strict=True)] == [True] * 4  # fmt: skip
    assert re.search(r'class="faded"><th scope="row"><a href="/companies/capability/cold-storage">', page)
    told = text(page)
    for words in ("14 months left", "70 days left", "ended, hidden from filters", "Smallest batch 2,000 vials"):
        assert words in told


async def _publish(profile: Any, **changes: Any) -> None:
    company_id = await db.fetch_value("SELECT id FROM company WHERE slug = 'isarwerk-biologics'")
    await publishing.publish(
        actor=PORTAL, company_id=company_id, profile=msgspec.structs.replace(profile, **changes), now=clock.now()
    )


async def test_the_page_says_the_same_in_schema_org(client: httpx.AsyncClient) -> None:
    await companies.make(
        website="https://isarwerk.example", email="hello@isarwerk.example", phone="+49 89 1", founded=2009,
        staff="51-200", names=(OtherName("Isarwerk </script><b>"),),
        facts=[("capability:Lyophilisation", 3), ("capability:Cold storage", 400)],
    )  # fmt: skip
    made = await linked(client)
    assert made["@type"] == "Organization"
    assert made["alternateName"] == ["Isarwerk </script><b>"]
    assert made["address"] == {"@type": "PostalAddress", "addressLocality": "Martinsried", "addressCountry": "DE"}
    assert made["numberOfEmployees"] == {"@type": "QuantitativeValue", "minValue": 51, "maxValue": 200}
    assert (made["foundingDate"], made["knowsAbout"]) == ("2009", ["Lyophilisation"])
    page = await client.get(HERE)
    assert f'<link rel="canonical" href="http://localhost:8000{HERE}">' in page.text
    assert "hello@isarwerk.example" not in page.text


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("hidden", 404), ("closed", 200)])
async def test_what_is_not_public_does_not_exist(client: httpx.AsyncClient, state: str, status: int) -> None:
    await companies.make(website="https://isarwerk.example", email="a@isarwerk.example")
    await db.execute("UPDATE company SET state = $1", state)
    answer = await client.get(HERE)
    assert answer.status_code == status
    assert (await client.get(f"{HERE}/go/website")).status_code == (302 if status == 200 else 404)
    assert (await client.post(f"{HERE}/contacts/company/email")).status_code == 404
    if status == 200:
        assert "This company has closed" in answer.text
        assert "Show email" not in answer.text


async def test_former_addresses_and_merged_companies_lead_on(client: httpx.AsyncClient) -> None:
    kept = await companies.make()
    gone = await companies.make("Antikorp GmbH")
    await db.execute("INSERT INTO company_former_slug (slug, company) VALUES ('isarwerk-old', $1)", kept)
    await db.execute("UPDATE company SET state = 'merged', merged_into = $1 WHERE id = $2", kept, gone)
    for slug in ("isarwerk-old", "antikorp"):
        answer = await client.get(f"/companies/{slug}")
        assert (answer.status_code, answer.headers["location"]) == (301, HERE)
        answer = await client.get(f"/companies/{slug}/go/website")
        assert answer.headers["location"] == f"{HERE}/go/website"
    for nothing in ("nobody", "Not-A-Slug", "%00", "x" * 200):
        assert (await client.get(f"/companies/{nothing}")).status_code == 404


async def test_events_are_found_by_organisation_and_by_name(client: httpx.AsyncClient) -> None:
    owner = await organisation()
    await companies.make(owner=owner, names=(OtherName("Isarwerk"),))
    made = [
        await events.make(title="Ours to come", days=20),
        await events.make(title="By name, over", days=-20),
        await events.make(title="Somebody else’s", days=30),
    ]
    await db.execute("UPDATE event SET organisation = $1, organiser_name = '' WHERE id = $2", owner, made[0])
    await db.execute("UPDATE event SET organiser_name = 'ISARWERK' WHERE id = $1", made[1])
    page = (await client.get(HERE)).text
    meet = page.partition('id="meet-h"')[2].partition("</section>")[0]
    timeline = page.partition('id="tl-h"')[2].partition("</section>")[0]
    assert ("Ours to come" in meet, "By name, over" in meet, "Somebody else’s" in page) == (True, False, False)
    assert "Organiser: By name, over" in text(timeline)


async def test_the_timeline_is_made_of_what_the_portal_saw(client: httpx.AsyncClient) -> None:
    long_ago = clock.now() - timedelta(days=90)
    made = await companies.make("Antikorp GmbH", founded=2009, facts=[("capability:Vial filling", 0)], now=long_ago)
    await db.execute(
        "INSERT INTO register_product (company, source, key, name, form, routes, status, authorised_on, seen_at) "
        "VALUES ($1, 'register', '1', 'Aspirol', 'tablet', 'oral', 'authorised', '1999-04-01', now())",
        made,
    )
    await plans.give(made)
    after = await companies.profile(
        "Isarwerk Biologics GmbH", founded=2009, facts=[("capability:Lyophilisation", 0), ("certificate:EU GMP", 0)],
        posts=(ProfilePost(id="p1", title="Second line", text="It is *here*.", on=times.today(clock.now())),),
    )  # fmt: skip
    await publishing.publish(actor=PORTAL, company_id=made, profile=after, now=clock.now())
    page = (await client.get("/companies/antikorp")).text
    lines = [
        text(line).strip()
        for line in re.findall(r"<li>.*?</li>", page.partition('id="tl-h"')[2].partition("</section>")[0])
    ]
    told = [re.sub(r"^(\d+ \w+ )?\d{4} ", "", line) for line in lines]
    assert told == [
        "Second line", "Capability taken off: Vial filling", "New capability: Lyophilisation",
        "Certificate added: EU GMP", "Renamed; before: Antikorp GmbH", "Listed in this directory", "Founded",
        "First authorisation in register; 1 product is listed there today",
    ]  # fmt: skip
    assert "<em>here</em>" in page


async def test_relations_lead_to_pages_where_there_are_some(client: httpx.AsyncClient) -> None:
    mother = await companies.make("Mother AG")
    await db.execute(
        "INSERT INTO company_source (company, source, key, digest, credit, seen_at) "
        "VALUES ($1, 'ror', 'r1', '', 'ROR, CC0', now())",
        mother,
    )
    relations = (
        ProfileRelation(id="r1", kind=RelationKind.PARENT, name="Mother (Germany)", source="ror", key="r1"),
        ProfileRelation(id="r2", kind=RelationKind.CHILD, name="Daughter Ltd", source="ror", key="r2"),
    )
    await companies.make(relations=relations)
    page = (await client.get(HERE)).text.partition('id="rel-h"')[2]
    assert (
        '<dt class="xs">Belongs to</dt><dd><a class="link" href="/companies/mother">Mother (Germany)</a></dd>' in page
    )
    assert '<dt class="xs">Subsidiaries</dt><dd>Daughter Ltd</dd>' in page
    assert "Sources: ROR, CC0, read" in text((await client.get("/companies/mother")).text)


async def test_register_products_are_paged_and_searched(client: httpx.AsyncClient) -> None:
    made = await companies.make()
    await db.execute(
        "INSERT INTO register_product (company, source, key, name, form, routes, status, seen_at) SELECT $1, 'r', n::text, "
        "'Produkt ' || lpad(n::text, 3, '0'), CASE WHEN n = 40 THEN 'comprimé pelliculé' ELSE 'solution' END, '', '', now() "
        "FROM generate_series(1, 60) n",
        made,
    )
    first, second = (await client.get(HERE)).text, (await client.get(f"{HERE}?page=2")).text
    assert ("Produkt 001" in first, "Produkt 026" in first, "Produkt 026" in second) == (True, False, True)
    assert (await client.get(f"{HERE}?page=4")).status_code == 404
    found = (await client.get(f"{HERE}?product=COMPRIME+produkt")).text
    assert re.findall(r"Produkt \d+", found) == ["Produkt 040"]
    none = await client.get(f"{HERE}?product=%3Cb%3Ezzz")
    assert none.status_code == 200
    assert "None of its products has “&lt;b&gt;zzz”" in none.text
    part = await client.get(f"{HERE}?product=comprime", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith("<section")
    assert "Produkt 040" in part.text


async def test_a_long_profile_takes_no_more_statements(client: httpx.AsyncClient, app: Litestar) -> None:
    await companies.make("Short GmbH")
    today = times.today(clock.now())
    made = await companies.make(
        sites=tuple(ProfileSite(id=f"s{n}", city=f"City {n}") for n in range(20)),
        contacts=tuple(ProfileContact(id=f"c{n}", name=f"Person {n}", email=f"p{n}@isarwerk.example") for n in range(20)),
        products=tuple(ProfileProduct(id=f"p{n}", name=f"Product {n}") for n in range(20)),
        videos=tuple(ProfileVideo(id=f"v{n}", title="V", url="https://vimeo.com/1084537") for n in range(5)),
        posts=tuple(ProfilePost(id=f"n{n}", title=f"News {n}", on=today) for n in range(9)),
        facts=[(f"capability:Capability {n}", n * 10) for n in range(40)],
    )  # fmt: skip
    await plans.give(made)
    app.state.services.pages.clear()
    async with counting() as short:
        assert (await client.get("/companies/short")).status_code == 200
    async with counting() as long:
        assert (await client.get(HERE)).status_code == 200
    assert len(short) == len(long) <= 14


async def test_links_for_members_are_for_members(client: httpx.AsyncClient) -> None:
    await companies.make()
    assert (await client.get(f"{HERE}/links", headers={"HX-Request": "true"})).status_code == 204
