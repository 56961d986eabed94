"""Calendar items, their revisions, the ledger of who was sent which, secret feed addresses and what they told."""

from enum import StrEnum

from piccolo.columns import JSONB, BigSerial, Bytea, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB
from portal.notifications.tables import Mail


class Method(StrEnum):
    """The iTIP method of a message (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class CalendarItem(Table, tablename="calendar_item", db=DB):
    """A thing with a place in calendars. Its UID never changes."""

    id = BigSerial(primary_key=True)
    kind = Varchar(length=40)
    key = Varchar(length=80)
    uid = Varchar(length=200, unique=True)
    revision = Integer(help_text="number of the newest revision")
    changed_at = Timestamptz(help_text="when the newest revision was made")
    calendar_item_once = Unique(["kind", "key"], name="calendar_item_once")


class CalendarRevision(Table, tablename="calendar_revision", db=DB):
    """One state of an item. `sequence` is RFC 5545's SEQUENCE; `vevent` the bytes feeds are joined from."""

    id = BigSerial(primary_key=True)
    item = ForeignKey(CalendarItem, on_delete=OnDelete.cascade, null=False)
    number = Integer()
    sequence = Integer()
    at = Timestamptz()
    entry = JSONB()
    digest = Varchar(length=64)
    vevent = Bytea()
    zone = Varchar(length=64, help_text="the zone the VEVENT refers to; empty for UTC and all-day entries")
    first_year = Integer()
    last_year = Integer()
    calendar_revision_once = Unique(["item", "number"], name="calendar_revision_once")
    calendar_revision_counts = Check("sequence >= 0 AND sequence < number", name="calendar_revision_counts")


class CalendarMessage(Table, tablename="calendar_message", db=DB):
    """A message to one address that put a revision into its calendar or took the entry out: the ledger.

    `mail` carried it, alone or with messages about other items, and its state says whether it arrived; null stands for a
    message that did. `raised`: how
    far the address's SEQUENCE runs ahead of the item's from then on, because it was taken off an event that
    went on (see `rules.addressed_sequence`).
    """

    id = BigSerial(primary_key=True)
    item = ForeignKey(CalendarItem, on_delete=OnDelete.cascade, null=False)
    address = Varchar(length=254, index=True)
    number = Integer()
    method = Varchar(length=10)
    sent_at = Timestamptz()
    raised = Integer()
    mail = ForeignKey(Mail, on_delete=OnDelete.set_null, null=True, default=None)
    method_known = one_of("method", Method)
    calendar_message_each = Unique(["mail", "item"], name="calendar_message_each")


class FeedAddress(Table, tablename="feed_address", db=DB):
    """The secret address of somebody's own feed; rotating replaces `secret`."""

    id = BigSerial(primary_key=True)
    kind = Varchar(length=40)
    key = Varchar(length=254)
    secret = Varchar(length=64, unique=True)
    created_at = Timestamptz()
    fetched_at = Timestamptz(null=True, default=None)
    feed_address_once = Unique(["kind", "key"], name="feed_address_once")


class CalendarTold(Table, tablename="calendar_told", db=DB):
    """What the calendar of one person was last told of an item, by its feed or by mail: SEQUENCE and DTSTAMP of their own.
    It stays when the item leaves the calendar (`digest` is empty then), so that whatever it comes back as is newer than what
    somebody's phone may still hold.
    """

    id = BigSerial(primary_key=True)
    feed = ForeignKey(FeedAddress, on_delete=OnDelete.cascade, null=False)
    item = ForeignKey(CalendarItem, on_delete=OnDelete.cascade, null=False, index=True)
    digest = Varchar(length=80, help_text="number of the revision, and what is the reader's own about it")
    sequence = Integer()
    at = Timestamptz()
    calendar_told_once = Unique(["feed", "item"], name="calendar_told_once")
