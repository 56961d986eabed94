"""Which companies look like one and which only seem to: pairs of real registers and lists, as a person judged them."""

from typing import Any

import pytest

from portal.directory.rules.duplicates import LEAST, Pairing, Reason, judge, pairs, words
from portal.directory.rules.likeness import Likeness, likeness
from portal.directory.rules.names import address_key, division_of, legal_form

_ids = iter(range(1, 10_000))


def like(
    name: str, country: str | None = None, city: str = "", website: str = "", source: str = "", street: str = "",
    postal_code: str = "", **more: Any,
) -> Likeness:  # fmt: skip
    return likeness(
        id=next(_ids), name=name, street=street, postal_code=postal_code, website=f"https://{website}" if website else "",
        country=country, city_key=city.lower(), records=frozenset({(source, name)} if source else ()), **more,
    )  # fmt: skip


def judged(one: Likeness, other: Likeness, *neighbours: Likeness) -> tuple[float, tuple[Reason, ...]]:
    """As they are judged where these companies are all there are; nothing for two that are not even compared."""
    known = {company.id: company for company in (one, other, *neighbours)}
    found = pairs(known, []).get((min(one.id, other.id), max(one.id, other.id)))
    return judge(one, other, shared=found.shared, alone=found.alone) if found else (0.0, ())


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
    (like("GMV Innovating Solutions (Spain)", "ES", website="gmv.com", source=ROR),
     like("GMV Innovating Solutions (Poland)", "PL", website="gmv.com", source=ROR)),
    (like("Tillotts Pharma GmbH", "DE", "Rheinfelden", "", DPD), like("Tillotts Pharma AG", "CH", "Rheinfelden", "", DPD)),
    (like("Springer Nature (Shanghai, China)", "CN", "Shanghai", "springernature.com", ROR),
     like("Springer Nature (Beijing, China)", "CN", "Beijing", "springernature.com", ROR)),
    (like("Menarini France", source=BDPM), like("Menarini Italie", source=BDPM)),
    (like("Baxter", None, source=BDPM), like("Baxter", "AT", source=BDPM)),
    (like("Leidos", "US", "Reston", "leidos.com", ROR),
     like("Leidos Biomedical Research Inc.", "US", "Frederick", "leidos.com", ROR)),
    (like("Amplyx Pharmaceuticals", "US", "San Diego", "", ROR),
     like("Amylyx Pharmaceuticals Inc.", "US", "Cambridge", "", DPD)),
    (like("Microsoft Research New England", "US", website="microsoft.com"),
     like("Microsoft Research New York City", "US", website="microsoft.com")),
    (like("Vichy Canada", "CA", "Montreal", "", DPD, street="4895 Hickmore", postal_code="H4T 1K5"),
     like("CeraVe Canada", "CA", "Montreal", "", DPD, street="4895 Hickmore", postal_code="H4T 1K5")),
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


# Pairs that agree in where they are: names alone would not have found them. The lists beside the registers are clients’ and
# careers pages which name these companies as people do.
LIST = "a list"
LEO = {"street": "3389 Steeles Avenue East, Suite 110", "postal_code": "M2H 3S8"}
ROYALMOUNT = {"street": "100-6111 Royalmount Ave", "postal_code": "H4P 2T4"}
EQUIBAL = {"street": "63-65 Jersey Avenue, PO Box 180", "postal_code": "10988"}
CLOROX = {"street": "150 Biscayne Crescent", "postal_code": "L6W 4V3"}
UCB = like("UCB Pharma", "BE", "Brussels", "www.ucb.com/", ROR)
ROCHE = like("Roche Diagnostics International AG", "CH", "Rotkreuz", "www.roche.com", ROR)
GSK = like("GlaxoSmithKline", "GB", "London", "uk.gsk.com/", ROR, acronyms=frozenset({"gsk"}))
GSK_RESEARCH = like(
    "GlaxoSmithKline Research & Development Limited", "GB", "London", "www.gsk.com", ROR,
    other_keys=frozenset({"gsk research and development"}),
)  # fmt: skip
MEETING = [
    (Reason.FIRM, like("UCB", "BE", "Brussels", "www.ucb.com", LIST), UCB),
    (Reason.FIRM, like("UCB", None, "", "www.ucb.com", LIST), UCB),
    (Reason.FIRM, like("Roche Diagnostics", "CH", "Rotkreuz", "www.roche.com", LIST), ROCHE),
    (Reason.FIRM, like("Samil", "KR", "", "www.samil-pharm.com", LIST),
     like("Samil Pharm", "KR", "Seoul", "eng.samil-pharm.com", ROR)),
    (Reason.FIRM, like("Customcells Itzehoe GmbH", "DE", "Itzehoe", "www.customcells.de", ROR),
     like("CustomCells", "DE", "Itzehoe", "www.customcells.de/en", LIST)),
    (Reason.INITIALS, like("GSK", "GB", "London", "www.gsk.com", LIST), GSK, GSK_RESEARCH),
    (Reason.INITIALS, like("Eni", "IT", "Rome", "www.eni.com/en-IT/home.html", ROR),
     like("Ente Nazionale Idrocarburi", "IT", "Rome", "eni.com", LIST)),
    (Reason.UNLIKE, like("NeuroBo Pharmaceuticals, Inc.", "US", "Boston", "www.neurobopharma.com", ROR),
     like("MetaVia Inc.", "US", "Boston", "neurobopharma.com/", LIST)),
    (Reason.UNLIKE, like("Cadila Healthcare", "IN", "", "zyduslife.com", LIST),
     like("Zydus Lifesciences Limited", "IN", "Ahmedabad", "zyduslife.com", ROR)),
    (Reason.GOES_ON, like("Eurofins", "LU", "Luxembourg", "www.eurofins.com", ROR),
     like("Eurofins Scientific", "LU", "Luxembourg", "www.eurofins.com", LIST)),
    (Reason.DIVISION, like("Pendopharm Division of Pharmascience Inc", "CA", "Montreal", "", DPD, **ROYALMOUNT),
     like("Pharmascience Inc", "CA", "Montreal", "", DPD, **ROYALMOUNT)),
    (Reason.DIVISION, like("Leo Pharma Gen, a Division of Leo Pharma Inc.", "CA", "Toronto", "", DPD, **LEO),
     like("Leo Pharma Inc", "CA", "Toronto", "", DPD, **LEO)),
    (Reason.ALIAS, like("Equibal, Inc. dba Equibal Labs", "US", "Unionsville", "", DPD, **EQUIBAL),
     like("Equibal Labs Inc", "US", "Unionville", "", DPD, **EQUIBAL)),
    (Reason.CORE, like("The Clorox Company of Canada Ltd", "CA", "Brampton", "", DPD, **CLOROX),
     like("The Clorox Company", "CA", "Brampton", "", DPD, **CLOROX)),
    (Reason.CORE, like("The Medicines Company UK", "GB", source=BDPM),
     like("Medicines Company", "GB", "Abingdon", "www.themedicinescompany.com", ROR)),
    (Reason.FIRM, like("JAMP Pharma Corporation", "CA", "Boucherville", "", DPD, "1310 Rue Nobel", "J4B 5H3"),
     like("JAMP Pharma Group", "CA", "", "", LIST, "1310, rue Nobel", "j4b5h3")),
]  # fmt: skip
NEIGHBOURS = [
    # One group: a longer name with a page of its own, a host of its own, another city, or more of them at one address.
    (like("Bayer", "DE", "Leverkusen", "www.bayer.com", LIST),
     like("Bayer Consumer Health", "DE", "Leverkusen", "www.bayer.com/consumer-health/consumer-health-division-bayer", ROR)),
    (like("Roche", "CH", "Basel", "www.roche.com", LIST), ROCHE),
    (like("GSK", "GB", "London", "www.gsk.com", LIST), GSK_RESEARCH, GSK),
    (like("Avid Radiopharmaceuticals", "US", "Philadelphia", "www.lilly.com/avid"),
     like("Eli Lilly", "US", "Indianapolis", "www.lilly.com")),
    (like("Leidos", "US", "Reston", "www.leidos.com", ROR), like("Leidos Biomedical Research Inc.", "US", "Frederick",
     "www.leidos.com/markets/health/life-sciences/leidos-biomedical-research", LIST)),
    (like("Omron", "JP", "Kyoto", "www.omron.com"), like("OMRON Healthcare Co., Ltd.", "JP", "Mukō", "healthcare.omron.com")),
    (like("SGS Portugal", "PT", "Lisbon", "www.sgs.com/pt-pt"), like("SGS Academy Portugal", "PT", "Lisbon", "learning.sgs.com")),
    (like("Servier", "FR", "Neuilly-sur-Seine", "www.servier.fr"),
     like("Institut de Recherches Internationales Servier", "FR", "Suresnes", "www.servier.fr")),
    (like("Biozeron Shenzhen, Inc.", "CN", "Shenzhen", "www.biozeron.com"),
     like("Shanghai Biozeron Biotechnology Co., Ltd", "CN", "Shanghai", "www.biozeron.com")),
    (like("Formalpress Publicações e Marketing", "PT", "Porto", "www.mediaxxi.com"),
     like("Formalpress Publicações e Marketing Odivelas", "PT", "Odivelas", "www.mediaxxi.com")),
    (like("Origins Natural Resources", "CA", "Toronto", "www.elcompanies.com", LIST, "550 Petrolia Road", "M3J 2W3"),
     like("Smashbox Cosmetics", "CA", "Toronto", "www.elcompanies.com", ROR, "550 Petrolia Road", "M3J 2W3"),
     like("Estee Lauder", "CA", "Toronto", "www.elcompanies.com", DPD, "550 Petrolia Road", "M3J 2W3")),
    (like("Safran", "FR", "Paris", "www.safran-group.com"), like("Safran Ceramics", "FR", "Le Haillan", "www.safran-group.com"),
     like("Safran Electronics & Defense Spain S.L.U.", "ES", "Granada", "www.safran-group.com")),
    (like("Swedish Match AB (publ)", "SE", "Stockholm", "www.swedishmatch.com", ROR),
     like("Swedish Match North Europe AB", "SE", "Stockholm", "www.swedishmatch.com", ROR)),
    (like("State Grid Corporation of China", "CN", "Beijing", "www.sgcc.com.cn", ROR),
     like("State Grid Hunan Electric Power Company Limited", "CN", "Changsha", "www.hn.sgcc.com.cn", ROR)),
    # Two that have nothing to do with one another: one host, one warehouse, one provider of mail.
    (like("Itfor Inc.", "JP", "Tokyo", "itfor.co.jp.siterate.org"),
     like("Gantan Beauty Industry Co., Ltd.", "JP", "Tokyo", "gantan.co.jp.siterate.org")),
    (like("Medexus Pharmaceuticals Inc.", "CA", "Bolton", "", DPD, "35 Nixon Road, Unit 10", "L7E 1K1"),
     like("Ascend Laboratories Ltd", "CA", "Caledon", "", LIST, "35 Nixon Road, Unit 10", "L7E 1K1")),
    (like("Halden Vials", "NO", "Oslo", "microsoft.com"), like("Nordlyo", "NO", "Oslo", "microsoft.com")),
    # Unlike names at one address are two companies in 13 of the registers’ 14 pairs, brands of two groups not counted.
    (like("HRA Pharma Rare Diseases", "FR", "Chatillon", "", DPD, "200 Avenue de Paris", "92320"),
     like("Laboratoire HRA Pharma", "FR", "Châtillon", "", DPD, "200 Avenue de Paris", "92320")),
    (like("Merck Canada Inc", "CA", "Kirkland", "", DPD, "16750 Route Transcanadienne", "H9H 4M7"),
     like("Intervet Canada Corp", "CA", "Kirkland", "", DPD, "16750 Route Transcanadienne", "H9H 4M7")),
]  # fmt: skip


@pytest.mark.parametrize("found", MEETING, ids=lambda found: found[1].name)
def test_one_company_found_by_where_it_is(found: tuple[Any, ...]) -> None:
    first, *companies = found
    score, reasons = judged(*companies)
    one, other, *neighbours = companies
    assert (score >= LEAST, reasons[0]) == (True, first)
    assert judged(other, one, *neighbours) == (score, reasons)


@pytest.mark.parametrize("companies", NEIGHBOURS, ids=lambda companies: companies[1].name)
def test_two_companies_that_only_share_a_place(companies: tuple[Likeness, ...]) -> None:
    one, other, *neighbours = companies
    assert max(judged(one, other, *neighbours)[0], judged(other, one, *neighbours)[0]) < LEAST


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
    assert found == {
        tuple(sorted(pair)): Pairing(shared=True, alone=False)
        for pair in ((lone.id, us.id), (lone.id, pt.id), (us.id, pt.id))
    }
    assert Reason.NO_COUNTRY in judge(lone, us, shared=True)[1]
    assert judge(lone, us, shared=True)[0] < LEAST


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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("126 East Drive", "L6T 1C1"), ("126 East Dr.", "l6t1c1"), True),
        (("Hauptstraße 5", "88212"), ("Hauptstr. 5", "88212"), True),
        (("3389 Steeles Avenue East, Suite 110", "M2H 3S8"), ("3389 Steeles Ave E Unit 110", "M2H 3S8"), True),
        (("4895 Rue Hickmore", "H4T 1K5"), ("4895 Hickmore", "H4T 1K5"), True),
        (("126 East Drive", "L6T 1C1"), ("126 West Drive", "L6T 1C1"), False),
        (("", "L6T 1C1"), ("126 East Drive", ""), True),
    ],
)
def test_addresses_are_compared_as_they_are_meant(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    assert (address_key(*one) == address_key(*other)) is same


def test_names_of_one_firm_say_nothing_of_two_that_do_not_meet() -> None:
    listed = like("UCB", "BE", "Brussels", source=LIST)
    assert judge(listed, UCB, shared=False) == (0.0, ())


def test_an_address_by_half_is_none() -> None:
    assert (address_key("", "L6T 1C1"), address_key("126 East Drive", ""), address_key("–", "–")) == ("", "", "")


@pytest.mark.parametrize(
    ("name", "of"),
    [
        ("Pendopharm Division of Pharmascience Inc", "pharmascience"),
        ("Leo Pharma Gen, a Division of Leo Pharma Inc.", "leo pharma"),
        ("Orimed (division de JAMP Pharma)", "jamp pharma"),
        ("First Division Sports", ""),
        ("Division of Labour Ltd", ""),
    ],
)
def test_what_divisions_say(name: str, of: str) -> None:
    assert division_of(name) == of


def test_a_domain_of_very_many_is_no_reason_to_compare_them() -> None:
    hosted = [like(f"Firm {n} Vials", "DE", "Berlin", f"f{n}.pages.example") for n in range(61)]
    assert pairs({one.id: one for one in hosted}, []) == {}
    assert len(pairs({one.id: one for one in hosted[:60]}, [])) == 60 * 59 // 2
