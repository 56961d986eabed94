"""Who pays for a webinar, and is told of those who agree."""

from piccolo.columns import BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Unique
from piccolo.table import Table

from portal.core.db import DB
from portal.directory.tables.companies import Company
from portal.webinars.tables.rooms import Webinar


class WebinarSponsor(Table, tablename="webinar_sponsor", db=DB):
    """A company that sponsors. Consent is asked for each apart, in the newest wording (`portal.leads`)."""

    id = BigSerial(primary_key=True)
    webinar = ForeignKey(Webinar, on_delete=OnDelete.cascade, null=False)
    company = ForeignKey(Company, on_delete=OnDelete.cascade, null=False, index=True)
    position = Integer()
    note = Varchar(length=300, help_text="what the sponsor offers those who agree")
    added_at = Timestamptz()
    webinar_sponsor_once = Unique(["webinar", "company"], name="webinar_sponsor_once")
