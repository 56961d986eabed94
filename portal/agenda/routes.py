"""Every route of the package, and what it says on pages of others: `wiring` takes them from here."""

from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from portal.agenda.buttons import BUTTONS
from portal.agenda.cookies import arrive
from portal.agenda.feeds import agenda_file, personal_calendar
from portal.agenda.pages.address import AddressCodePages, AddressPages
from portal.agenda.pages.agenda import AgendaPages
from portal.agenda.pages.entries import EntryPages
from portal.agenda.pages.phone import PhonePages, own_calendar
from portal.agenda.pages.stands import StandPages
from portal.agenda.queries import held
from portal.agenda.staff import StaffForecast
from portal.agenda.values import Source

STAFF: list[ControllerRouterHandler] = [StaffForecast]
PUBLIC: list[ControllerRouterHandler] = [
    AgendaPages,
    EntryPages,
    PhonePages,
    StandPages,
    AddressPages,
    AddressCodePages,
    agenda_file,
    personal_calendar,
    own_calendar,
]
SOURCES: list[Source] = [held.places, held.meetings]
"""What one has a place in, of the packages below; others join in wiring."""

__all__ = ["BUTTONS", "GIVEN", "PUBLIC", "SOURCES", "STAFF", "arrive"]

GIVEN = {
    "saving": Provide(lambda: BUTTONS, sync_to_thread=False),
    "arrivals": Provide(lambda: [arrive], sync_to_thread=False),
    "agenda_sources": Provide(lambda: SOURCES, sync_to_thread=False),
}
"""What handlers ask for by name: those of events, of signing in, and our own."""
