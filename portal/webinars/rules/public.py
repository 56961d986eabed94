"""What visitors are told of a webinar: the way in, its recording, what a certificate asks for."""

from datetime import timedelta
from typing import Any

import msgspec

from portal.core import times
from portal.events.tables import EventState
from portal.events.values import Row
from portal.speakers.rules import person
from portal.webinars.public import Asked, OnEvent, PublicRoom
from portal.webinars.tables.rooms import ReplayAccess, RoomState

_CLOCK = "HH:mm zzz"
_MOMENT = "EEE d MMM, HH:mm zzz"


class WayIn(msgspec.Struct, frozen=True, kw_only=True):
    """What stands where one goes in: `label` leads to `address`, where there is something to go into."""

    tone: str
    icon: str
    title: str
    text: str
    label: str = ""
    address: str = ""


def way_in(room: PublicRoom, row: Row) -> WayIn | None:
    """In words, with the way; None where nothing takes place. Nothing of it changes by the second."""
    if row.state is EventState.CANCELLED:
        return None
    path = f"/webinars/{row.slug}"
    match room.state:
        case RoomState.SCHEDULED:
            opens = _clock(row, row.starts_at - timedelta(minutes=room.lobby_minutes), _MOMENT)
            where = " It leads into another service’s room." if room.elsewhere else ""
            text = f"The link in your confirmation leads in, on any device.{where}"
            return WayIn(tone="", icon="clock", title=f"The lobby opens {opens}", text=text)
        case RoomState.LOBBY:
            begins = (
                f"It begins at {_clock(row, row.starts_at)}." if room.starts_itself else "The host begins in a moment."
            )
            return WayIn(
                tone="brand", icon="monitor-play", title="The lobby is open", text=f"{begins} {_WHO}",
                label="Go to the lobby", address=f"{path}/room",
            )  # fmt: skip
        case RoomState.LIVE:
            since = f"Since {_clock(row, room.live_at)}. " if room.live_at else ""
            return WayIn(
                tone="brand", icon="monitor-play", title="Live now", text=f"{since}{_WHO}", label="Go in",
                address=f"{path}/room",
            )  # fmt: skip
        case RoomState.REPLAY if room.replay is not ReplayAccess.NONE:
            return WayIn(
                tone="brand", icon="play", title="The recording is here", text=recording(room, row),
                label="Watch the recording", address=f"{path}/replay",
            )  # fmt: skip
        case RoomState.ENDED:
            follows = (
                "There is no recording of it."
                if room.replay is ReplayAccess.NONE
                else "The recording will be on this page."
            )
            return WayIn(tone="", icon="clock", title="This webinar is over", text=follows)
        case _:
            return WayIn(
                tone="", icon="clock", title="This webinar is over", text="There is no recording to watch now."
            )


_WHO = "Whoever has a place goes in here when signed in, or by the link in the confirmation."
ACCESS = {
    ReplayAccess.NONE: "Not shown",
    ReplayAccess.GATED: "For those who registered",
    ReplayAccess.OPEN: "Open to everybody",
}


def recording(room: PublicRoom, row: Row) -> str:
    """`58 minutes, with captions. For those who registered, until 24 December 2026.`"""
    length = minutes_of(room.recording_seconds)
    facts = ", ".join(part for part in (length, "with captions" if room.captioned else "") if part)
    until = f", until {times.moment(room.replay_until, row.timezone, 'd MMMM y')}" if room.replay_until else ""
    return f"{facts}. {ACCESS[room.replay]}{until}." if facts else f"{ACCESS[room.replay]}{until}."


def minutes_of(seconds: int | None) -> str:
    """A length as people say it, rounded up."""
    minutes = -(-(seconds or 0) // 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}" if minutes else ""


def asks_for(rule: Asked) -> list[str]:
    """What a certificate asks for, one thing after the other."""
    where = "live or with the recording" if rule.replay_counts else "while it is live"
    found = [f"{rule.minutes} minute{'' if rule.minutes == 1 else 's'} in the room, {where}"] if rule.minutes else []
    if rule.polls:
        found.append(f"{rule.polls} poll{'' if rule.polls == 1 else 's'} answered")
    if rule.test_percent:
        found.append(f"a short test with {rule.test_percent} % right answers")
    return found or ["a place in your name"]


def _clock(row: Row, at: Any, pattern: str = _CLOCK) -> str:
    return times.moment(at, row.timezone, pattern)


def schema_facts(found: OnEvent, row: Row, *, base_url: str) -> dict[str, Any]:
    """What the webinar adds to its event in schema.org's words: who is on stage, who pays."""
    facts: dict[str, Any] = {}
    if found.speakers:
        facts["performer"] = [person(one, base_url=base_url) for one in found.speakers]
    if found.sponsors:
        facts["sponsor"] = [
            {"@type": "Organization", "name": one.name}
            | ({"url": f"{base_url}/companies/{one.slug}"} if one.slug else {})
            for one in found.sponsors
        ]
    if found.series is not None:
        address = f"{base_url}/webinars/series/{found.series.slug}"
        facts["superEvent"] = {"@type": "EventSeries", "name": found.series.title, "url": address}
    return facts


def schema_faq(found: OnEvent) -> list[dict[str, Any]]:
    """The answered questions as a FAQPage; nothing where none has its answer in writing."""
    written = [one for one in found.faq if one.answer]
    if not written:
        return []
    return [
        {
            "@context": "https://schema.org",
            "@type": "FAQPage",
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": one.question,
                    "acceptedAnswer": {"@type": "Answer", "text": one.answer},
                }
                for one in written
            ],
        }
    ]
