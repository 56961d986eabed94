"""Files on their way into a programme."""

from piccolo.columns import JSONB, BigSerial, Bytea, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from portal.core.db import DB
from portal.events.tables import Event


class ProgrammeUpload(Table, tablename="programme_upload", db=DB):
    """A file somebody of the staff looks at before it is imported; kept for a day."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, index=True)
    name = Varchar(length=200)
    data = Bytea()
    options = JSONB(default="{}", help_text="what was chosen beside the file")
    actor = Varchar(length=200)
    uploaded_at = Timestamptz()
