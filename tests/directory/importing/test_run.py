"""Imports change what the source changed, never what people wrote, and a second run changes nothing."""

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from portal.accounts.actors import PORTAL
from portal.core import changes, db
from portal.directory.commands import publishing
from portal.directory.commands.merging import merge_companies, undo_merge
from portal.directory.importing.run import import_companies
from portal.directory.queries.companies import moved_to
from portal.directory.tables.companies import FactSource
from tests import shared_data
from tests.directory.conftest import organisation
from tests.directory.importing.made import READ, company, counts, dpd, holder, imported, lines, product, ror, table

pytestmark = pytest.mark.usefixtures("database")
replace = msgspec.structs.replace


async def everything() -> str:
    tables = (
        "company",
        "company_name",
        "company_source",
        "fact",
        "register_product",
        "company_revision",
        "audit_entry",
    )
    sums = [
        await db.fetch_value(f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {name} t") for name in tables
    ]
    return str(sums)


async def test_a_second_run_changes_nothing_and_a_dry_run_writes_nothing(tmp_path: Path, now: datetime) -> None:
    files = lines(ror(aliases=["TL"]), ror(2, "B", status="odd")), table(dpd()), table(product()), table(holder())
    dry = await imported(tmp_path, now, *files, dry_run=True)
    assert counts(dry) == (4, 0, 0, 1)
    assert await db.fetch_value("SELECT (SELECT count(*) FROM company) + (SELECT count(*) FROM term)") == 0
    first = await imported(tmp_path, now, *files)
    assert [(f.format, f.created, len(f.refusals)) for f in first.files] == [
        ("ror", 1, 1), ("health-canada", 1, 0), ("french-products", 1, 0), ("french-holders", 1, 0),
    ]  # fmt: skip
    before, version = await everything(), await changes.version("companies")
    again = await imported(tmp_path, now + timedelta(days=1), *files)
    assert counts(again) == (0, 0, 4, 1)
    assert (await everything(), await changes.version("companies")) == (before, version)


async def test_facts_are_dated_by_the_day_the_register_was_read(tmp_path: Path, now: datetime) -> None:
    await imported(tmp_path, now, table(holder()))
    row, profile = await company("aubrac-pharma")
    assert {fact.confirmed_on for fact in profile.facts if fact.kind != "category"} == {READ}
    assert {fact.source for fact in profile.facts} == {FactSource.REGISTER}
    assert await db.fetch_value("SELECT origin FROM company_revision") == "import france-bdpm"
    credit = "Base de données publique des médicaments (ANSM, HAS, UNCAM), extracted November 2026, Licence Ouverte"
    assert await db.fetch_value("SELECT credit FROM company_source WHERE company = $1", row["id"]) == credit


async def test_reading_a_register_again_confirms_its_facts_once_a_month(tmp_path: Path, now: datetime) -> None:
    await imported(tmp_path, now, table(holder()))
    soon = await imported(tmp_path, now, table(holder()), read_on=READ + timedelta(days=29))
    later = await imported(tmp_path, now + timedelta(days=60), table(holder()), read_on=READ + timedelta(days=30))
    assert (counts(soon), counts(later)) == ((0, 0, 1, 0), (0, 1, 0, 0))
    days = await db.fetch("SELECT DISTINCT confirmed_on FROM fact WHERE confirmed_on IS NOT NULL")
    assert [row["confirmed_on"] for row in days] == [READ + timedelta(days=30)]
    older = await imported(tmp_path, now, table(holder(products=5)), read_on=READ)
    assert (older.merged, older.files[0].notes[0].reason) == (
        1,
        "an older reading of the source than what is stored, which stays as it is",
    )


async def test_what_the_source_changes_is_taken_over(tmp_path: Path, now: datetime) -> None:
    await imported(tmp_path, now, table(holder()))
    told = await imported(
        tmp_path, now, table(holder(products=3, routes="orale", dosage_forms="collyre en solution; gélule"))
    )
    _, profile = await company("aubrac-pharma")
    assert counts(told) == (0, 1, 0, 0)
    assert sorted(fact.term for fact in profile.facts) == [
        "category:authorisation-holder", "dosage_form:capsule", "dosage_form:drops", "figure:authorisations", "route:oral",
    ]  # fmt: skip
    assert next(fact.number for fact in profile.facts if fact.kind == "figure") == 3


async def test_what_people_wrote_stays(tmp_path: Path, now: datetime) -> None:
    await imported(tmp_path, now, lines(ror()))
    row, profile = await company("tessin-lyo")
    mine = replace(profile, city="Giubiasco", website="", tagline="Freeze-drying.")
    await publishing.publish(actor=PORTAL, company_id=row["id"], profile=mine, now=now)
    told = await imported(
        tmp_path, now, lines(ror(city="Lugano", region="Tessin", website="https://tessinlyo.example"))
    )
    _, after = await company("tessin-lyo")
    assert (after.city, after.region, after.website, after.tagline) == ("Giubiasco", "Ticino", "", "Freeze-drying.")
    assert [note.reason for note in told.files[0].notes] == ["kept as people wrote it here: address"]
    again = await imported(
        tmp_path, now, lines(ror(city="Lugano", region="Tessin", website="https://tessinlyo.example"))
    )
    assert (counts(again), again.files[0].notes) == ((0, 0, 1, 0), [])


async def test_facts_of_the_companys_own_are_not_said_twice_nor_taken_away(tmp_path: Path, now: datetime) -> None:
    await imported(tmp_path, now, table(holder(routes="orale")))
    row, profile = await company("aubrac-pharma")
    own = [
        replace(fact, source=FactSource.COMPANY, value="By mouth")
        for fact in profile.facts
        if fact.term == "route:oral"
    ]
    kept = [fact for fact in profile.facts if fact.kind not in {"route", "dosage_form"}]
    nasal = replace(own[0], id="own", term="route:nasal")
    await publishing.publish(
        actor=PORTAL, company_id=row["id"], profile=replace(profile, facts=(*kept, *own, nasal)), now=now
    )
    await imported(tmp_path, now, table(holder(routes="orale; nasale", products=9)), read_on=READ + timedelta(days=40))
    _, after = await company("aubrac-pharma")
    routes = [(fact.id, fact.term, fact.value) for fact in after.facts if fact.kind == "route"]
    assert routes == [(own[0].id, "route:oral", "By mouth"), ("own", "route:nasal", "By mouth")]
    assert "dosage_form:drops" not in {fact.term for fact in after.facts}
    assert next(fact.number for fact in after.facts if fact.kind == "figure") == 9


async def test_states_follow_the_register_unless_the_company_is_owned(tmp_path: Path, now: datetime) -> None:
    await imported(tmp_path, now, lines(ror(1, "Free"), ror(2, "Owned"), ror(3, "Hidden by staff")))
    owned, _ = await company("owned")
    await db.execute("UPDATE company SET organisation = $2 WHERE id = $1", owned["id"], await organisation())
    await db.execute("UPDATE company SET state = 'hidden' WHERE slug = 'hidden-by-staff'")
    told = await imported(
        tmp_path,
        now,
        lines(*(ror(n, name, status="inactive") for n, name in ((1, "Free"), (2, "Owned"), (3, "Hidden by staff")))),
    )
    states = {row["name"]: row["state"] for row in await db.fetch("SELECT name, state FROM company")}
    assert states == {"Free": "closed", "Owned": "public", "Hidden by staff": "hidden"}
    assert [(n.name, n.reason) for n in told.files[0].notes] == [
        ("Owned", "kept as people wrote it here: state"), ("Hidden by staff", "kept as people wrote it here: state")
    ]  # fmt: skip


async def test_products_are_listed_with_their_holder(tmp_path: Path, now: datetime) -> None:
    files = table(product(), product(63866362, holder="NOBODY")), table(holder())
    dry = await imported(tmp_path, now, *files, dry_run=True)
    assert counts(dry) == (2, 0, 0, 1)
    told = await imported(tmp_path, now, *files)
    assert counts(told) == (2, 0, 0, 1)
    assert told.files[0].refusals[0].reason == "its holder is not known; import the file of holders with it"
    row = await db.fetch_one("SELECT p.*, c.slug FROM register_product p JOIN company c ON c.id = p.company")
    assert row is not None
    assert (row["slug"], row["name"], row["form"], row["authorised_on"]) == (
        "aubrac-pharma", "ACULAR 0,5 %, collyre en solution", "Drops", date(1991, 11, 22)
    )  # fmt: skip
    changed = await imported(tmp_path, now, table(product(marketing_status="Non commercialisée")))
    assert (counts(changed), await db.fetch_value("SELECT status FROM register_product")) == (
        (0, 1, 0, 0),
        "Authorised, not marketed",
    )


async def test_companies_of_one_name_are_told_apart_by_country(tmp_path: Path, now: datetime) -> None:
    await imported(
        tmp_path, now, table(holder("ACCORD (ESPAGNE)"), holder("ACCORD (ROYAUME UNI)"), holder("ACCORD (PAYS BAS)"))
    )
    assert [row["slug"] for row in await db.fetch("SELECT slug FROM company ORDER BY id")] == [
        "accord", "accord-united-kingdom", "accord-netherlands",
    ]  # fmt: skip


async def test_a_broken_file_costs_no_other(tmp_path: Path, now: datetime) -> None:
    told = await imported(tmp_path, now, "a,b\n1,2\n", lines(ror()))
    assert (told.created, told.refused, told.exit_code) == (1, 1, 1)
    nothing = await import_companies([tmp_path / "nowhere.csv"], now=now)
    assert (nothing.files[0].fault, nothing.exit_code) == ("there is no such file", 2)


async def test_two_imports_of_one_file_at_once_make_one_set(tmp_path: Path, now: datetime) -> None:
    text = lines(*(ror(n, f"Company {n}") for n in range(1, 40)))
    one, other = await asyncio.gather(imported(tmp_path, now, text), imported(tmp_path, now, text))
    assert sorted([one.created, other.created]) == [0, 39]
    assert await db.fetch_value("SELECT count(*) FROM company") == 39


async def test_the_real_registers(now: datetime) -> None:
    folder = shared_data.folder("companies")
    names = ("health-canada-dpd-companies.csv", "france-bdpm-holders.csv", "france-bdpm-products.csv.gz")
    files = [folder / name for name in names]
    told = await import_companies(files, now=now, read_on=READ)
    assert [(f.created, len(f.refusals)) for f in told.files] == [(721, 0), (488, 0), (10747, 1)]
    assert counts(await import_companies(files, now=now, read_on=READ)) == (0, 0, 11956, 1)


async def test_what_ror_withdrew_leads_to_its_successor(tmp_path: Path, now: datetime) -> None:
    def after(number: int) -> dict[str, str]:
        return {"type": "successor", "label": "Next", "id": f"https://ror.org/0{number:08x}"}

    text = lines(
        ror(1, "First", status="withdrawn", relationships=[after(2)]),
        ror(2, "Second", status="withdrawn", relationships=[after(3)]),
        ror(3, "Third"), ror(4, "Lost", status="withdrawn", relationships=[after(9)]),
        ror(5, "Ring", status="withdrawn", relationships=[after(6)]),
        ror(6, "Rang", status="withdrawn", relationships=[after(5)]),
    )  # fmt: skip
    told = await imported(tmp_path, now, text)
    assert [note.reason for note in told.files[0].notes] == ["withdrawn and merged into their successors: 2"]
    assert [await moved_to(slug) for slug in ("first", "second")] == ["third", "third"]
    states = {row["name"]: row["state"] for row in await db.fetch("SELECT name, state FROM company")}
    assert states == {
        "First": "merged",
        "Second": "merged",
        "Third": "public",
        "Lost": "hidden",
        "Ring": "hidden",
        "Rang": "hidden",
    }
    _, third = await company("third")
    assert [(other.name, other.kind) for other in third.names] == [("Second", "former"), ("First", "former")]
    assert counts(await imported(tmp_path, now, text)) == (0, 0, 6, 0)
    merge = await db.fetch_value(
        "SELECT m.id FROM company_merge m JOIN company c ON c.id = m.merged WHERE c.slug = 'second'"
    )
    await undo_merge(actor=PORTAL, merge_id=merge, now=now)
    await imported(tmp_path, now, text)
    assert await db.fetch_value("SELECT state FROM company WHERE slug = 'second'") == "hidden"


async def test_an_import_ends_with_looking_for_duplicates(tmp_path: Path, now: datetime) -> None:
    told = await imported(
        tmp_path, now, lines(ror(name="Halden Aseptics", country_code="CA", city="Toronto")), table(dpd())
    )
    assert (told.duplicates, told.more) == (1, " 1 pair of companies looks like one: see /staff/companies/duplicates.")


async def test_what_the_source_says_as_before_is_not_dated_anew_beside_a_change(tmp_path: Path, now: datetime) -> None:
    await imported(tmp_path, now, table(holder()))
    soon = READ + timedelta(days=10)
    await imported(tmp_path, now, table(holder(products=3)), read_on=soon)
    _, profile = await company("aubrac-pharma")
    days = {fact.term: fact.confirmed_on for fact in profile.facts}
    assert (days["figure:authorisations"], days["route:oral"], days["dosage_form:drops"]) == (soon, READ, READ)


async def test_undoing_a_merge_gives_each_what_its_register_said_since(tmp_path: Path, now: datetime) -> None:
    mine = ror(1, "Qaxo Pharma", city="Wien", country_code="AT", website="", established=None)
    theirs = ror(2, "Qaxo Pharmaceutics", city="Graz", country_code="AT", website="https://old.qaxo.example")
    await imported(tmp_path, now, lines(mine, theirs), table(holder()))
    one, other, third = [
        (await company(slug))[0]["id"] for slug in ("qaxo-pharma", "qaxo-pharmaceutics", "aubrac-pharma")
    ]
    before = (await company("qaxo-pharma"))[1]
    first = await merge_companies(actor=PORTAL, kept_id=one, merged_id=other, now=now)
    second = await merge_companies(actor=PORTAL, kept_id=one, merged_id=third, now=now)
    since = {**theirs, "website": "https://new.qaxo.example", "established": 2001}
    later = READ + timedelta(days=40)
    said = table(holder(products=7, routes="orale"))
    # The third register is read again after a month: its facts are confirmed anew, and one of them is different.
    await imported(tmp_path, now + timedelta(days=41), lines(mine, since), said, read_on=later)
    _, kept = await company("qaxo-pharma")
    assert (kept.website, kept.facts[0].source) == ("https://new.qaxo.example", FactSource.REGISTER)
    when = now + timedelta(days=42)
    await publishing.publish(actor=PORTAL, company_id=one, profile=replace(kept, tagline="Written since."), now=when)
    for made in (second, first):
        await undo_merge(actor=PORTAL, merge_id=made, now=when)
    assert (await company("qaxo-pharma"))[1] == replace(before, tagline="Written since.")
    _, back = await company("qaxo-pharmaceutics")
    assert (back.website, back.founded, back.city) == ("https://new.qaxo.example", 2001, "Graz")
    _, aubrac = await company("aubrac-pharma")
    figures = {fact.term: (fact.number, fact.confirmed_on) for fact in aubrac.facts}
    assert figures["figure:authorisations"] == (7, later)
    assert figures["route:oral"] == (None, later)
    assert "route:ocular" not in figures
    before_import = await everything()
    again = await imported(tmp_path, when, lines(mine, since), said, read_on=later)
    assert (counts(again), await everything()) == ((0, 0, 3, 0), before_import)


async def test_a_state_that_a_register_gave_since_goes_back_with_its_record(tmp_path: Path, now: datetime) -> None:
    await imported(tmp_path, now, lines(ror(1, "Qaxo Pharma"), ror(2, "Tilvano")))
    one, other = [(await company(slug))[0]["id"] for slug in ("qaxo-pharma", "tilvano")]
    made = await merge_companies(actor=PORTAL, kept_id=one, merged_id=other, now=now)
    await imported(tmp_path, now, lines(ror(1, "Qaxo Pharma"), ror(2, "Tilvano", status="inactive")))
    await undo_merge(actor=PORTAL, merge_id=made, now=now)
    assert [(await company(slug))[0]["state"] for slug in ("qaxo-pharma", "tilvano")] == ["public", "closed"]


async def test_products_that_a_register_no_longer_lists_are_reported_and_kept(tmp_path: Path, now: datetime) -> None:
    both = table(product(), product(63866362, "BACULAR"))
    first = await imported(tmp_path, now, table(holder()), both)
    assert first.files[1].notes == []
    later = await imported(tmp_path, now, table(product(63866362, "BACULAR")))
    assert [note.reason for note in later.files[0].notes] == [
        "stored and no longer listed, kept: 1 (ACULAR 0,5 %, collyre en solution)"
    ]
    assert await db.fetch_value("SELECT count(*) FROM register_product") == 2
