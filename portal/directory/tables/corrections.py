"""What readers say is wrong with a profile."""

from enum import StrEnum

from piccolo.columns import BigSerial, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB
from portal.directory.tables.companies import Company


class CorrectionState(StrEnum):
    """`done`: the profile says it right now; `dismissed`: it was right, or this was no correction."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"


class CorrectionTopic(StrEnum):
    """What is wrong."""

    NAME = "name"
    ADDRESS = "address"
    FACTS = "facts"
    CLOSED = "closed"
    TWIN = "twin"
    OTHER = "other"
    MISSING = "missing"


class Correction(Table, tablename="correction", db=DB):
    """A reader's word that something is wrong, for the publisher's editors. `email` is only there to ask back.

    A company that is not in the directory is asked for in the same way, by topic `missing` and of no company; `added` is
    what was made of it, or the company that it was all along.
    A company says so of what a register says, which it cannot change; of each fact once at a time (partial unique index).
    """

    id = BigSerial(primary_key=True)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=True, default=None, index=True)
    topic = Varchar(length=10)
    text = Text()
    evidence = Varchar(length=500, help_text="a page that shows it")
    email = Varchar(length=254, index=True)
    fact_key = Varchar(
        length=20, help_text="where a company objects to what a register says: the fact's id in its profile"
    )
    name = Varchar(length=200, help_text="of a company that is missing")
    country = Varchar(length=2, help_text="of a company that is missing")
    added = ForeignKey(Company, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    sent_at = Timestamptz()
    state = Varchar(length=10, default=CorrectionState.OPEN.value)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Varchar(length=200)
    note = Varchar(length=400)
    topic_known = one_of("topic", CorrectionTopic)
    state_known = one_of("state", CorrectionState)
    missing_is_of_no_company = Check("(topic = 'missing') = (company IS NULL)")
