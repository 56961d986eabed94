"""What somebody who speaks answers and hands in. Each act is for whoever proved the speaker’s address: `addresses`."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.jobs import enqueue_many
from portal.core.urgency import Urgency
from portal.leads.commands import keep_wording
from portal.leads.queries import newest_wording
from portal.media import commands as media
from portal.media.values import Owner
from portal.programme.commands.locking import locked, touch
from portal.programme.desk.forms import MOST_NOTE
from portal.programme.desk.rules import MOST_VERSIONS, WORDING, merged
from portal.programme.desk.tables import ExceptionKind
from portal.programme.desk.values import Span
from portal.speakers.commands import hold_own

TELL = "programme.tell_organiser"
SLIDES = "slides"
"""The kind of slides’ owner; its key is the id of the version."""
_APPEAR = """
INSERT INTO appearance (event, speaker, source_key, source_name, note)
SELECT DISTINCT s.event, i.speaker, '', '', '' FROM session_speaker i JOIN programme_session s ON s.id = i.session
WHERE i.speaker = $1 AND s.event = $2 ON CONFLICT (event, speaker) DO NOTHING
"""
_ANSWER = """
UPDATE appearance SET recording_wording = $2, recording_agreed_at = CASE WHEN $3 THEN $4::timestamptz END,
    recording_refused_at = CASE WHEN NOT $3 THEN $4::timestamptz END
WHERE id = $1
"""
_DO_NOT_RECORD = """
UPDATE programme_session s SET recorded = false, version = version + 1, changed_at = $3
WHERE s.event = $1 AND s.recorded AND EXISTS (SELECT FROM session_speaker i WHERE i.session = s.id AND i.speaker = $2)
    AND ($4::bigint[] IS NULL OR s.id = ANY($4))
RETURNING s.id
"""
_OWN = """
SELECT s.id, s.title FROM session_speaker i JOIN programme_session s ON s.id = i.session
WHERE i.speaker = $1 AND s.event = $2 ORDER BY s.starts_at NULLS LAST, s.id
"""


async def answer_availability(
    *, actor: Actor, addresses: Collection[str], speaker_id: int, event_id: int, spans: Sequence[Span], now: datetime
) -> None:
    """Say when one can speak; no spans: at any time of the event."""
    async with db.transaction():
        appearance = await _appearance(addresses, speaker_id, event_id)
        await db.execute("DELETE FROM availability WHERE appearance = $1", appearance)
        told = merged(spans)
        await db.execute(
            "INSERT INTO availability (appearance, starts_at, ends_at) "
            "SELECT $1, x.starts_at, x.ends_at FROM unnest($2::timestamptz[], $3::timestamptz[]) AS x (starts_at, ends_at)",
            appearance, [one for one, _ in told], [one for _, one in told],
        )  # fmt: skip
        await db.execute("UPDATE appearance SET answered_availability_at = $2 WHERE id = $1", appearance, now)
        await _note(actor, "answered availability", speaker_id, event_id, now, spans=len(told))


async def answer_recording(
    *, actor: Actor, addresses: Collection[str], speaker_id: int, event_id: int, agreed: bool, wording_id: int,
    usual: str, now: datetime, excepted: Collection[int] = (),
) -> int:  # fmt: skip
    """Agree to being recorded, or but for the `excepted` sessions, or refuse; every answer is kept, with the words it was given
    to. What is not to be recorded comes off the list of what is; how many sessions those were. Who agrees later leaves that
    for staff to decide.

    `usual` is what was asked where the organiser has no words of their own (`wording_id` 0). Raises Conflict when the words
    are others by now.
    """
    async with db.transaction():
        # In the order in which releases and imports hold them.
        programme = await locked(event_id, now=now)
        appearance = await _appearance(addresses, speaker_id, event_id)
        newest = await newest_wording(WORDING, str(event_id))
        if newest is None and not wording_id:
            newest = await keep_wording(kind=WORDING, key=str(event_id), text=usual, now=now)
        if newest is None or (wording_id or newest.id) != newest.id or (not wording_id and newest.text != usual):
            raise Conflict("The wording has changed meanwhile. Please read it once more and answer again.")
        without = await _except(appearance, speaker_id, event_id, ExceptionKind.RECORDING, excepted if agreed else ())
        await db.execute(
            "INSERT INTO recording_answer (appearance, wording, agreed, answered_at, excepted) "
            "VALUES ($1, $2, $3, $4, $5::jsonb)",
            appearance, newest.id, agreed, now, msgspec.json.encode(list(without.values())).decode(),
        )  # fmt: skip
        await db.execute(_ANSWER, appearance, newest.id, agreed, now)
        off = await db.fetch(_DO_NOT_RECORD, event_id, speaker_id, now, list(without) if agreed else None)
        if off:
            await touch(programme)
        verb = "agreed to be recorded" if agreed else "refused to be recorded"
        await _note(
            actor,
            verb,
            speaker_id,
            event_id,
            now,
            wording=newest.version,
            excepted=sorted(without),
            sessions=[row["id"] for row in off],
        )
    return len(off)


_OPENED = """
INSERT INTO appearance AS a (event, speaker, source_key, source_name, note, opened_at)
SELECT DISTINCT s.event, i.speaker, '', '', '', $2::timestamptz
FROM session_speaker i JOIN programme_session s ON s.id = i.session
WHERE i.speaker = $1
UNION SELECT event, speaker, '', '', '', $2 FROM appearance WHERE speaker = $1
ON CONFLICT (event, speaker) DO UPDATE SET opened_at = $2 WHERE a.opened_at IS NULL OR a.opened_at < $3
"""
OPENED_EVERY = timedelta(minutes=15)


async def note_opened(*, speaker_id: int, now: datetime) -> None:
    """Write down that the person’s desk is in use, to the quarter of an hour: organisers see who never came."""
    await db.execute(_OPENED, speaker_id, now, now - OPENED_EVERY)


_COMING = """
UPDATE appearance a SET confirmed_at = CASE WHEN $2 THEN $4::timestamptz END,
    declined_at = CASE WHEN NOT $2 THEN $4::timestamptz END, declined_why = $3
FROM (SELECT id, declined_at IS NOT NULL AS declined FROM appearance WHERE id = $1) was
WHERE a.id = was.id RETURNING was.declined
"""


async def answer_coming(
    *,
    actor: Actor,
    addresses: Collection[str],
    speaker_id: int,
    event_id: int,
    comes: bool,
    why: str = "",
    excepted: Collection[int] = (),
    now: datetime,
) -> None:
    """Say whether one will be there, or but for the `excepted` sessions. The organiser has a mail when somebody does not, or
    does after all, and about each session that is or was without them.
    """
    async with db.transaction():
        appearance = await _appearance(addresses, speaker_id, event_id)
        declined = await db.fetch_value(_COMING, appearance, comes, "" if comes and not excepted else why, now)
        before = await _excepted(appearance, ExceptionKind.COMING)
        without = await _except(appearance, speaker_id, event_id, ExceptionKind.COMING, excepted if comes else ())
        verb = "confirmed" if comes else "declined"
        await _note(actor, verb, speaker_id, event_id, now, excepted=sorted(without))
        if declined == comes or (comes and before != without.keys()):
            await enqueue_many(
                TELL, [{"event": event_id, "appearance": appearance, "at": now.isoformat()}], urgency=Urgency.ORDINARY
            )


async def write_note(
    *, actor: Actor, addresses: Collection[str], speaker_id: int, event_id: int, note: str, now: datetime
) -> None:
    """Tell the organiser what is needed on stage."""
    if len(note) > MOST_NOTE:
        raise Invalid({"note": f"Please keep this under {MOST_NOTE} characters."})
    async with db.transaction():
        appearance = await _appearance(addresses, speaker_id, event_id)
        await db.execute("UPDATE appearance SET note = $2 WHERE id = $1", appearance, note)
        await _note(actor, "wrote to the organiser", speaker_id, event_id, now)


_IN_SESSION = """
SELECT s.event, coalesce(p.slides_at_once, false) AS at_once
FROM session_speaker i JOIN programme_session s ON s.id = i.session LEFT JOIN programme p ON p.event = s.event
WHERE i.session = $1 AND i.speaker = $2 AND s.cancelled_at IS NULL FOR NO KEY UPDATE OF i
"""
_NEWEST = """
SELECT d.version, f.sha256 = (SELECT sha256 FROM stored_file WHERE key = $3) AS is_same
FROM slides d JOIN stored_file f ON f.key = d.file
WHERE d.session = $1 AND d.speaker = $2 ORDER BY d.version DESC LIMIT 1
"""
_ADD = """
INSERT INTO slides (session, speaker, version, file, uploaded_at) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""
# The one that is public stays, however old it is.
_OLD = """
SELECT id, file FROM (
    SELECT id, file, released_at, row_number() OVER (ORDER BY version DESC) AS place
    FROM slides WHERE session = $1 AND speaker = $2) d
WHERE place > $3 AND released_at IS NULL
"""


async def add_slides(
    *, actor: Actor, addresses: Collection[str], speaker_id: int, session_id: int, file: str, now: datetime
) -> int:
    """Hand in slides: a further version, public at once where the organiser said so. Gives its number.

    The same file sent twice is one version. Some older ones are kept, and what the public reads.
    """
    async with db.transaction():
        await hold_own(addresses, speaker_id)
        place = await db.fetch_one(_IN_SESSION, session_id, speaker_id)
        if place is None:
            raise NotFound("You are in no such session, or it was cancelled.")
        newest = await db.fetch_one(_NEWEST, session_id, speaker_id, file)
        if newest is not None and newest["is_same"]:
            return int(newest["version"])
        version = newest["version"] + 1 if newest else 1
        added = await db.fetch_value(_ADD, session_id, speaker_id, version, file, now)
        await media.attach(keys=[file], owner=Owner(SLIDES, str(added)), actor=actor, now=now)
        if place["at_once"]:
            await publish([added], now=now)
        for old in await db.fetch(_OLD, session_id, speaker_id, MOST_VERSIONS):
            await _drop(old["id"], old["file"], actor, now)
        await _note(actor, "handed in slides", speaker_id, place["event"], now, session=session_id, version=version)
    return version


_REPLACED = """
UPDATE slides o SET released_at = NULL FROM slides n
WHERE n.id = ANY($1) AND o.session = n.session AND o.speaker = n.speaker AND o.id <> n.id AND o.released_at IS NOT NULL
RETURNING o.id
"""
_PUBLISH = "UPDATE slides SET released_at = $2 WHERE id = ANY($1) RETURNING id, file"


async def publish(ids: Sequence[int], *, now: datetime) -> None:
    """Let everybody read these slides, and nobody any more the ones they take the place of; in the caller’s transaction."""
    replaced = await db.fetch(_REPLACED, list(ids))
    rows = await db.fetch(_PUBLISH, list(ids), now)
    owners = [str(row["id"]) for row in (*replaced, *rows)]
    await media.show(kind=SLIDES, owners=owners, keys=[row["file"] for row in rows])


async def withdraw_slides(
    *, actor: Actor, addresses: Collection[str], speaker_id: int, slides_id: int, now: datetime
) -> None:
    """Take a version back, off the public page too. Raises NotFound for another’s."""
    async with db.transaction():
        await hold_own(addresses, speaker_id)
        row = await db.fetch_one(
            "SELECT d.file, d.session, d.version, s.event FROM slides d JOIN programme_session s ON s.id = d.session "
            "WHERE d.id = $1 AND d.speaker = $2 FOR UPDATE OF d",
            slides_id, speaker_id,
        )  # fmt: skip
        if row is None:
            raise NotFound("There are no such slides of yours.")
        await _drop(slides_id, row["file"], actor, now)
        facts = {"session": row["session"], "version": row["version"]}
        await _note(actor, "took slides back", speaker_id, row["event"], now, **facts)


async def _drop(slides_id: int, file: str, actor: Actor, now: datetime) -> None:
    owner = Owner(SLIDES, str(slides_id))
    await media.show(kind=SLIDES, owners=[owner.key], keys=[])
    await media.delete(keys=[file], owner=owner, actor=actor, now=now)
    await db.execute("DELETE FROM slides WHERE id = $1", slides_id)


async def _excepted(appearance: int, kind: ExceptionKind) -> set[int]:
    """The sessions that a yes does not hold for."""
    rows = await db.fetch("SELECT session FROM session_exception WHERE appearance = $1 AND kind = $2", appearance, kind)
    return {row["session"] for row in rows}


async def _except(
    appearance: int, speaker_id: int, event_id: int, kind: ExceptionKind, sessions: Collection[int]
) -> dict[int, str]:
    """Keep which sessions a yes does not hold for; their titles. Raises NotFound for those of others."""
    rows = await db.fetch(_OWN, speaker_id, event_id) if sessions else []
    own = {row["id"]: row["title"] for row in rows if row["id"] in sessions}
    if own.keys() != set(sessions):
        raise NotFound("You are not in one of these sessions any more.")
    await db.execute("DELETE FROM session_exception WHERE appearance = $1 AND kind = $2", appearance, kind)
    await db.execute(
        "INSERT INTO session_exception (appearance, session, kind) SELECT $1, unnest($3::bigint[]), $2",
        appearance,
        kind,
        list(own),
    )
    return own


async def _appearance(addresses: Collection[str], speaker_id: int, event_id: int) -> int:
    """The id of what is known of this speaker at this event, held until the transaction ends. Raises NotFound where the
    desk is another’s, or the speaker is not at the event.
    """
    await hold_own(addresses, speaker_id)
    await db.execute(_APPEAR, speaker_id, event_id)
    found: int | None = await db.fetch_value(
        "SELECT id FROM appearance WHERE speaker = $1 AND event = $2 FOR UPDATE", speaker_id, event_id
    )
    if found is None:
        raise NotFound("You are not among the speakers of such an event.")
    return found


async def _note(actor: Actor, verb: str, speaker_id: int, event_id: int, now: datetime, **facts: object) -> None:
    await audit.record(actor=actor.label, verb=verb, kind="speaker", key=speaker_id, now=now, event=event_id, **facts)
