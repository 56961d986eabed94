"""The attendance ledger, the rules of certificates, and certificates."""

from piccolo.columns import BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.db import DB
from portal.registration.tables import Seat
from portal.webinars.tables.rooms import Webinar


class Attendance(Table, tablename="webinar_attendance", db=DB):
    """When a person was in the room. `spans` (tstzmultirange) and `watched` (int4multirange: seconds of the recording that
    were played) are columns of the database, see migrations: what several devices and returns say is one union.

    Only the server's clock counts. `watched_seconds` is real time spent with the recording: speed adds nothing.
    """

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    first_seen = Timestamptz()
    last_seen = Timestamptz()
    handed_over_at = Timestamptz(null=True, default=None, help_text="sent on to another service’s room")
    watched_seconds = Integer()
    resume_at = Integer(help_text="second of the recording to go on from")
    webinar_attendance_once = Unique(["webinar", "seat"], name="webinar_attendance_once")


class AttendanceDevice(Table, tablename="webinar_attendance_device", db=DB):
    """The last sign of life of one open page, by which the next one is joined to it."""

    id = BigSerial(primary_key=True)
    attendance = ForeignKey(Attendance, on_delete=OnDelete.cascade, null=False)
    device = Varchar(length=32)
    seen_at = Timestamptz()
    webinar_attendance_device_once = Unique(["attendance", "device"], name="webinar_attendance_device_once")


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


class Certificate(Table, tablename="certificate", db=DB):
    """A certificate as it was issued: what it says does not change afterwards. Revoked, it stays and says why."""

    id = BigSerial(primary_key=True)
    number = Varchar(length=20, unique=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.restrict, null=False, index=True)
    seat = ForeignKey(Seat, on_delete=OnDelete.set_null, null=True, default=None)
    rule = ForeignKey(CertificateRule, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=250)
    company = Varchar(length=200)
    title = Varchar(length=250)
    held_on = Varchar(length=60, help_text="the date as printed")
    minutes = Integer()
    credit = Varchar(length=200)
    issued_at = Timestamptz()
    revoked_at = Timestamptz(null=True, default=None)
    revoked_reason = Text()
    certificate_seat_once = Unique(["webinar", "seat"], name="certificate_seat_once")
    revoked_says_why = Check("(revoked_at IS NULL) = (revoked_reason = '')", name="certificate_revoked_reason")
