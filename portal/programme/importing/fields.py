"""Small readings that all formats share: spans, kinds, languages, links, text of many kinds."""

import html
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale, UnknownLocaleError
from babel.localedata import locale_identifiers

from portal.core.importing.values import Unreadable, shortened
from portal.core.text import many_lines, one_line
from portal.events.importing import fields
from portal.programme.importing.values import Reading, Row
from portal.programme.rules import occurrences
from portal.programme.tables import Level, SessionKind
from portal.programme.values import LinkFacts, PersonFacts, SessionFacts

LONGEST = timedelta(days=7)
_NAME, _LABEL, _PLACE, _KEY = 200, 80, 120, 130
# 0:45, 00:45, 00:45:00; in words: 45 min, 1 h 30, 90m.
_DURATION = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")
_MINUTES = r"(?:m|mins?\.?|minutes?|minuten)"
_SPOKEN = re.compile(
    rf"(\d{{1,2}})\s*(?:h|hrs?|hours?|std\.?)(?:\s*(\d{{1,2}})\s*{_MINUTES}?)?|(\d{{1,4}})\s*{_MINUTES}", re.IGNORECASE
)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?")
_KINDS = (
    (SessionKind.WORKSHOP, r"workshop|hands.?on|tutorial|masterclass|\bhacken?\b"),
    (SessionKind.PANEL, r"\bpanel|round.?table|podium|debate|fishbowl"),
    (SessionKind.BREAK, r"\b(?:coffee |lunch |tea )?break\b|^(?:coffee|lunch|pause|registration|dinner)\b"),
)
_SPOKEN_IN = frozenset(name for name in locale_identifiers() if len(name) == 2)
_LEVELS = {
    "introductory": Level.INTRODUCTORY, "beginner": Level.INTRODUCTORY, "beginners": Level.INTRODUCTORY,
    "basic": Level.INTRODUCTORY, "easy": Level.INTRODUCTORY, "intermediate": Level.INTERMEDIATE,
    "medium": Level.INTERMEDIATE, "advanced": Level.ADVANCED, "expert": Level.ADVANCED, "hard": Level.ADVANCED,
}  # fmt: skip


def line(value: Any, most: int = 250, *, what: str = "text") -> str:
    """Text on one line; what is too long to be shown is refused rather than cut."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise Unreadable(f"its {what} is not text: {shortened(value)}")
    words = one_line(html.unescape(value) if "&" in value else value)
    if len(words) > most:
        raise Unreadable(f"its {what} has {len(words):,} characters; at most {most} can be shown")
    return words


def cut(value: Any, most: int = 200) -> str:
    """What is said of the conference as a whole: no reason to refuse its sessions."""
    return one_line(html.unescape(value))[:most].strip() if isinstance(value, str) else ""


def named(given: Iterable[Any]) -> list[str]:
    """Names of rooms or tracks in a file’s order; sessions say which of them can be shown."""
    return [found for one in given if (found := cut(one, _PLACE + 1))]


def place(value: Any, what: str) -> str:
    """The name of a room or track; a dash stands for none."""
    found = line(value, _PLACE, what=what)
    return found if found.strip("-–— ") else ""


def text(value: Any) -> str:
    """A text of many lines: Markdown, HTML or both."""
    return many_lines(fields.description(value)) if value else ""


def kind_of(*words: str) -> SessionKind:
    """What kind of session these words of the organiser mean."""
    said = " ".join(words).casefold()
    return next((kind for kind, pattern in _KINDS if re.search(pattern, said)), SessionKind.TALK)


def label_of(words: Any) -> str:
    """How the organiser calls this kind of session, unless that says no more than ours."""
    said = line(words, what="type")
    return "" if said.casefold() in {kind.value for kind in SessionKind} or len(said) > _LABEL else said


def level_of(words: Any) -> Level | None:
    return _LEVELS.get(str(words or "").strip().casefold())


def language_of(code: Any) -> str:
    """A BCP 47 tag, or nothing where no language is known by it."""
    said = one_line(str(code or "")).replace("_", "-")
    try:
        Locale.parse(said, sep="-")
    except (ValueError, UnknownLocaleError):
        return _languages().get(said.casefold(), "")
    return said[:35]


@lru_cache(1)
def _languages() -> dict[str, str]:
    """Codes of languages that have one of two letters, by their names in English and in themselves."""
    found: dict[str, str] = {}
    for code, name in Locale("en").languages.items():
        if len(code) == 2:
            own = Locale.parse(code).get_language_name(code) if code in _SPOKEN_IN else None
            found |= {said.casefold(): code for said in (name, own) if said}
    return found


def link(kind: str, title: Any, address: Any) -> LinkFacts | None:
    """A link, or None where its address leads nowhere on the web: many files hold paths of their own site."""
    try:
        url = fields.link(address)
    except Unreadable:
        return None
    return LinkFacts(kind, one_line(str(title or ""))[:200] or url[:200], url) if url else None


def links(found: Iterable[LinkFacts | None]) -> tuple[LinkFacts, ...]:
    """Each address once."""
    return tuple({one.url: one for one in reversed([one for one in found if one])}.values())[::-1]


def page(address: Any) -> str:
    """The session’s page elsewhere."""
    found = link("link", "", address)
    return found.url if found else ""


def unsaid(*never: str, **told: bool) -> tuple[str, ...]:
    """What a format has no place for, and what a file that may say it does not."""
    return (*never, *(name for name, is_told in told.items() if not is_told))


def people(found: Iterable[PersonFacts]) -> tuple[PersonFacts, ...]:
    """Each person once, without those who have no name."""
    once = {person.key or person.name.casefold(): person for person in found if person.name}
    return tuple(once.values())


def name(value: Any) -> str:
    return line(value, _NAME, what="speaker’s name")


def key_of(*given: Any) -> str:
    """The first identity that is one: text or a number. What is too long to be kept is told apart by its hash."""
    told = (one_line(str(one)) for one in given if isinstance(one, str | int) and not isinstance(one, bool))
    key = next((one for one in told if one), "")
    return key if len(key) <= _KEY else f"{key[:80]} · {blake2b(key.encode(), digest_size=16).hexdigest()}"


def duration(value: Any, *, with_days: bool = False) -> timedelta:
    """Hours and minutes, perhaps with seconds, or in words. `with_days`: three numbers are days, hours and minutes, as pretalx
    writes what is longer than a day.
    """
    said = " ".join(str(value or "").split())
    if found := _DURATION.fullmatch(said):
        first, second, third = int(found[1]), int(found[2]), int(found[3] or 0)
        days = with_days and found[3] and first and second < 24
        length = timedelta(days=first, hours=second, minutes=third) if days else timedelta(hours=first, minutes=second)
    elif said and (found := _SPOKEN.fullmatch(said)):
        length = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or found[3] or 0))
    else:
        raise Unreadable(
            f"its duration is not hours and minutes: “{shortened(said)}”" if said else "it has no duration"
        )
    if not timedelta(0) < length <= LONGEST:
        raise Unreadable(f"its duration is {shortened(value)}; a session takes up to 7 days")
    return length


def moment(value: Any, zone: ZoneInfo, *, what: str = "start") -> datetime:
    """A date with a time in ISO 8601, or with a blank between; one without an offset is local. Gives UTC."""
    if value is None or not str(value).strip():
        raise Unreadable(f"it has no {what}")
    try:
        found = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise Unreadable(f"its {what} is no date with a time: “{shortened(str(value))}”") from None
    return sound(found if found.tzinfo else found.replace(tzinfo=zone), what)


def day(value: Any) -> date | None:
    """The date a text begins with."""
    try:
        return date.fromisoformat(str(value or "").strip()[:10])
    except ValueError:
        return None


def on_day(date_: date | None, clock: Any, changes: time, zone: ZoneInfo) -> datetime:
    """A time of day of a conference’s day, which goes on after midnight until `changes`."""
    found = _CLOCK.fullmatch(str(clock or "").strip())
    if date_ is None:
        raise Unreadable("the day it stands in has no date")
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise Unreadable(f"its start is no time of day: “{shortened(clock)}”")
    at = time(int(found[1]), int(found[2]))
    if at < changes < time(12):
        date_ += timedelta(days=1)
    return sound(datetime.combine(date_, at, zone), "start")


def after(starts: datetime, ends: datetime) -> datetime:
    """The end, where it can be one."""
    if not starts < ends <= starts + LONGEST:
        raise Unreadable(f"it would end at {ends:%Y-%m-%d %H:%M}, which is not within 7 days of its start")
    return ends


def sound(at: datetime, what: str) -> datetime:
    """A moment of a conference, in UTC."""
    if not 1970 <= at.year <= 2200:
        raise Unreadable(f"its {what} is in the year {at.year}")
    # In UTC lengths add up when clocks change.
    return at.astimezone(UTC)


def keep(reading: Reading, number: int, facts: SessionFacts, seen: dict[str, list[SessionFacts]]) -> None:
    """Add a session. One that is held several times has one key in most files: see `rules.occurrences`."""
    others = seen.setdefault(facts.key, [])
    # Some files have a row for each speaker. Where nothing is said of rooms, two at the same time may be in two.
    alike = (one for one in others if (one.starts_at, one.room) == (facts.starts_at, facts.room))
    if "room" not in facts.unsaid and (same := next(alike, None)) is not None:
        place = next(place for place, row in enumerate(reading.rows) if row.facts is same)
        there = {(one.key, one.name.casefold()) for one in same.people}
        people = (*same.people, *(one for one in facts.people if (one.key, one.name.casefold()) not in there))
        others[others.index(same)] = whole = msgspec.structs.replace(same, people=people)
        reading.rows[place] = Row(reading.rows[place].line, whole)
        reading.merged.append(number)
        return
    facts = msgspec.structs.replace(facts, guid="") if others else facts
    others.append(facts)
    reading.rows.append(Row(number, facts))


def settle(reading: Reading) -> Reading:
    """Rooms and tracks that have sessions, in the file’s order or else as they are met; a number of its own for each time a
    session is held; and where one number stands for several people, their names tell them apart: camps give it to whoever
    entered the sessions.
    """
    facts = [row.facts for row in reading.rows]
    rooms = dict.fromkeys(one.room for one in facts if one.room)
    reading.rooms = {name: reading.rooms.get(name) for name in _ordered(reading.rooms, rooms)}
    reading.tracks = _ordered(reading.tracks, dict.fromkeys(one.track for one in facts if one.track))
    names: dict[str, set[str]] = {}
    for person in (person for one in facts for person in one.people):
        names.setdefault(person.key, set()).add(person.name.casefold())
    if any(key and len(known) > 1 for key, known in names.items()):
        facts = [_without_numbers(one) for one in facts]
    numbered = occurrences.numbered(facts)
    reading.rows = [Row(row.line, one) for row, one in zip(reading.rows, numbered, strict=True)]
    return reading


def _ordered(wished: Iterable[str], used: Iterable[str]) -> list[str]:
    used = list(used)
    return [*(name for name in wished if name in used), *(name for name in used if name not in set(wished))]


def _without_numbers(facts: SessionFacts) -> SessionFacts:
    people_ = (msgspec.structs.replace(person, key="") for person in facts.people)
    return msgspec.structs.replace(facts, people=people(people_))
