"""Companies that look like one are found with reasons; those of a group in several countries are left alone."""

from datetime import datetime, timedelta

import httpx
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import StaffRole
from portal.core import db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.directory.commands import duplicates, merging
from portal.directory.queries import companies as queries
from portal.directory.values import OtherName, Profile, ProfileRelation, RelationKind
from tests.directory.conftest import SignIn
from tests.factories import companies


@pytest.mark.parametrize("mark", ["dba", "DBA", "d/b/a", "d.b.a.", "doing business as"])
@pytest.mark.usefixtures("database")
async def test_a_company_is_found_by_the_name_it_trades_under(mark: str, now: datetime) -> None:
    await companies.make(f"Halden Holdings Inc. {mark} Morava Lyophil", now=now, city="Austin", country="US")
    await companies.make("Morava Lyophil LLC", now=now, city="Austin", country="US")
    assert await duplicates.find_duplicates(now=now) == 1
    assert await db.fetch_value("SELECT reasons FROM duplicate_hint") == '["alias", "country", "city"]'


async def pair(now: datetime) -> tuple[int, int, int]:
    """Two companies that look like one, and the pair's id."""
    one = await companies.make("Morava Lyophil s.r.o.", now=now, city="Olomouc", country="CZ", tagline="Small batches.")
    other = await companies.make("MORAVA LYOPHIL", now=now, city="Olomouc", country="CZ", tagline="Freeze-drying.")
    assert await duplicates.find_duplicates(now=now) == 1
    return one, other, await db.fetch_value("SELECT id FROM duplicate_hint")


@pytest.mark.usefixtures("database")
async def test_pairs_are_found_once_and_outdated_ones_go(now: datetime) -> None:
    one, other, hint = await pair(now)
    found = await db.fetch_one(
        "SELECT first, second, reasons, round(score::numeric, 2)::text AS score, found_at FROM duplicate_hint"
    )
    assert found is not None
    assert tuple(found) == (one, other, '["name", "country", "city"]', "0.90", now)
    assert await duplicates.find_duplicates(now=now + timedelta(days=1)) == 1
    assert await db.fetch_value("SELECT found_at FROM duplicate_hint WHERE id = $1", hint) == now
    await db.execute("UPDATE company SET state = 'hidden' WHERE id = $1", other)
    assert await duplicates.find_duplicates(now=now) == 0


@pytest.mark.usefixtures("database")
async def test_letters_other_names_and_relations_count(now: datetime) -> None:
    for name, country, more in (
        ("Xellia Pharmaceuticals", "DK", {}), ("Xellia Harmaceuticals", "DK", {}), ("Xellia Pharmaceuticals", "NO", {}),
        ("Fluent Sterile", "SE", {"names": (OtherName("Flytande Steril"),)}), ("Flytande Steril AB", "SE", {}),
    ):  # fmt: skip
        await companies.make(name, now=now, city="" if "Fl" in name else "Copenhagen", country=country, **more)
    parent = await companies.make("Vertex", now=now, city="", country="US")
    await db.execute(
        "INSERT INTO company_source (company, source, key, said, digest, credit, seen_at) "
        "VALUES ($1, 'ror', 'p', '{}', '', '', now())",
        parent,
    )  # fmt: skip
    relation = ProfileRelation(id="r", kind=RelationKind.PARENT, name="Vertex", source="ror", key="p")
    await companies.make("Vertex Inc", now=now, city="", country="US", relations=(relation,))
    assert await duplicates.find_duplicates(now=now) == 2
    found = await db.fetch("SELECT c.name, reasons FROM duplicate_hint JOIN company c ON c.id = first ORDER BY c.id")
    assert [(row["name"], row["reasons"]) for row in found] == [
        ("Xellia Pharmaceuticals", '["spelling", "country", "city"]'), ("Fluent Sterile", '["alias", "country"]'),
    ]  # fmt: skip


async def test_a_website_or_an_address_puts_two_names_side_by_side(sign_in: SignIn, now: datetime) -> None:
    hand = {"now": now, "facts": ()}
    await companies.make(
        "Swedish Orphan Biovitrum AB", city="Stockholm", country="SE", website="https://www.sobi.com", **hand
    )
    await companies.make("Sobi", city="Stockholm", country="SE", website="https://sobi.com/en/", **hand)
    street = {"street": "1310 rue Nobel", "postal_code": "J4B 5H3", "country": "CA"}
    await companies.make("JAMP Pharma Corporation", city="Boucherville", **street, **hand)
    await companies.make("JAMP Pharma Group", city="", **{**street, "postal_code": "J4B5H3"}, **hand)
    await companies.make("Orimed Pharma Inc", city="Boucherville", **street, **hand)
    # A group with a record for each country, and two that have a page at one host, are left alone.
    for name, land in (("Morava Lyophil", "CZ"), ("Morava Sterile", "CZ"), ("Morava France", "FR")):
        await companies.make(name, city="", country=land, website="https://morava.example", **hand)
    for name in ("Halden Vials", "Nordlyo"):
        await companies.make(name, city="Oslo", country="NO", website=f"https://{name[:5].lower()}.web.example", **hand)
    assert await duplicates.find_duplicates(now=now) == 2
    found = await db.fetch("SELECT c.name, reasons FROM duplicate_hint JOIN company c ON c.id = first ORDER BY c.id")
    assert [(row["name"], row["reasons"]) for row in found] == [
        ("Swedish Orphan Biovitrum AB", '["unlike", "country", "city", "domain", "front_page"]'),
        ("JAMP Pharma Corporation", '["firm", "country", "address"]'),
    ]
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    listed = (await editor.get(QUEUE)).text
    assert ("But: The names are not alike." in listed, "one front page, and nobody else has" in listed) == (True, True)


@pytest.mark.usefixtures("database")
async def test_kept_apart_is_for_good(now: datetime) -> None:
    _, _, hint = await pair(now)
    with pytest.raises(Forbidden):
        await duplicates.keep_apart(actor=Actor(account_id=8, email="v@example.org", name="V"), hint_id=hint, now=now)
    await duplicates.keep_apart(actor=PORTAL, hint_id=hint, now=now)
    assert await duplicates.find_duplicates(now=now) == 0
    assert await db.fetch_value("SELECT state FROM duplicate_hint") == "kept_apart"
    assert await db.fetch_value("SELECT verb FROM audit_entry") == "company.kept_apart"
    with pytest.raises(NotFound):
        await duplicates.keep_apart(actor=PORTAL, hint_id=hint + 1, now=now)


@pytest.mark.usefixtures("database")
async def test_a_pair_named_by_hand_stays_until_it_is_decided(now: datetime) -> None:
    await companies.make("Halden AS", now=now)
    await companies.make("Something else", now=now)
    made = await duplicates.suggest(actor=PORTAL, one="halden", other="something-else", now=now)
    assert await duplicates.find_duplicates(now=now) == 1
    await duplicates.keep_apart(actor=PORTAL, hint_id=made, now=now)
    assert await duplicates.suggest(actor=PORTAL, one="something-else", other="halden", now=now) == made
    for one, other in (("halden", "halden"), ("halden", "nowhere")):
        with pytest.raises(Invalid):
            await duplicates.suggest(actor=PORTAL, one=one, other=other, now=now)


@pytest.mark.usefixtures("database")
async def test_only_what_was_looked_at_is_merged(now: datetime) -> None:
    one, other, _ = await pair(now)
    with pytest.raises(Conflict, match="changed meanwhile"):
        await merging.merge_companies(actor=PORTAL, kept_id=one, merged_id=other, revisions={one: 1, other: 7}, now=now)


QUEUE = "/staff/companies/duplicates"


async def profile_at(slug: str) -> Profile:
    found = await queries.by_slug(slug)
    assert found is not None
    return found.profile


async def test_staff_merge_a_pair_and_undo_it(sign_in: SignIn, now: datetime) -> None:
    one, _, hint = await pair(now)
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    listed = await editor.get(QUEUE)
    assert (listed.status_code, "The names are the same but for legal form" in listed.text) == (200, True)
    shown = await editor.get(f"{QUEUE}/{hint}")
    assert 'value="first" checked' in shown.text
    nothing = await editor.post(f"{QUEUE}/{hint}/merge", data={"seen": "1-1", "take_tagline": "second"})
    assert (nothing.status_code, "Please choose which to keep." in nothing.text) == (422, True)
    assert 'name="take_tagline" value="second" checked' in nothing.text
    stale = await editor.post(f"{QUEUE}/{hint}/merge", data={"keep": "first", "seen": "9-1"})
    assert (stale.status_code, "was changed meanwhile" in stale.text) == (409, True)
    done = await editor.post(f"{QUEUE}/{hint}/merge", data={"keep": "first", "seen": "1-1", "take_tagline": "second"})
    assert (done.status_code, done.headers["location"]) == (303, QUEUE)
    assert (await profile_at("morava-lyophil")).tagline == "Freeze-drying."
    again = await editor.post(f"{QUEUE}/{hint}/merge", data={"keep": "first", "seen": "1-1"})
    assert (again.status_code, "has been merged already" in again.text) == (409, True)
    merge = await db.fetch_value("SELECT id FROM company_merge WHERE kept = $1", one)
    undone = await editor.post(f"{QUEUE}/merges/{merge}/undo")
    assert undone.status_code == 303
    assert (await profile_at("morava-lyophil")).tagline == "Small batches."
    twice = await editor.post(f"{QUEUE}/merges/{merge}/undo")
    assert (twice.status_code, "undone already" in twice.text) == (409, True)


async def test_staff_keep_a_pair_apart_and_name_one(sign_in: SignIn, now: datetime) -> None:
    _, _, hint = await pair(now)
    editor = await sign_in("judith@sterileline.example", staff=StaffRole.EDITOR)
    assert (await editor.post(f"{QUEUE}/{hint}/apart")).status_code == 303
    assert "Nothing waits" in (await editor.get(QUEUE)).text
    wrong = await editor.post(
        QUEUE, data={"one": "/companies/morava-lyophil", "other": "https://x.example/companies/nowhere"}
    )
    assert (wrong.status_code, "There is no company at this address." in wrong.text) == (422, True)
    assert 'value="/companies/morava-lyophil"' in wrong.text
    named = await editor.post(QUEUE, data={"one": "morava-lyophil", "other": "/companies/morava-lyophil-olomouc"})
    assert (named.status_code, named.headers["location"]) == (303, f"{QUEUE}/{hint}")
    for address in (f"{QUEUE}/9999", f"{QUEUE}?page=7"):
        assert (await editor.get(address)).status_code == 404


async def test_nobody_else_decides(sign_in: SignIn, client: httpx.AsyncClient, now: datetime) -> None:
    _, _, hint = await pair(now)
    member = await sign_in()
    door = await sign_in("door@sterileline.example", staff=StaffRole.DOOR)
    for browser, status in ((client, 303), (member, 403), (door, 403)):
        answers = [
            await browser.get(QUEUE),
            await browser.get(f"{QUEUE}/{hint}"),
            await browser.post(f"{QUEUE}/{hint}/apart"),
        ]
        answers += [await browser.post(f"{QUEUE}/{hint}/merge", data={"keep": "first", "seen": "1-1"})]
        answers += [await browser.post(f"{QUEUE}/merges/1/undo"), await browser.post(QUEUE)]
        assert {answer.status_code for answer in answers} == {status}
    assert await db.fetch_value("SELECT state FROM duplicate_hint") == "open"
