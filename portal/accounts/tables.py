"""Accounts, their sessions and codes, organisations and members, staff roles, disclosures of personal data."""

from enum import StrEnum

from piccolo.columns import BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
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
    ADDRESS = "address"


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
    """A 6-digit code sent to an address; the newest unused one of a purpose counts."""

    id = BigSerial(primary_key=True)
    email = Varchar(length=254, index=True)
    purpose = Varchar(length=20)
    code_hash = Varchar(length=64)
    created_at = Timestamptz()
    expires_at = Timestamptz()
    tries = Integer()
    used_at = Timestamptz(null=True, default=None)
    purpose_known = one_of("purpose", CodePurpose)


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


class Disclosure(Table, tablename="disclosure", db=DB):
    """Personal data that went to somebody else: what, to whom, why, when."""

    id = BigSerial(primary_key=True)
    email = Varchar(length=254, index=True)
    recipient = Varchar(length=200)
    what = Text()
    purpose = Varchar(length=200)
    at = Timestamptz()
