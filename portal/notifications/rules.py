"""What mail is about, when it is tried again, and what a server's answer means."""

import re
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email

from portal.core.urgency import Urgency
from portal.notifications.tables import Reason
from portal.notifications.values import Answer, Stage, Verdict

TRANSACTIONAL = frozenset(
    {
        "codes",
        "orders",
        "calendar",
        "waiting",
        "certificates",
        "plans",
        "companies",
        "enquiries",
        "enquiries-staff",
        "leads",
    }
)
"""Mail that is part of what somebody asked for or bought: it cannot be switched off."""

LEASE = timedelta(minutes=5)
"""How long a worker keeps a mail to itself. Longer than one try can take: see the limit in `sending.smtp`."""

EARLY = timedelta(seconds=5)
"""A try may come this much early, because database and worker need not have the same clock."""

OVERDUE = timedelta(minutes=1)
"""A mail this late without a job is given a new one."""

_M, _H = timedelta(minutes=1), timedelta(hours=1)
_WAITS = (_M, 5 * _M, 15 * _M, _H, 4 * _H, 12 * _H, 12 * _H, 18 * _H)
_WAITS_FOR_CODES = (_M, 5 * _M)

DOUBT = timedelta(days=1)
"""A second refusal without a reason counts against an address when this much time lies between the two."""

JOBS = ("notifications.deliver", "notifications.deliver_now")
"""Delivery has two ways to the mail server, so that a slow one never keeps somebody from the code they wait for."""

_URGENCY = {"codes": Urgency.SOMEBODY_WAITS, "calendar": Urgency.ONE_OF_MANY, "webinar-reminders": Urgency.ONE_OF_MANY}

_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
_NO_SUCH_ADDRESS = {(1, 0), (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)}


def optional(topic: str) -> bool:
    """Whether a reader may switch the topic off."""
    return topic not in TRANSACTIONAL


def stops(reason: Reason, topic: str) -> bool:
    """Whether a reason keeps mail on a topic from an address.

    A code is asked for by whoever reads the mailbox: it is sent although the server refused mail before, for
    there is no other way in. One refusal without a reason stops nothing.
    """
    return reason is not Reason.DOUBTED and (reason is not Reason.REFUSED or topic != "codes")


def urgency(topic: str) -> Urgency:
    """A code is typed by somebody who waits for it; that an event moved goes to hundreds at once."""
    return _URGENCY.get(topic, Urgency.ORDINARY)


def job(topic: str) -> str:
    """The job that delivers mail on a topic."""
    return JOBS[urgency(topic) is Urgency.SOMEBODY_WAITS]


def title(topic: str) -> str:
    """The topic in words: `event-news` is `Event news`."""
    return topic.replace("-", " ").replace("_", " ").capitalize()


def wait_after(topic: str, attempts: int) -> timedelta | None:
    """The wait after a try in vain; None when it was the last one.

    Eight more tries over about two days. A code is worth nothing after ten minutes: two more tries.
    """
    waits = _WAITS_FOR_CODES if topic == "codes" else _WAITS
    return waits[attempts - 1] if attempts <= len(waits) else None


def worn_out(topic: str, attempt: int) -> bool:
    """Whether there have been all tries before this one, none of them with an end: a worker died at each."""
    return attempt > 1 and wait_after(topic, attempt - 1) is None


def verdict(answer: Answer) -> Verdict:
    """What an SMTP answer means (RFC 5321 section 4.2.1, RFC 3463).

    A 5xx before the recipient was named (no log-in, sender not allowed, host blocked) is about us, not about
    the mail: it is tried again, so that whoever runs the portal can repair it. A refused recipient counts
    against the address when the enhanced code says that the address is wrong; a full mailbox or a blocked
    sender does not. Without such a code nobody knows: `550 Blocked` and `550 No such user` look alike.
    """
    if 200 <= answer.code < 300:
        return Verdict.ACCEPTED
    if answer.stage is Stage.PORTAL:
        return Verdict.IMPOSSIBLE
    if answer.code < 500 or answer.stage in {Stage.CONNECTION, Stage.SENDER}:
        return Verdict.LATER
    if answer.stage is Stage.CONTENT:
        return Verdict.REFUSED
    told = _ENHANCED.match(answer.words)
    if told is None or (told[2], told[3]) == ("0", "0"):
        return Verdict.ADDRESS_DOUBTED
    return Verdict.ADDRESS_REFUSED if (int(told[2]), int(told[3])) in _NO_SUCH_ADDRESS else Verdict.REFUSED


def sendable(address: str) -> str:
    """The address as SMTP takes it, its domain in ASCII (IDNA); empty for what is no address.

    The local part may keep letters outside ASCII: then the mail server must speak SMTPUTF8.
    """
    try:
        checked = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return ""
    return f"{checked.local_part}@{checked.ascii_domain}"


def normal(address: str) -> str:
    """The address as it is kept and compared: trimmed, in lower case."""
    return address.strip().lower()
