"""Saving what sources say of companies: a chunk at a time, each in one transaction and a handful of statements."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, countries, db, times
from portal.core.errors import Forbidden, Invalid
from portal.directory import permissions, saving
from portal.directory.commands.vocabulary import load_vocabulary
from portal.directory.rules import names, profiles, sources
from portal.directory.sources import Product, Row, Said
from portal.directory.tables.companies import CompanyState
from portal.directory.values import Profile, Written

_KNOWN = """
SELECT key, company, said, digest, seen_at FROM company_source WHERE source = $1 AND key = ANY($2::text[])
"""
_COMPANIES = """
SELECT id, state, organisation, profile FROM company WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""
_SOURCES = """
INSERT INTO company_source (company, source, key, said, digest, credit, seen_at)
SELECT company, source, key, said, digest, credit, seen_at FROM jsonb_populate_recordset(NULL::company_source, $1::jsonb)
ON CONFLICT (source, key) DO UPDATE
SET said = excluded.said, digest = excluded.digest, credit = excluded.credit, seen_at = excluded.seen_at
"""
_STATES = """
UPDATE company c SET state = n.state, changed_at = $3 FROM unnest($1::bigint[], $2::text[]) AS n (id, state) WHERE c.id = n.id
"""


class Outcome(StrEnum):
    """What saving one record came to. `older` is what says less than a newer reading of the source did."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OLDER = "older"
    REFUSED = "refused"


class Saved(msgspec.Struct, frozen=True):
    """`kept` names what people wrote since, which stays although the source now says otherwise."""

    outcome: Outcome
    company_id: int | None = None
    reasons: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class _Company(msgspec.Struct):
    """A company while a chunk is being compared; several records may speak of one."""

    id: int
    state: CompanyState
    claimed: bool
    profile: Profile
    published: Profile
    new_state: CompanyState | None = None


async def save_companies(
    *, actor: Actor, source: str, credit: str, rows: Sequence[Row], read_on: date, now: datetime, dry_run: bool = False
) -> list[Saved]:
    """Save what a source says, one answer for each row. A dry run answers the same and leaves nothing behind.

    Only what the source changed since it was read last is taken over, and nothing that people wrote in the meantime.
    Companies with an owner are not hidden or closed by a source.
    """
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors import companies.")
    async with db.transaction() as unit:
        await saving.take_turns()
        await _know_words(rows)
        chunk = _Chunk(source, credit, read_on, now)
        answers = await chunk.save(rows)
        counts = {outcome.value: sum(one.outcome is outcome for one in answers) for outcome in Outcome}
        if counts["created"] or counts["changed"]:
            await audit.record(
                actor=actor.label, verb="companies.imported", kind="source", key=source, now=now, **counts
            )  # fmt: skip
        if dry_run:
            await unit.rollback()  # type: ignore[no-untyped-call]
    return answers


async def _know_words(rows: Sequence[Row]) -> None:
    """Readers use the shipped vocabulary; a dry run may come before it was ever loaded."""
    try:
        await saving.term_words([row.said.profile for row in rows])
    except Invalid:
        await load_vocabulary()


class _Chunk:
    """One chunk on its way into the database."""

    def __init__(self, source: str, credit: str, read_on: date, now: datetime) -> None:
        self.source, self.credit, self.read_on, self.now = source, credit, read_on, now
        self.companies: dict[int, _Company] = {}
        self.sources: list[dict[str, Any]] = []

    async def save(self, rows: Sequence[Row]) -> list[Saved]:
        known = {row["key"]: row for row in await db.fetch(_KNOWN, self.source, [row.key for row in rows])}
        await self._load(
            [known[row.key]["company"] for row in rows if row.key in known and self._news(row, known[row.key])]
        )
        answers: dict[str, Saved] = {}
        new = []
        for row in rows:
            if faults := profiles.faults(row.said.profile, times.today(self.now)):
                answers[row.key] = Saved(
                    Outcome.REFUSED, reasons=tuple(f"{name}: {why}" for name, why in faults.items())
                )
            elif (stored := known.get(row.key)) is not None:
                answers[row.key] = self._met(row, stored)
            else:
                new.append(row)
        answers |= await self._create(new)
        await self._write()
        return [answers[row.key] for row in rows]

    def _news(self, row: Row, stored: Mapping[str, Any]) -> bool:
        return bool(stored["digest"] != row.said.digest) or self._due(stored)

    def _due(self, stored: Mapping[str, Any]) -> bool:
        """Whether the source has been read anew long enough after the last time."""
        return bool(self.read_on - stored["seen_at"].date() >= sources.READ_AGAIN_AFTER)

    async def _load(self, ids: Sequence[int]) -> None:
        for row in await db.fetch(_COMPANIES, sorted(set(ids))):
            profile = msgspec.json.decode(row["profile"], type=Profile)
            self.companies[row["id"]] = _Company(
                row["id"], CompanyState(row["state"]), row["organisation"] is not None, profile, profile
            )

    def _met(self, row: Row, stored: Mapping[str, Any]) -> Saved:
        company_id = stored["company"]
        if not self._news(row, stored):
            return Saved(Outcome.UNCHANGED, company_id)
        if self.read_on < stored["seen_at"].date():
            return Saved(Outcome.OLDER, company_id)
        company, before = self.companies[company_id], msgspec.json.decode(stored["said"], type=Said)
        found = sources.adopted(
            before.profile, row.said.profile, company.profile, read_on=self.read_on, confirm=self._due(stored)
        )  # fmt: skip
        kept = list(found.kept)
        changed = found.profile != company.profile
        company.profile = found.profile
        if row.said.state not in {before.state, company.state}:
            if company.claimed or company.state != before.state:
                kept.append("state")
            else:
                company.new_state, changed = row.said.state, True
        self._note(row, company_id, sources.remembered(before.profile, row.said.profile))
        outcome = Outcome.CHANGED if changed else Outcome.UNCHANGED
        return Saved(outcome, company_id, kept=tuple(kept))

    async def _create(self, rows: Sequence[Row]) -> dict[str, Saved]:
        answers = {}
        for state in dict.fromkeys(row.said.state for row in rows):
            these = [row for row in rows if row.said.state is state]
            ids = await saving.create([_wishes(row.said.profile) for row in these], now=self.now, state=state)
            for row, made in zip(these, ids, strict=True):
                profile = sources.first(row.said.profile, read_on=self.read_on)
                self.companies[made] = _Company(made, state, False, profile, Profile(name=""))
                self._note(row, made, row.said.profile)
                answers[row.key] = Saved(Outcome.CREATED, made)
        return answers

    def _note(self, row: Row, company_id: int, profile: Profile) -> None:
        said = msgspec.structs.replace(row.said, profile=profile)
        self.sources.append({
            "company": company_id, "source": self.source, "key": row.key, "said": said, "digest": row.said.digest,
            "credit": self.credit, "seen_at": datetime.combine(self.read_on, time(), UTC),
        })  # fmt: skip

    async def _write(self) -> None:
        origin = f"import {self.source}"[:80]
        changed = [company for company in self.companies.values() if company.profile != company.published]
        await saving.write(
            [Written(company_id=one.id, profile=one.profile, origin=origin, at=self.now) for one in changed]
        )  # fmt: skip
        states = {one.id: one.new_state.value for one in self.companies.values() if one.new_state is not None}
        if states:
            await db.execute(_STATES, list(states), list(states.values()), self.now)
        if self.sources:
            await db.execute(_SOURCES, msgspec.json.encode(self.sources).decode())


def _wishes(profile: Profile) -> list[str]:
    """Addresses by name, by name and city, by name and country."""
    by_land = names.slug_wishes(profile.name, countries.name(profile.country))
    return list(dict.fromkeys([*names.slug_wishes(profile.name, profile.city), *by_land]))


_HOLDERS = "SELECT key, company FROM company_source WHERE source = $1 AND key = ANY($2::text[])"
_PRODUCT_NEWS = """
SELECT n.key, p.id IS NULL AS added FROM jsonb_populate_recordset(NULL::register_product, $1::jsonb) n
LEFT JOIN register_product p ON p.source = n.source AND p.key = n.key
WHERE p.id IS NULL OR (p.company, p.name, p.form, p.routes, p.status, p.authorised_on)
    IS DISTINCT FROM (n.company, n.name, n.form, n.routes, n.status, n.authorised_on)
"""
_PRODUCTS = """
INSERT INTO register_product (company, source, key, name, form, routes, status, authorised_on, seen_at)
SELECT company, source, key, name, form, routes, status, authorised_on, seen_at
FROM jsonb_populate_recordset(NULL::register_product, $1::jsonb)
ON CONFLICT (source, key) DO UPDATE SET company = excluded.company, name = excluded.name, form = excluded.form,
    routes = excluded.routes, status = excluded.status, authorised_on = excluded.authorised_on, seen_at = excluded.seen_at
"""
_UNLISTED = """
SELECT p.name FROM register_product p LEFT JOIN unnest($2::text[]) AS listed (key) ON listed.key = p.key
WHERE p.source = $1 AND listed.key IS NULL ORDER BY p.name, p.id
"""
NO_HOLDER = "its holder is not known; import the file of holders with it"


async def save_products(
    *, actor: Actor, source: str, products: Sequence[Product], read_on: date, dry_run: bool = False,
    holders: frozenset[str] = frozenset(),
) -> list[Saved]:  # fmt: skip
    """Save what a register lists for companies it told of before, or, in a dry run, would tell of: `holders`."""
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors import companies.")
    async with db.transaction():
        await saving.take_turns()
        wanted = list({product.holder for product in products})
        known = {row["key"]: row["company"] for row in await db.fetch(_HOLDERS, source, wanted)}
        seen = datetime.combine(read_on, time(), UTC)
        names_of = ("key", "name", "form", "routes", "status", "authorised_on")
        rows = {
            product.key: {
                **{name: getattr(product, name) for name in names_of},
                "company": known[product.holder], "source": source, "seen_at": seen,
            }
            for product in products
            if product.holder in known
        }  # fmt: skip
        news = {row["key"]: row["added"] for row in await db.fetch(_PRODUCT_NEWS, _json(list(rows.values())))}
        if news and not dry_run:
            await db.execute(_PRODUCTS, _json([rows[key] for key in news]))
    return [_listed(product, known, news, holders) for product in products]


async def no_longer_listed(*, source: str, products: Sequence[Product]) -> tuple[int, list[str]]:
    """How many stored products of a register its newest list does not have, and some of their names. They stay: a list may
    be a part.
    """
    rows = await db.fetch(_UNLISTED, source, [product.key for product in products])
    return len(rows), [row["name"] for row in rows[:5]]


def _listed(product: Product, known: Mapping[str, int], news: Mapping[str, bool], holders: frozenset[str]) -> Saved:
    if product.holder not in known:
        foreseen = product.holder in holders
        return Saved(Outcome.CREATED) if foreseen else Saved(Outcome.REFUSED, reasons=(NO_HOLDER,))
    added = news.get(product.key)
    outcome = Outcome.UNCHANGED if added is None else Outcome.CREATED if added else Outcome.CHANGED
    return Saved(outcome, known[product.holder])


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
