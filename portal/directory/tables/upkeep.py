"""Keeping facts true: when companies were asked whether theirs still hold."""

from piccolo.columns import BigSerial, Date, ForeignKey, Integer, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.db import DB
from portal.directory.tables.companies import Company


class Reconfirmation(Table, tablename="reconfirmation", db=DB):
    """A company was asked once in a quarter whether its facts still hold."""

    id = BigSerial(primary_key=True)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False)
    quarter = Date(help_text="its first day")
    facts = Integer(help_text="how many were ageing")
    asked_at = Timestamptz()
    answered_at = Timestamptz(null=True, default=None)
    answered_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, default=None)
    reconfirmation_once = Unique(["company", "quarter"], name="reconfirmation_once")
