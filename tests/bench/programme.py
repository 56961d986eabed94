"""A programme of 883 sessions, as large as FOSDEM's of 2026, and what is asked of it."""

from datetime import UTC, datetime, timedelta

from portal.accounts.actors import PORTAL
from portal.core import clock, db
from portal.programme.commands.releasing import release
from portal.programme.commands.saving import save_programme
from portal.programme.values import PersonFacts, ProgrammeFacts, SessionFacts
from tests.bench import client
from tests.factories import events

SESSIONS, ROOMS, TRACKS = 883, 30, 62
_NINE = datetime(2027, 2, 6, 8, tzinfo=UTC)


async def programme() -> str:
    """Save and release it; gives its address."""
    event_id = await events.make("Large congress", starts_at=_NINE, hours=34)
    sessions = tuple(_session(n) for n in range(SESSIONS))
    facts = ProgrammeFacts(
        source="bench", rooms=dict.fromkeys(one.room for one in sessions),
        tracks=tuple(dict.fromkeys(one.track for one in sessions)), sessions=sessions,
    )  # fmt: skip
    await save_programme(actor=PORTAL, event_id=event_id, facts=facts, now=clock.now())
    await release(actor=PORTAL, event_id=event_id, now=clock.now())
    slug = await db.fetch_value("SELECT slug FROM event WHERE id = $1", event_id)
    return f"/events/{slug}/programme"


def _session(n: int) -> SessionFacts:
    place, room = divmod(n, ROOMS)
    starts = _NINE + timedelta(days=place // 15, minutes=35 * (place % 15))
    return SessionFacts(
        key=str(n), title=f"What we learned from batch number {n} and would do otherwise now", room=f"Room {room}",
        track=f"Track {n % TRACKS}", abstract="Smoke studies, media fills and what they cost. " * 10, language="en",
        starts_at=starts, ends_at=starts + timedelta(minutes=30),
        people=tuple(PersonFacts(f"Person {p}", str(p), company=f"Company {p % 90}") for p in (n, *[n + 500] * (n % 2))),
    )  # fmt: skip


def asked(address: str) -> list[tuple[str, bool, client.Make]]:
    """Name, whether kept pages may answer, and the request."""
    return [
        ("programme, all 883 sessions, rendered", False, lambda n: client.get(f"{address}?day=all")),
        ("programme, all 883 sessions, unchanged", True, lambda n: client.get(f"{address}?day=all")),
        ("programme, rooms of a day, rendered", False, lambda n: client.get(f"{address}?view=grid")),
        ("programme, a track, rendered", False, lambda n: client.get(f"{address}?track=track-{n % TRACKS}")),
        ("session, rendered", False, lambda n: client.get(
            f"{address}/what-we-learned-from-batch-number-{n % SESSIONS}-and-would-do-otherwise-now")),
        ("programme as c3voc JSON, built", False, lambda n: client.get(f"{address}/schedule.json")),
    ]  # fmt: skip
