"""What people in a room are called by others."""

from portal.webinars.values import Participant

ANONYMOUS = "Anonymous"
_NAMELESS = "An attendee"


def shown(who: Participant) -> str:
    """`K. Haugen, QA manager`, else the company: enough to know whom one talks to, too little to write to them."""
    initial = f"{who.first_name[0]}. " if who.first_name and who.last_name else who.first_name
    name = f"{initial}{who.last_name}" or _NAMELESS
    role = who.job_title or who.company
    return f"{name}, {role}"[:200] if role else name
