"""The directory's mails, with values that are as long as they get."""

from datetime import UTC, datetime

from portal.directory.emails import claims, reconfirming, searches
from portal.directory.enquiries import emails as enquiries
from portal.directory.enquiries.queries.mailing import Letter
from portal.directory.enquiries.tables import EnquiryKind, EnquiryState, RecipientState
from portal.directory.enquiries.values import Notice
from portal.directory.queries.claims import Reader
from portal.directory.queries.conditions import Context
from portal.directory.queries.listing import Row
from portal.directory.queries.reconfirmations import Asked as AskedCompany
from portal.directory.queries.searches import Departure, News, Search
from portal.directory.rules import ranking
from portal.directory.rules.filters import Filters
from portal.directory.rules.ranking import Asked, Standing
from portal.directory.tables.searches import Frequency
from portal.directory.values import Profile
from portal.notifications.values import Message

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def mails(email: str, long: str) -> list[tuple[str, Message]]:
    """(template, mail)."""
    reader = Reader(1, "Bob Vos", email)
    profile = Profile(name=f"Isarwerk {long}", city=long, country="DE")
    context = Context(Filters(q="lyo"), AT.date(), {}, None)
    evidence = ranking.evidence(Standing(1, profile, 40, True, None), Asked("lyo"), AT.date())
    row = Row(
        id=1, slug="isarwerk", name=profile.name, profile=profile, completeness=40, verified=True, claimed=True,
        response_hours=None, revision=1, created_at=AT, changed_at=AT, terms={}, evidence=evidence,
    )  # fmt: skip
    search = Search(
        id=1, account=1, email=email, person="Bob Vos", name=f"Lyo {long}", query="?q=lyo", frequency=Frequency.WEEKLY, seen=(),
        saved_at=AT, looked_at=AT, due_at=AT,
    )  # fmt: skip
    gone = Departure("aubrac", f"Aubrac {long}", "has let EU GMP end on 3 November 2026; no renewal is on file.")
    some = News([1], [row], 31, [gone], 1, context)
    return [
        ("directory/notice", claims.newly_owned(reader, f"Isarwerk {long}", "isarwerk", f"Proved by DNS {long}.", "1")),
        ("directory/digest", searches.digest(search, some)),
        ("directory/digest", searches.digest(search, News([1], [row], 1, [], 0, context))),
        ("directory/digest", searches.digest(search, News([], [], 0, [gone], 40, context))),
        *(
            (
                "directory/reconfirm",
                reconfirming.ask(AskedCompany(1, "isarwerk", f"Isarwerk {long}", 1, AT.date(), n, None), 1, email),
            )
            for n in (1, 42)
        ),
        *(("enquiries/notice", mail) for mail in about_enquiries(email, long)),
    ]


def about_enquiries(email: str, long: str) -> list[Message]:
    """Every notice about enquiries, to all who get it."""
    letter = Letter(
        "SL-Q26-000001", EnquiryKind.QUOTE, EnquiryState.OPEN, True, email, False, "s" * 32, 3, 1, "Supplier B",
        RecipientState.SENT, f"Isarwerk {long}", "isarwerk", "info@isarwerk.example",
    )  # fmt: skip
    told = [mail for notice in Notice for mail in enquiries.messages(notice, letter, notice.value, [email])]
    return [*told, enquiries.unread(letter, "unread")]
