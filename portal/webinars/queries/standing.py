"""How one person stands: minutes, what counts, what is missing."""

from datetime import datetime
from typing import Any

import msgspec

from portal.core import db
from portal.webinars.queries import ledger, rooms
from portal.webinars.queries.ledger import Entry
from portal.webinars.rules.earning import Phase, Rule, Setting, Verdict
from portal.webinars.values import Participant, Room

_CORRECTIONS = """
SELECT minutes, reason, by_name, at FROM webinar_attendance_correction WHERE webinar = $1 AND seat = $2 ORDER BY at, id
"""


class Correction(msgspec.Struct, frozen=True):
    """Minutes that staff added or took off."""

    minutes: int
    reason: str
    by_name: str
    at: datetime


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a person reads about their own attendance."""

    entry: Entry
    verdict: Verdict
    setting: Setting
    corrections: tuple[Correction, ...]
    starts_at: datetime
    ends_at: datetime

    @property
    def rule(self) -> Rule | None:
        return self.verdict.rule

    @property
    def needed(self) -> int:
        """Minutes asked for; 0 where none are."""
        return self.rule.minutes if self.rule else 0

    @property
    def length(self) -> int:
        """Minutes that the line stands for: of the webinar, or what is needed or was had where that is more."""
        planned = int((self.ends_at - self.starts_at).total_seconds() // 60)
        return max(1, planned, self.needed, self.verdict.minutes)

    @property
    def break_seconds(self) -> int:
        """How long they were away between coming and going."""
        if self.entry.joined_at is None or self.entry.left_at is None:
            return 0
        return round((self.entry.left_at - self.entry.joined_at).total_seconds() - self.entry.live_seconds)

    @property
    def over(self) -> bool:
        return self.setting.phase is Phase.OVER


async def standing(room: Room, participant: Participant, now: datetime) -> Standing | None:
    """How somebody stands now; None where their place counts for nothing here."""
    entry = await ledger.of_seat(room.id, participant.seat_id, now)
    return None if entry is None else await of_entry(room, entry)


class OnTheWay(msgspec.Struct, frozen=True, kw_only=True):
    """A webinar where somebody has no certificate: what counts so far, and what is missing."""

    room: Room
    entry: Entry
    verdict: Verdict


async def on_the_way(email: str, now: datetime) -> list[OnTheWay]:
    """Where a certificate can be had still, or was missed by somebody who came."""
    entries = await ledger.of_person(email, now)
    found = {room.id: room for room in await rooms.by_ids([entry.webinar_id for entry in entries])}
    measured = await ledger.measures(list(found.values()))
    own = [
        OnTheWay(room=found[one.webinar_id], entry=one, verdict=measured[one.webinar_id].verdict(one))
        for one in entries
        if one.number is None
    ]
    return [one for one in own if one.verdict.rule and (one.verdict.minutes or _can_be_had(one.verdict))]


def _can_be_had(verdict: Verdict) -> bool:
    return all(one.can_be_had for one in verdict.missing)


async def of_entry(room: Room, entry: Entry) -> Standing:
    measured = await ledger.measure(room)
    return Standing(
        entry=entry, verdict=measured.verdict(entry), setting=measured.setting,
        corrections=await corrections(room.id, entry.seat_id), starts_at=room.starts_at, ends_at=room.ends_at,
    )  # fmt: skip


async def corrections(webinar_id: int, seat_id: int) -> tuple[Correction, ...]:
    return tuple(_correction(row) for row in await db.fetch(_CORRECTIONS, webinar_id, seat_id))


def _correction(row: Any) -> Correction:
    return msgspec.convert(dict(row), Correction)
