"""How far everybody who speaks at an event is: one SQL for the table, its counts, its file, and for whom to remind."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from portal.core import db
from portal.core.errors import NotFound
from portal.core.paging import Page
from portal.core.text import one_line
from portal.leads.queries import newest_wording
from portal.notifications.tables import MailState
from portal.programme.desk.queries import usual
from portal.programme.desk.rules import ITEMS, WORDING

PAGE_SIZE = 50
_SOON = timedelta(days=7)
UNDELIVERED = (MailState.BOUNCED.value, MailState.FAILED.value, MailState.SUPPRESSED.value)
# Whoever is in a session that takes place, and whoever was invited and is in none yet. Two who hold a talk together hand in one
# set of slides. Nothing is asked of those who do not come or whose event is cancelled, and no times of an event that is over.
PEOPLE = """
people AS (
    SELECT i.speaker, count(*) FILTER (WHERE i.role = 'speaker' AND s.kind IN ('talk', 'workshop') AND n.id IS NULL) AS wanted,
        count(*) FILTER (WHERE i.role = 'speaker' AND s.kind IN ('talk', 'workshop') AND n.id IS NULL
            AND EXISTS (SELECT FROM slides d WHERE d.session = s.id)) AS handed,
        array_agg(s.title ORDER BY s.starts_at NULLS LAST, s.id) FILTER (WHERE n.id IS NOT NULL) AS absent,
        array_agg(s.title ORDER BY s.starts_at NULLS LAST, s.id) FILTER (WHERE v.id IS NOT NULL) AS unseen,
        array_agg(s.title ORDER BY s.starts_at NULLS LAST, s.id) AS sessions,
        array_agg(s.title ORDER BY s.starts_at NULLS LAST, s.id) FILTER (
            WHERE i.role = 'speaker' AND s.kind IN ('talk', 'workshop') AND n.id IS NULL AND NOT EXISTS (
                SELECT FROM slides d WHERE d.session = s.id)) AS without
    FROM session_speaker i JOIN programme_session s ON s.id = i.session
    LEFT JOIN appearance a ON a.event = s.event AND a.speaker = i.speaker
    LEFT JOIN session_exception n ON n.appearance = a.id AND n.session = s.id AND n.kind = 'coming'
    LEFT JOIN session_exception v ON v.appearance = a.id AND v.session = s.id AND v.kind = 'recording'
    WHERE s.event = $1 AND s.cancelled_at IS NULL GROUP BY i.speaker
    UNION ALL
    SELECT a.speaker, 0, 0, NULL, NULL, '{}', NULL FROM appearance a
    WHERE a.event = $1 AND NOT EXISTS (SELECT FROM session_speaker i JOIN programme_session s ON s.id = i.session
        WHERE s.event = $1 AND i.speaker = a.speaker)
), ready AS (
    SELECT p.id, p.slug, p.name, p.job_title, p.company_name, p.email, p.bio <> '' AS has_bio, p.photo <> '' AS has_photo,
        a.id AS appearance, a.invited_at, a.reminded_at, a.note, a.opened_at, a.confirmed_at, a.declined_at, a.declined_why,
        a.recording_agreed_at AS agreed_at, a.recording_refused_at AS refused_at, a.answered_availability_at AS available_at,
        e.wanted, e.handed, e.sessions,
        coalesce(e.without, '{}') AS without, coalesce(e.absent, '{}') AS absent, coalesce(e.unseen, '{}') AS unseen,
        (SELECT o.state FROM mail o WHERE o.about_kind = 'appearance' AND o.about_key = a.id::text AND o.recipient = p.email
            ORDER BY o.id DESC LIMIT 1) AS mail,
        (SELECT count(*) FROM open_desk d WHERE d.email = p.email AND d.expires_at > now()) AS browsers,
        CASE WHEN x.state = 'cancelled' OR a.declined_at IS NOT NULL THEN '{}' ELSE array_remove(ARRAY[
            CASE WHEN p.email = '' THEN 'address' END, CASE WHEN a.invited_at IS NULL THEN 'invited' END,
            CASE WHEN a.confirmed_at IS NULL AND x.ends_at > now() THEN 'coming' END,
            CASE WHEN p.bio = '' THEN 'bio' END, CASE WHEN p.photo = '' THEN 'photo' END,
            CASE WHEN x.ends_at > now() AND (a.answered_availability_at IS NULL OR t.named AND NOT t.fits)
                THEN 'availability' END,
            CASE WHEN e.handed < e.wanted THEN 'slides' END,
            CASE WHEN a.recording_agreed_at IS NULL AND a.recording_refused_at IS NULL THEN 'consent' END], NULL) END AS missing
    FROM people e JOIN speaker p ON p.id = e.speaker JOIN event x ON x.id = $1
    LEFT JOIN appearance a ON a.event = $1 AND a.speaker = p.id
    LEFT JOIN LATERAL (SELECT count(*) > 0 AS named, bool_or(v.starts_at < x.ends_at AND v.ends_at > x.starts_at) AS fits
        FROM availability v WHERE v.appearance = a.id) t ON true
)
"""


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """How far somebody is. `missing` are keys of `rules.ITEMS`; `without` are titles of sessions that wait for slides; the desk
    is open in so many `browsers` by a code. In the `absent` sessions they are not, in the `unseen` ones not to be recorded.
    """

    id: int
    slug: str
    name: str
    job_title: str
    company_name: str
    email: str
    has_bio: bool
    has_photo: bool
    appearance: int | None
    invited_at: datetime | None
    reminded_at: datetime | None
    note: str | None
    opened_at: datetime | None
    confirmed_at: datetime | None
    declined_at: datetime | None
    declined_why: str | None
    mail: str | None
    agreed_at: datetime | None
    refused_at: datetime | None
    available_at: datetime | None
    wanted: int
    handed: int
    sessions: list[str]
    without: list[str]
    absent: list[str]
    unseen: list[str]
    missing: list[str]
    browsers: int

    @property
    def post(self) -> str:
        return ", ".join(part for part in (self.job_title, self.company_name) if part)

    @property
    def is_undelivered(self) -> bool:
        """Whether the last mail about the desk did not reach the address."""
        return self.mail in UNDELIVERED

    def has(self, item: str) -> bool:
        """Whether this is there, asked for or not."""
        there: dict[str, object] = {
            "address": self.email, "invited": self.invited_at, "coming": self.confirmed_at or self.declined_at,
            "bio": self.has_bio, "photo": self.has_photo,
            "availability": self.available_at, "slides": self.wanted and self.handed >= self.wanted,
            "consent": self.agreed_at or self.refused_at,
        }  # fmt: skip
        return item not in self.missing and bool(there[item])

    def state(self, item: str, due_at: datetime | None, now: datetime) -> str:
        """`done`, `none` where nothing is asked, `missing`; of slides with a deadline `due`, `soon` or `late`."""
        if item not in self.missing:
            return "done" if self.has(item) else "none"
        if item != "slides" or due_at is None:
            return "missing"
        return "late" if due_at <= now else "soon" if due_at - now < _SOON else "due"


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """An event with what is set for its desk."""

    event: int
    slug: str
    title: str
    timezone: str
    state: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    is_released: bool
    slides_due_at: datetime | None
    slides_at_once: bool
    shows_draft: bool
    reminds: bool
    briefing: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an organiser sets for the desk of an event."""

    wording: str
    slides_due_at: datetime | None = None
    slides_at_once: bool = False
    shows_draft: bool = False
    reminds: bool = True
    briefing: str = ""


_SETUP = """
SELECT e.id AS event, e.slug, e.title, e.timezone, e.state, e.kind, e.starts_at, e.ends_at, p.slides_due_at,
    coalesce(p.release, 0) > 0 AS is_released,
    coalesce(p.slides_at_once, false) AS slides_at_once, coalesce(p.shows_draft, false) AS shows_draft,
    coalesce(p.reminds, true) AS reminds, coalesce(p.briefing, '') AS briefing
FROM event e LEFT JOIN programme p ON p.event = e.id WHERE e.id = $1
"""
FILTERS = {
    "": "true", "any": "missing <> '{}'", **{key: f"'{key}' = ANY(missing)" for key in ITEMS},
    "unopened": "opened_at IS NULL AND invited_at IS NOT NULL", "undelivered": f"mail IN {UNDELIVERED}",
    "declined": "declined_at IS NOT NULL OR absent <> '{}'",
    "refused": "refused_at IS NOT NULL OR unseen <> '{}'", "note": "note <> ''",
}  # fmt: skip
"""What the table can be narrowed to, and for whom it holds."""
_TABLE = f"""
WITH {PEOPLE}
SELECT *, count(*) OVER () AS total FROM ready
WHERE ($2 = '' OR plain_text(lower(name || ' ' || company_name)) LIKE '%' || plain_text(lower($2)) || '%')
    AND CASE $3 {" ".join(f"WHEN '{name}' THEN {holds}" for name, holds in FILTERS.items())} END
ORDER BY lower(name), id LIMIT $4 OFFSET $5
"""
_COUNTS = f"""
WITH {PEOPLE}
SELECT {", ".join(f"count(*) FILTER (WHERE {holds}) AS is_{name}" for name, holds in FILTERS.items())} FROM ready
"""


async def setup(event_id: int) -> Setup | None:
    row = await db.fetch_one(_SETUP, event_id)
    return None if row is None else msgspec.convert(dict(row), Setup)


async def settings(event_id: int) -> Settings:
    """As they are; raises NotFound without event."""
    found = await setup(event_id)
    if found is None:
        raise NotFound("There is no such event.")
    words = await newest_wording(WORDING, str(event_id)) or usual(found.title)
    return Settings(
        wording=words.text, slides_due_at=found.slides_due_at, slides_at_once=found.slides_at_once,
        shows_draft=found.shows_draft, reminds=found.reminds, briefing=found.briefing,
    )  # fmt: skip


async def table(
    event_id: int, *, words: str = "", only: str = "", number: int = 1, size: int = PAGE_SIZE
) -> tuple[list[Ready], Page]:
    """One page of everybody who speaks, by name."""
    pattern = one_line(words).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = await db.fetch(_TABLE, event_id, pattern, only, size, (number - 1) * size)
    return [msgspec.convert(dict(row), Ready) for row in rows], Page(number, size, rows[0]["total"] if rows else 0)


async def counts(event_id: int) -> dict[str, int]:
    """How many there are for each filter."""
    row = await db.fetch_one(_COUNTS, event_id)
    assert row is not None
    return {name: row[f"is_{name}"] for name in FILTERS}


class Unrecorded(msgspec.Struct, frozen=True, kw_only=True):
    """A session with somebody who refused to be recorded. `recorded`: it is planned to be recorded all the same."""

    id: int
    title: str
    recorded: bool
    names: list[str]

    @property
    def is_respected(self) -> bool:
        return not self.recorded


_UNRECORDED = """
SELECT s.id, s.title, s.recorded, array_agg(p.name ORDER BY i.position, i.id) AS names
FROM programme_session s JOIN session_speaker i ON i.session = s.id JOIN speaker p ON p.id = i.speaker
JOIN appearance a ON a.event = s.event AND a.speaker = p.id
LEFT JOIN session_exception x ON x.appearance = a.id AND x.session = s.id AND x.kind = 'recording'
WHERE (a.recording_refused_at IS NOT NULL OR x.id IS NOT NULL) AND s.event = $1 AND s.cancelled_at IS NULL
    AND ($2::bigint[] IS NULL OR s.id = ANY($2))
GROUP BY s.id ORDER BY s.starts_at NULLS LAST, s.id LIMIT 500
"""


async def unrecorded(event_id: int, sessions: Collection[int] | None = None) -> list[Unrecorded]:
    """Sessions that somebody refused to have recorded, of the draft."""
    wanted = None if sessions is None else list(sessions)
    return [msgspec.convert(dict(row), Unrecorded) for row in await db.fetch(_UNRECORDED, event_id, wanted)]


class HandedIn(msgspec.Struct, frozen=True, kw_only=True):
    """The newest slides of somebody for a session; `is_public`: everybody reads them, `older`: an older version of them."""

    id: int
    session: int
    title: str
    name: str
    file: str
    file_name: str
    starts_at: datetime | None
    size: int
    version: int
    uploaded_at: datetime
    is_public: bool
    older: int | None

    @property
    def words(self) -> str:
        size = f"{self.size / 1_000_000:.1f} MB" if self.size >= 100_000 else f"{max(1, self.size // 1000)} kB"
        return f"version {self.version}, {size}"


_HANDED_IN = """
SELECT *, count(*) OVER () AS total FROM (
    SELECT DISTINCT ON (d.session, d.speaker) d.id, d.session, s.title, p.name, d.file, f.name AS file_name, f.bytes AS size,
        d.version, d.uploaded_at, d.released_at IS NOT NULL AS is_public, s.starts_at,
        (SELECT max(o.version) FROM slides o WHERE o.session = d.session AND o.speaker = d.speaker AND o.released_at IS NOT NULL
            AND o.version < d.version) AS older
    FROM slides d JOIN programme_session s ON s.id = d.session JOIN speaker p ON p.id = d.speaker
    JOIN stored_file f ON f.key = d.file AND f.deleted_at IS NULL
    WHERE s.event = $1 ORDER BY d.session, d.speaker, d.version DESC) x
ORDER BY starts_at NULLS LAST, session, name LIMIT $2 OFFSET $3
"""


async def handed_in(event_id: int, *, number: int = 1, size: int = PAGE_SIZE) -> tuple[list[HandedIn], Page]:
    """The newest slides for each session, by time."""
    rows = await db.fetch(_HANDED_IN, event_id, size, (number - 1) * size)
    return [msgspec.convert(dict(row), HandedIn) for row in rows], Page(number, size, rows[0]["total"] if rows else 0)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail to somebody who speaks is made of."""

    appearance: int
    email: str
    name: str
    title: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    slides_due_at: datetime | None
    sessions: Sequence[str]
    without: Sequence[str]
    missing: Sequence[str]
    briefing: str
    event: int
    said_at: datetime | None
    declined: bool
    declined_why: str
    absent: Sequence[str] = ()


_ASKED = f"""
WITH {PEOPLE}
SELECT r.appearance, r.email, r.name, e.title, e.timezone, e.starts_at, e.ends_at, p.slides_due_at, r.sessions, r.without,
    r.missing, coalesce(p.briefing, '') AS briefing, e.id AS event, coalesce(r.confirmed_at, r.declined_at) AS said_at,
    r.declined_at IS NOT NULL AS declined,
    coalesce(r.declined_why, '') AS declined_why, r.absent
FROM ready r, event e LEFT JOIN programme p ON p.event = e.id
WHERE e.id = $1 AND r.appearance = $2 AND e.state <> 'cancelled'
"""


async def asked(event_id: int, appearance_id: int) -> Asked | None:
    """None once there is nobody to write to, or nothing to write about."""
    row = await db.fetch_one(_ASKED, event_id, appearance_id)
    return None if row is None else msgspec.convert(dict(row), Asked)
