"""Every route of the package, and what it adds to pages of others: `wiring` takes them from here."""

from litestar.types import ControllerRouterHandler

from portal.directory.enquiries.desk import QUEUES
from portal.directory.enquiries.pages import asking as enquiry_pages
from portal.directory.enquiries.pages.files import may_read_file
from portal.directory.enquiries.pages.leads import LeadPages
from portal.directory.enquiries.pages.own import OwnPages, my_enquiries
from portal.directory.enquiries.pages.received import ReceivedPages
from portal.directory.enquiries.staff import StaffEnquiries
from portal.directory.feeds.api import CompanyApi
from portal.directory.feeds.atom import companies_atom
from portal.directory.pages.claiming import ClaimCodePages, ClaimPages
from portal.directory.pages.comparing import ComparePages
from portal.directory.pages.corrections import CorrectionPages, StaffCorrections
from portal.directory.pages.editing.asking import may_read_file as may_read_profile_file
from portal.directory.pages.editing.items import ItemPages
from portal.directory.pages.editing.overview import EditPages
from portal.directory.pages.editing.sections import SectionPages
from portal.directory.pages.guides import GuideToCompanies
from portal.directory.pages.history import HistoryPages
from portal.directory.pages.listing import DirectoryPages
from portal.directory.pages.managing import manage_home
from portal.directory.pages.members import MemberPages
from portal.directory.pages.own_company import OwnCompanyPages
from portal.directory.pages.plan import PlanPages
from portal.directory.pages.preview import PreviewGoPages, PreviewPages
from portal.directory.pages.profile import ProfilePages
from portal.directory.pages.reaching import ContactPages, GoPages
from portal.directory.pages.reconfirming import ReconfirmCode, ReconfirmPages
from portal.directory.pages.searches import SearchPages
from portal.directory.pages.sponsorships import SponsorshipPages
from portal.directory.pages.statistics import StatisticsPages
from portal.directory.pages.words import WordPages
from portal.directory.staff.adding import StaffAdding
from portal.directory.staff.claims import StaffClaims, StaffOwnership, may_read_document
from portal.directory.staff.duplicates import StaffDuplicates
from portal.directory.staff.upkeep import staff_reconfirmations

PUBLIC: list[ControllerRouterHandler] = [
    *(manage_home, PlanPages, SponsorshipPages, ProfilePages, GoPages),
    *(ContactPages, OwnCompanyPages, CorrectionPages, StatisticsPages, PreviewPages, PreviewGoPages),
    *(ClaimPages, ClaimCodePages, MemberPages),
    *(DirectoryPages, GuideToCompanies, WordPages, ComparePages, CompanyApi, companies_atom),
    *(EditPages, SectionPages, ItemPages, HistoryPages, ReconfirmPages, ReconfirmCode),
    *(enquiry_pages.NewPages, enquiry_pages.CodePages, ReceivedPages, LeadPages),
]
OWN: list[ControllerRouterHandler] = [SearchPages, my_enquiries, OwnPages]
"""In the account area."""
STAFF: list[ControllerRouterHandler] = [
    *(StaffClaims, StaffOwnership, StaffDuplicates, StaffCorrections),
    *(StaffAdding, staff_reconfirmations, StaffEnquiries),
]
READERS = {"claim": may_read_document, "company": may_read_profile_file, "enquiry": may_read_file}
"""Who may read private files, by the kind of their owner."""

__all__ = ["OWN", "PUBLIC", "QUEUES", "READERS", "STAFF"]
