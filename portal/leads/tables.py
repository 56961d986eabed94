"""Wordings of consent, and receipts for it."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.db import DB


class ConsentWording(Table, tablename="wording_of_consent", db=DB):
    """A sentence people agree to. Never edited: another wording is another version."""

    id = BigSerial(primary_key=True)
    kind = Varchar(length=40, help_text="what it is about: webinar_sponsor, badge_scan")
    key = Varchar(length=80)
    version = Integer()
    text = Text()
    since = Timestamptz()
    consent_wording_once = Unique(["kind", "key", "version"], name="consent_wording_once")
    counts_from_one = Check("version >= 1", name="consent_wording_version")


class Consent(Table, tablename="consent", db=DB):
    """A receipt: a person agreed that one company is told about them. One that stands at a time for person, company and
    occasion (a partial unique index, see migrations); taken back, it stays and says so.
    """

    id = BigSerial(primary_key=True)
    email = Varchar(length=254, index=True)
    person = Varchar(length=250, default="", help_text="whose, by name, where people may share an address")
    company_id = BigInt(index=True, help_text="who may be told")
    company_name = Varchar(length=200, help_text="as it was shown")
    wording = ForeignKey(ConsentWording, on_delete=OnDelete.restrict, null=False, index=True)
    kind = Varchar(length=40, help_text="the occasion: webinar, event")
    key = Varchar(length=80)
    how = Varchar(length=40, help_text="where it was given: registration, room, replay, badge")
    given_at = Timestamptz()
    withdrawn_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None, help_text="when the company was first shown whom it is of")
    email_is_lower_case = Check("email = lower(email)", name="consent_email_lower")
