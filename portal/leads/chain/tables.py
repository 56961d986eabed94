"""Leads, and the chain their records make."""

from enum import StrEnum

from piccolo.columns import JSONB, Array, BigInt, BigSerial, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB


class Kind(StrEnum):
    """What a record tells. After `withdrawal` (the person’s wish), `removal` (the company’s) and `expiry` (kept long enough)
    nothing personal is left.
    """

    SCAN = "scan"
    RATING = "rating"
    NOTE = "note"
    TAGS = "tags"
    FOLLOW_UP = "follow_up"
    ANSWERS = "answers"
    WITHDRAWAL = "withdrawal"
    REMOVAL = "removal"
    EXPIRY = "expiry"


ENDS = frozenset({Kind.WITHDRAWAL, Kind.REMOVAL, Kind.EXPIRY})
"""After one of these a lead has nothing personal any more."""


class Rating(StrEnum):
    HOT = "hot"
    WARM = "warm"
    COLD = "cold"


class LeadChain(Table, tablename="lead_chain", db=DB):
    """Everything one company noted at one event. `length` and `head` are its last record’s, kept by a trigger; whoever appends
    holds this row, so that records follow each other without gap or fork.
    """

    id = BigSerial(primary_key=True)
    key = Varchar(length=32, unique=True, help_text="random; the chain’s name in exports, and what it begins with")
    company_id = BigInt()
    event_id = BigInt(index=True)
    length = Integer(default=0)
    head = Varchar(length=64)
    lead_chain_once = Unique(["company_id", "event_id"], name="lead_chain_once")


class LeadRecord(Table, tablename="lead_record", db=DB):
    """One link. Sequence and digests are made by a trigger; another refuses every change but the erasing of payload and salt."""

    id = BigSerial(primary_key=True)
    chain = ForeignKey(LeadChain, on_delete=OnDelete.restrict, null=False)
    seq = Integer()
    lead = Varchar(length=10, help_text="the lead’s code: it says nothing of the person")
    kind = Varchar(length=12)
    at = Timestamptz(help_text="when we received it; when it happened is in the payload")
    client_id = Varchar(
        length=36, null=True, default=None, help_text="the device’s own number: sent twice, it counts once"
    )
    payload = Text(null=True, default=None, help_text="canonical JSON, as it was digested; null once erased")
    salt = Varchar(
        length=32, null=True, default=None, help_text="goes with the payload, so that nobody can guess what it said"
    )
    payload_digest = Varchar(length=64)
    previous = Varchar(length=64)
    digest = Varchar(length=64)
    erased_at = Timestamptz(null=True, default=None)
    lead_record_once = Unique(["chain", "seq"], name="lead_record_once")
    kind_of_record_known = one_of("kind", Kind)
    erased_whole = Check(
        "(payload IS NULL) = (erased_at IS NOT NULL) AND (salt IS NULL) = (payload IS NULL)", name="lead_record_erased"
    )


class Lead(Table, tablename="lead", db=DB):
    """Somebody who agreed that a company is told of them at an event, as it stands now; gone once they take it back. `name` to
    `email` are what was handed over: nothing else is.
    """

    id = BigSerial(primary_key=True)
    chain = ForeignKey(LeadChain, on_delete=OnDelete.restrict, null=False)
    code = Varchar(length=10, unique=True, help_text="how company and portal speak of it without a name")
    consent_id = BigInt(index=True)
    email = Varchar(length=254, index=True)
    badge = Varchar(length=10, help_text="the code that was scanned last: two people may share an address")
    name = Varchar(length=250)
    first_name = Varchar(length=100)
    last_name = Varchar(length=100)
    job_title = Varchar(length=150)
    company = Varchar(length=200)
    rating = Varchar(length=4, null=True, default=None)
    note = Text()
    tags: Array = Array(base_column=Varchar(length=40))
    answers = JSONB(default="{}", help_text="to the company’s own questions, by the question’s text")
    follow_up = Varchar(length=200, help_text="what is to be done")
    follow_up_by = Date(null=True, default=None)
    follow_up_who = BigInt(null=True, default=None, help_text="the account of whoever does it")
    follow_up_done_at = Timestamptz(null=True, default=None)
    reminded_for = Date(null=True, default=None, help_text="the day it was due by when somebody was reminded of it")
    visits = Integer(default=1)
    first_at = Timestamptz()
    last_at = Timestamptz()
    last_by = BigInt(help_text="the account that scanned last")
    changed_at = Timestamptz(index=True)
    taken_out_at = Timestamptz(null=True, default=None, help_text="when it last went into a file or over the API")
    version = BigInt(default=1, help_text="raised on every change; guards concurrent edits")
    lead_badge_once = Unique(["chain", "badge"], name="lead_badge_once")
    rating_known = Check("rating IN ('hot', 'warm', 'cold')", name="lead_rating")


class LeadSigner(Table, tablename="lead_signer", db=DB):
    """A key that exports were signed with. It follows from `SECRET_KEY`: once that is another one, this tells whose it was."""

    public_key = Varchar(length=64, primary_key=True)
    first_used_at = Timestamptz()
    last_used_at = Timestamptz()
