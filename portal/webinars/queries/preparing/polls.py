"""Polls as they were prepared."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.core import db
from portal.webinars.preparing import OptionDraft, PollDraft
from portal.webinars.tables.taking_part import PollState

DRAFT = """
SELECT p.id, p.kind, p.question, p.opens_after, p.shows_results, p.is_test, p.state,
    (SELECT coalesce(json_agg(json_build_array(o.label, o.is_right) ORDER BY o.position, o.id), '[]')
     FROM webinar_poll_option o WHERE o.poll = p.id)::text AS options,
    (SELECT count(DISTINCT a.seat) FROM webinar_poll_answer a WHERE a.poll = p.id) AS answers
FROM webinar_poll p
"""
"""What `draft_of` reads."""


class Prepared(msgspec.Struct, frozen=True):
    """A poll in the list of those that are ready."""

    id: int
    draft: PollDraft
    state: PollState
    answers: int


def draft_of(row: Mapping[str, Any]) -> PollDraft:
    options = tuple(OptionDraft(label, right) for label, right in msgspec.json.decode(row["options"]))
    plain = ("kind", "question", "opens_after", "shows_results", "is_test")
    return msgspec.convert({**{name: row[name] for name in plain}, "options": options}, PollDraft)


async def of_webinar(webinar_id: int) -> list[Prepared]:
    """All polls in their order, those of the short test behind the others."""
    rows = await db.fetch(f"{DRAFT} WHERE p.webinar = $1 ORDER BY p.is_test, p.position, p.id LIMIT 200", webinar_id)
    return [_prepared(row) for row in rows]


async def one(webinar_id: int, poll_id: int) -> Prepared | None:
    row = await db.fetch_one(f"{DRAFT} WHERE p.webinar = $1 AND p.id = $2", webinar_id, poll_id)
    return None if row is None else _prepared(row)


def _prepared(row: Mapping[str, Any]) -> Prepared:
    return Prepared(row["id"], draft_of(row), PollState(row["state"]), row["answers"])
