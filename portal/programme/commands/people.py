"""Who speaks at an event, as the source of its programme names them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import json

from portal.accounts.actors import Actor
from portal.core import db
from portal.programme.values import PersonFacts
from portal.speakers import commands as speakers
from portal.speakers.values import SpeakerFacts

_KNOWN = """
SELECT a.speaker, a.source_key, a.source_name, p.name, a.aliases::text AS aliases
FROM appearance a JOIN speaker p ON p.id = a.speaker WHERE a.event = $1
"""
_APPEAR = """
INSERT INTO appearance (event, speaker, source_key, source_name, note)
SELECT $1, x.speaker, x.key, x.name, '' FROM unnest($2::bigint[], $3::text[], $4::text[]) AS x (speaker, key, name)
"""
_CALLED = """
UPDATE appearance a SET source_name = x.name FROM unnest($2::bigint[], $3::text[]) AS x (id, name)
WHERE a.event = $1 AND a.speaker = x.id
"""


_ADOPTED = """
UPDATE appearance a SET source_key = x.key, source_name = x.name
FROM unnest($2::bigint[], $3::text[], $4::text[]) AS x (id, key, name) WHERE a.event = $1 AND a.speaker = x.id
"""


async def appear(*, actor: Actor, event_id: int, people: Sequence[PersonFacts], now: datetime) -> dict[str, int]:
    """Speakers’ ids by what the source knows them by: number, or else name in lower case. New ones are added.

    Within one event only: the same name at another event may be somebody else, which is for staff to know. There, whoever the
    source gives another number is known by name. Whom staff renamed keeps that name; else a new name in the source is taken
    over. Called in the transaction of the programme.
    """
    wanted = {person.key or person.name.casefold(): person for person in people}
    rows = await db.fetch(_KNOWN, event_id)
    known: dict[str, Mapping[str, Any]] = {
        alias: {"speaker": row["speaker"], "source_name": ""} for row in rows for alias in json.decode(row["aliases"])
    }
    known |= {_key(row): row for row in rows}
    if adopted := _adopted(wanted, known, rows):
        people_ = [(row["speaker"], wanted[key].key, wanted[key].name) for key, row in adopted.items()]
        await db.execute(_ADOPTED, event_id, *map(list, zip(*people_, strict=True)))
        known.update(adopted)
    renamed = [
        (known[key]["speaker"], one.name, known[key]["source_name"])
        for key, one in wanted.items()
        if key in known and known[key]["source_name"] not in ("", one.name)
    ]
    if renamed:
        ids, names, former = map(list, zip(*renamed, strict=True))
        await speakers.rename(actor=actor, ids=ids, names=names, former=former, now=now)
        await db.execute(_CALLED, event_id, ids, names)
    new = {key: one for key, one in wanted.items() if key not in known}
    added = await speakers.add_speakers(actor=actor, facts=[_facts(one) for one in new.values()], now=now)
    named = [(speaker, one.key, one.name) for speaker, one in zip(added, new.values(), strict=True)]
    if named:
        await db.execute(_APPEAR, event_id, *map(list, zip(*named, strict=True)))
    return {key: row["speaker"] for key, row in known.items()} | dict(zip(new, added, strict=True))


def _key(row: Mapping[str, Any]) -> str:
    return str(row["source_key"] or row["source_name"].casefold() or row["name"].casefold())


def _adopted(
    wanted: Mapping[str, PersonFacts], known: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> dict[str, Mapping[str, Any]]:
    """Those who are here under another number, or none: the only one of their name whom the source has not as well."""
    left: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if _key(row) not in wanted:
            left.setdefault((row["source_name"] or row["name"]).casefold(), []).append(row)
    news = [(key, one.name.casefold()) for key, one in wanted.items() if key not in known]
    times = Counter(name for _, name in news)
    return {key: left[name][0] for key, name in news if times[name] == 1 and len(left.get(name, ())) == 1}


def _facts(one: PersonFacts) -> SpeakerFacts:
    return SpeakerFacts(name=one.name, job_title=one.job_title, company_name=one.company, bio=one.bio)
