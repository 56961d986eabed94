"""Every route of leads, and what they add to pages of others."""

from litestar.types import ControllerRouterHandler

from portal.exhibitors.leads.api import LeadApi
from portal.exhibitors.leads.jobs import JOBS, RECURRING
from portal.exhibitors.leads.pages.attendees import AccountScans, SeatScans, seat_part
from portal.exhibitors.leads.pages.badges import badge_page
from portal.exhibitors.leads.pages.counts import StaffLeads
from portal.exhibitors.leads.pages.exporting import ExportPages
from portal.exhibitors.leads.pages.keys import KeyPages
from portal.exhibitors.leads.pages.listing import LeadsOfExhibitor
from portal.exhibitors.leads.pages.offline import OfflinePages
from portal.exhibitors.leads.pages.proof import CheckPages
from portal.exhibitors.leads.pages.scanning import ScanPages
from portal.exhibitors.leads.scanned import events_of
from portal.leads.chain.values import OCCASION

DESK_PAGES: list[ControllerRouterHandler] = [ScanPages, OfflinePages, LeadsOfExhibitor, ExportPages, KeyPages]
PUBLIC: list[ControllerRouterHandler] = [*DESK_PAGES, badge_page, LeadApi, CheckPages, SeatScans]
OWN: list[ControllerRouterHandler] = [AccountScans]
"""In the account area."""
STAFF: list[ControllerRouterHandler] = [StaffLeads]
OCCASIONS = {OCCASION: events_of}
"""What consents can be about."""

__all__ = ["JOBS", "OCCASIONS", "OWN", "PUBLIC", "RECURRING", "STAFF", "seat_part"]
