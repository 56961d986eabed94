"""Who exhibits at an event: packages, applications and what each exhibitor may do."""

from enum import StrEnum

from piccolo.columns import Array, BigInt, BigSerial, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from portal.core.columns import one_of
from portal.core.db import DB
from portal.directory.tables.companies import Company
from portal.events.tables import Event
from portal.registration.tables import PromoCode, TicketType


class ExhibitorState(StrEnum):
    """applied → accepted or declined; the company may withdraw an application, the organiser cancel what was accepted. Of two
    parts in one event of companies that were made one, the one that does not count any more is `joined`.
    """

    APPLIED = "applied"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    JOINED = "joined"


class Right(StrEnum):
    """What an organiser can give an exhibitor, or not. Every route of that part asks for it (`guards`)."""

    SCAN = "scan"
    LEADS = "leads"
    EXPORT = "export"
    API = "api"
    MEETINGS = "meetings"
    PASSES = "passes"
    DOCUMENTS = "documents"


class Exhibition(Table, tablename="exhibition", db=DB):
    """That an event has exhibitors: until when companies may apply, what they read before, and who they can ask."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False, unique=True)
    applications_until = Timestamptz(null=True, default=None)
    open = Boolean(default=False, help_text="companies may apply")
    intro = Text(help_text="Markdown: what is offered, for companies that think of applying")
    intro_html = Text(help_text="sanitised when written")
    terms_url = Varchar(length=1000)
    contact_email = Varchar(length=254)
    currency = Varchar(length=3)
    practical = Text(help_text="Markdown on every desk: when stands are built, where goods are delivered, whom to call")
    practical_html = Text(help_text="sanitised when written")
    tasks_for = Timestamptz(null=True, default=None, help_text="when the event began as deadlines were set for it")
    staff_ticket = ForeignKey(
        TicketType, on_delete=OnDelete.set_null, null=True, default=None, help_text="of staff passes"
    )
    guest_ticket = ForeignKey(
        TicketType, on_delete=OnDelete.set_null, null=True, default=None, help_text="of guest codes"
    )
    version = BigInt(default=1, help_text="raised on every change; guards concurrent edits")
    created_at = Timestamptz()


class ExhibitionPackage(Table, tablename="exhibition_package", db=DB):
    """What a company takes part with. Of `rights` those accepted in it get a copy; prices are net, in minor units."""

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False)
    position = Integer()
    slug = Varchar(length=80)
    name = Varchar(length=120)
    summary = Varchar(length=400)
    includes: Array = Array(base_column=Varchar(length=200), help_text="what is included, line by line")
    price = BigInt(help_text="of taking part itself, net; what a booth costs comes on top")
    passes = Integer(help_text="staff passes included")
    guests = Integer(help_text="tickets its customers get by code")
    guest_discount = Integer(default=100, help_text="per cent off for them")
    most = Integer(null=True, default=None, help_text="exhibitors that can have it; null for any number")
    rights: Array = Array(base_column=Varchar(length=20))
    on_offer = Boolean(default=True)
    exhibition_package_once = Unique(["event", "slug"], name="exhibition_package_once")
    amounts = Check("price >= 0 AND passes >= 0 AND most > 0", name="exhibition_package_amounts")
    guest_amounts = Check("guests >= 0 AND guest_discount BETWEEN 1 AND 100", name="exhibition_package_guests")


class Exhibitor(Table, tablename="exhibitor", db=DB):
    """A company at an event, from its application on. One that counts at a time (a partial unique index). `rights` is the only
    truth about what its people may do here.
    """

    id = BigSerial(primary_key=True)
    event = ForeignKey(Event, on_delete=OnDelete.cascade, null=False)
    company = ForeignKey(Company, on_delete=OnDelete.restrict, null=False, index=True)
    package = ForeignKey(ExhibitionPackage, on_delete=OnDelete.restrict, null=False, index=True)
    state = Varchar(length=10, default=ExhibitorState.APPLIED.value)
    rights: Array = Array(base_column=Varchar(length=20))
    passes = Integer(help_text="staff passes it may give away")
    guests = Integer(
        null=True, default=None, help_text="tickets its customers may get by code; null: as its package has"
    )
    guest_code = ForeignKey(PromoCode, on_delete=OnDelete.set_null, null=True, default=None)
    badge_name = Varchar(length=200, help_text="what badges say for the company; empty: its name")
    contact_name = Varchar(length=120)
    contact_email = Varchar(length=254)
    wishes = Text(help_text="what it asked for when applying")
    headline = Varchar(length=200, help_text="what it shows at this event, in a line")
    about = Text(help_text="Markdown: at this event")
    about_html = Text(help_text="sanitised when written")
    languages: Array = Array(base_column=Varchar(length=3), help_text="spoken on the stand, as ISO 639 codes")
    host_name = Varchar(length=120, help_text="whom visitors of the event may write to")
    host_role = Varchar(length=120)
    host_email = Varchar(length=254)
    applied_at = Timestamptz()
    applied_by = Varchar(length=200)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Varchar(length=200)
    decision_note = Varchar(length=1000, help_text="what the company was told with it")
    ended_at = Timestamptz(null=True, default=None)
    version = BigInt(default=1, help_text="raised on every change; guards concurrent edits")
    state_known = one_of("state", ExhibitorState)
    some_passes = Check("passes >= 0", name="exhibitor_passes")
    some_guests = Check("guests >= 0", name="exhibitor_guests")
