"""Facts of many events on their way into the database: met with what is stored, then written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.core.errors import NotFound
from portal.events import saving
from portal.events.rules import changes, states
from portal.events.rules import facts as fact_rules
from portal.events.tables import EventState
from portal.events.values import EventFacts, Origin, Outcome, Saved


class _Item(msgspec.Struct):
    facts: EventFacts
    digest: str = ""
    outcome: Outcome = Outcome.CREATED
    reasons: dict[str, str] = {}
    row: Mapping[str, Any] | None = None
    event_id: int | None = None
    same_as: "_Item | None" = None


class Batch:
    """Events to be saved in one transaction. `ids` names the stored event of each where that is known."""

    def __init__(self, given: Sequence[EventFacts], ids: Sequence[int | None]) -> None:
        self.items = [_Item(fact_rules.tidied(facts), event_id=known) for facts, known in zip(given, ids, strict=True)]
        self.audit: dict[str, dict[str | int, dict[str, Any]]] = {}
        self.concerned: list[int] = []
        self._refuse()

    def _refuse(self) -> None:
        met: dict[tuple[str, str | None], _Item] = {}
        for item in self.items:
            if faults := fact_rules.faults(item.facts):
                item.outcome, item.reasons, item.event_id = Outcome.REFUSED, faults, None
                continue
            item.digest = fact_rules.digest(item.facts)
            if item.facts.source_key is None:
                continue
            first = met.setdefault((item.facts.source, item.facts.source_key), item)
            if first is not item and first.digest == item.digest:
                item.outcome, item.same_as = Outcome.UNCHANGED, first
            elif first is not item:
                item.outcome = Outcome.REFUSED
                item.reasons = {"source_key": "The same event stands twice here, with different facts."}

    def _with(self, outcome: Outcome) -> list[_Item]:
        return [item for item in self.items if item.outcome is outcome]

    async def meet_stored(self) -> None:
        """Find out which events are known, and which of them are no news."""
        hopeful = self._with(Outcome.CREATED)
        known = [item.event_id for item in hopeful if item.event_id is not None]
        sourced = [(i.facts.source, i.facts.source_key) for i in hopeful if i.facts.source_key and not i.event_id]
        if not known and not sourced:
            return
        rows = await saving.stored(known, sourced=sourced)
        by_id = {row["id"]: row for row in rows}
        by_source = {(row["source"], row["source_key"]): row for row in rows if row["source_key"] is not None}
        for item in hopeful:
            if item.event_id is not None:
                item.row = by_id.get(item.event_id)
                if item.row is None:
                    raise NotFound("There is no such event.")
                item.outcome = Outcome.CHANGED
            elif item.facts.source_key and (row := by_source.get((item.facts.source, item.facts.source_key))):
                item.row, item.event_id = row, row["id"]
                item.outcome = _met(row, item)

    async def write(self, *, now: datetime) -> None:
        """Store what is new and what has changed."""
        changed, created = self._with(Outcome.CHANGED), self._with(Outcome.CREATED)
        said = {
            id(item): {**changes.source_said(item.facts), "origin": item.facts.origin} for item in (*changed, *created)
        }
        for item in changed:
            assert item.row is not None
            item.facts = changes.adopted(item.row, item.facts)
        venues = await saving.add_venues(item.facts.venue for item in (*changed, *created))
        slugs = await self._slugs(changed, created)

        def written(item: _Item) -> dict[str, Any]:
            venue = item.facts.venue
            place = venues[saving.venue_key(venue)] if venue else None
            return {
                **saving.columns(item.facts, place, digest=item.digest),
                "slug": slugs[id(item)],
                "changed_at": now,
                "source_said": said[id(item)],
            }

        added = await saving.insert([{**written(item), **_first(item.facts, now)} for item in created])
        for item in created:
            item.event_id = added[slugs[id(item)]]
            self._note("event.created", item.event_id, version=1, title=item.facts.title)
        await saving.update([{**written(item), **self._next(item, now)} for item in changed])
        await saving.link_topics({item.event_id: item.facts.topics for item in (*changed, *created) if item.event_id})

    async def _slugs(self, changed: list[_Item], created: list[_Item]) -> dict[int, str]:
        """An address for each item; a changed event keeps its own unless another one is wished for."""
        kept = {id(item): item.row["slug"] for item in changed if item.row}
        renamed = [item for item in changed if item.row and item.facts.slug not in ("", item.row["slug"])]
        asking = [*renamed, *created]
        if not asking:
            return kept
        wishes = [fact_rules.slug_wishes(item.facts) for item in asking]
        given = await saving.free_slugs(wishes, owners=[item.event_id for item in asking])
        await saving.keep_former_slugs(
            {item.event_id: (kept[id(item)], slug) for item, slug in zip(renamed, given, strict=False) if item.event_id}
        )
        return kept | {id(item): slug for item, slug in zip(asking, given, strict=True)}

    def _next(self, item: _Item, now: datetime) -> dict[str, Any]:
        """The columns that follow from what the event was before."""
        row, facts = item.row, item.facts
        assert row is not None
        was_public = row["published_at"] is not None
        before = changes.plan_of(row)
        state = changes.state_after(before.state, facts.state, was_public=was_public)
        standing = msgspec.structs.replace(saving.standing_of(row), state=state)
        place = states.place_words(facts.format, facts.venue)
        if before.state is not EventState.DRAFT:
            same = before.format == facts.format and states.same_place(before.venue, facts.venue)
            standing = standing.moved_to(
                starts_at=facts.starts_at,
                timezone=facts.timezone,
                all_day=facts.all_day,
                place=standing.place if same else place,
            )
        plan = {name: getattr(facts, name) for name in changes.Plan.__struct_fields__ if name != "state"}
        told = changes.told(before, changes.Plan(**plan, state=standing.state)) if was_public else []
        note, version = changes.note(told), row["version"] + 1
        self._note("event.saved", row["id"], version=version, told=note, fields=[change.field for change in told])
        if told and saving.concerns_attendees(row):
            self.concerned.append(row["id"])
        source = {} if facts.source_key else {name: row[name] for name in ("source", "source_key", "source_digest")}
        if source:
            source["source_said"] = msgspec.Raw(row["source_said"].encode())
        return {
            "id": row["id"],
            "version": version,
            "state": standing.state,
            "first_starts_at": standing.first_starts_at,
            "first_place": standing.first_place,
            "change_note": note or row["change_note"],
            "published_at": row["published_at"] or (now if state in states.PUBLIC else None),
            **source,
        }

    def _note(self, verb: str, event_id: int, **facts: Any) -> None:
        self.audit.setdefault(verb, {})[event_id] = facts

    @property
    def written(self) -> list[int]:
        """Ids of the events that were added or changed."""
        return [i.event_id for i in self.items if i.event_id and i.outcome in (Outcome.CREATED, Outcome.CHANGED)]

    def answers(self) -> list[Saved]:
        """One answer for each event handed in."""
        return [
            Saved(item.outcome, (item.same_as or item).event_id, item.reasons)
            for item in self.items
        ]  # fmt: skip


class _Said(msgspec.Struct):
    """What is kept of a source's own words, as far as it matters here."""

    origin: Origin = Origin()


def _met(row: Mapping[str, Any], item: _Item) -> Outcome:
    """What a known event's facts come to: no news, older news, or a change."""
    if row["source_digest"] == item.digest:
        return Outcome.UNCHANGED
    stored = msgspec.json.decode(row["source_said"], type=_Said).origin
    return Outcome.OLDER if item.facts.origin.is_older_than(stored) else Outcome.CHANGED


def _first(facts: EventFacts, now: datetime) -> dict[str, Any]:
    """The columns a new event starts with."""
    public = facts.state in states.PUBLIC
    return {
        "version": 1,
        "state": facts.state,
        "first_starts_at": None,
        "first_place": "",
        "change_note": changes.CALLED_OFF if facts.state is EventState.CANCELLED else "",
        "published_at": now if public else None,
    }
