"""Keys by which an exhibitor’s programs read its leads."""

from piccolo.columns import BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from portal.core.db import DB
from portal.exhibitors.tables.exhibiting import Exhibitor


class LeadKey(Table, tablename="lead_key", db=DB):
    """The one key an exhibitor has; another takes its place. Shown once: what is stored is its hash."""

    id = BigSerial(primary_key=True)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False, unique=True)
    hashed = Varchar(length=64, unique=True)
    starts = Varchar(length=12, help_text="its first characters, to tell it by")
    made_at = Timestamptz()
    made_by = Varchar(length=200)
    used_at = Timestamptz(null=True, default=None)
