"""Two companies made one, and one made two again.

What becomes of what belongs to them:

- The merged company keeps its row, profile and history; its addresses lead to the kept one. Its names become other names.
- Records of sources, products of registers and readers’ corrections move, so that imports and editors go on with the kept
  company.
- Files go over with what names them.
- Enquiries that went to the merged company are the kept one's to answer, unless the same went there, too.
- What was bought for a company stays with it: one with a plan that has not ended, or with sponsored months from now on, is
  kept.
- A company with an owner is kept. Where both have one, or somebody is claiming the merged one, merging is refused.
- That the merged company and a third were kept apart is remembered of the kept one.
- Counted views stay where they were counted.
- Sponsorships of webinars, and whom people let be told, follow (`following`); of two parts in one event one is made (`stands`).

Undoing gives back what moved and takes out of the profile what the merge put in; what people wrote since stays. What
sources said since goes to the company whose record it is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.directory import permissions, saving
from portal.directory.commands import following, stands
from portal.directory.commands.filing import OWNER, owner_of
from portal.directory.commands.publishing import accepted, written
from portal.directory.rules import sources
from portal.directory.rules.merging import merge
from portal.directory.rules.profile_files import files_of
from portal.directory.rules.uniting import united
from portal.directory.sources import Said
from portal.directory.tables.companies import CompanyState
from portal.directory.values import Profile
from portal.media import commands as media
from portal.placements.commands.subscribing import KIND
from portal.placements.queries.bought import has_bought

# Tables whose rows go over to the kept company, and the column that must not come twice there.
_MOVED = {
    "company_source": "", "register_product": "", "correction": "",
    "enquiry_recipient": "enquiry", "enquiry_block": "sender", "enquiry_missed": "enquiry",
}  # fmt: skip
_PAIR = """
SELECT id, name, state, organisation, profile, revision FROM company WHERE id = ANY($1::bigint[])
ORDER BY id FOR NO KEY UPDATE
"""
_CLAIMED = "SELECT EXISTS (SELECT FROM claim WHERE company = $1 AND state IN ('open', 'proved'))"
_APART = """
INSERT INTO duplicate_hint (first, second, reasons, score, state, found_at, decided_at, decided_by)
SELECT least($2::bigint, other), greatest($2, other), reasons, score, state, found_at, decided_at, decided_by
FROM (SELECT CASE WHEN first = $1 THEN second ELSE first END AS other, h.* FROM duplicate_hint h
      WHERE $1 IN (first, second) AND state = 'kept_apart') h
WHERE other <> $2
ON CONFLICT (first, second) DO UPDATE
SET state = excluded.state, decided_at = excluded.decided_at, decided_by = excluded.decided_by
WHERE duplicate_hint.state = 'open' RETURNING id, xmax = 0 AS added
"""
_GONE = "UPDATE company SET state = 'merged', merged_into = $2, changed_at = $3 WHERE id = $1"
_BACK = "UPDATE company SET state = $2, merged_into = NULL, changed_at = $3 WHERE id = $1"
_HINT = """
UPDATE duplicate_hint SET state = $3, decided_at = $4, decided_by = $5
WHERE first = least($1::bigint, $2::bigint) AND second = greatest($1::bigint, $2::bigint) AND state <> $3
"""


_OPEN_AGAIN = """
UPDATE duplicate_hint SET state = 'open', decided_at = NULL, decided_by = '' WHERE id = ANY($1::bigint[])
AND state = 'kept_apart'
"""
_HEARD = "SELECT id, said::text AS said, seen_at FROM company_source WHERE id = ANY($1::bigint[]) ORDER BY id"
_OTHERS_SAY = """
SELECT EXISTS (SELECT FROM company_source WHERE company = $1 AND coalesce(said ->> 'state', 'public') = $2)
"""


class Heard(msgspec.Struct, frozen=True):
    """What a record of a source said, as it is stored, and when it was read."""

    said: str
    seen_at: datetime

    @property
    def meant(self) -> Said:
        return msgspec.json.decode(self.said, type=Said)


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge changed. `rows` are ids by table; `apart` the hints it copied, `settled` those that were open;
    `heard` what the moved records of sources said, by their ids; `files` the keys of files; `joined` parts in events,
    `waiting` applications that gave way to another part.
    """

    before: Profile
    after: Profile
    state: CompanyState
    rows: dict[str, list[int]]
    apart: list[int]
    settled: list[int] = []
    heard: dict[int, Heard] = {}
    files: list[str] = []
    joined: list[stands.Joined] = []
    waiting: list[int] = []


async def merge_companies(
    *,
    actor: Actor,
    kept_id: int,
    merged_id: int,
    of_merged: Collection[str] = (),
    now: datetime,
    was_renamed: bool = False,
    revisions: Mapping[int, int] | None = None,
) -> int:
    """Make two companies one; gives the merge's id. `of_merged` are the fields in which the merged company's word counts.

    With `revisions` by company, only what was looked at is merged. Raises Conflict where it cannot be, with the reason in
    words.
    """
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors merge companies.")
    if kept_id == merged_id:
        raise Conflict("This is one company already.")
    async with db.transaction():
        await saving.take_turns()
        await stands.take_turns(kept_id, merged_id)
        kept, merged = await _pair(kept_id, merged_id)
        await _may_merge(kept, merged, now)
        if revisions is not None and any(revisions.get(row["id"]) != row["revision"] for row in (kept, merged)):
            raise Conflict("One of the two was changed meanwhile. Look at them again before you merge them.")
        before, theirs = _profile(kept), _profile(merged)
        after = accepted(united(before, theirs, of_merged=of_merged, was_renamed=was_renamed), now)
        apart = {row["id"]: row["added"] for row in await db.fetch(_APART, merged_id, kept_id)}
        rows = {table: await _move(table, once, merged_id, kept_id) for table, once in _MOVED.items()}
        waiting = await stands.give_way(source=merged_id, target=kept_id)
        rows |= await following.hand_over(source=merged_id, target=kept_id)
        joined = await stands.join(source=merged_id, target=kept_id, actor=actor.label, now=now)
        waiting += await stands.wait(source=merged_id, target=kept_id)
        moved = Moved(
            before=before,
            after=after,
            state=CompanyState(merged["state"]),
            rows=rows,
            apart=[one for one, added in apart.items() if added],
            settled=[one for one, added in apart.items() if not added],
            heard=await _heard(rows["company_source"]),
            files=await media.hand_over(source=owner_of(merged_id), target=owner_of(kept_id)),
            joined=joined,
            waiting=waiting,
        )
        await db.execute(_GONE, merged_id, kept_id, now)
        await saving.write([written(kept_id, after, actor, now, f"Merged with {merged['name']}"[:300])])
        await saving.follow_names([(kept_id, merged["name"])])
        await db.execute(_HINT, kept_id, merged_id, "merged", now, actor.label)
        made = await db.fetch_value(
            "INSERT INTO company_merge (kept, merged, moved, by, at, undone_by) VALUES ($1, $2, $3, $4, $5, '') RETURNING id",
            kept_id, merged_id, msgspec.json.encode(moved).decode(), actor.label, now,
        )  # fmt: skip
        facts = {"merged": merged_id, "name": merged["name"], "fields": sorted(of_merged), "merge": made}
        await audit.record(actor=actor.label, verb="company.merged", kind="company", key=kept_id, now=now, **facts)
    return int(made)


async def _pair(kept_id: int, merged_id: int) -> tuple[Any, Any]:
    """Both rows, held until commit."""
    rows = {row["id"]: row for row in await db.fetch(_PAIR, [kept_id, merged_id])}
    if len(rows) < 2:
        raise NotFound("One of the companies is not there any more.")
    return rows[kept_id], rows[merged_id]


async def _may_merge(kept: Any, merged: Any, now: datetime) -> None:
    for row in (kept, merged):
        if row["state"] == CompanyState.MERGED:
            raise Conflict(f"{row['name']} has been merged already.")
    if kept["state"] in {CompanyState.HIDDEN, CompanyState.DRAFT} and merged["state"] == CompanyState.PUBLIC:
        raise Conflict(f"{kept['name']} is not public. Keep {merged['name']} instead.")
    if merged["organisation"] is not None and kept["organisation"] is None:
        raise Conflict(f"{merged['name']} has an owner. Keep that one.")
    if merged["organisation"] is not None and merged["organisation"] != kept["organisation"]:
        raise Conflict("Both companies have an owner. One of them has to give its company up first.")
    if bought := await has_bought(KIND, str(merged["id"]), now):
        both = await has_bought(KIND, str(kept["id"]), now)
        what = (
            f"{kept['name']} has bought something, too. Wait until one of them has nothing left."
            if both
            else "Keep that one."
        )
        raise Conflict(f"{merged['name']} has {bought}. {what}")
    if await db.fetch_value(_CLAIMED, merged["id"]):
        raise Conflict(f"Somebody is claiming {merged['name']}. Keep that one, or decide about the claim first.")


async def _move(table: str, once: str, source: int, target: int, ids: Sequence[int] | None = None) -> list[int]:
    """Give rows (those with `ids`, or all) of one company to another; gives the ids of those that went."""
    twice = f"AND NOT EXISTS (SELECT FROM {table} o WHERE o.company = $2 AND o.{once} = t.{once})" if once else ""
    rows = await db.fetch(
        f"UPDATE {table} t SET company = $2 WHERE t.company = $1 AND ($3::bigint[] IS NULL OR t.id = ANY($3)) {twice} "
        "RETURNING t.id",
        source, target, ids,
    )  # fmt: skip
    return sorted(row["id"] for row in rows)


async def undo_merge(*, actor: Actor, merge_id: int, now: datetime) -> int:
    """Make two companies of one again, as they were; gives the id of the one that comes back.

    Raises Conflict for a merge that others were built on: those are undone first.
    """
    if not permissions.can_moderate(actor):
        raise Forbidden("Only editors undo merges.")
    async with db.transaction():
        await saving.take_turns()
        row = await db.fetch_one(
            "SELECT kept, merged, moved, undone_at FROM company_merge WHERE id = $1 FOR UPDATE", merge_id
        )
        if row is None:
            raise NotFound("There is no such merge.")
        if row["undone_at"] is not None:
            raise Conflict("This merge has been undone already.")
        await stands.take_turns(row["kept"], row["merged"])
        kept, merged = await _pair(row["kept"], row["merged"])
        if kept["state"] == CompanyState.MERGED:
            raise Conflict(f"{kept['name']} has itself been merged since. Undo that first.")
        moved = msgspec.json.decode(row["moved"], type=Moved)
        for table, once in _MOVED.items():
            await _move(table, once, kept["id"], merged["id"], moved.rows.get(table, []))
        await stands.part(moved.joined)
        await following.hand_over(source=kept["id"], target=merged["id"], rows=moved.rows)
        await stands.go_on(moved.waiting)
        await _part(kept, merged, moved, actor, now)
        await saving.follow_names([(merged["id"], kept["name"])])
        await db.execute(
            "DELETE FROM duplicate_hint WHERE id = ANY($1::bigint[]) AND state = 'kept_apart'", moved.apart
        )
        await db.execute(_OPEN_AGAIN, moved.settled)
        await db.execute(_HINT, kept["id"], merged["id"], "open", None, "")
        await db.execute(
            "UPDATE company_merge SET undone_at = $2, undone_by = $3 WHERE id = $1", merge_id, now, actor.label
        )
        facts = {"merged": merged["id"], "name": merged["name"], "merge": merge_id}
        await audit.record(actor=actor.label, verb="company.split", kind="company", key=kept["id"], now=now, **facts)
    return int(merged["id"])


async def _heard(records: Sequence[int]) -> dict[int, Heard]:
    return {row["id"]: Heard(row["said"], row["seen_at"]) for row in await db.fetch(_HEARD, records)}


async def _part(kept: Any, merged: Any, moved: Moved, actor: Actor, now: datetime) -> None:
    """Give each of the two its own profile and state, and what its sources said since."""
    mine, theirs, state = _profile(kept), _profile(merged), moved.state
    since = await _heard(list(moved.heard))
    for record, before in moved.heard.items():
        after = since.get(record)
        if after is None or after == before:
            continue
        then, says, read_on = before.meant, after.meant, after.seen_at.date()
        confirm = after.seen_at - before.seen_at >= sources.READ_AGAIN_AFTER
        mine = sources.withdrawn(then.profile, says.profile, mine, as_of=moved.after)
        theirs = sources.adopted(then.profile, says.profile, theirs, read_on=read_on, confirm=confirm).profile
        if says.state is then.state:
            continue
        if state is then.state and merged["organisation"] is None:
            state = says.state
        if kept["state"] == says.state and not await db.fetch_value(_OTHERS_SAY, kept["id"], says.state):
            await db.execute("UPDATE company SET state = $2 WHERE id = $1", kept["id"], then.state)
    await db.execute(_BACK, merged["id"], state, now)
    restored = accepted(merge(moved.after, mine, moved.before).profile, now)
    writing = [written(kept["id"], restored, actor, now, f"Merge with {merged['name']} undone"[:300])]
    if theirs != _profile(merged):
        note = f"What sources said since the merge with {kept['name']}"[:300]
        writing.append(written(merged["id"], accepted(theirs, now), actor, now, note))
    # What both name by now stays with the kept company.
    back = set(moved.files) - files_of(restored)
    await media.hand_over(source=owner_of(kept["id"]), target=owner_of(merged["id"]), keys=back)
    await media.show(kind=OWNER, owners=[str(merged["id"])], keys=files_of(theirs))
    await saving.write(writing)


def _profile(row: Any) -> Profile:
    return msgspec.json.decode(row["profile"], type=Profile)
