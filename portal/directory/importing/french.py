"""The French public database of medicines: holders of authorisations, and their products, as two CSV files."""

import re
from collections import Counter
from datetime import date, datetime

from portal.core.importing.values import Unreadable, shortened
from portal.core.text import one_line
from portal.directory.importing import fields, registers, terms
from portal.directory.importing.values import Context, Reading
from portal.directory.sources import Product, Row, Said
from portal.directory.tables.companies import TermKind
from portal.directory.values import Profile, ProfileFact

SOURCE = "france-bdpm"
HOLDERS = {"holder", "products", "marketed_products", "dosage_forms", "routes"}
PRODUCTS = {"cis_code", "name", "dosage_form", "routes", "holder"}
_LAND = re.compile(r"\(?([^()]+)\)\s*$")
_STATUS = {
    "Autorisation active": "Authorised", "Autorisation abrogée": "Repealed", "Autorisation archivée": "Archived",
    "Autorisation suspendue": "Suspended", "Autorisation retirée": "Withdrawn",
}  # fmt: skip
_MARKETED = {"Commercialisée": "marketed", "Non commercialisée": "not marketed"}
_KINDS = {TermKind.DOSAGE_FORM: "french_forms", TermKind.ROUTE: "french_routes"}
_ONE = {TermKind.DOSAGE_FORM: "form", TermKind.ROUTE: "route"}


def credit(read_on: date) -> str:
    """The licence asks for the source and the day of extraction."""
    return f"Base de données publique des médicaments (ANSM, HAS, UNCAM), extracted {read_on:%B %Y}, Licence Ouverte"


def read_holders(text: str, context: Context) -> Reading:
    """One company a row, known by the register's own spelling."""
    reading = Reading()
    unknown: Counter[tuple[TermKind, str]] = Counter()
    met: dict[str, int] = {}
    for line, record in registers.records(text):
        reading.records += 1
        holder = "" if isinstance(record, Unreadable) else record["holder"]
        try:
            if isinstance(record, Unreadable):
                raise record
            row = Row(line, key(holder), Said(profile=_profile(record, unknown)))
        except Unreadable as reason:
            reading.refuse(line, holder, str(reason))
            continue
        if (first := met.setdefault(row.key, line)) != line:
            reading.refuse(line, holder, f"line {first} has the same holder")
        else:
            reading.rows.append(row)
    for (kind, word), count in unknown.most_common():
        companies = registers.plural(count, "time")
        reading.note(0, word, f"no {_ONE[kind]} of the vocabulary is known for it; left out {companies}")
    return reading


def key(holder: str) -> str:
    """The holder's spelling on one line."""
    found = fields.within(holder, 200, what="name")
    if not found:
        raise Unreadable("it has no holder")
    return found


def _profile(record: dict[str, str], unknown: Counter[tuple[TermKind, str]]) -> Profile:
    name, country = named(record["holder"])
    count = registers.counted(record["products"], what="the number of products")
    marketed = registers.counted(record["marketed_products"], what="the number of marketed products")
    words = f"{registers.plural(count, 'product')} in France, {marketed:,} marketed"
    facts = [*registers.authorisations(SOURCE, count, words)]
    facts += _facts(TermKind.DOSAGE_FORM, record["dosage_forms"], unknown)
    facts += _facts(TermKind.ROUTE, record["routes"], unknown)
    return Profile(name=name, country=country, facts=tuple(facts))


def named(holder: str) -> tuple[str, str | None]:
    """Name and country of `ASTELLAS PHARMA (ALLEMAGNE)`. Without a country in brackets there is none: not all are French."""
    text = key(holder)
    country = None
    if (bracket := _LAND.search(text)) and (country := fields.country(bracket[1])):
        text = text[: bracket.start()]
    elif bracket and "(" in (inner := bracket[1]):
        text = text[: bracket.start()] + inner
    # “(EUROPE) ROYAUME-UNI)”: a bracket that is never opened.
    if country is None and text.endswith(")") and text.count(")") > text.count("("):
        head, _, last = text[:-1].rpartition(") ")
        if head and (country := fields.country(last)):
            text = f"{head})"
    return fields.cased(one_line(text)), country


def _facts(kind: TermKind, given: str, unknown: Counter[tuple[TermKind, str]]) -> list[ProfileFact]:
    slugs: dict[str, None] = {}
    for word in filter(None, (one_line(part) for part in given.split(";"))):
        known = terms.words(_KINDS[kind], word)
        if known is None:
            unknown[kind, word] += 1
        slugs |= dict.fromkeys(known or ())
    return [registers.fact(SOURCE, kind, slug) for slug in slugs]


def read_products(text: str, context: Context) -> Reading:
    """Products with the key of their holder."""
    reading = Reading()
    met: dict[str, int] = {}
    for line, record in registers.records(text):
        reading.records += 1
        name = "" if isinstance(record, Unreadable) else record["name"]
        try:
            if isinstance(record, Unreadable):
                raise record
            product = _product(line, record)
        except Unreadable as reason:
            reading.refuse(line, name, str(reason))
            continue
        if (first := met.setdefault(product.key, line)) != line:
            reading.refuse(line, name, f"line {first} has the same CIS code")
        else:
            reading.products.append(product)
    return reading


def _product(line: int, record: dict[str, str]) -> Product:
    code = record["cis_code"]
    if not (code.isdigit() and len(code) == 8):
        raise Unreadable(f"its CIS code is none: “{shortened(code)}”")
    if not (name := fields.within(record["name"], 400, what="name")):
        raise Unreadable("it has no name")
    status = _STATUS.get(record.get("authorisation_status", ""), record.get("authorisation_status", ""))
    marketed = _MARKETED.get(record.get("marketing_status", ""), "")
    return Product(
        line=line,
        key=code,
        holder=key(record["holder"]),
        name=name,
        form=_words(TermKind.DOSAGE_FORM, record["dosage_form"])[:200],
        routes=_words(TermKind.ROUTE, record["routes"])[:300],
        status=", ".join(part for part in (status, marketed) if part)[:120],
        authorised_on=_day(record.get("authorisation_date_ddmmyyyy", "")),
    )


def _words(kind: TermKind, given: str) -> str:
    """Names of the vocabulary, or the register's own words where it has none."""
    found: dict[str, None] = {}
    for word in filter(None, (one_line(part) for part in given.split(";"))):
        known = terms.words(_KINDS[kind], word)
        found |= dict.fromkeys([terms.name(kind, slug) for slug in known] if known else [word])
    return ", ".join(found)


def _day(given: str) -> date | None:
    if not given:
        return None
    try:
        return datetime.strptime(given, "%d/%m/%Y").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise Unreadable(f"its day of authorisation is none: “{shortened(given)}”") from None
