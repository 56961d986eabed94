"""What the publisher’s editors see to in the directory, as their navigation lists it."""

from portal.accounts.duties import Queue
from portal.directory.enquiries.queries import staff
from portal.directory.permissions import can_moderate
from portal.directory.queries import waiting

_AT = "/staff/companies"
QUEUES = (
    Queue("claims", "Claims", f"{_AT}/claims", can_moderate, waiting.CLAIMS),
    Queue("duplicates", "Duplicates", f"{_AT}/duplicates", can_moderate, waiting.PAIRS),
    Queue("corrections", "Corrections", f"{_AT}/corrections", can_moderate, waiting.CORRECTIONS),
    Queue("reconfirmations", "Facts that wait", f"{_AT}/reconfirmations", can_moderate, waiting.SILENT),
    Queue("enquiries", "Enquiries", "/staff/enquiries", can_moderate, staff.COUNT_WAITING),
)
