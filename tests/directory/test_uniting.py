"""Two companies are made one, and two again: nothing is lost, addresses lead on, and who comes second hears why."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.core import db
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.directory.commands import duplicates, merging, publishing
from portal.directory.queries import companies as queries
from portal.directory.rules import profiles, uniting
from portal.directory.rules.merging import ADDRESS
from portal.directory.values import OtherName, Profile, ProfileContact, ProfileFact, ProfileSite
from tests.directory.conftest import account, organisation
from tests.factories import companies

pytestmark = pytest.mark.usefixtures("database")
replace = msgspec.structs.replace
STRANGER = Actor(account_id=8, email="visitor@example.org", name="Visitor")


async def profile_of(company_id: int) -> Profile:
    found = await queries.by_id(company_id)
    assert found is not None
    return found.profile


async def merge(kept: int, merged: int, now: datetime, *fields: str) -> int:
    return await merging.merge_companies(actor=PORTAL, kept_id=kept, merged_id=merged, of_merged=fields, now=now)


async def source(company_id: int, key: str) -> None:
    await db.execute(
        "INSERT INTO company_source (company, source, key, said, digest, credit, seen_at) "
        "VALUES ($1, 'ror', $2, '{}', '', '', now())", company_id, key,
    )  # fmt: skip
    await db.execute(
        "INSERT INTO register_product (company, source, key, name, form, routes, status, seen_at) "
        "VALUES ($1, 'ror', $2, 'P', '', '', '', now())", company_id, key,
    )  # fmt: skip


async def owners_of(table: str) -> dict[str, int]:
    return {row["key"]: row["company"] for row in await db.fetch(f"SELECT key, company FROM {table}")}


async def pair(now: datetime, **more: Any) -> tuple[int, int]:
    one = await companies.make("Isarwerk Biologics GmbH", now=now, city="Martinsried", founded=2009)
    other = await companies.make(
        "Isarwerk", now=now, **{"city": "Munich", "website": "https://isarwerk.example", **more}
    )
    return one, other


async def test_everything_goes_over_and_old_addresses_lead_on(now: datetime) -> None:
    one, other = await pair(now)
    await source(one, "a")
    await source(other, "b")
    await merge(one, other, now, "address")
    profile = await profile_of(one)
    assert (profile.city, profile.website, profile.founded) == ("Munich", "https://isarwerk.example", 2009)
    assert profile.names == (OtherName("Isarwerk"),)
    assert (await owners_of("company_source"), await owners_of("register_product")) == ({"a": one, "b": one},) * 2
    assert (await queries.by_slug("isarwerk"), await queries.moved_to("isarwerk")) == (None, "isarwerk-biologics")
    row = await db.fetch_one(
        "SELECT verb, key, facts ->> 'name' AS name FROM audit_entry WHERE verb = 'company.merged'"
    )
    assert row is not None
    assert tuple(row) == ("company.merged", str(one), "Isarwerk")
    notes = await db.fetch("SELECT note FROM company_revision WHERE company = $1 ORDER BY number", one)
    assert [found["note"] for found in notes] == ["", "Merged with Isarwerk"]


async def test_lists_hold_what_both_say_once(now: datetime) -> None:
    site = ProfileSite(id="s1", name="Plant", city="Penzberg", country="DE")
    mine = {
        "sites": (site,), "contacts": (ProfileContact(id="c1", name="Leonie"),),
        "facts": (("capability:Lyophilisation", 100), ("route:Oral", 3)),
    }  # fmt: skip
    one = await companies.make("Isarwerk GmbH", now=now, **mine)
    other = await companies.make("Isarwerk AG", now=now, facts=[("capability:Lyophilisation", 1), ("route:Nasal", 9)])
    theirs = await profile_of(other)
    more = replace(
        theirs, sites=(replace(site, id="x"), replace(site, id="s1", city="Passau")),
        contacts=(ProfileContact(id="c1", name="Anselm"), ProfileContact(id="c2", name="Leonie")),
        facts=(*theirs.facts, ProfileFact(id="f9", term="route:oral", value="here", site="x")),
    )  # fmt: skip
    await publishing.publish(actor=PORTAL, company_id=other, profile=more, now=now)
    await merge(one, other, now)
    profile = await profile_of(one)
    assert [(s.id, s.city) for s in profile.sites] == [("s1", "Penzberg"), ("s1-2", "Passau")]
    assert [(c.id, c.name) for c in profile.contacts] == [("c1", "Leonie"), ("c1-2", "Anselm")]
    assert [(f.term, f.site, (now.date() - f.confirmed_on).days if f.confirmed_on else None) for f in profile.facts] == [
        ("capability:lyophilisation", "", 1), ("route:oral", "", 3), ("route:nasal", "", 9), ("route:oral", "s1", None),
    ]  # fmt: skip


async def test_undoing_restores_exactly(now: datetime) -> None:
    one, other = await pair(now)
    await source(one, "a")
    await source(other, "b")
    before = await profile_of(one), await profile_of(other)
    made = await merge(one, other, now, "name", "address")
    assert (await profile_of(one)).name == "Isarwerk"
    assert await merging.undo_merge(actor=PORTAL, merge_id=made, now=now) == other
    assert (await profile_of(one), await profile_of(other)) == before
    assert await owners_of("company_source") == {"a": one, "b": other} == await owners_of("register_product")
    found = await queries.by_slug("isarwerk")
    assert found is not None
    assert (found.id, found.state) == (other, "public")
    with pytest.raises(Conflict, match="undone already"):
        await merging.undo_merge(actor=PORTAL, merge_id=made, now=now)


async def test_undoing_keeps_what_people_wrote_since(now: datetime) -> None:
    one, other = await pair(now)
    made = await merge(one, other, now, "address")
    since = replace(await profile_of(one), tagline="Written since.")
    await publishing.publish(actor=PORTAL, company_id=one, profile=since, now=now)
    await merging.undo_merge(actor=PORTAL, merge_id=made, now=now)
    profile = await profile_of(one)
    assert (profile.tagline, profile.city, profile.website, profile.names) == ("Written since.", "Martinsried", "", ())


async def test_the_company_with_an_owner_is_kept(now: datetime) -> None:
    owned = await companies.make("Owned GmbH", owner=await organisation(), now=now)
    free = await companies.make("Free GmbH", now=now)
    with pytest.raises(Conflict, match=r"Owned GmbH has an owner. Keep that one."):
        await merge(free, owned, now)
    other = await companies.make("Other GmbH", owner=await organisation("b@b.example", "B"), now=now)
    with pytest.raises(Conflict, match="Both companies have an owner"):
        await merge(owned, other, now)
    await merge(owned, free, now)
    assert await queries.moved_to("free") == "owned"


async def test_a_company_that_is_being_claimed_is_kept(now: datetime) -> None:
    one, other = await pair(now)
    await db.execute(
        "INSERT INTO claim (company, account, way, state, token, email, document, domain, organisation_name, evidence, "
        "asked_at, objection, decided_by, reason) VALUES ($1, $2, 'dns', 'open', '', '', '', '', '', '', now(), '', '', '')",
        other, await account("a@isarwerk.example"),
    )  # fmt: skip
    with pytest.raises(Conflict, match="Somebody is claiming Isarwerk"):
        await merge(one, other, now)
    await merge(other, one, now)


async def test_what_cannot_be_merged(now: datetime) -> None:
    one, other = await pair(now)
    with pytest.raises(Forbidden):
        await merging.merge_companies(actor=STRANGER, kept_id=one, merged_id=other, now=now)
    with pytest.raises(Conflict, match="one company already"):
        await merge(one, one, now)
    with pytest.raises(NotFound):
        await merge(one, 999, now)
    await db.execute("UPDATE company SET state = 'hidden' WHERE id = $1", one)
    with pytest.raises(Conflict, match=r"not public. Keep Isarwerk instead"):
        await merge(one, other, now)


async def test_chains_lead_to_the_last_and_are_undone_from_the_end(now: datetime) -> None:
    a, b, c = [await companies.make(f"Company {name}", now=now) for name in "ABC"]
    await source(a, "a")
    first = await merge(b, a, now)
    second = await merge(c, b, now)
    assert [await queries.moved_to(f"company-{name}") for name in "ab"] == ["company-c", "company-c"]
    assert await owners_of("company_source") == {"a": c}
    for kept, merged in ((a, c), (b, c), (c, a), (c, b)):
        with pytest.raises(Conflict, match="has been merged already"):
            await merge(kept, merged, now)
    with pytest.raises(Conflict, match=r"Company B has itself been merged since. Undo that first."):
        await merging.undo_merge(actor=PORTAL, merge_id=first, now=now)
    await merging.undo_merge(actor=PORTAL, merge_id=second, now=now)
    assert (await queries.moved_to("company-a"), await owners_of("company_source")) == ("company-b", {"a": b})
    await merging.undo_merge(actor=PORTAL, merge_id=first, now=now)
    assert await owners_of("company_source") == {"a": a}
    assert {row["state"] for row in await db.fetch("SELECT state FROM company")} == {"public"}


async def test_two_staff_merge_the_same_pair_at_once(now: datetime) -> None:
    one, other = await pair(now)
    answers = await asyncio.gather(merge(one, other, now), merge(other, one, now), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "int"]
    assert await db.fetch_value("SELECT count(*) FROM company WHERE state = 'merged'") == 1


async def test_cycles_at_once_end_in_one_company(now: datetime) -> None:
    a, b, c = [await companies.make(f"Company {name}", now=now) for name in "ABC"]
    await asyncio.gather(merge(a, b, now), merge(b, c, now), merge(c, a, now), return_exceptions=True)
    left = [row["slug"] for row in await db.fetch("SELECT slug FROM company WHERE state = 'public'")]
    assert left
    for name in "abc":
        assert (await queries.moved_to(f"company-{name}") or f"company-{name}") in left


async def test_merging_while_somebody_publishes(now: datetime) -> None:
    one, other = await pair(now)
    mine = replace(await profile_of(other), tagline="Published meanwhile.")
    publish = publishing.publish(actor=PORTAL, company_id=other, profile=mine, now=now)
    answers = await asyncio.gather(merge(one, other, now, "tagline"), publish, return_exceptions=True)
    after = await profile_of(one)
    if isinstance(answers[1], NotFound):
        assert after.tagline != "Published meanwhile."
    else:
        assert after.tagline == "Published meanwhile."


async def test_a_merge_waits_for_an_import_in_progress(database: str, now: datetime) -> None:
    one, other = await pair(now)
    line = await asyncpg.connect(database)
    importing = line.transaction()
    await importing.start()
    await line.execute("SELECT pg_advisory_xact_lock(hashtext('portal companies'))")
    merging_them = asyncio.create_task(merge(one, other, now))
    while not await line.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"):
        assert not merging_them.done()
        await asyncio.sleep(0.01)
    await importing.rollback()
    await merging_them
    await line.close()


async def test_kept_apart_is_remembered_of_the_kept_company(now: datetime) -> None:
    a, b, c = [await companies.make("Morava GmbH", city=city, now=now) for city in ("Graz", "Graz", "Graz")]
    assert await duplicates.find_duplicates(now=now) == 3
    hints = {(r["first"], r["second"]): r["id"] for r in await db.fetch("SELECT id, first, second FROM duplicate_hint")}
    await duplicates.keep_apart(actor=PORTAL, hint_id=hints[b, c], now=now)
    made = await merge(a, b, now)
    assert await duplicates.find_duplicates(now=now + timedelta(days=1)) == 0

    async def states() -> dict[tuple[int, int], str]:
        rows = await db.fetch("SELECT first, second, state FROM duplicate_hint")
        return {(row["first"], row["second"]): row["state"] for row in rows}

    assert await states() == {(a, b): "merged", (b, c): "kept_apart", (a, c): "kept_apart"}
    await merging.undo_merge(actor=PORTAL, merge_id=made, now=now)
    assert await duplicates.find_duplicates(now=now) == 2
    assert await states() == {(a, b): "open", (b, c): "kept_apart", (a, c): "open"}


@pytest.mark.parametrize(
    ("mine", "theirs", "stands"),
    [
        # The register that knows the city only, and the one that knows the street.
        (("", "", "Wien", "", "AT"), ("Ring 1", "1010", "wien", "Wien", ""), ("Ring 1", "1010", "wien", "Wien", "AT")),
        (
            ("Ring 1", "", "Wien", "", "AT"),
            ("RING 1", "1010", "Wien", "W", "AT"),
            ("RING 1", "1010", "Wien", "W", "AT"),
        ),
        (("", "", "", "", "AT"), ("", "", "Graz", "", "AT"), ("", "", "Graz", "", "AT")),
        (("", "", "", "", None), ("Ring 1", "", "", "", None), ("Ring 1", "", "", "", None)),
        # Two places.
        (("", "", "Toronto", "", "CA"), ("12 Main St", "L5N 1A1", "Mississauga", "Ontario", "CA"), None),
        (("Ring 1", "1010", "Wien", "", "AT"), ("Gasse 2", "1090", "Wien", "", "AT"), None),
        (("Ring 1", "", "Wien", "", "AT"), ("", "1090", "Wien", "", "AT"), None),
        (("", "", "", "", "GB"), ("", "", "", "", "US"), None),
        (("Ring 1", "", "", "", "AT"), ("", "", "Graz", "", "AT"), None),
        (("", "", "", "Ontario", "CA"), ("", "", "Montreal", "Quebec", "CA"), None),
    ],
)
def test_an_address_is_taken_whole(
    mine: tuple[str, ...], theirs: tuple[str, ...], stands: tuple[str, ...] | None
) -> None:
    def of(block: tuple[str, ...], latitude: float) -> Profile:
        return Profile(name="A", latitude=latitude, longitude=1.0, **dict(zip(ADDRESS, block, strict=True)))

    one, other = of(mine, 1.0), of(theirs, 2.0)
    assert ("address" in uniting.differing(one, other)) == (stands is None)
    for taken in ((), ("address",)):
        made = uniting.united(one, other, of_merged=taken)
        block = tuple(getattr(made, name) for name in ADDRESS)
        if stands is not None:
            assert (block, made.sites) == (stands, ())
            continue
        here, away = ((theirs, mine), (mine, theirs))[not taken]
        assert (block, made.latitude) == (here, 2.0 if taken else 1.0)
        city = away[2] or away[0]
        assert [tuple(getattr(s, name) for name in ADDRESS) for s in made.sites] == (
            [tuple(part or "" for part in away)] if city else []
        )
        assert not any(name.startswith("sites") for name in profiles.faults(made, date(2026, 1, 1)))


def test_the_place_on_the_map_follows_the_address() -> None:
    one = Profile(name="A", city="Wien", country="AT", latitude=48.2, longitude=16.3)
    other = Profile(name="A", city="Wien", country="AT", street="Ring 1")
    for pair_of in ((one, other), (other, one)):
        made = uniting.united(*pair_of)
        assert (made.street, made.latitude, made.longitude) == ("Ring 1", 48.2, 16.3)
    assert uniting.united(replace(one, city="Graz"), other, of_merged=["address"]).latitude is None


async def test_a_pair_that_waited_waits_again_after_undoing(now: datetime) -> None:
    a, b, c = [await companies.make("Morava GmbH", city="Graz", now=now) for _ in range(3)]
    await duplicates.find_duplicates(now=now)
    hints = {(r["first"], r["second"]): r["id"] for r in await db.fetch("SELECT id, first, second FROM duplicate_hint")}
    await duplicates.keep_apart(actor=PORTAL, hint_id=hints[b, c], now=now)
    made = await merge(a, b, now)
    await merging.undo_merge(actor=PORTAL, merge_id=made, now=now)
    rows = await db.fetch(
        "SELECT id, state, decided_at, decided_by FROM duplicate_hint WHERE state = 'open' ORDER BY id"
    )
    assert [tuple(row) for row in rows] == [(hints[pair_], "open", None, "") for pair_ in ((a, b), (a, c))]
