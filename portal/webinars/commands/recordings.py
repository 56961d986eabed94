"""The film of a webinar: where it is, its chapters, what was said, and when it is shown."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.webinars.announcing import touch
from portal.webinars.commands.states import replan
from portal.webinars.rules.sources import refusals
from portal.webinars.rules.transcripts import Chapter, Cue
from portal.webinars.tables.rooms import VideoSource

_MOST_SECONDS = 24 * 3600
_SAVE = """
INSERT INTO webinar_recording (webinar, source, source_url, seconds, language, live_second) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (webinar) DO UPDATE SET source = excluded.source, source_url = excluded.source_url, seconds = excluded.seconds,
    language = excluded.language, live_second = excluded.live_second
RETURNING id
"""


async def save_recording(
    *, webinar_id: int, source: VideoSource, url: str, seconds: int, language: str, chapters: Sequence[Chapter],
    actor: Actor, now: datetime, live_second: int = 0,
) -> int:  # fmt: skip
    """Say where the film is, what its chapters are, and at which of its seconds the webinar went live.

    Raises Invalid for a source that cannot be, NotFound without a room."""
    errors = refusals(source, url)
    if source in (VideoSource.NONE, VideoSource.HAND_OVER):
        errors["source"] = "Please choose where the film is."
    if not 0 < seconds <= _MOST_SECONDS:
        errors["length"] = "Please give the film’s length, such as 58:30."
    elif not -_MOST_SECONDS <= live_second < seconds:
        errors["begins"] = "That is beyond the film’s end."
    if errors:
        raise Invalid(errors)
    async with db.transaction():
        await _locked(webinar_id)
        film: int = await db.fetch_value(_SAVE, webinar_id, source.value, url, seconds, language, live_second)
        await db.execute("DELETE FROM webinar_chapter WHERE recording = $1", film)
        await db.execute(
            "INSERT INTO webinar_chapter (recording, second, title) SELECT $1, * FROM unnest($2::int[], $3::text[])",
            film, [one.second for one in chapters], [one.title for one in chapters],
        )  # fmt: skip
        await replan(webinar_id=webinar_id, now=now)
        await audit.record(actor=actor.label, verb="set recording", kind="webinar", key=webinar_id, now=now, url=url)
    return film


async def save_transcript(*, webinar_id: int, cues: Sequence[Cue], actor: Actor, now: datetime) -> None:
    """Replace what was said. Raises Conflict before there is a recording."""
    async with db.transaction():
        film = await _film(webinar_id)
        await db.execute("DELETE FROM webinar_transcript_cue WHERE recording = $1", film)
        await db.execute(
            "INSERT INTO webinar_transcript_cue (recording, position, starts_ms, ends_ms, speaker, text) "
            "SELECT $1, x.n, x.a, x.b, x.who, x.said "
            "FROM unnest($2::int[], $3::int[], $4::text[], $5::text[]) WITH ORDINALITY AS x (a, b, who, said, n)",
            film, [one.starts_ms for one in cues], [one.ends_ms for one in cues], [one.speaker for one in cues],
            [one.text for one in cues],
        )  # fmt: skip
        await touch(webinar_id, "stage")
        await audit.record(
            actor=actor.label, verb="set transcript", kind="webinar", key=webinar_id, now=now, cues=len(cues)
        )


async def publish_recording(*, webinar_id: int, actor: Actor, now: datetime) -> None:
    """Show the recording from now on to those who may watch it. Raises Conflict before there is one."""
    async with db.transaction():
        await db.execute(
            "UPDATE webinar_recording SET published_at = coalesce(published_at, $2) WHERE id = $1",
            await _film(webinar_id), now,
        )  # fmt: skip
        await replan(webinar_id=webinar_id, now=now)
        await audit.record(actor=actor.label, verb="published recording", kind="webinar", key=webinar_id, now=now)


async def withdraw_recording(*, webinar_id: int, actor: Actor, now: datetime) -> None:
    """Show it no more."""
    async with db.transaction():
        await db.execute("UPDATE webinar_recording SET published_at = NULL WHERE id = $1", await _film(webinar_id))
        await replan(webinar_id=webinar_id, now=now)
        await audit.record(actor=actor.label, verb="withdrew recording", kind="webinar", key=webinar_id, now=now)


async def _locked(webinar_id: int) -> None:
    if await db.fetch_value("SELECT id FROM webinar WHERE id = $1 FOR UPDATE", webinar_id) is None:
        raise NotFound("There is no such webinar.")


async def _film(webinar_id: int) -> int:
    await _locked(webinar_id)
    film: int | None = await db.fetch_value("SELECT id FROM webinar_recording WHERE webinar = $1", webinar_id)
    if film is None:
        raise Conflict("Please say first where the recording is.")
    return film
