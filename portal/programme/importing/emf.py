"""The JSON list of Electromagnetic Field (emfcamp.org), in the shapes of 2012 and of today."""

import re
from collections.abc import Iterator
from typing import Any

from portal.core import times
from portal.core.importing.records import json_records
from portal.core.importing.values import Unreadable
from portal.programme.importing import fields
from portal.programme.importing.values import Conference, Context, Reading
from portal.programme.rules.following import PARTS
from portal.programme.values import PersonFacts, SessionFacts

_ZONE = "Europe/London"
# Several people stand in one field: "Jo Marsh & Kit Lane". So do firms: "Jo Marsh from Lane & Marsh", "(Lane & Marsh)".
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+)?|\s+&\s+|\s+and\s+")
_FIRM = re.compile(r"[()]|\b(?:from|of|at)\b")


def read(text: str, context: Context) -> Reading:
    """Every entry ends up among the rows, the refusals or the merged. Times are in the zone of the camp."""
    reading = Reading()
    reading.conference = Conference(zone=_ZONE)
    seen: dict[str, list[SessionFacts]] = {}
    for line, record in json_records(text):
        reading.records += 1
        try:
            if isinstance(record, Unreadable):
                raise record
            fields.keep(reading, line, _session(record), seen)
        except Unreadable as reason:
            name = record.get("title") if isinstance(record, dict) else ""
            reading.refuse(line, str(name or "?"), str(reason))
    return reading


def _session(said: dict[str, Any]) -> SessionFacts:
    title = fields.line(said.get("title"), what="title")
    if not title:
        raise Unreadable("it has no title")
    key = fields.key_of(said.get("id"))
    if not key:
        raise Unreadable("it has no id")
    zone, type_ = times.zone(_ZONE), str(said.get("type") or "")
    starts, ends = fields.moment(said.get("start_date"), zone), fields.moment(said.get("end_date"), zone, what="end")
    return SessionFacts(
        key=key, title=title,
        kind=fields.kind_of(type_), label=fields.label_of(type_),
        description=_description(said),
        room=fields.place(said.get("venue"), "venue"),
        starts_at=starts, ends_at=fields.after(starts, ends),
        recorded=said.get("video_privacy") != "none",
        url=fields.page(said.get("link")),
        people=fields.people(_people(said.get("speaker"))),
        unsaid=fields.unsaid(
            "subtitle", "abstract", "language", "level", "track", "capacity", "links", "cancelled", PARTS,
            recorded=said.get("video_privacy") is not None,
        ),
    )  # fmt: skip


_BESIDE = (
    ("content_note", "Content note"), ("age_range", "Age"), ("cost", "Cost"), ("equipment", "What to bring"),
)  # fmt: skip


def _description(said: dict[str, Any]) -> str:
    """With what workshops say in fields of their own."""
    beside = [f"**{words}:** {text}" for name, words in _BESIDE if (text := fields.cut(said.get(name), 1000))]
    return "\n\n".join(part for part in (fields.text(said.get("description")), *beside) if part)


def _people(said: Any) -> Iterator[PersonFacts]:
    names = fields.line(said, what="speaker")
    for name in [names] if _FIRM.search(names) else _BETWEEN.split(names):
        yield PersonFacts(fields.name(name))
