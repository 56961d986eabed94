"""Who speaks at an event, as the source of its programme names them."""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

import msgspec
from msgspec import json

from portal.accounts.actors import Actor
from portal.core import db
from portal.programme.rules.following import mark
from portal.programme.values import PersonFacts
from portal.speakers import commands as speakers
from portal.speakers.values import SpeakerFacts

_KNOWN = """
SELECT a.speaker, a.source_key, a.source_name, a.source_said::text AS said, p.name, a.aliases::text AS aliases
FROM appearance a JOIN speaker p ON p.id = a.speaker WHERE a.event = $1
"""
_APPEAR = """
INSERT INTO appearance (event, speaker, source_key, source_name, source_said, note)
SELECT $1, x.speaker, x.key, x.name, x.said, ''
FROM jsonb_to_recordset($2::jsonb) AS x (speaker bigint, key text, name text, said jsonb)
"""
_REMEMBER = """
UPDATE appearance a SET source_key = x.key, source_name = x.name, source_said = x.said
FROM jsonb_to_recordset($2::jsonb) AS x (speaker bigint, key text, name text, said jsonb)
WHERE a.event = $1 AND a.speaker = x.speaker
"""


class Said(msgspec.Struct, frozen=True):
    """What a source says of a person besides the name. What is empty it says nothing of: not each format has a place for it."""

    bio: str = ""
    company: str = ""
    job_title: str = ""

    def beside(self, one: PersonFacts) -> Self:
        """With what is said now."""
        return type(self)(**{name: getattr(one, name) or getattr(self, name) for name in self.__struct_fields__})


async def appear(
    *, actor: Actor, event_id: int, people: Sequence[PersonFacts], newcomers: Container[str], now: datetime
) -> dict[str, int]:
    """Speakers’ ids by what the source knows them by: number, or else name in lower case. Of those who are not here, the ones
    whose mark is among the `newcomers` are added.

    Within one event only: the same name at another event may be somebody else, which is for staff to know. There, whoever the
    source gives another number is known by name. Name, biography, company and job title follow the source as long as nobody
    here has written them otherwise. Called in the transaction of the programme.
    """
    wanted = _once(people)
    rows = await db.fetch(_KNOWN, event_id)
    known: dict[str, Mapping[str, Any]] = {
        alias: {"speaker": row["speaker"], "source_name": None} for row in rows for alias in json.decode(row["aliases"])
    }
    known |= {_key(row): row for row in rows}
    known.update(_adopted(wanted, known, rows))
    met = {
        key: (known[key], one) for key, one in wanted.items() if key in known and known[key]["source_name"] is not None
    }
    await _follow(actor, event_id, [(row, one) for key, (row, one) in met.items()], now)
    new = {key: one for key, one in wanted.items() if key not in known and mark(one) in newcomers}
    added = await speakers.add_speakers(actor=actor, facts=[_facts(one) for one in new.values()], now=now)
    named = [_told(speaker, one, Said()) for speaker, one in zip(added, new.values(), strict=True)]
    await db.execute(_APPEAR, event_id, json.encode(named).decode())
    return {key: row["speaker"] for key, row in known.items()} | dict(zip(new, added, strict=True))


def _once(people: Sequence[PersonFacts]) -> dict[str, PersonFacts]:
    """Each person by their identity; of several times that one is named, the longest biography and the first company and job
    title count.
    """
    found: dict[str, PersonFacts] = {}
    for one in people:
        before = found.setdefault(one.key or one.name.casefold(), one)
        found[one.key or one.name.casefold()] = msgspec.structs.replace(
            before,
            bio=max(before.bio, one.bio, key=len),
            company=before.company or one.company,
            job_title=before.job_title or one.job_title,
        )
    return found


async def _follow(
    actor: Actor, event_id: int, met: Sequence[tuple[Mapping[str, Any], PersonFacts]], now: datetime
) -> None:
    """Let those who are here be as the source says now, where it says something new."""
    news, followed = [], []
    for row, one in met:
        said = json.decode(row["said"], type=Said)
        told, before = _told(row["speaker"], one, said), (row["source_key"], row["source_name"], said)
        if (told["key"], told["name"], told["said"]) != before:
            news.append(told)
            former = _facts(
                PersonFacts(row["source_name"], bio=said.bio, company=said.company, job_title=said.job_title)
            )
            followed.append(
                (row["speaker"], former, _facts(msgspec.structs.replace(one, **msgspec.structs.asdict(told["said"]))))
            )
    await speakers.follow(actor=actor, told=followed, now=now)
    await db.execute(_REMEMBER, event_id, json.encode(news).decode())


def _told(speaker: int, one: PersonFacts, before: Said) -> dict[str, Any]:
    return {"speaker": speaker, "key": one.key, "name": one.name, "said": before.beside(one)}


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
