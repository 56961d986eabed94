"""Searches people keep, to hear of what is new in them."""

from enum import StrEnum

from piccolo.columns import Array, BigInt, BigSerial, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.accounts.tables import Account
from portal.core.columns import one_of
from portal.core.db import DB


class Frequency(StrEnum):
    """How often news of a search is sent."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    OFF = "off"


class SavedSearch(Table, tablename="saved_search", db=DB):
    """A search somebody keeps. `seen` are the companies it found when news was last sent, or when it was saved."""

    id = BigSerial(primary_key=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=120)
    query = Text(help_text="the filters as an address writes them, always in the same order")
    frequency = Varchar(length=10)
    seen: Array = Array(base_column=BigInt(), help_text="ids of companies")
    saved_at = Timestamptz()
    looked_at = Timestamptz(help_text="when `seen` was true")
    due_at = Timestamptz(null=True, default=None, index=True, help_text="when news is looked for next; null with `off`")
    frequency_known = one_of("frequency", Frequency)
    saved_search_once = Unique(["account", "query"], name="saved_search_once")
