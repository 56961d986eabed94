"""The attendance ledger, the rules of certificates, and certificates."""

from piccolo.columns import JSONB, BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.db import DB
from portal.registration.tables import Seat
from portal.webinars.tables.rooms import Webinar


class Attendance(Table, tablename="webinar_attendance", db=DB):
    """When a person was in the room, and what they saw of its recording: unions over all their open pages. Columns of the
    database, see migrations: `spans` (tstzmultirange) in the room, `watched` (int4multirange) seconds of the recording
    that were played, `watching` (tstzmultirange) real time spent playing it.

    Only the server's clock counts. A union is the same in whatever order signs of life come, and however often.
    """

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    first_seen = Timestamptz()
    last_seen = Timestamptz()
    here_until = Timestamptz(help_text="counts as present until then, without another sign of life")
    handed_over_at = Timestamptz(null=True, default=None, help_text="sent on to another service’s room")
    resume_at = Integer(null=True, default=None, help_text="second of the recording to go on from")
    webinar_attendance_once = Unique(["webinar", "seat"], name="webinar_attendance_once")


class AttendancePage(Table, tablename="webinar_attendance_page", db=DB):
    """One open page. Its signs of life no further apart than `gap_seconds` are one stay: `spans` (tstzmultirange)."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    page = Varchar(length=32)
    gap_seconds = Integer()
    webinar_attendance_page_once = Unique(["webinar", "seat", "page"], name="webinar_attendance_page_once")


class AttendanceCorrection(Table, tablename="webinar_attendance_correction", db=DB):
    """Minutes that staff added or took off, with the reason the attendee reads."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    minutes = Integer()
    reason = Varchar(length=300)
    by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    by_name = Varchar(length=200)
    at = Timestamptz()
    says_why = Check("minutes <> 0 AND reason <> ''", name="webinar_attendance_correction_reason")


class CertificateRule(Table, tablename="certificate_rule", db=DB):
    """What a certificate asks for. Never edited: the version in force when a seat was confirmed holds for that seat."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    version = Integer()
    since = Timestamptz()
    minutes = Integer(help_text="in the room while live, or with the recording")
    polls = Integer(help_text="polls answered, at least")
    test_percent = Integer(help_text="right answers in the short test, in per cent; 0 asks for no test")
    replay_counts = Boolean(help_text="minutes with the recording count like live ones")
    credit = Varchar(length=200, help_text="what it is worth, as printed: 1 CPD hour")
    offered = Boolean(default=True, help_text="false ends it: seats from then on earn none")
    certificate_rule_once = Unique(["webinar", "version"], name="certificate_rule_once")
    bounds = Check(
        "minutes BETWEEN 0 AND 1440 AND polls >= 0 AND test_percent BETWEEN 0 AND 100", name="certificate_rule_bounds"
    )


class Attempt(Table, tablename="webinar_test_attempt", db=DB):
    """One go at the short test. The best of them counts."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    number = Integer(help_text="the first, second or third")
    asked = Integer(help_text="questions there were")
    correct = Integer(help_text="answered right")
    answers = JSONB(default="{}", help_text="ids of the options chosen, by question")
    at = Timestamptz()
    webinar_test_attempt_once = Unique(["webinar", "seat", "number"], name="webinar_test_attempt_once")
    bounds = Check(
        "number BETWEEN 1 AND 3 AND correct BETWEEN 0 AND asked AND asked > 0", name="webinar_test_attempt_bounds"
    )


class Certificate(Table, tablename="certificate", db=DB):
    """A certificate as it was issued: what it says does not change afterwards. Revoked, it stays and says why.

    A seat has one standing at most (a partial unique index). It is its holder’s own: `email` finds it when the place has
    long gone to somebody else.
    """

    id = BigSerial(primary_key=True)
    number = Varchar(length=20, unique=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.restrict, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    rule = ForeignKey(CertificateRule, on_delete=OnDelete.restrict, null=False)
    email = Varchar(length=254, index=True)
    name = Varchar(length=250)
    company = Varchar(length=200)
    title = Varchar(length=250)
    held_on = Varchar(length=60, help_text="the date as printed")
    minutes = Integer()
    credit = Varchar(length=200)
    issued_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)
    revoked_reason = Text()
    reason_is_public = Boolean(help_text="the reason stands on the page where anybody checks the number")
    revoked_says_why = Check("(revoked_at IS NULL) = (revoked_reason = '')", name="certificate_revoked_reason")
