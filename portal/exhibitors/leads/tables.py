"""Keys by which an exhibitor’s programs read its leads, and what its team asks at the stand."""

from piccolo.columns import Array, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
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


class LeadQuestion(Table, tablename="lead_question", db=DB):
    """What an exhibitor’s team asks whoever it scans. Without `choices` the answer is written freely."""

    id = BigSerial(primary_key=True)
    exhibitor = ForeignKey(Exhibitor, on_delete=OnDelete.cascade, null=False)
    position = Integer()
    text = Varchar(length=120)
    choices: Array = Array(base_column=Varchar(length=80))
    lead_question_once = Unique(["exhibitor", "text"], name="lead_question_once")
