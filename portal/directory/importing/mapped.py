"""CSV of any make, by a mapping file in TOML that says which column is what. See docs/importing.md."""

import re
import tomllib
from typing import Any

import msgspec

from portal.core.importing import csv_files
from portal.core.importing.values import Unreadable, shortened, stray
from portal.core.text import one_line, slug
from portal.directory.commands.vocabulary import shipped
from portal.directory.importing import fields, registers
from portal.directory.importing.values import Context, Reading
from portal.directory.rules.names import name_key
from portal.directory.sources import Row, Said
from portal.directory.tables.companies import FactSource, NameKind, StaffBand, TermKind
from portal.directory.values import OtherName, Profile, ProfileContact, ProfileFact

_LENGTHS = {"name": 200, "tagline": 300, "email": 254, "phone": 40, "street": 200, "postal_code": 20, "city": 120,
            "region": 120}  # fmt: skip
_OTHER = {"website", "country", "founded", "staff", "description", "latitude", "longitude"}
_NAMES = {"names": NameKind.ALIAS, "acronyms": NameKind.ACRONYM, "former_names": NameKind.FORMER}
_CONTACT = {"contact": "name", "contact_role": "role", "contact_email": "email", "contact_phone": "phone"}
_KINDS = {kind.value: kind for kind in TermKind if kind is not TermKind.FIGURE}
_NUMBER = re.compile(r"\d[\d.,'’\s]*")
FIELDS = {*_LENGTHS, *_OTHER, *_NAMES, *_CONTACT, *_KINDS}


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the columns of a file mean. Fields are those of a profile, and kinds of terms."""

    columns: dict[str, str | list[str]]
    source: str = ""
    credit: str = ""
    key: str | list[str] = ""
    delimiter: str = ""
    constants: dict[str, str | list[str]] = {}
    split: dict[str, str] = {}
    words: dict[str, dict[str, str]] = {}


def mapping(text: str) -> Mapping:
    """A mapping file; raises Unreadable, saying what is wrong with it."""
    if broken := stray(text):
        raise Unreadable(f"the mapping cannot be read: {broken}")
    try:
        found = msgspec.convert(tomllib.loads(text), Mapping)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Unreadable(f"the mapping cannot be read: {shortened(str(error), 120)}") from None
    for part, given in (("columns", found.columns), ("constants", found.constants), ("split", found.split)):
        for field in given:
            if field not in FIELDS and not _is_figure(field):
                raise Unreadable(f"the mapping’s {part} name a field that there is not: “{shortened(field)}”")
    if "name" not in found.columns:
        raise Unreadable("the mapping does not say which column is the name")
    if unknown := sorted(set(found.words) - set(_KINDS)):
        raise Unreadable(f"the mapping’s words name a kind that there is not: “{shortened(unknown[0])}”")
    for kind, words in found.words.items():
        for term in words.values():
            if term and term not in _terms(TermKind(kind)).values():
                raise Unreadable(f"the mapping’s words name a {kind} that there is not: “{shortened(term)}”")
    return found


def _is_figure(field: str) -> bool:
    head, _, figure = field.partition(".")
    return head == "figure" and figure in _terms(TermKind.FIGURE).values()


def _terms(kind: TermKind) -> dict[str, str]:
    """Names and addresses of the vocabulary, folded, to addresses."""
    found = {term.address: term.address for term in shipped(kind)}
    return found | {term.name.casefold(): term.address for term in shipped(kind)}


def read(text: str, context: Context, mapping: Mapping) -> Reading:
    """One company a row. Words that are not in the vocabulary are left out and reported."""
    reading = Reading()
    start, _, headings = registers.heading(text)
    named = [mapping.key, *mapping.columns.values()]
    columns = [column for given in named for column in ([given] if isinstance(given, str) else given) if column]
    if missing := [column for column in columns if column not in headings]:
        raise Unreadable(
            f"line {start + 1} should name the columns; there is none called {', '.join(f'“{m}”' for m in missing[:5])}"
        )
    reader = _Reader(context, mapping, reading)
    met: dict[str, int] = {}
    for line, record in registers.records(text, mapping.delimiter):
        reading.records += 1
        name = ""
        try:
            if isinstance(record, Unreadable):
                raise record
            name = reader.text(record, "name")
            row = reader.row(line, record)
        except Unreadable as reason:
            reading.refuse(line, name, str(reason))
            continue
        if (first := met.setdefault(row.key, line)) != line:
            reading.refuse(line, name, f"line {first} has the same key")
        else:
            reading.rows.append(row)
    for (kind, word), count in reader.unknown.items():
        reading.note(
            0, word, f"no {kind.replace('_', ' ')} of the vocabulary; left out {registers.plural(count, 'time')}"
        )
    return reading


class _Reader:
    """One file being read."""

    def __init__(self, context: Context, mapping: Mapping, reading: Reading) -> None:
        self.context, self.mapping, self.reading = context, mapping, reading
        self.words = {
            kind: {word.casefold(): term for word, term in words.items()} for kind, words in mapping.words.items()
        }
        self.terms = {kind: _terms(term) for kind, term in _KINDS.items()}
        self.unknown: dict[tuple[str, str], int] = {}

    def values(self, record: dict[str, str], field: str) -> list[str]:
        """What the record says for a field, taken apart where it is to be; else the constant."""
        given = self.mapping.columns.get(field, [])
        columns = [given] if isinstance(given, str) else given
        found = [value for column in columns if (value := csv_files.cell(record[column]).strip())]
        if mark := self.mapping.split.get(field, ""):
            found = [part.strip() for value in found for part in value.split(mark) if part.strip()]
        constant = self.mapping.constants.get(field, [])
        return found or ([constant] if isinstance(constant, str) else list(constant))

    def text(self, record: dict[str, str], field: str) -> str:
        return " ".join(self.values(record, field))

    def row(self, line: int, record: dict[str, str]) -> Row:
        profile = self._profile(record)
        given = [self.mapping.key] if isinstance(self.mapping.key, str) else self.mapping.key
        own = " ".join(record[column] for column in given if column and record[column])
        key = one_line(own) or f"{name_key(profile.name)}|{profile.country or ''}"
        return Row(line, fields.within(key, 200, what="key"), Said(profile=profile))

    def _profile(self, record: dict[str, str]) -> Profile:
        plain: dict[str, Any] = {
            name: fields.within(self.text(record, name), most, what=name.replace("_", " "))
            for name, most in _LENGTHS.items()
        }
        if not plain["name"]:
            raise Unreadable("it has no name")
        return Profile(
            **plain,
            description=self.text(record, "description"),
            website=fields.website(self.text(record, "website")),
            country=fields.land(self.text(record, "country")),
            latitude=_decimal(self.text(record, "latitude"), 90, what="latitude"),
            longitude=_decimal(self.text(record, "longitude"), 180, what="longitude"),
            founded=_year(self.text(record, "founded")),
            staff=_staff(self.text(record, "staff")),
            names=self._names(record, plain["name"]),
            contacts=self._contacts(record),
            facts=tuple(self._facts(record)),
        )

    def _names(self, record: dict[str, str], name: str) -> tuple[OtherName, ...]:
        found = {
            (one_line(other).casefold(), kind): OtherName(fields.within(other, 200, what="other name"), kind)
            for field, kind in _NAMES.items()
            for other in self.values(record, field)
        }
        return tuple(other for (folded, _), other in found.items() if folded and folded != name.casefold())

    def _contacts(self, record: dict[str, str]) -> tuple[ProfileContact, ...]:
        person = {name: one_line(self.text(record, field)) for field, name in _CONTACT.items()}
        if not any(person.values()):
            return ()
        person["name"] = person["name"] or person["role"] or "Sales"
        return (ProfileContact(id=fields.fact_id(self.context.source, "contact"), **person),)

    def _facts(self, record: dict[str, str]) -> list[ProfileFact]:
        found: dict[str, ProfileFact] = {}
        for field, kind in _KINDS.items():
            for word in self.values(record, field):
                if term := self._term(field, word):
                    found[term] = self._fact(f"{kind}:{term}")
        for field in self.mapping.columns:
            if field.startswith("figure.") and (value := one_line(self.text(record, field))):
                number = _NUMBER.search(value)
                digits = re.sub(r"\D", "", number[0])[:15] if number else ""
                slug_of = field.partition(".")[2]
                found[field] = self._fact(
                    f"figure:{slug_of}", value=value[:200], number=int(digits) if digits else None
                )
        return list(found.values())

    def _fact(self, term: str, *, value: str = "", number: int | None = None) -> ProfileFact:
        key = fields.fact_id(self.context.source, term)
        return ProfileFact(id=key, term=term, value=value, number=number, source=FactSource.REGISTER)

    def _term(self, kind: str, word: str) -> str:
        """The address of a word; empty for one that is passed over or not known."""
        folded = one_line(word).casefold()
        if folded in self.words.get(kind, {}):
            return self.words[kind][folded]
        known = self.terms[kind].get(folded) or self.terms[kind].get(slug(folded))
        if known is None and folded:
            self.unknown[kind, one_line(word)] = self.unknown.get((kind, one_line(word)), 0) + 1
        return known or ""


def _decimal(given: str, most: int, *, what: str) -> float | None:
    if not given:
        return None
    try:
        number = float(given.replace(",", "."))
    except ValueError:
        number = 1000.0
    if not abs(number) <= most:
        raise Unreadable(f"its {what} cannot be right: “{shortened(given)}”")
    return number


def _year(given: str) -> int | None:
    if not given:
        return None
    if not (given.isdigit() and len(given) == 4):
        raise Unreadable(f"its year of founding is none: “{shortened(given)}”")
    return int(given)


_BANDS = ((10, StaffBand.TO_10), (50, StaffBand.TO_50), (200, StaffBand.TO_200), (500, StaffBand.TO_500),
          (1000, StaffBand.TO_1000), (5000, StaffBand.TO_5000))  # fmt: skip


def _staff(given: str) -> StaffBand | None:
    """A band, or a number that falls into one."""
    bare = re.sub(r"[\s,.'’]", "", given).replace("–", "-")
    if not bare:
        return None
    if bare in set(StaffBand):
        return StaffBand(bare)
    if not bare.isdigit() or len(bare) > 8:
        raise Unreadable(f"its number of staff is none: “{shortened(given)}”")
    return next((band for most, band in _BANDS if int(bare) <= most), StaffBand.MORE)
