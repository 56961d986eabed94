"""Mails around a webinar: what is sent when, and to whom it went."""

from enum import StrEnum

from piccolo.columns import BigSerial, Boolean, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB
from portal.notifications.tables import Mail
from portal.registration.tables import Seat
from portal.webinars.tables.rooms import Webinar


class ReminderKind(StrEnum):
    """A week, a day, an hour, ten minutes before; after it, one for those who came and one for those who did not."""

    WEEK = "week"
    DAY = "day"
    HOUR = "hour"
    TEN_MINUTES = "ten_minutes"
    ATTENDED = "attended"
    MISSED = "missed"


class Reminder(Table, tablename="webinar_reminder", db=DB):
    """One mail of the series: switched on or off, with the host's own words above ours."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(length=12)
    is_on = Boolean(default=True)
    words = Text(help_text="plain text; empty for ours alone")
    kind_known = one_of("kind", ReminderKind)
    webinar_reminder_once = Unique(["webinar", "kind"], name="webinar_reminder_once")


class ReminderSent(Table, tablename="webinar_reminder_sent", db=DB):
    """A reminder that was due to a seat for one start of the event; moved, it is due again. `mail` says how it went."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(length=12)
    seat = ForeignKey(Seat, on_delete=OnDelete.cascade, null=False, index=True)
    starts_at = Timestamptz(help_text="the start it speaks of")
    at = Timestamptz()
    mail = ForeignKey(Mail, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    kind_known = one_of("kind", ReminderKind)
    webinar_reminder_sent_once = Unique(["webinar", "kind", "seat", "starts_at"], name="webinar_reminder_sent_once")
