"""Mails about enquiries: that something happened, and where to read it. None carries words of the other side, none is
answered by replying, and no link in one acts.
"""

from collections.abc import Sequence

import msgspec

from portal.core.settings import current
from portal.directory.enquiries.queries.mailing import Letter
from portal.directory.enquiries.values import Notice
from portal.notifications import links
from portal.notifications.composing import compose
from portal.notifications.values import Message

BUYERS, SUPPLIERS, UNCLAIMED, STAFF = "enquiries", "enquiries-received", "enquiries-unclaimed", "enquiries-staff"
"""Topics: the buyer's own enquiry, what reaches a company, what waits for one without an owner, what staff look at."""
_NOT_READ = "Replies to this mail are not read. Please answer on the page."
_HIDDEN = "Names stay hidden until both sides agree to talk."


class Told(msgspec.Struct, frozen=True):
    title: str
    words: tuple[str, ...]
    button: str


_TO_BUYER = {
    Notice.SENT: Told("Your enquiry {number} is sent", ("It went to {companies}.{unread}{hidden}", "Answers come to its page; "
                      "we write to you when there is one.", "A company that does not answer is reminded after two and after "
                      "five working days. After 30 days nobody is asked any more."), "Open your enquiry"),
    Notice.HELD: Told("Your enquiry {number} waits for a look by our staff", ("It has a link in it, and first messages with "
                      "links are looked at before they go out. This takes a working day at most.",), "Open your enquiry"),
    Notice.REFUSED: Told("Your enquiry {number} was stopped by our staff", ("It does not look like a request for what these "
                         "companies offer. If we are wrong, write to {desk}.",), "Open your enquiry"),
    Notice.ANSWERED: Told("There is an answer to your enquiry {number}", ("{supplier} has answered.{hidden}",),
                          "Read the answer"),
    Notice.SUPPLIER_WROTE: Told("There is a message about your enquiry {number}", ("{supplier} has written.{hidden}",),
                                "Read the message"),
    Notice.REVEALED: Told("You can talk now: enquiry {number}", ("{supplier} said yes and you agreed, so both see each "
                          "other’s names now.",), "Open your enquiry"),
    Notice.OVER: Told("Your enquiry {number} is over", ("30 days have passed, and no company said yes. What was said stays on "
                      "its page.",), "Open your enquiry"),
    Notice.TO_CLOSE: Told("What came of your enquiry {number}?", ("Companies that have not answered in 30 days are not asked "
                          "any more. With at least one you are talking. When it is settled, please close the enquiry and say "
                          "what came of it: that tells the others too.",), "Close your enquiry"),
}  # fmt: skip
_TO_SUPPLIER = {
    Notice.ARRIVED: Told("{kind} {number} for {company}", ("A buyer asks {company}. Read it and answer with yes, no or a "
                         "question.{hidden}", "How soon you answer is measured and shown on your profile."), "Read and answer"),
    Notice.BUYER_WROTE: Told("The buyer has written: enquiry {number}", ("There is a message for {company}.{hidden}",),
                             "Read the message"),
    Notice.REVEALED: Told("You can talk now: enquiry {number}", ("{company} said yes and the buyer agreed, so both see each "
                          "other’s names now.",), "See who asks"),
    Notice.REMINDER: Told("Still unanswered: enquiry {number}", ("A buyer waits for an answer of {company}. A no is an answer "
                          "too.",), "Read and answer"),
    Notice.RAN_OUT: Told("Enquiry {number} has run out", ("30 days have passed without an answer of {company}. It cannot be "
                         "answered any more.",), "Open the enquiry"),
    Notice.CLOSED: Told("Enquiry {number} is closed", ("It is closed. What came of it, as far as it was said, is on "
                        "its page.",), "Open the enquiry"),
}  # fmt: skip
_TO_STAFF = {
    Notice.STAFF_HELD: Told("Enquiry {number} waits for a decision", ("It is held because a guest’s first message has a "
                            "link.",), "Open the queue"),
    Notice.STAFF_REPORT: Told("Enquiry {number} was reported", ("{company} says that something is wrong with it.",),
                              "Open the queue"),
    Notice.STAFF_UNREAD: Told("Nobody reads for {company}", ("Enquiry {number} went to {company}, which nobody has claimed and "
                              "which gives no address. The buyer is told so.",), "Open the company"),
}  # fmt: skip


def messages(notice: Notice, letter: Letter, key: str, readers: Sequence[str]) -> list[Message]:
    """The mails of a notice, each under a key that begins with `key`. `readers` are addresses of the company's people."""
    made = []
    if notice in _TO_BUYER and letter.email and letter.recipient_state != "blocked":
        made.append(_message(_TO_BUYER[notice], letter, f"{key}:buyer", BUYERS, letter.email, letter.buyers_page))
    if notice in _TO_SUPPLIER:
        told = _TO_SUPPLIER[notice]
        made += [
            _message(told, letter, f"{key}:{reader}", SUPPLIERS, reader, letter.suppliers_page) for reader in readers
        ]
    if notice in _TO_STAFF:
        where = f"/companies/{letter.slug}" if notice is Notice.STAFF_UNREAD else "/staff/enquiries"
        made.append(_message(_TO_STAFF[notice], letter, key, STAFF, current().contact_email, where))
    return made


def unread(letter: Letter, key: str) -> Message:
    """To the public address of a company nobody has claimed: that something waits, and nothing of the buyer."""
    told = Told(
        "An enquiry waits for {company}",
        (
            "Somebody asks {company} something at {site}, where {company} has a profile made from public sources. Nobody of "
            "{company} looks after it yet.",
            "Claim the profile to read the enquiry and answer it. That is free.",
            "You get this mail because the profile gives this address as the company’s own.",
        ),
        "Claim the profile",
    )
    return _message(told, letter, key, UNCLAIMED, letter.public_email, f"/companies/{letter.slug}/claim")


def _message(told: Told, letter: Letter, key: str, topic: str, recipient: str, path: str) -> Message:
    hidden = letter.blind and not letter.revealed
    values = {
        "number": letter.number,
        "kind": "Enquiry" if letter.kind == "question" else "Request for quotation",
        "companies": "1 company" if letter.recipients == 1 else f"{letter.recipients} companies",
        "unread": f" {_unread(letter)}" if letter.unread else "",
        "supplier": letter.supplier,
        "company": letter.company,
        "hidden": f" {_HIDDEN}" if hidden else "",
        "desk": current().contact_email,
        "site": current().site_name,
    }
    optional = topic in {SUPPLIERS, UNCLAIMED}
    subject, text, html = compose(
        "enquiries/notice",
        title=told.title.format(**values),
        words=[words.format(**values) for words in told.words],
        button=told.button,
        path=path,
        not_read=_NOT_READ,
        preferences=links.preferences(recipient, topic) if optional else "",
    )
    return Message(
        key=key, topic=topic, recipient=recipient, subject=subject, text=text, html=html, about_kind="enquiry",
        about_key=letter.number,
    )  # fmt: skip


def _unread(letter: Letter) -> str:
    if letter.unread == letter.recipients:
        return "Nobody reads there yet: none of them has claimed its profile. We keep your enquiry for them."
    return f"Of these {letter.unread} {'has' if letter.unread == 1 else 'have'} nobody here who reads; we keep it for them."
