"""Webinars, their series, and the people who run them."""

from enum import StrEnum

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.columns import one_of
from portal.core.db import DB
from portal.events.tables import Event
from portal.registration.tables import Seat
from portal.speakers.tables import Speaker


class RoomState(StrEnum):
    """What goes on in the room (house rule 29). It moves forward; a host may go back from `ended` to `live`."""

    SCHEDULED = "scheduled"
    LOBBY = "lobby"
    LIVE = "live"
    ENDED = "ended"
    REPLAY = "replay"
    CLOSED = "closed"


class VideoSource(StrEnum):
    """Where the picture comes from. `hand_over` leads to another service's room, which can change at any time."""

    NONE = "none"
    HLS = "hls"
    YOUTUBE = "youtube"
    VIMEO = "vimeo"
    HAND_OVER = "hand_over"


class ReplayAccess(StrEnum):
    """Who may watch afterwards: nobody, whoever registered (also later), everybody."""

    NONE = "none"
    GATED = "gated"
    OPEN = "open"


class CrewRole(StrEnum):
    """What somebody does at the desk. A speaker sees it and answers; hosts and moderators decide."""

    HOST = "host"
    MODERATOR = "moderator"
    SPEAKER = "speaker"


class Restriction(StrEnum):
    """A muted person may listen and vote; a removed one may not come in."""

    MUTED = "muted"
    REMOVED = "removed"


class WebinarSeries(Table, tablename="series", db=DB):
    """Webinars that belong together. With `one_registration`, a place in one is a place in all that are to come."""

    id = BigSerial(primary_key=True)
    slug = Varchar(length=120, unique=True)
    title = Varchar(length=200)
    summary = Varchar(length=400)
    one_registration = Boolean()
    created_at = Timestamptz()


class Webinar(Table, tablename="webinar", db=DB):
    """The room of an event, and how it goes through its states.

    `state` is the truth. `due_state` at `due_at` is what follows by the clock: whoever notices first moves it (a room's
    open pages at once, the worker for rooms nobody looks at). The host's buttons and a new time of the event write both.
    Actual times: `live_at`, `ended_at`. `position` of anything in the room is seconds since `live_at`.
    """

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, unique=True)
    series = ForeignKey(WebinarSeries, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    state = Varchar(length=10, default=RoomState.SCHEDULED.value)
    state_since = Timestamptz()
    due_state = Varchar(length=10)
    due_at = Timestamptz(null=True, default=None, index=True)
    planned_start = Timestamptz(help_text="the event’s start that `due_at` was planned by")
    live_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    lobby_minutes = Integer(default=30, help_text="the lobby opens so long before the start")
    starts_itself = Boolean(default=True, help_text="goes live at the start; otherwise the host presses a button")
    ends_itself = Boolean(default=True, help_text="ends at the end; otherwise the host does, or it does an hour later")
    source = Varchar(length=10, default=VideoSource.NONE.value)
    source_url = Varchar(length=1000, help_text="HLS playlist, id of the embedded film, or the other room’s address")
    simulated = Boolean(help_text="the recording is shown as if it were live: everybody sees the same second")
    captions = Varchar(length=32, help_text="key of a stored WebVTT file for the live picture")
    questions_on = Boolean(default=True)
    chat_on = Boolean(default=True)
    reactions_on = Boolean(default=True)
    replay = Varchar(length=8, default=ReplayAccess.GATED.value)
    replay_until = Timestamptz(null=True, default=None)
    version = BigInt(default=1, help_text="raised on every change by staff; guards concurrent edits")
    changed_at = Timestamptz(help_text="when staff last changed anything of it: settings, people, sponsors, polls")
    created_at = Timestamptz()
    state_known = one_of("state", RoomState)
    source_known = one_of("source", VideoSource)
    replay_known = one_of("replay", ReplayAccess)
    due_together = Check("(due_state = '') = (due_at IS NULL)", name="webinar_due_together")
    lobby_bounds = Check("lobby_minutes BETWEEN 0 AND 1440", name="webinar_lobby_bounds")


class WebinarSpeaker(Table, tablename="webinar_speaker", db=DB):
    """Who is on stage, in order. `is_moderator` leads through it."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    speaker = ForeignKey(Speaker, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    is_moderator = Boolean()
    webinar_speaker_once = Unique(["webinar", "speaker"], name="webinar_speaker_once")


class WebinarCrew(Table, tablename="webinar_crew", db=DB):
    """Somebody who may use the desk, by verified address; the publisher's organisers and editors always may."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    email = Varchar(length=254, index=True)
    name = Varchar(length=200)
    role = Varchar(length=10)
    added_at = Timestamptz()
    role_known = one_of("role", CrewRole)
    email_is_lower_case = Check("email = lower(email)", name="webinar_crew_email_lower")
    webinar_crew_once = Unique(["webinar", "email"], name="webinar_crew_once")


class RoomRestriction(Table, tablename="room_restriction", db=DB):
    """Somebody who was muted or shown the door, until it is lifted."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    kind = Varchar(length=10)
    reason = Varchar(length=300)
    by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    at = Timestamptz()
    lifted_at = Timestamptz(null=True, default=None)
    kind_known = one_of("kind", Restriction)


class BackstageNote(Table, tablename="backstage_note", db=DB):
    """What the crew says among itself."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False, index=True)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    author = Varchar(length=200)
    text = Varchar(length=1000)
    at = Timestamptz()
