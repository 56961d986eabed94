"""The Research Organization Registry: JSON lines, one organisation each, known by its ROR id."""

import re
from typing import Any

from portal.core.importing.records import json_records
from portal.core.importing.values import Unreadable
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


def _row(line: int, record: dict[str, Any]) -> Row:
    key = _key(record.get("ror_id"))
    status = str(record.get("status") or "active")
    if status not in _STATES:
        raise Unreadable(f"its status is not known: “{status[:40]}”")
    relations = _relations(record.get("relationships"))
    successors = [relation.key for relation in relations if relation.kind is RelationKind.SUCCESSOR]
    gone = status == "withdrawn"
    said = Said(
        profile=_profile(record, relations),
        state=_STATES[status],
        successor=successors[0] if gone and len(successors) == 1 and successors[0] != key else "",
    )
    return Row(line, key, said)


def _profile(record: dict[str, Any], relations: tuple[ProfileRelation, ...]) -> Profile:
    code = fields.land(str(record.get("country_code") or ""))
    written = fields.within(str(record.get("name") or ""), 200, what="name")
    if not written:
        raise Unreadable("it has no name")
    # “(United Kingdom)” only tells companies of a group apart; the country stands in a field of its own.
    suffix = _SUFFIX.search(written)
    name = written[: suffix.start()] if suffix and code and fields.country(suffix[1]) == code else written
    return Profile(
        name=name,
        website=fields.website(str(record.get("website") or "")),
        city=fields.within(str(record.get("city") or ""), 120, what="city"),
        region=fields.within(str(record.get("region") or ""), 120, what="region"),
        country=code,
        latitude=_number(record.get("lat"), 90),
        longitude=_number(record.get("lng"), 180),
        founded=_year(record.get("established")),
        names=_names(record, name),
        relations=relations,
    )


def _names(record: dict[str, Any], name: str) -> tuple[OtherName, ...]:
    """Aliases, acronyms and names in other languages, each once."""
    given = [(str(alias), NameKind.ALIAS, "") for alias in record.get("aliases") or []]
    given += [(str(short), NameKind.ACRONYM, "") for short in record.get("acronyms") or []]
    given += [
        (str(label.get("value") or ""), NameKind.LABEL, str(label.get("lang") or "")[:12])
        for label in record.get("labels") or []
        if isinstance(label, dict)
    ]
    found: dict[str, OtherName] = {}
    for text, kind, language in given:
        other = one_line(text)
        if other and len(other) <= 200 and other.casefold() != name.casefold():
            found.setdefault(other.casefold(), OtherName(other, kind, language))
    return tuple(found.values())


def _relations(given: Any) -> tuple[ProfileRelation, ...]:
    """Companies above, below, before and after this one, each once."""
    found: dict[str, ProfileRelation] = {}
    for relation in given or []:
        if not isinstance(relation, dict) or relation.get("type") not in set(RelationKind):
            continue
        kind, key = RelationKind(relation["type"]), _ID.fullmatch(str(relation.get("id")))
        name = one_line(str(relation.get("label") or ""))[:200]
        if key is not None and name:
            one = fields.fact_id(SOURCE, f"{kind}|{key[1]}")
            found.setdefault(one, ProfileRelation(id=one, kind=kind, name=name, source=SOURCE, key=key[1]))
    return tuple(found.values())


def _key(given: Any) -> str:
    if (found := _ID.fullmatch(str(given or ""))) is None:
        raise Unreadable("it has no ROR id")
    return found[1]


def _number(given: Any, most: int) -> float | None:
    return float(given) if isinstance(given, int | float) and abs(given) <= most else None


def _year(given: Any) -> int | None:
    return given if isinstance(given, int) and 1000 <= given <= 2100 else None
