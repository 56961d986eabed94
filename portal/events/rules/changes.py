"""What a change means: to those who planned with the event, and to an event that its source gives anew."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

from portal.events.rules import calendar, states
from portal.events.tables import EventFormat, EventState
from portal.events.values import EventFacts, VenueFacts


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What people planned with. A change of any of it is told to them."""

    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    all_day: bool
    format: EventFormat
    venue: VenueFacts | None
    online_url: str
    state: EventState

    @property
    def place(self) -> str:
        return states.place_words(self.format, self.venue)

    @property
    def time(self) -> str:
        return states.time_words(self.starts_at, self.ends_at, self.timezone, all_day=self.all_day)


def plan_of(row: Mapping[str, Any]) -> Plan:
    """The plan of a stored event with its venue."""
    plain = ("title", "starts_at", "ends_at", "timezone", "all_day", "online_url")
    return Plan(
        **{name: row[name] for name in plain},
        format=EventFormat(row["format"]),
        venue=calendar.venue_of(row),
        state=EventState(row["state"]),
    )


class Change(msgspec.Struct, frozen=True):
    """One thing that is different now, and the sentence that says so."""

    field: str
    words: str


ACTS = {
    "event.created": "Added", "event.saved": "Facts saved", "event.moved": "Time or place set",
    "event.cancelled": "Cancelled", "event.reinstated": "Put on again", "event.published": "Published",
    "event.withdrawn": "Made a draft again", "event.priced": "Price in lists brought in line with the tickets",
    "event.described": "Texts set", "offer tickets": "Tickets set",
    "set rules": "Rules of registration set", "save question": "Question of registration saved",
    "withdraw question": "Question of registration withdrawn", "save ticket": "Ticket saved",
    "save places": "Number of places set", "stop ticket": "Ticket taken off sale",
    "export attendees": "List of attendees taken away",
}  # fmt: skip
"""What was done to an event, by the verb the audit trail has for it."""
CALLED_OFF = "It is cancelled."
ON_AGAIN = "It takes place after all."


def calls_off(fields: Collection[str], words: str) -> bool:
    """Whether a change that was told in `words` called the event off."""
    return "state" in fields and words.startswith(CALLED_OFF)


def title(fields: Collection[str], words: str) -> str:
    """What happened to the event, as a heading over what was told."""
    if "state" in fields:
        return "Event cancelled" if calls_off(fields, words) else "Event takes place after all"
    return "Event moved" if {"time", "place"} & set(fields) else "Event changed"


def told(before: Plan, after: Plan) -> list[Change]:
    """What attendees have to know, in the order of importance. Not where the room is: their way in is ours and leads on."""
    found = []
    was_on, is_on = (plan.state in states.PUBLIC - {EventState.CANCELLED} for plan in (before, after))
    if was_on and not is_on:
        found.append(Change("state", CALLED_OFF))
    if is_on and not was_on:
        found.append(Change("state", ON_AGAIN))
    if before.time != after.time:
        found.append(Change("time", f"New time: {after.time} (was {before.time})."))
    elif before.timezone != after.timezone:
        found.append(Change("time", f"New time zone: {after.timezone} (was {before.timezone})."))
    if before.place != after.place:
        was = f" (was {before.place})" if before.place else ""
        found.append(Change("place", f"New place: {after.place or 'to be announced'}{was}."))
    if before.format != after.format:
        words = {"in_person": "in person", "online": "online", "hybrid": "in person and online"}
        found.append(Change("format", f"It now takes place {words[after.format]}."))
    if before.title != after.title:
        found.append(Change("title", f"New title: {after.title} (was {before.title})."))
    return found


def sentences(changes: list[Change]) -> str:
    """All of them, one after the other: what attendees are told."""
    return " ".join(change.words for change in changes)


def note(changes: list[Change]) -> str:
    """The sentences, short enough to stand on the event's page."""
    words = sentences(changes)
    return words if len(words) <= 400 else words[:399].rstrip() + "…"


def source_said(facts: EventFacts) -> dict[str, Any]:
    """Time, place and state as a source gives them."""
    return {
        "time": [facts.starts_at.isoformat(), facts.ends_at.isoformat(), facts.timezone, facts.all_day],
        "place": [facts.format, states.place_words(facts.format, facts.venue)],
        "state": facts.state,
    }


def adopted(row: Mapping[str, Any], facts: EventFacts) -> EventFacts:
    """Facts for an event that is stored already.

    A source that repeats its old time, place or state does not undo what staff changed since: of those three,
    only what the source itself changes is taken over. The sponsor stays. Facts without a source count in full.
    """
    venue = calendar.venue_of(row)
    if facts.venue and venue and states.same_place(venue, facts.venue) and facts.source:
        facts = msgspec.structs.replace(facts, venue=_completed(venue, facts.venue))
    if not facts.source:
        return facts
    before = msgspec.json.decode(row["source_said"])
    now_says = source_said(facts)
    # Who pays for a listing is known here, not at the source.
    keep: dict[str, Any] = {"sponsor": row["sponsor"]}
    if before.get("time") == now_says["time"]:
        keep |= {name: row[name] for name in ("starts_at", "ends_at", "timezone", "all_day")}
    if before.get("place") == now_says["place"]:
        keep |= {"venue": venue, "format": EventFormat(row["format"])}
    if before.get("state") == now_says["state"]:
        keep["state"] = EventState(row["state"])
    return msgspec.structs.replace(facts, **keep)


def _completed(known: VenueFacts, given: VenueFacts) -> VenueFacts:
    """The given place, with what was known and is not said this time."""
    return VenueFacts(**{
        name: getattr(given, name) or getattr(known, name) for name in VenueFacts.__struct_fields__
    })  # fmt: skip


def state_after(stored: EventState, wanted: EventState, *, was_public: bool) -> EventState:
    """The state once facts were saved; what is public is never made a draft by saving."""
    if wanted is EventState.DRAFT or stored == wanted:
        return stored
    if wanted is EventState.CANCELLED:
        return EventState.CANCELLED if was_public else stored
    return stored if stored is EventState.MOVED else EventState.PUBLISHED
