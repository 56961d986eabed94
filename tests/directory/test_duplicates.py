"""Companies that look like one are found with reasons; those of a group in several countries are left alone."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from portal.accounts.actors import PORTAL, Actor
from portal.accounts.tables import StaffRole
from portal.core import db
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.directory.commands import duplicates, merging
from portal.directory.queries import companies as queries
from portal.directory.rules.duplicates import LEAST, Likeness, Reason, judge, pairs, words
from portal.directory.rules.names import brackets, legal_form, name_key
from portal.directory.values import OtherName, Profile, ProfileRelation, RelationKind
from tests.directory.conftest import SignIn
from tests.factories import companies

_ids = iter(range(1, 10_000))


def like(
    name: str, country: str | None = None, city: str = "", domain: str = "", source: str = "", **more: Any
) -> Likeness:
    return Likeness(
        id=next(_ids), name=name, name_key=name_key(name), brackets=brackets(name), country=country, city_key=city.lower(),
        domain=domain, records=frozenset({(source, name)} if source else ()), **more,
    )  # fmt: skip


ROR, DPD, BDPM = "ror", "health-canada-dpd", "france-bdpm"
# Pairs of the registers' own companies, as a person judged them.
ONE = [
    (like("Amphastar Pharmaceuticals, Inc.", "US", "Rancho Cucamonga", "amphastar.com", ROR),
     like("Amphastar Pharmaceuticals, Inc.", "US", "Rancho Cucamonga", "", DPD)),
    (like("Almirall", "ES", "Barcelona", "almirall.com", ROR), like("Almirall", "ES", source=BDPM)),
    (like("Takeda", "CA", "Oakville", "", ROR), like("Takeda Canada Inc", "CA", "Toronto", "", DPD)),
    (like("Jazz Pharmaceuticals", "IE", "Dublin", "jazzpharma.com", ROR),
     like("Jazz Pharmaceuticals Ireland Limited", "IE", "Dublin", "", DPD)),
    (like("Reig Jofre", "ES", "Sant Joan Despí", "reigjofre.com", ROR), like("Laboratorio Reig Jofre", "ES", source=BDPM)),
    (like("Swedish Orphan Biovitrum", "SE", "Stockholm", "sobi.com", ROR),
     like("Swedish Orphan Biovitrum AB (Publ)", "SE", "Stockholm", "", DPD)),
    (like("Chiesi Farmaceutici S.p.A.", "IT", "Parma", "", DPD), like("Chiesi Farmaceutici", None, source=BDPM)),
    (like("PiLeJe", "FR", "Paris", "pileje.com", ROR), like("Pileje", None, source=BDPM)),
    (like("UCB Pharma", "BE", "Brussels", "ucb.com", ROR), like("UCB Pharma Belgique", None, source=BDPM)),
    (like("JIMRO Co., Ltd.", "JP", "Takasaki", "jimro.co.jp", ROR), like("JIMRO", "JP", "Takasaki", "jimro.com", ROR)),
    (like("Medline", "US", "Northfield", "medline.com", ROR, other_keys=frozenset({"medline industries"})),
     like("Medline Industries, LP", "US", "Northfield", "", DPD)),
    (like("Xellia Pharmaceuticals", "DK", "Copenhagen", source=ROR),
     like("Xellia Harmaceuticals", "DK", "Copenhagen", source=BDPM)),
]  # fmt: skip
TWO = [
    (like("Merck KGaA, Darmstadt", "DE", "Darmstadt", "emdgroup.com", ROR), like("Merck", "US", "Rahway", "merck.com", ROR)),
    (like("GMV Innovating Solutions (Spain)", "ES", domain="gmv.com", source=ROR),
     like("GMV Innovating Solutions (Poland)", "PL", domain="gmv.com", source=ROR)),
    (like("Tillotts Pharma GmbH", "DE", "Rheinfelden", "", DPD), like("Tillotts Pharma AG", "CH", "Rheinfelden", "", DPD)),
    (like("Springer Nature (Shanghai, China)", "CN", "Shanghai", "springernature.com", ROR),
     like("Springer Nature (Beijing, China)", "CN", "Beijing", "springernature.com", ROR)),
    (like("Menarini France", source=BDPM), like("Menarini Italie", source=BDPM)),
    (like("Baxter", None, source=BDPM), like("Baxter", "AT", source=BDPM)),
    (like("Leidos", "US", "Reston", "leidos.com", ROR),
     like("Leidos Biomedical Research Inc.", "US", "Frederick", "leidos.com", ROR)),
    (like("Amplyx Pharmaceuticals", "US", "San Diego", "", ROR),
     like("Amylyx Pharmaceuticals Inc.", "US", "Cambridge", "", DPD)),
    (like("Microsoft Research New England", "US", domain="microsoft.com"),
     like("Microsoft Research New York City", "US", domain="microsoft.com")),
    (like("Vichy Canada", "CA", "Montreal", "", DPD, street="4895 hickmore", postal_code="H4T 1K5"),
     like("CeraVe Canada", "CA", "Montreal", "", DPD, street="4895 hickmore", postal_code="H4T 1K5")),
    (like("Elan Pharmaceuticals, Inc.", "IE", "Dublin", "", ROR), like("Mylan Pharmaceuticals", "IE", source=BDPM)),
    (like("State Grid Hunan Electric Power Company", "CN", source=ROR),
     like("State Grid Hebei Electric Power Company", "CN", source=ROR)),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ONE, ids=lambda side: side.name)
def test_one_company_written_twice(one: Likeness, other: Likeness) -> None:
    score, reasons = judge(one, other, shared=False)
    assert (score >= LEAST, judge(other, one, shared=False)) == (True, (score, reasons))
    assert any(speaks_for for speaks_for, _ in words(reasons))


@pytest.mark.parametrize(("one", "other"), TWO, ids=lambda side: side.name)
def test_two_companies_that_only_look_alike(one: Likeness, other: Likeness) -> None:
    assert judge(one, other, shared=False)[0] < LEAST


def test_parents_and_children_are_never_one() -> None:
    parent, child = like("Vertex", "US", source=ROR), like("Vertex Inc", "US", source=BDPM)
    known = Likeness(
        **{name: getattr(child, name) for name in child.__struct_fields__ if name != "relatives"},
        relatives=parent.records,
    )
    assert (judge(parent, child, shared=False)[0] >= LEAST, judge(parent, known, shared=False)) == (True, (0.0, ()))


def test_a_name_of_many_needs_a_country() -> None:
    lone, us, pt = like("AbbVie", None, source=BDPM), like("AbbVie", "US", source=ROR), like("AbbVie", "PT", source=ROR)
    found = pairs({one.id: one for one in (lone, us, pt)}, [])
    assert found == {tuple(sorted(pair)): True for pair in ((lone.id, us.id), (lone.id, pt.id), (us.id, pt.id))}
    assert Reason.NO_COUNTRY in judge(lone, us, shared=True)[1]
    assert judge(lone, us, shared=True)[0] < LEAST


@pytest.mark.parametrize("mark", ["dba", "DBA", "d/b/a", "d.b.a.", "doing business as"])
@pytest.mark.usefixtures("database")
async def test_a_company_is_found_by_the_name_it_trades_under(mark: str, now: datetime) -> None:
    await companies.make(f"Halden Holdings Inc. {mark} Morava Lyophil", now=now, city="Austin", country="US")
    await companies.make("Morava Lyophil LLC", now=now, city="Austin", country="US")
    assert await duplicates.find_duplicates(now=now) == 1
    assert await db.fetch_value("SELECT reasons FROM duplicate_hint") == '["alias", "country", "city"]'


def test_who_a_french_register_lists_without_a_country_is_likely_french() -> None:
    lone = like("Baxter", None, source=BDPM)
    french, austrian = like("Baxter SAS", "FR", "Paris", source=ROR), like("Baxter", "AT", source=ROR)
    score, reasons = judge(lone, french, shared=True)
    assert (score >= LEAST, Reason.LIKELY_COUNTRY in reasons) == (True, True)
    assert (judge(french, lone, shared=True), judge(lone, austrian, shared=True)[0] < LEAST) == ((score, reasons), True)
    # Not all of them are French: it does not speak against others.
    assert judge(lone, austrian, shared=False)[0] >= LEAST
    elsewhere = like("Baxter", None, source=ROR)
    assert Reason.LIKELY_COUNTRY not in judge(elsewhere, french, shared=True)[1]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Serb SAS", "sas"),
        ("Serb S.A.", "sa"),
        ("Bando, Ltd.", "ltd"),
        ("Bando Inc", "ltd"),
        ("Leo A/S", "as"),
        ("Sas", ""),
        ("X (Malta)", ""),
    ],
)
def test_legal_forms(name: str, form: str) -> None:
    assert legal_form(name) == form


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
