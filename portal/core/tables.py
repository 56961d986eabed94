"""Tables of the ground floor: audit, rate limits, content versions, worker heartbeats."""

from piccolo.columns import JSONB, BigInt, BigSerial, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from portal.core.db import DB


class AuditEntry(Table, tablename="audit_entry", db=DB):
    """What staff and the portal itself did, never edited."""

    id = BigSerial(primary_key=True)
    at = Timestamptz(index=True)
    actor = Varchar(length=200)
    verb = Varchar(length=80)
    kind = Varchar(length=40)
    key = Varchar(length=80)
    facts = JSONB(default="{}")


class RateLimit(Table, tablename="rate_limit", db=DB):
    """Tries counted per key in one window."""

    key = Varchar(length=200, primary_key=True)
    window_ends_at = Timestamptz(index=True)
    tries = Integer()


class ContentVersion(Table, tablename="content_version", db=DB):
    """A number per kind of public content, raised by triggers in the change's own transaction."""

    tag = Varchar(length=40, primary_key=True)
    version = BigInt(default=1)


class WorkerHeartbeat(Table, tablename="worker_heartbeat", db=DB):
    """When each worker was last alive."""

    worker = Varchar(length=80, primary_key=True)
    seen_at = Timestamptz()
    note = Text()
