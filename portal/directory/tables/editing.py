"""Versions of profiles, drafts, claims, merges."""

from enum import StrEnum

from piccolo.columns import (
    JSONB,
    BigSerial,
    ForeignKey,
    Integer,
    Real,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.accounts.tables import Account, Organisation
from portal.core.columns import one_of
from portal.core.db import DB
from portal.directory.tables.companies import ClaimWay, Company
from portal.placements.tables import Plan


class ClaimState(StrEnum):
    """`proved` waits for a person where another owner or staff must decide; `accepted` made the company's owner."""

    OPEN = "open"
    PROVED = "proved"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class HintState(StrEnum):
    OPEN = "open"
    MERGED = "merged"
    KEPT_APART = "kept_apart"


class CompanyRevision(Table, tablename="company_revision", db=DB):
    """A profile as it was published; never edited (a trigger refuses)."""

    id = BigSerial(primary_key=True)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False)
    number = Integer()
    profile = JSONB()
    author = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    origin = Varchar(length=80, help_text="where no person wrote it: import NAME, merge, the portal")
    note = Varchar(length=300)
    restored_from = Integer(null=True, default=None)
    at = Timestamptz()
    company_revision_once = Unique(["company", "number"], name="company_revision_once")


class CompanyDraft(Table, tablename="company_draft", db=DB):
    """The draft a company's members share. `base` is the number of the revision it began from."""

    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False, primary_key=True)
    profile = JSONB()
    base = Integer()
    version = Integer(default=1, help_text="raised by every save; guards against overwriting what was not seen")
    changed_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    changed_at = Timestamptz()


class Claim(Table, tablename="claim", db=DB):
    """Somebody says to speak for a company. At most one open claim of a person and company (partial unique index)."""

    id = BigSerial(primary_key=True)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False, index=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False, index=True)
    way = Varchar(length=10)
    state = Varchar(length=10, default=ClaimState.OPEN.value)
    token = Varchar(length=60, help_text="what the DNS record or the file must hold")
    email = Varchar(length=254, help_text="the company address a code goes to")
    document = Varchar(length=80, help_text="key of a stored file")
    domain = Varchar(length=253, help_text="the registered domain of the company's website when it was asked")
    organisation = ForeignKey(
        Organisation, on_delete=OnDelete.set_null, null=True, default=None, help_text="the claimant's, to become owner"
    )
    organisation_name = Varchar(length=200, help_text="of one to be founded instead")
    plan = Varchar(length=10, default=Plan.FREE.value, help_text="what the claimant came for")
    came_from = Varchar(length=300, help_text="our page that asked for the company to be claimed first; empty for none")
    evidence = Text(help_text="what was found last, in sentences for claimant and staff")
    asked_at = Timestamptz()
    checked_at = Timestamptz(null=True, default=None)
    check_at = Timestamptz(null=True, default=None, help_text="when the portal looks next by itself")
    objection = Varchar(length=400, help_text="what the present owner says against it")
    objected_at = Timestamptz(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Varchar(length=200)
    reason = Varchar(length=400)
    way_known = one_of("way", ClaimWay)
    state_known = one_of("state", ClaimState)
    claim_plan_known = one_of("plan", Plan)


class JoinRequest(Table, tablename="join_request", db=DB):
    """Somebody asks a company's owners to be invited. Answered by an invitation or a no; then the row is gone."""

    id = BigSerial(primary_key=True)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False, index=True)
    note = Varchar(length=400)
    asked_at = Timestamptz(index=True)
    join_request_once = Unique(["company", "account"], name="join_request_once")


class CompanyMerge(Table, tablename="company_merge", db=DB):
    """Two companies made one. `moved` holds what changed hands, so that it can be taken back."""

    id = BigSerial(primary_key=True)
    kept = ForeignKey(Company, on_delete=OnDelete.cascade, null=False, index=True)
    merged = ForeignKey(Company, on_delete=OnDelete.cascade, null=False, index=True)
    moved = JSONB(default="{}")
    by = Varchar(length=200)
    at = Timestamptz()
    undone_at = Timestamptz(null=True, default=None)
    undone_by = Varchar(length=200)


class DuplicateHint(Table, tablename="duplicate_hint", db=DB):
    """Two companies that look like one, with the reasons; a person decides."""

    id = BigSerial(primary_key=True)
    first = ForeignKey(Company, on_delete=OnDelete.cascade, null=False)
    second = ForeignKey(Company, on_delete=OnDelete.cascade, null=False, index=True)
    reasons = JSONB(default="[]")
    score = Real()
    state = Varchar(length=10, default=HintState.OPEN.value, index=True)
    found_at = Timestamptz()
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Varchar(length=200)
    state_known = one_of("state", HintState)
    in_order = Check("first < second", name="duplicate_hint_in_order")
    duplicate_hint_once = Unique(["first", "second"], name="duplicate_hint_once")
