"""People who speak."""

from piccolo.columns import JSONB, BigSerial, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

from portal.core.db import DB
from portal.directory.tables.companies import Company


class Speaker(Table, tablename="speaker", db=DB):
    """A person who speaks. `company_name` is how the person wants it written; `company` the profile it leads to.

    The address is never public: it is where the code to the speaker's desk goes, and empty where none is known.
    """

    id = BigSerial(primary_key=True)
    slug = Varchar(length=120, unique=True)
    name = Varchar(length=200)
    email = Varchar(length=254, index=True)
    job_title = Varchar(length=200)
    company_name = Varchar(length=200)
    company = ForeignKey(Company, on_delete=OnDelete.set_null, null=True, default=None, index=True)
    bio = Text(help_text="Markdown as written")
    bio_html = Text(help_text="sanitised when written")
    photo = Varchar(length=32, help_text="key of a stored picture")
    website = Varchar(length=500)
    links = Text(help_text="addresses of further pages about the person, one a line")
    created_at = Timestamptz()
    changed_at = Timestamptz()
    email_is_lower_case = Check("email = lower(email)", name="speaker_email_lower")


class SpeakerFormer(Table, tablename="speaker_former", db=DB):
    """What stood on a person’s page before they changed it themselves. It is theirs, so the audit trail, which nobody can erase,
    does not hold it.
    """

    id = BigSerial(primary_key=True)
    speaker = ForeignKey(Speaker, on_delete=OnDelete.cascade, null=False, index=True)
    at = Timestamptz(help_text="that of the change in the audit trail")
    before = JSONB(help_text="former values, by field")


class SpeakerAddress(Table, tablename="speaker_address", db=DB):
    """A former address of a person’s page, of a time when they were here twice: it leads to the one who is left."""

    slug = Varchar(length=120, primary_key=True)
    speaker = ForeignKey(Speaker, on_delete=OnDelete.cascade, null=False, index=True)
    since = Timestamptz()
