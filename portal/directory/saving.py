"""How profiles become rows: a whole chunk of companies in a handful of statements. Used by `commands` alone.

Every function expects a transaction in progress.
"""

from collections.abc import Mapping, Sequence
from itertools import chain, count
from typing import Any
from urllib.parse import urlsplit

import msgspec

from portal.core import countries, db, text
from portal.core.errors import Invalid
from portal.core.jobs import enqueue
from portal.directory import cities
from portal.directory.rules.completeness import completeness
from portal.directory.rules.names import name_key
from portal.directory.rules.profile_files import files_of
from portal.directory.tables.companies import CompanyState
from portal.directory.values import Profile, Written
from portal.media import commands as media

_TAKEN = """
SELECT slug FROM company WHERE slug = ANY($1::text[])
UNION ALL SELECT slug FROM company_former_slug WHERE slug = ANY($1::text[])
UNION ALL SELECT slug FROM company
    WHERE slug ~ '-[0-9]+$' AND regexp_replace(slug, '-[0-9]+$', '') = ANY($2::text[])
"""
_CREATE = """
INSERT INTO company (slug, state, name, name_key, tagline, street, postal_code, city, region, website, domain, logo,
    completeness, search_words, profile, revision, created_at, changed_at)
SELECT slug, $2, '', '', '', '', '', '', '', '', '', '', 0, '', '{}', 0, $3, $3 FROM unnest($1::text[]) AS s (slug)
RETURNING id, slug
"""


async def take_turns() -> None:
    """Hold back other imports and merges until commit: two of one file end with one set of companies, and no record goes
    over to another company while it is being compared.
    """
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('portal companies'))")


async def free_slugs(wishes: Sequence[Sequence[str]]) -> list[str]:
    """One address for each list of wishes, all different and none in use by a company, now or formerly.

    Holds back other givers until commit.
    """
    await db.execute("SELECT pg_advisory_xact_lock(hashtext('company slugs'))")
    rows = await db.fetch(_TAKEN, [slug for these in wishes for slug in these], [these[-1] for these in wishes])
    taken = {row["slug"] for row in rows}
    given = []
    for these in wishes:
        found = next(slug for slug in chain(these, (f"{these[-1]}-{n}" for n in count(2))) if slug not in taken)
        taken.add(found)
        given.append(found)
    return given


async def create(wishes: Sequence[Sequence[str]], *, now: Any, state: CompanyState = CompanyState.PUBLIC) -> list[int]:
    """Empty companies under the first free address of each list; `write` fills them. Gives their ids in order."""
    slugs = await free_slugs(wishes)
    ids = {row["slug"]: row["id"] for row in await db.fetch(_CREATE, slugs, state.value, now)}
    return [ids[slug] for slug in slugs]


_DERIVED = (
    "name", "name_key", "tagline", "street", "postal_code", "city", "region", "country", "latitude", "longitude",
    "website", "domain", "founded", "staff", "logo", "completeness", "search_words", "profile", "texts_html",
    "changed_at",
)  # fmt: skip
_UPDATE = (
    f"UPDATE company c SET {', '.join(f'{name} = n.{name}' for name in _DERIVED)}, revision = c.revision + 1 "
    "FROM jsonb_populate_recordset(NULL::company, $1::jsonb) n JOIN company b ON b.id = n.id WHERE c.id = n.id "
    "RETURNING c.id, c.revision, c.name, b.name AS former"
)
_NAMES = """
INSERT INTO company_name (company, name, name_key, kind, language)
SELECT company, name, name_key, kind, language FROM jsonb_populate_recordset(NULL::company_name, $1::jsonb)
"""
_FACTS = """
INSERT INTO fact (company, term, key, source, confirmed_on, expires_on, number)
SELECT f.company, t.id, f.key, f.source, f.confirmed_on, f.expires_on, f.number
FROM jsonb_to_recordset($1::jsonb) AS f (company bigint, kind text, slug text, key text, source text, confirmed_on date,
    expires_on date, number bigint)
JOIN term t ON t.kind = f.kind AND t.slug = f.slug
"""
_REVISIONS = """
INSERT INTO company_revision (company, number, profile, author, origin, note, restored_from, at)
SELECT company, number, profile, author, origin, note, restored_from, at
FROM jsonb_populate_recordset(NULL::company_revision, $1::jsonb)
"""


async def write(writing: Sequence[Written]) -> dict[int, int]:
    """Publish these profiles, one for each company: columns, names, facts, a revision, and what
    files everybody may read. Gives the revisions' numbers.

    Raises Invalid for a term the vocabulary does not have.
    """
    if not writing:
        return {}
    terms = await term_words([w.profile for w in writing])
    rows = await db.fetch(_UPDATE, _json([_columns(w, terms) for w in writing]))
    numbers = {row["id"]: row["revision"] for row in rows}
    await follow_names([(row["id"], row["former"]) for row in rows if row["former"] not in {"", row["name"]}])
    ids = list(numbers)
    await db.execute("DELETE FROM company_name WHERE company = ANY($1)", ids)
    await db.execute("DELETE FROM fact WHERE company = ANY($1)", ids)
    await db.execute(_NAMES, _json([row for w in writing for row in _names(w)]))
    await db.execute(_FACTS, _json([row for w in writing for row in _facts(w)]))
    await db.execute(_REVISIONS, _json([_revision(w, numbers[w.company_id]) for w in writing]))
    await media.show(
        kind="company", owners=[str(key) for key in ids], keys=set().union(*(files_of(w.profile) for w in writing))
    )
    return numbers


async def follow_names(former: Sequence[tuple[int, str]]) -> None:
    """Let what says a company by this former name say its name of now, where others keep it: badges."""
    if former:
        await enqueue("exhibitors.follow_names", former=former)


# Whoever has a word is found by those above it too, as in the filters, and by all their other names.
_TERM_WORDS = """
WITH RECURSIVE up (term, name, also, parent, height) AS (
    SELECT kind || ':' || slug, name, also, parent, 0 FROM term WHERE kind || ':' || slug = ANY($1)
    UNION ALL SELECT up.term, t.name, t.also, t.parent, up.height + 1 FROM up JOIN term t ON t.id = up.parent
    WHERE up.height < 12
)
SELECT term, string_agg(concat_ws('; ', name, nullif(also, '')), '; ' ORDER BY height) AS words FROM up GROUP BY term
"""


async def term_words(profiles: Sequence[Profile]) -> dict[str, str]:
    """What companies with these profiles are found by, for each term used; raises Invalid for one that is not in the
    vocabulary.
    """
    used = sorted({fact.term for profile in profiles for fact in profile.facts})
    if not used:
        return {}
    found = {row["term"]: row["words"] for row in await db.fetch(_TERM_WORDS, used)}
    if unknown := [term for term in used if term not in found]:
        raise Invalid({"facts": f"The vocabulary has no {unknown[0]}."})
    return found


_SOME = "SELECT id, profile::text AS profile FROM company WHERE id > $1 ORDER BY id LIMIT 500 FOR UPDATE"
_FOUND_BY = """
UPDATE company c SET search_words = n.search_words FROM jsonb_to_recordset($1::jsonb) AS n (id bigint, search_words text)
WHERE c.id = n.id AND c.search_words <> n.search_words
"""
_profile = msgspec.json.Decoder(Profile)


async def write_search_words() -> None:
    """Let all companies be found by what the vocabulary says now. What they say stays as it is."""
    last = 0
    while rows := await db.fetch(_SOME, last):
        profiles = {row["id"]: _profile.decode(row["profile"]) for row in rows if row["profile"] != "{}"}
        terms = await term_words(list(profiles.values()))
        words = [{"id": key, "search_words": search_words(profile, terms)} for key, profile in profiles.items()]
        await db.execute(_FOUND_BY, _json(words))
        last = rows[-1]["id"]


def search_words(p: Profile, terms: Mapping[str, str]) -> str:
    """What a company is found by besides its name: each word once, in plain sight of the index."""
    parts = [
        *(other.name for other in p.names), p.tagline,
        p.city, *cities.other_names(p.city), p.region, *countries.names_in_all(p.country),
        *(terms[fact.term] for fact in p.facts), *(site.city for site in p.sites),
    ]  # fmt: skip
    return " ".join(dict.fromkeys(part for part in " ".join(parts).replace("/", " ").replace(";", " ").split()))


def host(website: str) -> str:
    """The website's host without www, lower case; empty where there is none."""
    try:
        found = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    return found.removeprefix("www.")[:253]


def _columns(writing: Written, terms: dict[str, str]) -> dict[str, Any]:
    p = writing.profile
    plain = ("name", "tagline", "street", "postal_code", "city", "region", "country", "latitude", "longitude")
    more = ("website", "founded", "staff", "logo")
    return {
        "id": writing.company_id,
        **{name: getattr(p, name) for name in (*plain, *more)},
        "name_key": name_key(p.name),
        "domain": host(p.website),
        "completeness": completeness(p),
        "search_words": search_words(p, terms),
        "profile": p,
        "texts_html": {
            "description": text.safe_html(p.description),
            "posts": {post.id: text.safe_html(post.text) for post in p.posts},
        },
        "changed_at": writing.at,
    }


def _names(writing: Written) -> list[dict[str, Any]]:
    return [
        {"company": writing.company_id, "name": o.name, "name_key": name_key(o.name), "kind": o.kind, "language": o.language}
        for o in writing.profile.names
    ]  # fmt: skip


def _facts(writing: Written) -> list[dict[str, Any]]:
    return [
        {
            "company": writing.company_id, "kind": fact.kind, "slug": fact.term.split(":", 1)[1], "key": fact.id,
            "source": fact.source, "confirmed_on": fact.confirmed_on, "expires_on": fact.expires_on, "number": fact.number,
        }
        for fact in writing.profile.facts
    ]  # fmt: skip


def _revision(writing: Written, number: int) -> dict[str, Any]:
    names = ("profile", "author", "origin", "note", "restored_from", "at")
    return {"company": writing.company_id, "number": number, **{name: getattr(writing, name) for name in names}}


def _json(rows: Any) -> str:
    return msgspec.json.encode(rows).decode()
