"""Acts on events. Each is one transaction: rows, audit, calendar entry, word to those who hold a place."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from portal.accounts.actors import PORTAL, Actor
from portal.core import audit, db, times
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.core.text import one_line
from portal.events import saving
from portal.events.batch import Batch
from portal.events.permissions import can_edit_events
from portal.events.queries.history import changed_since, touched_since
from portal.events.queries.staff import topic_names
from portal.events.rules import changes, states
from portal.events.rules import facts as fact_rules
from portal.events.tables import EventFormat, EventState
from portal.events.values import EventFacts, EventTexts, PriceSummary, Saved, VenueFacts

_TEXTS = ("title", "summary", "description", "description_html", "language", "image", "search_words")


async def save_event(*, actor: Actor, facts: EventFacts, now: datetime, event_id: int | None = None) -> int:
    """Add an event, or write its facts anew when its id or source identity is known. Raises Invalid."""
    saved = (await _save(actor, [facts], now=now, ids=[event_id]))[0]
    if saved.event_id is None:
        raise Invalid(saved.reasons)
    return saved.event_id


async def save_events(
    *, actor: Actor, facts: Sequence[EventFacts], now: datetime, ids: Sequence[int | None] = ()
) -> list[Saved]:
    """Save many in one transaction and a dozen statements; one that is refused does not stop the rest.

    Hand in chunks of some hundreds. Events with a known source identity are updated, or left alone when
    nothing in them differs from the last time. `ids` names the stored event of each where its identity has changed.
    """
    return await _save(actor, facts, now=now, ids=ids or [None] * len(facts))


async def _save(actor: Actor, given: Sequence[EventFacts], *, now: datetime, ids: Sequence[int | None]) -> list[Saved]:
    _allow(actor)
    batch = Batch(given, ids)
    async with db.transaction():
        await batch.meet_stored()
        await batch.write(now=now)
        for verb, told in batch.audit.items():
            await audit.record_many(actor=actor.label, verb=verb, kind="event", now=now, facts=told)
        await saving.announce(batch.written, now=now)
        await saving.tell_attendees(batch.concerned, now=now)
    return batch.answers()


async def move_event(
    *,
    actor: Actor,
    event_id: int,
    version: int,
    starts_at: datetime,
    ends_at: datetime,
    timezone: str,
    now: datetime,
    all_day: bool = False,
    venue: VenueFacts | None = None,
    format: EventFormat | None = None,
    online_url: str | None = None,
    tell_over: bool = False,
) -> None:
    """Change time, place or the room's address. `version` is the one the editor looked at.

    All of them are written, so anything somebody else changed since raises Conflict saying what it was. What was
    announced first is kept, and the event becomes `moved`; moved back, it is an ordinary one again. Attendees are
    told; when it was over before and after, only if `tell_over`.
    """
    _allow(actor)
    async with db.transaction():
        row = await _locked(event_id)
        await _not_overtaken(row, version, by_anything=True)
        before = changes.plan_of(row)
        _open("move", before.state)
        wanted = fact_rules.tidied(EventFacts(
            title=before.title, starts_at=starts_at, ends_at=ends_at, timezone=timezone, all_day=all_day,
            venue=venue, format=format or before.format, summary=row["summary"],
            online_url=before.online_url if online_url is None else online_url,
        ))  # fmt: skip
        if faults := fact_rules.faults(wanted):
            raise Invalid(faults)
        after = msgspec.structs.replace(
            before, starts_at=wanted.starts_at, ends_at=wanted.ends_at, timezone=timezone, all_day=all_day,
            venue=wanted.venue, format=wanted.format, online_url=wanted.online_url,
        )  # fmt: skip
        told = changes.told(before, after)
        if not told and (before.venue, before.online_url) == (after.venue, after.online_url):
            return
        standing = saving.standing_of(row)
        same = before.format == after.format and states.same_place(before.venue, after.venue)
        standing = standing.moved_to(
            starts_at=after.starts_at,
            timezone=after.timezone,
            all_day=after.all_day,
            place=standing.place if same else after.place,
        )
        venues = await saving.add_venues([after.venue])
        await saving.set_columns(
            event_id,
            starts_at=after.starts_at,
            ends_at=after.ends_at,
            timezone=timezone,
            all_day=all_day,
            format=after.format.value,
            venue=venues[saving.venue_key(after.venue)] if after.venue else None,
            online_url=after.online_url,
            state=standing.state.value,
            first_starts_at=standing.first_starts_at,
            first_place=standing.first_place,
        )
        tell = before.state is not EventState.DRAFT
        await _finish(actor, "event.moved", row, told, now=now, tell=tell, tell_over=tell_over)


async def describe_event(*, actor: Actor, event_id: int, version: int, texts: EventTexts, now: datetime) -> bool:
    """Change what an event says of itself. `version` is the one the editor looked at; anything that changed since raises
    Conflict. Its address stays. Attendees are told of another title. False when nothing is different.
    """
    _allow(actor)
    async with db.transaction():
        row = await _locked(event_id)
        await _not_overtaken(row, version, by_anything=True)
        before = changes.plan_of(row)
        told_of = {
            name: getattr(before, name) for name in ("starts_at", "ends_at", "timezone", "all_day", "format", "venue")
        }
        wanted = fact_rules.tidied(
            EventFacts(**msgspec.structs.asdict(texts), **told_of, organiser_name=row["organiser_name"])
        )
        if faults := fact_rules.faults(wanted):
            raise Invalid(faults)
        written = saving.columns(wanted, row["venue_id"], digest=row["source_digest"])
        changed = {name: written[name] for name in _TEXTS if written[name] != row[name]}
        if not changed and set(wanted.topics) == set(await topic_names(event_id)):
            return False
        await saving.set_columns(event_id, **(changed or {"title": wanted.title}))
        await saving.link_topics({event_id: wanted.topics})
        told = changes.told(before, msgspec.structs.replace(before, title=wanted.title))
        await _finish(actor, "event.described", row, told, now=now, tell=before.state is not EventState.DRAFT)
    return True


async def cancel_event(
    *, actor: Actor, event_id: int, version: int, now: datetime, reason: str = "", tell_over: bool = False
) -> None:
    """Call an event off. It stays in lists and feeds, as cancelled; `reason` is told to attendees, once it is over
    only if `tell_over`.
    """
    _allow(actor)
    async with db.transaction():
        row = await _locked(event_id)
        await _not_overtaken(row, version)
        before = changes.plan_of(row)
        _open("cancel", before.state)
        words = one_line(reason)[:300]
        told = [changes.Change("state", f"{changes.CALLED_OFF} {words}".strip())]
        await saving.set_columns(event_id, state=EventState.CANCELLED.value)
        await _finish(actor, "event.cancelled", row, told, now=now, tell_over=tell_over)


async def call_off_events(*, actor: Actor, event_ids: Sequence[int], reason: str, now: datetime) -> None:
    """Call off what its source has no more. What staff put on again afterwards stays on, whatever the source lacks;
    what the source has again takes place after all.
    """
    _allow(actor)
    async with db.transaction():
        for row in await saving.stored(event_ids):
            if states.why_not("cancel", EventState(row["state"])):
                continue
            await saving.set_columns(row["id"], state=EventState.CANCELLED.value)
            await saving.note_source_lacks(row["id"])
            told = [changes.Change("state", f"{changes.CALLED_OFF} {one_line(reason)[:300]}".strip())]
            await _finish(actor, "event.cancelled", row, told, now=now)


async def reinstate_event(*, actor: Actor, event_id: int, version: int, now: datetime) -> None:
    """Take a cancellation back: the event is on where and when it was before."""
    _allow(actor)
    async with db.transaction():
        row = await _locked(event_id)
        await _not_overtaken(row, version)
        _open("reinstate", EventState(row["state"]))
        state = saving.standing_of(row).reinstated().state
        await saving.set_columns(event_id, state=state.value)
        told = [changes.Change("state", changes.ON_AGAIN)]
        await _finish(actor, "event.reinstated", row, told, now=now)


async def publish_event(*, actor: Actor, event_id: int, now: datetime) -> None:
    """Make a draft public."""
    _allow(actor)
    async with db.transaction():
        row = await _locked(event_id)
        _open("publish", EventState(row["state"]))
        state = saving.standing_of(row).reinstated().state
        await saving.set_columns(event_id, state=state.value, published_at=row["published_at"] or now)
        again = row["published_at"] is not None
        told = [changes.Change("state", changes.ON_AGAIN)] if again else []
        await _finish(actor, "event.published", row, told, now=now, tell=again)


async def withdraw_event(*, actor: Actor, event_id: int, version: int, now: datetime) -> None:
    """Take an event off the portal. To those who hold its calendar entry it is cancelled."""
    _allow(actor)
    async with db.transaction():
        row = await _locked(event_id)
        await _not_overtaken(row, version)
        _open("withdraw", EventState(row["state"]))
        await saving.set_columns(event_id, state=EventState.DRAFT.value)
        told = [changes.Change("state", changes.CALLED_OFF)]
        await _finish(actor, "event.withdrawn", row, told, now=now)


async def set_price_summary(*, event_id: int, summary: PriceSummary, now: datetime) -> None:
    """Say what lists and filters show as the price, and whether anything is left. Called by registration when ticket
    types or what is on sale change; calendars are not concerned.
    """
    async with db.transaction():
        row = await _locked(event_id)
        said = msgspec.structs.asdict(summary)
        if all(row[name] == value for name, value in said.items()):
            return
        await saving.set_columns(event_id, **said, version=row["version"] + 1, changed_at=now)
        await audit.record(
            actor=PORTAL.label, verb="event.priced", kind="event", key=event_id, now=now,
            version=row["version"] + 1, **said,
        )  # fmt: skip


def _allow(actor: Actor) -> None:
    if not can_edit_events(actor):
        raise Forbidden("Only organisers and editors change events.")


def _open(act: str, state: EventState) -> None:
    if reason := states.why_not(act, state):
        raise Conflict(reason)


async def _locked(event_id: int) -> Mapping[str, Any]:
    rows = await saving.stored([event_id])
    if not rows:
        raise NotFound("There is no such event.")
    return rows[0]


async def _not_overtaken(row: Mapping[str, Any], version: int, *, by_anything: bool = False) -> None:
    """Raise Conflict when time, place or state changed since that version; `by_anything`, also for smaller changes."""
    if row["version"] == version:
        return
    since = await changed_since(row["id"], version)
    told = [f"{times.moment(c.at, row['timezone'], 'd MMM, HH:mm')}: {c.words}" for c in since]
    if by_anything and not told and await touched_since(row["id"], version):
        told = ["Time and place are the same; directions, map, texts or the online room are not."]
    if told:
        raise Conflict(f"This event was changed while you were editing it. {' '.join(told)}")


async def _finish(
    actor: Actor,
    verb: str,
    row: Mapping[str, Any],
    told: list[changes.Change],
    *,
    now: datetime,
    tell: bool = True,
    tell_over: bool = False,
) -> None:
    """What ends every act: version, note, audit, calendar entry, word to attendees (of past events if `tell_over`)."""
    event_id, public = row["id"], row["published_at"] is not None
    note = changes.note(told)
    await saving.set_columns(
        event_id,
        version=row["version"] + 1,
        changed_at=now,
        **({"change_note": note} if note and public else {}),
    )
    await audit.record(
        actor=actor.label, verb=verb, kind="event", key=event_id, now=now,
        version=row["version"] + 1, told=changes.sentences(told), fields=[change.field for change in told],
    )  # fmt: skip
    await saving.announce([event_id], now=now)
    if told and tell and saving.concerns_attendees(row):
        await saving.tell_attendees([event_id], now=now, over_too=tell_over or row["ends_at"] > now)
