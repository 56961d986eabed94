"""Accounts, their sessions and codes, organisations and members, staff roles, disclosures of personal data."""

from enum import StrEnum

from piccolo.columns import JSONB, BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB


class StaffRole(StrEnum):
    """What a member of the publisher's staff may do; `admin` may do everything."""

    ADMIN = "admin"
    ORGANISER = "organiser"
    EDITOR = "editor"
    FINANCE = "finance"
    DOOR = "door"
    SUPPORT = "support"


class MemberRole(StrEnum):
    """What a member may do in an organisation."""

    OWNER = "owner"
    EDITOR = "editor"
    LEADS = "leads"


class CodePurpose(StrEnum):
    """What a 6-digit code opens; a code for one purpose never opens another."""

    SIGN_IN = "sign_in"
    SIGN_UP = "sign_up"
    RESET = "reset"
    PASSWORD = "password"  # noqa: S105 — the change of one, by somebody signed in
    ADDRESS = "address"
    ERASURE = "erasure"
    CLAIM = "claim"
    ENQUIRY = "enquiry"
    RECONFIRM = "reconfirm"
    SPEAKING = "speaking"
    AGENDA = "agenda"


class Account(Table, tablename="account", db=DB):
    """A person. The address is stored lower-case and verified before anything is shown for it."""

    id = BigSerial(primary_key=True)
    email = Varchar(length=254, unique=True)
    name = Varchar(length=200)
    password_hash = Varchar(length=200, null=True, default=None)
    timezone = Varchar(length=64)
    created_at = Timestamptz()
    verified_at = Timestamptz(null=True, default=None)
    erased_at = Timestamptz(null=True, default=None)
    email_is_lower_case = Check("email = lower(email)", name="account_email_lower")


class AccountSession(Table, tablename="account_session", db=DB):
    """A signed-in browser. Only the hash of its secret is stored."""

    id = BigSerial(primary_key=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False, index=True)
    secret_hash = Varchar(length=64, unique=True)
    created_at = Timestamptz()
    seen_at = Timestamptz()
    expires_at = Timestamptz(index=True)
    user_agent = Varchar(length=300)
    revoked_at = Timestamptz(null=True, default=None)


class AccountCode(Table, tablename="account_code", db=DB):
    """One browser's wish to prove an address, and the newest code sent for it.

    The browser holds the ticket, so nobody else can spend the tries or use the code. Rows exist for addresses without
    an account too; those never get a `code_hash` and can only fail.
    """

    id = BigSerial(primary_key=True)
    ticket_hash = Varchar(length=64, unique=True)
    purpose = Varchar(length=20)
    email = Varchar(length=254, index=True, help_text="where the code goes")
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=True, default=None, index=True)
    code_hash = Varchar(length=64, null=True, default=None)
    sent = Integer(default=1, help_text="codes asked for; only the newest counts")
    tries = Integer(help_text="wrong tries at the newest code")
    tries_allowed = Integer(default=5)
    asked_at = Timestamptz(help_text="when the newest code was asked for")
    expires_at = Timestamptz(index=True)
    proved_at = Timestamptz(null=True, default=None, help_text="the code was right; the act is still to come")
    used_at = Timestamptz(null=True, default=None)
    user_agent = Varchar(length=300)
    details = JSONB(default="{}", help_text="what is to happen then; emptied once it did")
    purpose_known = one_of("purpose", CodePurpose)
    tries_bounded = Check("tries BETWEEN 0 AND tries_allowed", name="account_code_tries")


class StaffMember(Table, tablename="staff_member", db=DB):
    """A role held by an account."""

    id = BigSerial(primary_key=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    role = Varchar(length=20)
    since = Timestamptz()
    role_known = one_of("role", StaffRole)
    staff_member_once = Unique(["account", "role"], name="staff_member_once")


class Organisation(Table, tablename="organisation", db=DB):
    """A company or institution that people act for."""

    id = BigSerial(primary_key=True)
    slug = Varchar(length=90, unique=True)
    name = Varchar(length=200)
    country = Varchar(length=2, null=True, default=None)
    website = Varchar(length=500)
    created_at = Timestamptz()


class Membership(Table, tablename="membership", db=DB):
    """An account's role in an organisation."""

    id = BigSerial(primary_key=True)
    organisation = ForeignKey(Organisation, on_delete=OnDelete.cascade, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False, index=True)
    role = Varchar(length=20)
    since = Timestamptz()
    role_known = one_of("role", MemberRole)
    membership_once = Unique(["organisation", "account"], name="membership_once")


class Invitation(Table, tablename="invitation", db=DB):
    """A role offered to an address, until it is accepted, declined, withdrawn or too old."""

    id = BigSerial(primary_key=True)
    organisation = ForeignKey(Organisation, on_delete=OnDelete.cascade, null=False)
    email = Varchar(length=254, index=True)
    role = Varchar(length=20)
    invited_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    invited_at = Timestamptz()
    expires_at = Timestamptz(index=True)
    role_known = one_of("role", MemberRole)
    invitation_once = Unique(["organisation", "email"], name="invitation_once")


class Disclosure(Table, tablename="disclosure", db=DB):
    """Personal data that went to somebody else: what, to whom, why, when."""

    id = BigSerial(primary_key=True)
    email = Varchar(length=254, index=True)
    recipient = Varchar(length=200)
    what = Text()
    purpose = Varchar(length=200)
    at = Timestamptz()
