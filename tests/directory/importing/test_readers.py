"""What registers' records mean: names, places, facts, products; and what is refused."""

from datetime import date
from typing import Any

import pytest

from portal.core.importing.values import Unreadable
from portal.directory.importing import fields, formats, french, mapped
from portal.directory.importing.formats import Format
from portal.directory.importing.values import Reading
from portal.directory.tables.companies import CompanyState, NameKind
from portal.directory.values import OtherName
from tests.directory.importing.made import READ, dpd, holder, lines, product, ror, table


def read(text: str, mapping: str = "") -> Reading:
    known = mapped.mapping(mapping) if mapping else None
    return formats.read("list.txt", text.encode(), read_on=READ, mapping=known, source="", credit="").reading


def terms(reading: Reading) -> list[str]:
    return [fact.term for fact in reading.rows[0].said.profile.facts]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("LABORATOIRES LA ROCHE-POSAY CANADA INC", "Laboratoires La Roche-Posay Canada Inc"),
        ("DR. REDDY'S LABORATORIES LTD", "Dr. Reddy's Laboratories Ltd"),
        ("LEO PHARMA A/S (DANEMARK)", "Leo Pharma A/S (Danemark)"),
        ("GLENWOOD GMBH PHARMAZEUTISCHE ERZEUGNISSE", "Glenwood GmbH Pharmazeutische Erzeugnisse"),
        ("LABORATOIRE DE L'HOMME DE FER", "Laboratoire de l'Homme de Fer"),
        ("MUNDIPHARMA OF CANADA AND THE WEST ULC", "Mundipharma of Canada and the West ULC"),
        ("THE J. MOLNER COMPANY INC.", "The J. Molner Company Inc."),
        ("HYDROXYZINE (SUeDE)", "Hydroxyzine (Suede)"),
        ("KVR PHARMACEUTICALS", "KVR Pharmaceuticals"),
        ("H2OCEAN, INC.", "H2OCEAN, Inc."),
        ("DSM-FIRMENICH HOUDAN", "DSM-Firmenich Houdan"),
        ("Already Written As It Is GmbH", "Already Written As It Is GmbH"),
    ],
)
def test_upper_case_names_in_sensible_case(text: str, written: str) -> None:
    assert fields.cased(text) == written


def test_places_in_sensible_case() -> None:
    given = ["42, RUE DE L'ARTISAN", "2ND FLOOR, 1403 29 ST NW", "TROIS-RIVIÈRES", "973 BARTON ST E"]
    said = ["42, Rue de l'Artisan", "2nd Floor, 1403 29 St NW", "Trois-Rivières", "973 Barton St E"]
    assert [fields.cased(text, place=True) for text in given] == said


@pytest.mark.parametrize(
    ("text", "code"),
    [("ALLEMAGNE", "DE"), ("SUeDE", "SE"), ("PAY-BAS", "NL"), ("ÉTATS UNIS", "US"), ("KOREA, REPUBLIC OF", "KR"),
     ("GRÈCE", "GR"), ("Czechia", "CZ"), ("EUROPE", None), ("M", None)],
)  # fmt: skip
def test_countries_in_english_and_french(text: str, code: str | None) -> None:
    assert fields.country(text) == code


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("ASTELLAS PHARMA (ALLEMAGNE)", "Astellas Pharma", "DE"),
        ("RARE THYROID THERAPEUTICS AB (SUeDE)", "Rare Thyroid Therapeutics AB", "SE"),
        ("VERTEX PHARMACEUTICALS (EUROPE) ROYAUME-UNI)", "Vertex Pharmaceuticals (Europe)", "GB"),
        ("ESSENTIAL PHARMA (M) (MALTE)", "Essential Pharma (M)", "MT"),
        ("INDIVIOR (EUROPE)", "Indivior (Europe)", None),
        ("BIOGARAN", "Biogaran", None),
    ],
)
def test_french_holders_country_in_brackets(text: str, name: str, country: str | None) -> None:
    assert french.named(text) == (name, country)


def test_an_organisation_of_ror() -> None:
    parent = {"type": "parent", "label": "Alpine Group", "id": "https://ror.org/0aaaaaaa1"}
    record = ror(
        aliases=["Liofil Ticino", "Tessin Lyo"], acronyms=["TL"], labels=[{"lang": "it", "value": "Ticino Liofilizzazione"}],
        relationships=[parent, {"type": "child", "label": "?", "id": "no id"}],
    )  # fmt: skip
    reading = read(lines(record))
    row = reading.rows[0]
    profile = row.said.profile
    assert (row.key, profile.name, profile.country, profile.founded) == ("000000001", "Tessin Lyo", "CH", 1996)
    assert profile.names == (
        OtherName("Liofil Ticino"), OtherName("TL", NameKind.ACRONYM), OtherName("Ticino Liofilizzazione", NameKind.LABEL, "it"),
    )  # fmt: skip
    assert [(r.kind, r.name, r.source, r.key) for r in profile.relations] == [
        ("parent", "Alpine Group", "ror", "0aaaaaaa1")
    ]


def test_what_ror_withdrew_or_closed() -> None:
    after = {"type": "successor", "label": "B", "id": "https://ror.org/0aaaaaaa2"}
    more = {"type": "successor", "label": "C", "id": "https://ror.org/0aaaaaaa3"}
    reading = read(
        lines(
            ror(1, status="inactive", relationships=[after]), ror(2, status="withdrawn", relationships=[after]),
            ror(3, status="withdrawn", relationships=[after, more]), ror(4, status="lost"),
        )
    )  # fmt: skip
    said = [(row.said.state, row.said.successor) for row in reading.rows]
    assert said == [(CompanyState.CLOSED, ""), (CompanyState.HIDDEN, "0aaaaaaa2"), (CompanyState.HIDDEN, "")]
    assert [refusal.reason for refusal in reading.refusals] == ["its status is not known: “lost”"]


def test_a_company_of_health_canada() -> None:
    reading = read(table(dpd(SUITE_NUMBER="12", POST_OFFICE_BOX="888")))
    profile = reading.rows[0].said.profile
    assert (profile.name, profile.street, profile.city) == (
        "Halden Aseptics Inc.",
        "12-550 Petrolia Road, PO Box 888",
        "Toronto",
    )
    assert (profile.region, profile.country, profile.sites) == ("Ontario", "CA", ())
    figure = profile.facts[1]
    assert (figure.term, figure.value, figure.number) == ("figure:authorisations", "3 products in Canada", 3)


def test_several_addresses_become_sites() -> None:
    other = dpd(CITY_NAME="MONTREAL", PROVINCE="QUEBEC", POSTAL_CODE="H4T 1K5", PRODUCTS=4)
    reading = read(table(dpd(), other, dpd(PRODUCTS=1)))
    (row,) = reading.rows
    assert [site.city for site in row.said.profile.sites] == ["Toronto", "Montreal"]
    assert (row.said.profile.facts[1].number, reading.records, reading.merged) == (8, 3, [3, 4])


def test_forms_and_routes_in_the_vocabularys_words() -> None:
    reading = read(
        table(
            holder(dosage_forms="collyre en solution; dispositif; comprimé et  gélule"),
            holder("B", dosage_forms="dispositif"),
        )
    )
    assert terms(reading) == [
        "category:authorisation-holder", "figure:authorisations", "dosage_form:drops", "dosage_form:tablet",
        "dosage_form:capsule", "route:ophthalmic", "route:oral",
    ]  # fmt: skip
    assert [(note.name, note.reason) for note in reading.notes] == [
        ("dispositif", "no form of the vocabulary is known for it; left out 2 times")
    ]


def test_products_of_holders() -> None:
    reading = read(
        table(product(), product(63866362, dosage_form="dispositif", authorisation_date_ddmmyyyy=""), product())
    )
    first, second = reading.products
    assert (first.holder, first.form, first.routes) == ("AUBRAC PHARMA (ALLEMAGNE)", "Drops", "Ophthalmic, Oral")
    assert (first.status, first.authorised_on) == ("Authorised, marketed", date(1991, 11, 22))
    assert (second.form, second.authorised_on) == ("dispositif", None)
    assert [(r.line, r.reason) for r in reading.refusals] == [(4, "line 2 has the same CIS code")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (lines(ror(country_code="ZX")), "its country is not known: “ZX”"),
        (lines(ror(website="javascript:alert(1)")), "its website is not an address of a page: “javascript:alert(1)”"),
        (lines(ror(name=" ")), "it has no name"),
        (lines(ror(), ror()), "line 1 has the same id"),
        (lines(ror(), '{"ror_id": '), "not JSON: Input data was truncated"),
        (table(dpd(COUNTRY="ATLANTIS")), "its country is not known: “ATLANTIS”"),
        (table(dpd(PRODUCTS="many")), "the number of products is not a number: “many”"),
        (table(dpd(COMPANY_CODE="")), "it has no company code"),
        (table(dpd()) + "1,2,3\n", "it has 3 cells, the heading 14; a quotation mark may be missing"),
        (table(holder("X" * 201)), "its name is 201 characters long; at most 200 are kept"),
        (table(product("6386")), "its CIS code is none: “6386”"),
        (table(product(authorisation_date_ddmmyyyy="31/02/2001")), "its day of authorisation is none: “31/02/2001”"),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    assert [refusal.reason for refusal in read(text).refusals] == [reason]


def test_formats_are_told_by_content() -> None:
    texts = lines(ror()), table(dpd()), table(holder()), table(product()), "a,b\n1,2\n"
    assert [formats.detect(text) for text in texts] == list(Format)
    with pytest.raises(Unreadable, match="with --mapping FILE what its columns mean"):
        read("a,b\n1,2\n")
    with pytest.raises(Unreadable, match="JSON, but not of the Research Organization Registry"):
        read('{"name": "x"}')


MAPPING = """
source = "fair-2026"
credit = "List of exhibitors"
key = "No"
[columns]
name = "Company"
website = "Web"
staff = "People"
names = "Also"
capability = ["Does", "More"]
"figure.lead-time" = "Weeks"
contact = "Person"
contact_email = "Mail"
[constants]
country = "Germany"
category = ["contract-manufacturer"]
[split]
capability = "/"
names = "|"
[words.capability]
"Freeze drying" = "lyophilisation"
"-" = ""
"""
ROW = {
    "No": "7", "Company": "Halden AS", "Web": "www.halden.example", "People": "1,200", "Also": "Halden|HA",
    "Does": "Freeze drying / Aseptic vial filling", "More": "Juggling",
    "Weeks": "about 14 weeks", "Person": "", "Mail": "a@b.example",
}  # fmt: skip


def test_any_csv_by_a_mapping() -> None:
    reading = read(table(ROW, {**ROW, "No": "8", "More": "-"}), MAPPING)
    row = reading.rows[0]
    profile = row.said.profile
    assert (row.key, profile.name, profile.website, profile.country, profile.staff) == (
        "7", "Halden AS", "https://www.halden.example", "DE", "1001-5000",
    )  # fmt: skip
    assert [fact.term for fact in profile.facts] == [
        "category:contract-manufacturer", "capability:lyophilisation", "capability:aseptic-vial-filling", "figure:lead-time",
    ]  # fmt: skip
    assert (profile.facts[-1].value, profile.facts[-1].number) == ("about 14 weeks", 14)
    assert ([n.name for n in profile.names], profile.contacts[0].name) == (["Halden", "HA"], "Sales")
    assert [(note.name, note.reason) for note in reading.notes] == [
        ("Juggling", "no capability of the vocabulary; left out 1 time")
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("columns = 3", "the mapping cannot be read"),
        ("nonsense = [", "the mapping cannot be read"),
        ("[columns]\ncity = 'Town'", "which column is the name"),
        ("[columns]\nname = 'A'\nshoe = 'B'", "a field that there is not: “shoe”"),
        ("[columns]\nname = 'A'\n'figure.shoe' = 'B'", "a field that there is not: “figure.shoe”"),
        ("[columns]\nname = 'A'\n[words.route]\nx = 'moon'", "a route that there is not: “moon”"),
    ],
)
def test_mappings_that_cannot_be_meant(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        mapped.mapping(text)


def test_columns_that_are_not_there() -> None:
    with pytest.raises(Unreadable, match="there is none called “Firm”"):
        read(table(ROW), "[columns]\nname = 'Firm'")


def test_figures_bands_and_numbers() -> None:
    text = "[columns]\nname = 'Company'\nstaff = 'People'\nlatitude = 'Lat'\nfounded = 'Year'"
    base = {"Company": "A", "People": "", "Lat": "", "Year": ""}
    good = read(table({**base, "People": "51–200", "Lat": "48,1", "Year": "1999"}), text).rows[0].said.profile
    assert (good.staff, good.latitude, good.founded) == ("51-200", 48.1, 1999)
    wrong = [{**base, "People": "lots"}, {**base, "Lat": "91"}, {**base, "Lat": "nan"}, {**base, "Year": "99"}]
    assert len(read(table(*wrong), text).refusals) == 4


def test_the_french_licence_asks_for_the_day_of_extraction() -> None:
    assert french.credit(date(2024, 8, 1)).endswith("extracted August 2024, Licence Ouverte")


def test_a_heading_or_mapping_that_is_not_utf8_refuses_the_file() -> None:
    data = "Raison,Städt\nÜ,Köln\n".encode().replace("ä".encode(), b"\xe4")
    with pytest.raises(Unreadable, match="line 1 should name the columns: it is not UTF-8: there is a byte E4"):
        formats.read("list.txt", data, read_on=READ, mapping=None, source="", credit="")
    with pytest.raises(Unreadable, match="the mapping cannot be read: it is not UTF-8"):
        mapped.mapping("[columns]\nname = 'F\udcfc'")


def test_registers_with_a_broken_byte_keep_their_letters() -> None:
    broken = lines(ror(2, "Müller"), ror(3, "Fuellen")).encode().replace(b"M\\u00fcller", "Müller".encode())
    told = formats.read(
        "x", broken.replace(b"Fuellen", b"F\xfcllen"), read_on=READ, mapping=None, source="", credit=""
    ).reading
    assert ([row.said.profile.name for row in told.rows], [r.line for r in told.refusals]) == (["Müller"], [2])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": {"en": "A"}}, {"name": 5}, {"aliases": "Tessin"}, {"aliases": [{"a": 1}]}, {"acronyms": [True]},
        {"labels": ["Tessin"]}, {"labels": [{"value": ["x"]}]}, {"city": ["Bellinzona"]}, {"region": 7},
        {"website": ["https://a.example"]}, {"lat": "46"}, {"lng": True}, {"established": "1996"}, {"status": ["active"]},
        {"relationships": [{"type": ["parent"]}]}, {"relationships": "none"}, {"country_code": 41}, {"ror_id": 7},
    ],
)  # fmt: skip
def test_values_of_the_wrong_kind_are_refused(wrong: dict[str, Any]) -> None:
    """They were stored as Python writes them: `['Bellinzona']`."""
    reading = read(lines(ror(**wrong), ror(2, "Fine", lat=None, labels=None, established=None)))
    assert [(r.line, r.reason.startswith("a value of the wrong kind: Expected")) for r in reading.refusals] == [
        (1, True)
    ]
    assert [row.said.profile.name for row in reading.rows] == ["Fine"]
