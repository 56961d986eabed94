"""How often companies are looked at: sums by day, and what keeps a visitor from being counted twice."""

from enum import StrEnum

from piccolo.columns import BigSerial, Bytea, Date, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB
from portal.directory.tables.companies import Company


class Kind(StrEnum):
    """What happened: the profile was opened, a list showed the company, something of it was asked for; its paid place was
    shown, or followed to the profile.
    """

    VIEW = "view"
    LISTED = "listed"
    WEBSITE = "website"
    EMAIL = "email"
    PHONE = "phone"
    DOCUMENT = "document"
    VIDEO = "video"
    ENQUIRY = "enquiry"
    LANE = "lane"
    LANE_CLICK = "lane_click"


class Left(StrEnum):
    """Why something was left out of the count."""

    HEAD = "head"
    PREFETCH = "prefetch"
    NO_AGENT = "no_agent"
    CRAWLER = "crawler"
    PROGRAM = "program"
    REPEAT = "repeat"
    STAFF = "staff"
    OWN = "own"


class CompanyDay(Table, tablename="company_day", db=DB):
    """How often something happened on one day where the publisher is. With `reason` it was left out of the count."""

    id = BigSerial(primary_key=True)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False)
    day = Date(index=True)
    kind = Varchar(length=10)
    reason = Varchar(length=10, help_text="empty where it counts")
    times = Integer()
    kind_known = one_of("kind", Kind)
    reason_known = Check(
        f"reason IN ('', {', '.join(repr(reason.value) for reason in Left)})", name="company_day_reason_known"
    )
    company_day_once = Unique(["company", "day", "kind", "reason"], name="company_day_once")


class CompanyVisit(Table, tablename="company_visit", db=DB):
    """What was counted a moment ago and is a repeat until then. `key` is a hash of visitor and page under the day's salt:
    nobody can tell whose it was, and no other day's hash is like it. Unlogged (see migrations).
    """

    key = Bytea(primary_key=True)
    until = Timestamptz(index=True)


class AudienceSalt(Table, tablename="audience_salt", db=DB):
    """The secret of today's visitor hashes; thrown away with the day."""

    day = Date(primary_key=True)
    salt = Bytea()
