"""Somebody at an event: what is asked of them, what they answered and handed in."""

from enum import StrEnum

from piccolo.columns import JSONB, BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB
from portal.events.tables import Event
from portal.leads.tables import ConsentWording
from portal.programme.tables import ProgrammeSession
from portal.speakers.tables import Speaker


class Appearance(Table, tablename="appearance", db=DB):
    """Somebody speaks at an event: what is asked of them, and what they answered at their desk."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False)
    speaker = ForeignKey(Speaker, on_delete=OnDelete.cascade, null=False, index=True)
    source_key = Varchar(length=200, help_text="identity in the source the programme comes from; empty: the name is")
    source_name = Varchar(length=200, help_text="as the source wrote it last")
    source_said = JSONB(default="{}", help_text="biography, company and job title as the source gave them last")
    aliases = JSONB(default="[]", help_text="identities in the source of others who turned out to be this person")
    invited_at = Timestamptz(null=True, default=None, help_text="when the desk was last pointed out by mail")
    answered_availability_at = Timestamptz(null=True, default=None)
    recording_wording = ForeignKey(ConsentWording, on_delete=OnDelete.restrict, null=True, default=None, index=True)
    recording_agreed_at = Timestamptz(null=True, default=None)
    recording_refused_at = Timestamptz(null=True, default=None)
    note = Text(help_text="to the organiser: what is needed on stage")
    reminded_at = Timestamptz(null=True, default=None, help_text="when what is missing was last asked for by mail")
    opened_at = Timestamptz(null=True, default=None, help_text="when the desk was last opened")
    confirmed_at = Timestamptz(null=True, default=None, help_text="when the person said that they come")
    declined_at = Timestamptz(null=True, default=None, help_text="when the person said that they do not come")
    declined_why = Varchar(length=400)
    appearance_once = Unique(["event", "speaker"], name="appearance_once")
    comes_or_not = Check("confirmed_at IS NULL OR declined_at IS NULL", name="appearance_comes_or_not")
    one_answer = Check("recording_agreed_at IS NULL OR recording_refused_at IS NULL", name="appearance_one_answer")


class OpenDesk(Table, tablename="open_desk", db=DB):
    """A browser in which an address was proved by a code. Only the hash of its secret is stored; a row that is gone is a desk
    that is shut. Rows of an address that no speaker has any more go with it.
    """

    id = BigSerial(primary_key=True)
    secret_hash = Varchar(length=64, unique=True)
    email = Varchar(length=254, index=True)
    opened_at = Timestamptz()
    expires_at = Timestamptz(index=True)
    user_agent = Varchar(length=300)


class RecordingAnswer(Table, tablename="recording_answer", db=DB):
    """What somebody answered to being recorded, in which words and when: every answer, the newest is on the appearance."""

    id = BigSerial(primary_key=True)
    appearance = ForeignKey(Appearance, on_delete=OnDelete.cascade, null=False, index=True)
    wording = ForeignKey(ConsentWording, on_delete=OnDelete.restrict, null=False, index=True)
    agreed = Boolean()
    answered_at = Timestamptz()
    excepted = JSONB(default="[]", help_text="titles of the sessions a yes did not hold for")


class ExceptionKind(StrEnum):
    """What a yes to the whole event does not hold for, in one session."""

    COMING = "coming"
    RECORDING = "recording"


class SessionException(Table, tablename="session_exception", db=DB):
    """A session in which somebody who comes to the event is not, or in which somebody who is recorded there is not."""

    id = BigSerial(primary_key=True)
    appearance = ForeignKey(Appearance, on_delete=OnDelete.cascade, null=False)
    session = ForeignKey(ProgrammeSession, on_delete=OnDelete.cascade, null=False, index=True)
    kind = Varchar(length=9)
    kind_known = one_of("kind", ExceptionKind)
    session_exception_once = Unique(["appearance", "session", "kind"], name="session_exception_once")


class Slides(Table, tablename="slides", db=DB):
    """A version of what somebody shows in a session. The newest one that is released is public once the session is.

    `file` is the key of a stored document, whose owner is the version itself.
    """

    id = BigSerial(primary_key=True)
    session = ForeignKey(ProgrammeSession, on_delete=OnDelete.cascade, null=False)
    speaker = ForeignKey(Speaker, on_delete=OnDelete.cascade, null=False, index=True)
    version = Integer()
    file = Varchar(length=32, unique=True)
    uploaded_at = Timestamptz()
    released_at = Timestamptz(null=True, default=None)
    slides_version_once = Unique(["session", "speaker", "version"], name="slides_version_once")
    counts_from_one = Check("version >= 1", name="slides_version")


class Availability(Table, tablename="availability", db=DB):
    """A span in which somebody can speak. Who named none and answered can at any time."""

    id = BigSerial(primary_key=True)
    appearance = ForeignKey(Appearance, on_delete=OnDelete.cascade, null=False, index=True)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    ends_after_start = Check("ends_at > starts_at", name="availability_span")
