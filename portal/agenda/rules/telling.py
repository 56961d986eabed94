"""What an agenda tells its reader: the difference between what they know of an entry and how it is now. Pure.

Only the difference counts: what was moved and moved back, or cancelled and restored, before anybody was told is no news.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from portal.agenda.values import Item
from portal.core import overtaking, times

_MOMENT = "EEE d MMM, HH:mm"


class News(msgspec.Struct, frozen=True):
    """One thing that is otherwise than its reader knows it. `before` is empty where only the fact counts."""

    kind: str
    words: str
    before: str = ""


def facts(item: Item, *, second: bool, holds: bool = False) -> dict[str, str]:
    """What a reader knows of an entry once they have seen it. Whoever has a place need not know that it is full."""
    return {
        "title": item.title,
        "starts": item.starts_at.isoformat(),
        "ends": item.ends_at.isoformat(),
        "place": item.place,
        "people": item.people,
        "off": item.off,
        "full": "full" if item.is_full and not holds else "",
        "rank": "second" if second else "first",
    }


def mark(item: Item, *, second: bool, holds: bool = False) -> str:
    """A short word for what a reader may know of an entry now, and its rank: another one as soon as any of it differs."""
    return overtaking.mark([item.key, facts(item, second=second, holds=holds)])


_REASONS = {
    "cancelled": "“{}” is cancelled", "gone": "“{}” left the programme", "full": "“{}” is full",
    "moved": "“{}” was moved to another time", "dropped": "you took its first choice out",
}  # fmt: skip


def reason(why: str, because: str) -> str:
    return _REASONS[why].format(because) if why in _REASONS else ""


def news(
    known: Mapping[str, str], item: Item, *, second: bool, why: str = "", because: str = "", holds: bool = False
) -> list[News]:
    """What to tell, the most important first; nothing where nothing is known yet."""
    is_ = facts(item, second=second, holds=holds)
    if not known or known == is_:
        return []
    told = []
    if known["off"] != is_["off"]:
        words = {"": "It takes place after all", "cancelled": "It is cancelled", "gone": "It left the programme"}
        told.append(News("off" if is_["off"] else "back", words[is_["off"]]))
    if not item.off and known["full"] != is_["full"]:
        told.append(News("full", "It is full") if is_["full"] else News("back", "There are free places again"))
    if known["rank"] != is_["rank"]:
        because_of = reason(why, because)
        if second:
            told.append(
                News(
                    "rank",
                    f"It is your second choice now; “{because}” moved up"
                    if because
                    else "It is your second choice now",
                )
            )
        else:
            told.append(
                News(
                    "rank",
                    f"It moved up to be your first choice: {because_of}"
                    if because_of
                    else "It is your first choice now",
                )
            )
    if not item.off:
        if (known["starts"], known["ends"]) != (is_["starts"], is_["ends"]):
            told.append(News("moved", f"Now {span(is_, item)}", span(known, item)))
        if known["place"] != is_["place"]:
            told.append(
                News("moved", f"Now in {is_['place']}" if is_["place"] else "Its room is not known yet", known["place"])
            )
        if known["people"] != is_["people"]:
            told.append(
                News(
                    "people", f"Now with {is_['people']}" if is_["people"] else "It has no speaker now", known["people"]
                )
            )
        if known["title"] != is_["title"]:
            told.append(News("title", f"It is called “{is_['title']}” now", known["title"]))
    return told


def span(facts_: Mapping[str, str], item: Item) -> str:
    """When it is, in its event’s zone."""
    starts, ends = datetime.fromisoformat(facts_["starts"]), datetime.fromisoformat(facts_["ends"])
    return hours(starts, ends, item)


def hours(starts: datetime, ends: datetime, item: Item) -> str:
    zone = times.zone(item.timezone)
    first, last = starts.astimezone(zone).date(), ends.astimezone(zone).date()
    if item.all_day:
        return times.day_span(first, (ends.astimezone(zone) - datetime.resolution).date())
    if first != last:
        return " to ".join(times.moment(at, item.timezone, _MOMENT) for at in (starts, ends))
    return f"{times.moment(starts, item.timezone, _MOMENT)}–{times.clock(ends, item.timezone)}"


def is_soon(known: Mapping[str, str], item: Item, now: datetime, within: float = 24 * 3600) -> bool:
    """Whether it is, or was as its reader knows it, within a day: then they are told at once."""
    for starts in (datetime.fromisoformat(known["starts"]) if known else item.starts_at, item.starts_at):
        if 0 <= (starts - now).total_seconds() <= within:
            return True
    return item.starts_at <= now < item.ends_at


def is_past(known: Mapping[str, str], item: Item, now: datetime) -> bool:
    """Over as its reader knows it and as it is: no longer worth telling."""
    return item.ends_at <= now and (not known or datetime.fromisoformat(known["ends"]) <= now)
