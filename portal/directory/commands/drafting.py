"""The draft a company's members share: every save is merged into what is there now, so that nobody's edit is lost."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db, times
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.directory import permissions
from portal.directory.commands import filing
from portal.directory.rules import editing, limits, profiles
from portal.directory.rules.merging import Overtaken, key_of, merge
from portal.directory.rules.profile_files import files_of
from portal.directory.tables.companies import CompanyState
from portal.directory.values import Profile, ProfileFact
from portal.placements.queries.plans import plan_of

_REGISTER = "This comes from a public register and is not changed here. Tell us if it is wrong."
_GONE = "It is not there any more: somebody removed it meanwhile."
replace = msgspec.structs.replace


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a company stands while its row is locked. `base` is the revision the draft began from."""

    company_id: int
    organisation_id: int | None
    revision: int
    published: Profile
    draft: Profile | None
    base: int

    @property
    def current(self) -> Profile:
        """What an editor works on."""
        return self.draft or self.published


# Two statements: one that waits for the row sees the company as it is then, but what it joins as it was before.
_LOCK = """
SELECT organisation AS organisation_id, state, revision, profile AS published
FROM company WHERE id = $1 FOR NO KEY UPDATE
"""
_DRAFT = "SELECT profile AS draft, base FROM company_draft WHERE company = $1"
_KEEP = """
INSERT INTO company_draft AS d (company, profile, base, version, changed_by, changed_at) VALUES ($1, $2::jsonb, $3, 1, $4, $5)
ON CONFLICT (company) DO UPDATE SET profile = excluded.profile, version = d.version + 1,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at
"""


async def locked(actor: Actor, company_id: int) -> Standing:
    """The company's versions, held until commit, for whoever may edit them."""
    row = await db.fetch_one(_LOCK, company_id)
    if row is None or row["state"] == CompanyState.MERGED:
        raise NotFound("There is no such company.")
    if not permissions.can_edit(actor, row["organisation_id"]):
        raise Forbidden("Only the company’s owners and editors can change its profile.")
    draft = await db.fetch_one(_DRAFT, company_id)
    return Standing(
        company_id=company_id,
        organisation_id=row["organisation_id"],
        revision=row["revision"],
        published=msgspec.json.decode(row["published"], type=Profile),
        draft=msgspec.json.decode(draft["draft"], type=Profile) if draft else None,
        base=draft["base"] if draft else row["revision"],
    )


def seen(profile: Any) -> str:
    """Stands for a version of a profile or an item: an act on it is about what was looked at."""
    return hashlib.sha256(msgspec.json.encode(profile)).hexdigest()[:16]


async def save_fields(
    *,
    actor: Actor,
    company_id: int,
    fields: Sequence[str],
    was: Profile,
    typed: Mapping[str, Any],
    choices: Mapping[str, str],
    now: datetime,
) -> bool:
    """Save fields to the draft. `was` holds them as the form showed them first; False when nothing is different.

    Raises Invalid with the fields' names, and Overtaken where somebody else wrote something different meanwhile.
    """
    async with db.transaction():
        at = await locked(actor, company_id)
        base = replace(at.current, **{name: getattr(was, name) for name in fields})
        mine = replace(base, **{**typed, **_place(base, typed)})
        touched = typed.__contains__
        _check(mine, touched, now)
        saved = await _merged(at, base, mine, choices, touched, actor, now)
    return saved  # noqa: RET504 — a return inside the block is none for mypy


def _place(base: Profile, typed: Mapping[str, Any]) -> dict[str, Any]:
    """A place on the map is kept while the address is the same."""
    if any(name in typed and typed[name] != getattr(base, name) for name in editing.ADDRESS):
        return {"latitude": None, "longitude": None}
    return {}


async def save_item(
    *,
    actor: Actor,
    company_id: int,
    of: str,
    item: Any,
    was: Any | None,
    choices: Mapping[str, str],
    now: datetime,
) -> bool:
    """Save an item of a list to the draft, or add it when it `was` nothing. A fact holds from today.

    Raises Invalid with `OF.ID.FIELD`, Overtaken, and Forbidden for what a register says.
    """
    async with db.transaction():
        at = await locked(actor, company_id)
        current = editing.item_of(at.current, of, key_of(item))
        if editing.from_register(current) and not permissions.can_moderate(actor):
            raise Forbidden(_REGISTER)
        if isinstance(item, ProfileFact):
            by_company = permissions.is_member(actor, at.organisation_id)
            item = editing.stated(item, by_company=by_company, today=times.today(now))
        if was is None:
            base, mine = at.current, editing.with_item(at.current, of, item)
        else:
            base, mine = (editing.with_item(at.current, of, each) for each in (was, item))
        path = f"{of}.{key_of(item)}"
        touched = lambda fault: fault == of or fault.startswith(f"{path}.")  # noqa: E731
        _check(mine, touched, now)
        if was is None and (
            fault := limits.fault(await plan_of("company", str(company_id), now), of, item, at.current)
        ):
            raise Invalid({"": fault})
        saved = await _merged(at, base, mine, choices, touched, actor, now)
    return saved  # noqa: RET504 — a return inside the block is none for mypy


def _check(mine: Profile, touched: Callable[[str], bool], now: datetime) -> None:
    """Refuse what is wrong with what an edit touched: what was wrong before is no reason to refuse it."""
    faults = profiles.faults(profiles.tidied(mine), times.today(now))
    if found := {path: words for path, words in faults.items() if touched(path)}:
        raise Invalid(found)


async def _merged(
    at: Standing,
    base: Profile,
    mine: Profile,
    choices: Mapping[str, str],
    touched: Callable[[str], bool],
    actor: Actor,
    now: datetime,
) -> bool:
    merged = merge(profiles.tidied(base), profiles.tidied(mine), at.current, choices)
    if merged.clashes:
        raise Overtaken(merged.clashes)
    # What the form was opened with comes back in it, and may have been made up.
    _check(merged.profile, touched, now)
    profile = merged.profile
    if not permissions.can_moderate(actor):
        profile = editing.own_word(profile, at.current, at.published)
    return await _keep(at, profile, actor, now)


async def remove_item(*, actor: Actor, company_id: int, of: str, key: str, as_seen: str, now: datetime) -> None:
    """Take an item out of the draft. Raises Conflict when it is not the one that was looked at any more."""
    async with db.transaction():
        at = await locked(actor, company_id)
        item = editing.item_of(at.current, of, key)
        if item is None:
            return
        if editing.from_register(item) and not permissions.can_moderate(actor):
            raise Forbidden(_REGISTER)
        if seen(item) != as_seen:
            raise Conflict("Somebody changed it meanwhile. Look at it again before you remove it.")
        await _keep(at, editing.without_item(at.current, of, key), actor, now)


async def move_item(
    *, actor: Actor, company_id: int, section: editing.Section, key: str, up: bool, now: datetime
) -> None:
    """Move an item one place up or down in the draft."""
    async with db.transaction():
        at = await locked(actor, company_id)
        if editing.item_of(at.current, section.of, key) is None:
            raise Conflict(_GONE)
        await _keep(at, editing.moved(at.current, section, key, up), actor, now)


async def discard(*, actor: Actor, company_id: int, as_seen: str, now: datetime) -> None:
    """Throw the draft away. Raises Conflict when there is something in it that was not looked at."""
    async with db.transaction():
        at = await locked(actor, company_id)
        if at.draft is None:
            return
        if seen(at.draft) != as_seen:
            raise Conflict("The draft was changed meanwhile. Look at it again before you discard it.")
        await drop(company_id, actor=actor, now=now)
        await note(actor, at, "profile.draft_discarded", now)


async def drop(company_id: int, *, actor: Actor, now: datetime) -> None:
    """End the draft, and let go of the files that only it named; in the caller's transaction."""
    gone = await db.fetch_value("DELETE FROM company_draft WHERE company = $1 RETURNING profile", company_id)
    if gone is not None:
        named = files_of(msgspec.json.decode(gone, type=Profile))
        await filing.let_go(company_id, named, actor=actor, now=now)


async def note(actor: Actor, at: Standing, verb: str, now: datetime, **facts: Any) -> None:
    """Leave a trace of what staff did to a profile."""
    if not permissions.is_member(actor, at.organisation_id):
        await audit.record(actor=actor.label, verb=verb, kind="company", key=at.company_id, now=now, **facts)


async def _keep(at: Standing, profile: Profile, actor: Actor, now: datetime) -> bool:
    """Store the draft; what is the same as the published profile again is none."""
    if profile == at.current:
        return False
    if profile == at.published:
        await drop(at.company_id, actor=actor, now=now)
        return True
    old, new = files_of(at.current), files_of(profile)
    await filing.attach(at.company_id, new - old - files_of(at.published), actor=actor, now=now)
    await filing.let_go(at.company_id, old - new, actor=actor, now=now)
    document = msgspec.json.encode(profile).decode()
    await db.execute(_KEEP, at.company_id, document, at.base, actor.account_id or None, now)
    return True
