"""The Research Organization Registry: JSON lines, one organisation each, known by its ROR id."""

import re
from typing import Any

import msgspec

from portal.core.importing.records import json_records
from portal.core.importing.values import Unreadable, shortened
from portal.core.text import one_line
from portal.directory.importing import fields
from portal.directory.importing.values import Context, Reading
from portal.directory.sources import Row, Said
from portal.directory.tables.companies import CompanyState, NameKind
from portal.directory.values import OtherName, Profile, ProfileRelation, RelationKind

SOURCE = "ror"
CREDIT = "Research Organization Registry (ror.org), CC0 1.0; places from GeoNames, CC BY 4.0"
_ID = re.compile(r"(?:https://ror\.org/)?(0[a-z0-9]{8})")
_SUFFIX = re.compile(r"\s*\(([^()]+)\)$")
_STATES = {"active": CompanyState.PUBLIC, "inactive": CompanyState.CLOSED, "withdrawn": CompanyState.HIDDEN}


def read(text: str, context: Context) -> Reading:
    """Organisations that are companies. A withdrawn one is hidden, or merged into its only successor."""
    reading = Reading()
    met: dict[str, int] = {}
    for line, record in json_records(text):
        reading.records += 1
        name = str(record.get("name") or "") if isinstance(record, dict) else ""
        try:
            if isinstance(record, Unreadable):
                raise record
            row = _row(line, record)
        except Unreadable as reason:
            reading.refuse(line, name, str(reason))
            continue
        if (first := met.setdefault(row.key, line)) != line:
            reading.refuse(line, name, f"line {first} has the same id")
        else:
            reading.rows.append(row)
    return reading


class _Label(msgspec.Struct):
    value: str | None = None
    lang: str | None = None


class _Relation(msgspec.Struct):
    type: str | None = None
    id: str | None = None
    label: str | None = None


class _Record(msgspec.Struct):
    """An organisation as the registry writes it."""

    ror_id: str | None = None
    name: str | None = None
    status: str | None = None
    website: str | None = None
    city: str | None = None
    region: str | None = None
    country_code: str | None = None
    lat: float | None = None
    lng: float | None = None
    established: int | None = None
    aliases: list[str] | None = None
    acronyms: list[str] | None = None
    labels: list[_Label] | None = None
    relationships: list[_Relation] | None = None


def _row(line: int, given: dict[str, Any]) -> Row:
    try:
        record = msgspec.convert(given, _Record)
    except msgspec.ValidationError as error:
        raise Unreadable(f"a value of the wrong kind: {shortened(str(error), 120)}") from error
    key = _key(record.ror_id)
    status = record.status or "active"
    if status not in _STATES:
        raise Unreadable(f"its status is not known: “{shortened(status, 40)}”")
    relations = _relations(record.relationships or [])
    successors = [relation.key for relation in relations if relation.kind is RelationKind.SUCCESSOR]
    gone = status == "withdrawn"
    said = Said(
        profile=_profile(record, relations),
        state=_STATES[status],
        successor=successors[0] if gone and len(successors) == 1 and successors[0] != key else "",
    )
    return Row(line, key, said)


def _profile(record: _Record, relations: tuple[ProfileRelation, ...]) -> Profile:
    code = fields.land(record.country_code or "")
    written = fields.within(record.name or "", 200, what="name")
    if not written:
        raise Unreadable("it has no name")
    # “(United Kingdom)” only tells companies of a group apart; the country stands in a field of its own.
    suffix = _SUFFIX.search(written)
    name = written[: suffix.start()] if suffix and code and fields.country(suffix[1]) == code else written
    return Profile(
        name=name,
        website=fields.website(record.website or ""),
        city=fields.within(record.city or "", 120, what="city"),
        region=fields.within(record.region or "", 120, what="region"),
        country=code,
        latitude=_within(record.lat, 90),
        longitude=_within(record.lng, 180),
        founded=record.established if 1000 <= (record.established or 0) <= 2100 else None,
        names=_names(record, name),
        relations=relations,
    )


def _names(record: _Record, name: str) -> tuple[OtherName, ...]:
    """Aliases, acronyms and names in other languages, each once."""
    given = [(alias, NameKind.ALIAS, "") for alias in record.aliases or []]
    given += [(short, NameKind.ACRONYM, "") for short in record.acronyms or []]
    given += [(label.value or "", NameKind.LABEL, (label.lang or "")[:12]) for label in record.labels or []]
    found: dict[str, OtherName] = {}
    for text, kind, language in given:
        other = one_line(text)
        if other and len(other) <= 200 and other.casefold() != name.casefold():
            found.setdefault(other.casefold(), OtherName(other, kind, language))
    return tuple(found.values())


def _relations(given: list[_Relation]) -> tuple[ProfileRelation, ...]:
    """Companies above, below, before and after this one, each once."""
    found: dict[str, ProfileRelation] = {}
    for relation in given:
        if relation.type not in set(RelationKind):
            continue
        kind, key = RelationKind(relation.type), _ID.fullmatch(relation.id or "")
        name = one_line(relation.label or "")[:200]
        if key is not None and name:
            one = fields.fact_id(SOURCE, f"{kind}|{key[1]}")
            found.setdefault(one, ProfileRelation(id=one, kind=kind, name=name, source=SOURCE, key=key[1]))
    return tuple(found.values())


def _key(given: str | None) -> str:
    if (found := _ID.fullmatch(given or "")) is None:
        raise Unreadable("it has no ROR id")
    return found[1]


def _within(given: float | None, most: int) -> float | None:
    return given if given is not None and abs(given) <= most else None
