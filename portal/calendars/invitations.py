"""Invitations to one attendee: iTIP REQUEST and CANCEL (RFC 5546) made from a stored revision. Pure.

- One ATTENDEE, and the same ORGANIZER throughout: calendars find the entry again by UID and ORGANIZER.
- PARTSTAT is ACCEPTED, for the attendee has registered: Gmail and Apple file the entry without asking "Are
  you going?"; Outlook asks anyway. RSVP is TRUE, so that a later "no" comes back to the organiser's mailbox;
  FALSE (Outlook then says that no answer is wanted, and sends none) where only a page of ours frees what is held.
- An event that is cancelled has a cancelled revision with its own, higher SEQUENCE: CANCEL with
  STATUS:CANCELLED.
- A seat that is cancelled while the event goes on: CANCEL of the revision as it is. Then RFC 5546 (3.2.5)
  wants SEQUENCE raised and forbids STATUS. See `rules.addressed_sequence` for what that means for later
  messages.
- No VALARM: when to be reminded is the attendee's own choice, and every calendar has a setting for it.
- DTSTAMP is the revision's time, so a mail that is sent again carries the same bytes.
"""

from email.utils import parseaddr

import msgspec

from portal.calendars import building, components, rules, zones
from portal.calendars.components import Raw
from portal.calendars.tables import Method
from portal.calendars.values import Revision
from portal.notifications.values import Part


def invitation(
    revision: Revision,
    *,
    method: Method,
    attendee_email: str,
    attendee_name: str,
    organizer: str,
    extra_text: str = "",
    conference: str = "",
    raised: int = 0,
    rsvp: str = "TRUE",
) -> bytes:
    """The iCalendar object of one message. `organizer` is a mailbox such as `Sterile Line
    <events@sterileline.example>`.

    `extra_text` and `conference` are for this attendee alone (the order's page, the join link). `raised`
    comes from `queries.raised` and matters to attendees whose seat was cancelled before. `rsvp` is FALSE
    where a calendar's answer is of no use. Raises ValueError
    for a REQUEST of a cancelled entry.
    """
    entry = revision.entry
    requested = method is Method.REQUEST
    if requested and entry.cancelled:
        raise ValueError("nobody can be invited to a cancelled entry")
    if conference:
        entry = msgspec.structs.replace(entry, conference=rules.uri(conference))
        revision = msgspec.structs.replace(revision, entry=entry)
    busy = building.busy(entry) if requested else "FREE"
    made = components.event(
        revision,
        sequence=rules.addressed_sequence(revision, method, raised),
        summary=entry.title,
        description=components.described(entry, rules.text(extra_text)),
        status=building.status(entry) if requested or entry.cancelled else "",
        busy=busy,
    )
    organizer_name, organizer_email = parseaddr(organizer)
    made.add("ORGANIZER", components.address(organizer_email, organizer_name), encode=False)
    answer = {"PARTSTAT": "ACCEPTED", "RSVP": rsvp} if requested else {}
    attendee = components.address(
        attendee_email, rules.one_line(attendee_name), CUTYPE="INDIVIDUAL", ROLE="REQ-PARTICIPANT", **answer
    )
    made.add("ATTENDEE", attendee, encode=False)
    if requested:
        made.add("X-MICROSOFT-CDO-INTENDEDSTATUS", Raw(busy), encode=False)
    head, tail = bytes(components.calendar(method.value).to_ical()).split(b"END:VCALENDAR")
    zone = zones.use_of(entry)
    told = zones.vtimezone(zone.name, zone.first_year, zone.last_year) if zone else b""
    return b"".join((head, told, bytes(made.to_ical()), b"END:VCALENDAR", tail))


def parts(
    revision: Revision,
    *,
    method: Method,
    attendee_email: str,
    attendee_name: str,
    organizer: str,
    extra_text: str = "",
    conference: str = "",
    raised: int = 0,
    rsvp: str = "TRUE",
) -> tuple[Part, Part]:
    """The two parts of the mail: another form of its body, which calendars act on, and the same as a file.

    The file's type names no method: Outlook would offer a second invitation.
    """
    content = invitation(
        revision,
        method=method,
        attendee_email=attendee_email,
        attendee_name=attendee_name,
        organizer=organizer,
        extra_text=extra_text,
        conference=conference,
        raised=raised,
        rsvp=rsvp,
    )
    filename = "invite.ics" if method is Method.REQUEST else "cancel.ics"
    return (
        Part(filename, f"text/calendar; method={method.value}; charset=utf-8", content, alternative=True),
        Part(filename, "application/ics", content),
    )
