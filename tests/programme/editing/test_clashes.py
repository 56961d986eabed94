"""Clashes of a draft: each kind, in words, and the statement against a slow count in Python."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands import seating, sessions
from portal.programme.editing import Facts, Place
from portal.programme.queries import clashes
from portal.programme.rules.clashes import words
from portal.programme.tables import SessionKind, SessionRole
from portal.speakers.commands import save_speaker
from portal.speakers.values import SpeakerFacts
from tests.factories import events
from tests.programme.editing.making import add, room
from tests.queries import counting

FIRST = datetime(2027, 2, 9, 0, tzinfo=UTC)
"""Midnight in the zone of the event, which lasts until the end of the next day."""


def at(hours: float, length: float = 1, room_id: int | None = None) -> Place:
    starts = FIRST + timedelta(hours=hours)
    return Place(room=room_id, starts_at=starts, ends_at=starts + timedelta(hours=length))


async def an_event() -> int:
    return await events.make("Forum", starts_at=FIRST + timedelta(hours=9), hours=32, timezone="UTC")


async def person(name: str) -> int:
    return await save_speaker(actor=PORTAL, facts=SpeakerFacts(name=name), now=clock.now())


async def put(event_id: int, session: int, speaker: int, role: SessionRole = SessionRole.SPEAKER) -> None:
    await seating.seat(
        actor=PORTAL, event_id=event_id, session_id=session, speaker_id=speaker, role=role, now=clock.now()
    )


async def is_free(event_id: int, speaker: int, first: float, last: float) -> None:
    await db.execute(
        "INSERT INTO availability (appearance, starts_at, ends_at) "
        "SELECT id, $3, $4 FROM appearance WHERE event = $1 AND speaker = $2",
        event_id, speaker, FIRST + timedelta(hours=first), FIRST + timedelta(hours=last),
    )  # fmt: skip


async def opened(room_id: int, first: float, last: float) -> None:
    await db.execute(
        "INSERT INTO room_hours (room, starts_at, ends_at) VALUES ($1, $2, $3)",
        room_id, FIRST + timedelta(hours=first), FIRST + timedelta(hours=last),
    )  # fmt: skip


async def said(event_id: int) -> list[str]:
    return [words(clash, "UTC") for clash in (await clashes.of_draft(event_id))[0]]


async def test_every_kind_in_words(client: httpx.AsyncClient) -> None:
    event_id = await an_event()
    lobau = await room(event_id, "Saal Lobau", 20)
    maeve = await person("Maeve")
    first = await add(event_id, "First", place=at(9, room_id=lobau))
    second = await add(event_id, "Second", place=at(9.5, room_id=lobau), capacity=24, kind=SessionKind.WORKSHOP)
    await put(event_id, first, maeve)
    await put(event_id, second, maeve)
    await is_free(event_id, maeve, 9, 9.75)
    await is_free(event_id, maeve, 9.75, 10)
    await add(event_id, "Third", place=at(60, room_id=lobau))
    await add(event_id, "Fourth")
    await add(event_id, "Fifth", place=at(12), kind=SessionKind.PANEL)
    await add(event_id, "Coffee", place=at(12), kind=SessionKind.BREAK)
    assert await said(event_id) == [
        "Saal Lobau has two sessions Tue 9 Feb, 09:30–10:00: “First” and “Second”.",
        "Maeve is in two sessions Tue 9 Feb, 09:30–10:00: “First” and “Second”.",
        "Maeve is not available for the whole of “Second”, Tue 9 Feb, 09:30–10:30.",
        "“Second” has more places than Saal Lobau holds.",
        "Nobody leads through the panel “Fifth”.",
        "“Fifth”, Tue 9 Feb, 12:00–13:00, has no room.",
        "“Third”, Thu 11 Feb, 12:00–13:00, is outside the event’s days.",
        "“Fourth” has no time yet, so it is not released.",
    ]
    await sessions.cancel_session(
        actor=PORTAL, event_id=event_id, session_id=second, version=1, cancelled=True, now=clock.now()
    )
    assert len(await said(event_id)) == 4


@pytest.mark.parametrize(
    ("hours", "length", "is_outside"),
    [(9, 1, False), (27, 1, False), (28.5, 1, False), (52, 1, True), (51, 1, False), (3.5, 0.5, True), (4, 1, False),
     (51, 1.5, True), (-1, 1, True)],
)  # fmt: skip
async def test_the_night_belongs_to_the_day_before(
    client: httpx.AsyncClient, hours: float, length: float, is_outside: bool
) -> None:
    event_id = await an_event()
    await add(event_id, "Late", place=at(hours, length))
    assert [clash.kind for clash in (await clashes.of_draft(event_id))[0]] == ["outside"] * is_outside


sessions_ = st.lists(
    st.fixed_dictionaries({
        "start": st.one_of(st.none(), st.integers(-8, 120)), "length": st.integers(1, 8), "room": st.sampled_from([None, 0, 1]),
        "kind": st.sampled_from(list(SessionKind)), "capacity": st.sampled_from([None, 5, 50]), "off": st.booleans(),
        "people": st.dictionaries(st.integers(0, 2), st.sampled_from(list(SessionRole)), max_size=3),
    }),
    max_size=9,
)  # fmt: skip
free_ = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 100), st.integers(1, 60)), max_size=4)
open_ = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 60)), max_size=2)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=sessions_, free=free_, hours=open_)
async def test_the_statement_finds_what_a_slow_count_finds(
    database: str, made: list[Any], free: list[Any], hours: list[Any]
) -> None:
    """Half hours from midnight of the first day; two rooms, one for 20, one with `hours`; three people."""
    await db.execute("TRUNCATE event, speaker CASCADE")
    event_id = await an_event()
    rooms = [await room(event_id, "Large"), await room(event_id, "Small", 20)]
    for first, length in hours:
        await opened(rooms[0], first / 2, (first + length) / 2)
    people = [await person(f"Person {n}") for n in range(3)]
    numbers = {}
    for n, one in enumerate(made):
        place = Place(room=None if one["room"] is None else rooms[one["room"]])
        if one["start"] is not None:
            place = at(one["start"] / 2, one["length"] / 2, place.room)
        facts = Facts(title=f"S{n}", kind=one["kind"], capacity=one["capacity"], place=place)
        numbers[n] = await sessions.add_session(actor=PORTAL, event_id=event_id, facts=facts, now=clock.now())
        for who, role in one["people"].items():
            await put(event_id, numbers[n], people[who], role)
        if one["off"]:
            await sessions.cancel_session(
                actor=PORTAL, event_id=event_id, session_id=numbers[n], version=1, cancelled=True, now=clock.now()
            )
    for who, first, length in free:
        await is_free(event_id, people[who], first / 2, (first + length) / 2)
    found, total = await clashes.of_draft(event_id)
    appear = {who for one in made for who in one["people"]}
    free = [span for span in free if span[0] in appear]
    assert Counter((c.kind, c.session, c.other) for c in found) == _slowly(made, free, hours, numbers)
    assert total == len(found)


def _slowly(
    made: list[Any], free: list[Any], hours: list[Any], numbers: dict[int, int]
) -> Counter[tuple[str, int, int | None]]:
    told: list[tuple[str, int, int | None]] = []
    on = {n: one for n, one in enumerate(made) if not one["off"]}
    halves = {
        n: set(range(one["start"], one["start"] + one["length"])) for n, one in on.items() if one["start"] is not None
    }
    for a, b in combinations(sorted(halves), 2):
        if halves[a] & halves[b]:
            same_room = on[a]["room"] is not None and on[a]["room"] == on[b]["room"]
            told += [("room", numbers[a], numbers[b])] * same_room
            told += [("speaker", numbers[a], numbers[b])] * len(on[a]["people"].keys() & on[b]["people"].keys())
    for n, one in on.items():
        if n not in halves:
            told.append(("no time", numbers[n], None))
        else:
            for who in one["people"]:
                spans = [set(range(first, first + length)) for whose, first, length in free if whose == who]
                told += [("availability", numbers[n], None)] * bool(spans and halves[n] - set().union(*spans))
            told += [("closed", numbers[n], None)] * bool(
                one["room"] == 0
                and hours
                and halves[n] - set().union(*(range(at, at + length) for at, length in hours))
            )
            # From four in the morning of the first day until four after the second.
            told += [("outside", numbers[n], None)] * bool(halves[n] - set(range(8, 104)))
            told += [("no room", numbers[n], None)] * (one["room"] is None and one["kind"] is not SessionKind.BREAK)
        told += [("too big", numbers[n], None)] * (one["room"] == 1 and (one["capacity"] or 0) > 20)
        leads = {"moderator", "host"} & set(one["people"].values())
        told += [("no moderator", numbers[n], None)] * (one["kind"] is SessionKind.PANEL and not leads)
    return Counter(told)


async def test_one_statement_whatever_the_size(client: httpx.AsyncClient) -> None:
    event_id = await an_event()
    for n in range(4):
        await add(event_id, f"S{n}", place=at(9))
    async with counting() as seen:
        await clashes.of_draft(event_id)
    assert len(seen) == 1
