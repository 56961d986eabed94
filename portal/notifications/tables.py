"""The outbox and what recipients asked for."""

from enum import StrEnum

from piccolo.columns import BigSerial, Boolean, Bytea, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB


class MailState(StrEnum):
    """Where a mail is. `accepted`: a mail server took it. `bounced`: it said no for good.

    `failed`: nobody took it in all tries, or it could never have been sent.
    """

    QUEUED = "queued"
    DEFERRED = "deferred"
    ACCEPTED = "accepted"
    BOUNCED = "bounced"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Reason(StrEnum):
    """Why an address gets no mail: its server refuses it, its owner does not want it, or staff stopped it.

    `doubted` stops nothing yet: its server refused it once without a reason.
    """

    REFUSED = "refused"
    DOUBTED = "doubted"
    UNSUBSCRIBED = "unsubscribed"
    STAFF = "staff"


class Mail(Table, tablename="mail", db=DB):
    """One mail to one address. `key` makes a second queueing of the same mail do nothing.

    While a worker sends it, `claimed_until` keeps others away; a worker that dies loses the claim by itself.
    """

    id = BigSerial(primary_key=True)
    key = Varchar(length=200, unique=True)
    topic = Varchar(length=40)
    recipient = Varchar(length=254, index=True)
    reply_to = Varchar(length=254)
    subject = Varchar(length=250)
    text = Text()
    html = Text()
    message_id = Varchar(length=200)
    about_kind = Varchar(length=40)
    about_key = Varchar(length=80)
    state = Varchar(length=12, default=MailState.QUEUED.value)
    attempts = Integer(help_text="tries begun")
    queued_at = Timestamptz()
    next_try_at = Timestamptz(null=True, default=None)
    claimed_until = Timestamptz(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)
    answer = Text(help_text="what the mail server said last, or why the portal did not ask it")
    state_known = one_of("state", MailState)


class MailPart(Table, tablename="mail_part", db=DB):
    """An attachment, or with `alternative` another form of the body (an invitation's text/calendar)."""

    id = BigSerial(primary_key=True)
    mail = ForeignKey(Mail, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    alternative = Boolean()
    filename = Varchar(length=120)
    content_type = Varchar(length=120)
    content = Bytea()


class Suppression(Table, tablename="suppression", db=DB):
    """An address (in lower case) that gets no mail: on `topic`, or with topic `*` none at all."""

    id = BigSerial(primary_key=True)
    address = Varchar(length=254)
    topic = Varchar(length=40, default="*")
    reason = Varchar(length=40)
    detail = Text()
    since = Timestamptz()
    reason_known = one_of("reason", Reason)
    suppression_once = Unique(["address", "topic"], name="suppression_once")
