"""What records of a chain say, as sentences."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from portal.core.times import day, moment
from portal.exhibitors.leads.values import RATINGS, Colleague, Step, answered
from portal.leads.chain.tables import Kind, Rating

_ENDED = {
    Kind.WITHDRAWAL: "Consent taken back", Kind.REMOVAL: "Taken off the list by your team", Kind.EXPIRY: "Kept long enough",
}  # fmt: skip


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A record in words: what, its text if it has one, by whom."""

    seq: int
    what: str
    text: str
    by: str
    at: datetime
    digest: str


def steps(history: Sequence[Step], team: Collection[Colleague], timezone: str) -> list[Told]:
    names = {one.id: one.name for one in team}
    return [_told(one, names, timezone) for one in history]


def _told(step: Step, names: dict[int, str], timezone: str) -> Told:
    said: dict[str, Any] = msgspec.json.decode(step.payload) if step.payload is not None else {}
    what, text = _words(Kind(step.kind), said, names, timezone)
    by = names.get(said.get("by", 0), "somebody who has left the team") if "by" in said else ""
    return Told(seq=step.seq, what=what, text=text, by=by, at=step.at, digest=step.digest)


def _words(kind: Kind, said: dict[str, Any], names: dict[int, str], timezone: str) -> tuple[str, str]:
    match kind:
        case Kind.SCAN:
            at = moment(datetime.fromisoformat(said["scanned_at"]), timezone, "d MMMM y, HH:mm")
            person = ", ".join(filter(None, (said["name"], said["job_title"], said["company"], said["email"])))
            return f"Badge scanned {at}, wording {said['wording']}", person
        case Kind.RATING:
            return (f"Rated {RATINGS[Rating(said['rating'])].lower()}" if said["rating"] else "Rating taken away"), ""
        case Kind.NOTE:
            return ("Note" if said["text"] else "Note taken away"), said["text"]
        case Kind.TAGS:
            return ("Tags" if said["tags"] else "Tags taken away"), ", ".join(said["tags"])
        case Kind.FOLLOW_UP:
            return _follow_up(said, names)
        case Kind.ANSWERS:
            lines = [answered(*pair) for pair in said["answers"].items()]
            return ("Answers" if lines else "Answers taken away"), "\n".join(lines)
        case _:
            return _ENDED[kind], ""


def _follow_up(said: dict[str, Any], names: dict[int, str]) -> tuple[str, str]:
    if not said["what"]:
        return "Nothing left to do", ""
    due = f"by {day(date.fromisoformat(said['by_when']))}" if said["by_when"] else ""
    who = names.get(said["who"], "somebody who has left the team") if said["who"] else ""
    more = ", ".join(filter(None, (due, who)))
    return ("Done" if said["done"] else "To do"), said["what"] + (f" ({more})" if more else "")
