"""Programmes: the draft staff work on, the copy the public reads, and the log between the two."""

from enum import StrEnum

from piccolo.columns import JSONB, BigInt, BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB
from portal.events.tables import Event
from portal.registration.tables import Seat
from portal.speakers.tables import Speaker


class SessionKind(StrEnum):
    """What a session is. A workshop may have places of its own; a break has no speakers and shows in every room."""

    TALK = "talk"
    PANEL = "panel"
    WORKSHOP = "workshop"
    BREAK = "break"


class SessionRole(StrEnum):
    """What somebody does in a session."""

    SPEAKER = "speaker"
    MODERATOR = "moderator"
    PANELIST = "panelist"
    HOST = "host"


class Level(StrEnum):
    """How much a session expects its audience to know already."""

    INTRODUCTORY = "introductory"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class ChangeKind(StrEnum):
    """What a release did to a session. `moved` is another time or room; `edited` anything else people read."""

    ADDED = "added"
    MOVED = "moved"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    REMOVED = "removed"
    EDITED = "edited"


class PlaceState(StrEnum):
    """waiting → given → ended, or given at once. Whoever asks again after the end begins anew."""

    WAITING = "waiting"
    GIVEN = "given"
    ENDED = "ended"


class PlaceEnd(StrEnum):
    """Why a place in a workshop, or in its line, is somebody’s no more. `swapped` for another one at the same time, which
    for `moved_up` they had waited for; `seat`: their place at the event has ended.
    """

    RETURNED = "returned"
    SWAPPED = "swapped"
    MOVED_UP = "moved_up"
    SEAT = "seat"
    SESSION = "session"
    ERASED = "erased"


class Programme(Table, tablename="programme", db=DB):
    """The programme of one event. `edition` rises with every change of the draft; `release` is the number of what is
    public, 0 before the first. `placed_for` is when the event began as the draft was made for it, `released_for` the same
    of what is public: another start than the event’s own now says that it moved since.
    """

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, unique=True)
    edition = BigInt()
    release = Integer()
    source = Varchar(length=60, help_text="where it is imported from; empty for one made here")
    credit = Varchar(length=300, help_text="source and licence of imported facts")
    slides_due_at = Timestamptz(null=True, default=None)
    slides_at_once = Boolean(default=False, help_text="slides are public as soon as they are handed in")
    shows_draft = Boolean(default=False, help_text="speakers see times at their desk that are not released yet")
    reminds = Boolean(default=True, help_text="who was invited is reminded before slides are due")
    briefing = Text(
        help_text="what speakers are told at their desk: when to be there, whom to call; Markdown as written"
    )
    briefing_html = Text(help_text="sanitised when written")
    placed_for = Timestamptz(null=True, default=None)
    released_for = Timestamptz(null=True, default=None)
    created_at = Timestamptz()


class ProgrammeRoom(Table, tablename="programme_room", db=DB):
    """A room, stage or hall of an event, in the order of the grid’s columns."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False)
    position = Integer()
    slug = Varchar(length=80)
    name = Varchar(length=120)
    source_name = Varchar(length=120, help_text="what an import calls it, whatever staff do; empty for one made here")
    note = Varchar(length=200, help_text="how to find it")
    capacity = Integer(null=True, default=None)
    programme_room_once = Unique(["event", "slug"], name="programme_room_once")
    holds_people = Check("capacity > 0", name="programme_room_capacity")


class RoomHours(Table, tablename="room_hours", db=DB):
    """A span in which a room can be used. One that names none can be at any time."""

    id = BigSerial(primary_key=True)
    room = ForeignKey(ProgrammeRoom, on_delete=OnDelete.cascade, null=False, index=True)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    ends_after_start = Check("ends_at > starts_at", name="room_hours_span")


class ProgrammeTrack(Table, tablename="programme_track", db=DB):
    """A thread through a programme. `colour` is one of the four of the style sheet, always shown beside the name."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False)
    position = Integer()
    slug = Varchar(length=80)
    name = Varchar(length=120)
    source_name = Varchar(length=120, help_text="what an import calls it, whatever staff do; empty for one made here")
    colour = Integer(default=1)
    programme_track_once = Unique(["event", "slug"], name="programme_track_once")
    colour_known = Check("colour BETWEEN 1 AND 4", name="programme_track_colour")


class ProgrammeSession(Table, tablename="programme_session", db=DB):
    """A session as staff have it now: the draft. The public reads `ReleasedSession`.

    `guid` is the identity in exports and calendars and never changes. Without a start it is not placed yet. Of an imported
    one, `source_key` is the identity in its source, `source_digest` tells whether the source says anything new, and
    `source_said` what it said last: a field in which the session differs from that is staff’s, and stays.
    """

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False)
    guid = Varchar(length=36)
    slug = Varchar(length=120)
    kind = Varchar(length=10, default=SessionKind.TALK.value)
    label = Varchar(length=80, help_text="how the organiser calls this kind of session, where that says more")
    title = Varchar(length=250)
    subtitle = Varchar(length=250)
    abstract = Text(help_text="Markdown as written")
    abstract_html = Text(help_text="sanitised when written")
    description = Text(help_text="Markdown as written")
    description_html = Text(help_text="sanitised when written")
    language = Varchar(length=35, help_text="BCP 47 tag")
    level = Varchar(length=12)
    track = ForeignKey(ProgrammeTrack, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    room = ForeignKey(ProgrammeRoom, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    starts_at = Timestamptz(null=True, default=None)
    ends_at = Timestamptz(null=True, default=None)
    capacity = Integer(null=True, default=None, help_text="places of its own, for which one signs up")
    recorded = Boolean(default=True, help_text="may be recorded, as far as the organiser is concerned")
    url = Varchar(length=1000, help_text="its page elsewhere")
    links = JSONB(default="[]", help_text="[kind, title, address] of each: link or attachment")
    cancelled_at = Timestamptz(null=True, default=None)
    source = Varchar(length=60, help_text="what it is imported from; empty for one made here")
    source_key = Varchar(length=200, null=True, default=None)
    source_digest = Varchar(length=64, help_text="empty: the source has it no more, or never had")
    source_said = JSONB(default="{}", help_text="SessionFacts as the source had them last; of people, marks")
    version = BigInt(default=1, help_text="raised on every change; guards concurrent edits")
    changed_at = Timestamptz()
    kind_known = one_of("kind", SessionKind)
    level_known = Check("level IN ('', 'introductory', 'intermediate', 'advanced')", name="programme_session_level")
    programme_session_guid = Unique(["event", "guid"], name="programme_session_guid")
    programme_session_slug = Unique(["event", "slug"], name="programme_session_slug")
    programme_session_source = Unique(["event", "source", "source_key"], name="programme_session_source")
    placed_whole = Check(
        "(starts_at IS NULL) = (ends_at IS NULL) AND ends_at > starts_at", name="programme_session_span"
    )
    holds_people = Check("capacity > 0", name="programme_session_capacity")


class SessionSpeaker(Table, tablename="session_speaker", db=DB):
    """Who is in a session, in order, and as what."""

    id = BigSerial(primary_key=True)
    session = ForeignKey(ProgrammeSession, on_delete=OnDelete.cascade, null=False)
    speaker = ForeignKey(Speaker, on_delete=OnDelete.cascade, null=False, index=True)
    role = Varchar(length=10, default=SessionRole.SPEAKER.value)
    position = Integer()
    role_known = one_of("role", SessionRole)
    session_speaker_once = Unique(["session", "speaker"], name="session_speaker_once")


class ReleasedSession(Table, tablename="released_session", db=DB):
    """A session as the public reads it: the draft’s row at the last release. What left the programme is gone from here; what
    was cancelled stays and says so. The people are `released_speaker`.
    """

    session = BigInt(primary_key=True, help_text="id of the draft it was made from, which may be gone")
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    guid = Varchar(length=36)
    slug = Varchar(length=120)
    kind = Varchar(length=10)
    label = Varchar(length=80)
    title = Varchar(length=250)
    subtitle = Varchar(length=250)
    abstract_html = Text()
    description_html = Text()
    language = Varchar(length=35)
    level = Varchar(length=12)
    track = ForeignKey(ProgrammeTrack, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    room = ForeignKey(ProgrammeRoom, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    capacity = Integer(null=True, default=None)
    taken = Integer(help_text="places of a workshop given away; kept by a trigger on them")
    recorded = Boolean()
    url = Varchar(length=1000)
    links = JSONB(default="[]")
    cancelled_at = Timestamptz(null=True, default=None)
    since_release = Integer(help_text="the release that changed it last")
    released_session_slug = Unique(["event", "slug"], name="released_session_slug")
    within_capacity = Check("taken >= 0", name="released_session_taken")


class ReleasedSpeaker(Table, tablename="released_speaker", db=DB):
    """Who the public reads to be in a session. Name and photo are the person’s own, as they are now."""

    id = BigSerial(primary_key=True)
    session = ForeignKey(ReleasedSession, on_delete=OnDelete.cascade, null=False)
    speaker = ForeignKey(Speaker, on_delete=OnDelete.cascade, null=False, index=True)
    role = Varchar(length=10)
    position = Integer()
    released_speaker_once = Unique(["session", "speaker"], name="released_speaker_once")


class ProgrammeRelease(Table, tablename="programme_release", db=DB):
    """A version of the programme that was made public."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False)
    number = Integer()
    released_at = Timestamptz()
    actor = Varchar(length=200)
    note = Varchar(length=400, help_text="what staff say of it, in public")
    programme_release_once = Unique(["event", "number"], name="programme_release_once")


class ReleaseChange(Table, tablename="release_change", db=DB):
    """One line of the public change log. `before` and `after` hold what differs, by name, as people read it."""

    id = BigSerial(primary_key=True)
    release = ForeignKey(ProgrammeRelease, on_delete=OnDelete.cascade, null=False, index=True)
    session = BigInt(help_text="id of the session, which may be gone")
    slug = Varchar(length=120)
    title = Varchar(length=250)
    kind = Varchar(length=10)
    before = JSONB(default="{}")
    after = JSONB(default="{}")
    kind_known = one_of("kind", ChangeKind)


class SessionPlace(Table, tablename="session_place", db=DB):
    """Somebody has a place in a workshop, or waits in the order of `since`. It goes along with their place at the event."""

    id = BigSerial(primary_key=True)
    session = ForeignKey(ReleasedSession, on_delete=OnDelete.cascade, null=False)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    state = Varchar(length=8, default=PlaceState.GIVEN.value)
    since = Timestamptz(help_text="when it was asked for")
    given_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    end_reason = Varchar(length=10)
    session_place_once = Unique(["session", "seat"], name="session_place_once")
    state_known = one_of("state", PlaceState)
    whole = Check(
        "(state <> 'given' OR given_at IS NOT NULL) AND (state = 'ended') = (ended_at IS NOT NULL)",
        name="session_place_whole",
    )
