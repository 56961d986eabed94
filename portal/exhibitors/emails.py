"""Mails about exhibiting, built from values. Called by jobs only."""

from collections.abc import Sequence

from portal.core.settings import current
from portal.core.times import moment
from portal.events.queries.history import PastChange
from portal.exhibitors.queries.applications import Dossier
from portal.exhibitors.tables.exhibiting import ExhibitorState
from portal.notifications.composing import compose
from portal.notifications.values import Message, Part
from portal.placements.emails import Told

TOPIC = "exhibiting"


def to_company(x: Dossier) -> Told:
    """What those of the company read of the state it is in now."""
    note = (f"The organiser writes: {x.decision_note}",) if x.decision_note else ()
    match x.state:
        case ExhibitorState.APPLIED:
            return Told(
                f"Your application to exhibit: {x.event_title}",
                (f"{x.company_name} has asked to exhibit at {x.event_title}. The organiser looks at it, and we write to you as "
                 "soon as it is decided.", "Until then you can take it back on the page below."),
                _facts(x), "See the application",
            )  # fmt: skip
        case ExhibitorState.ACCEPTED:
            return Told(
                f"{x.company_name} exhibits at {x.event_title}",
                ("Your application is accepted. Your desk for this event is open: there you choose a booth, hand out staff "
                 "passes and say what you show.", *note),
                _facts(x), "Open your desk",
            )  # fmt: skip
        case ExhibitorState.DECLINED:
            return Told(
                f"Your application to exhibit: {x.event_title}",
                (f"The organiser of {x.event_title} cannot take {x.company_name} as an exhibitor this time.", *note,
                 "Nothing was charged."),
                _facts(x), "See the event",
            )  # fmt: skip
        case ExhibitorState.WITHDRAWN:
            return Told(
                f"Your application is taken back: {x.event_title}",
                (f"{x.company_name} no longer asks to exhibit at {x.event_title}. Nothing was charged.",),
                _facts(x), "See the event",
            )  # fmt: skip
        case ExhibitorState.CANCELLED:
            return Told(
                f"{x.company_name} no longer exhibits at {x.event_title}",
                (f"The organiser has ended it that {x.company_name} exhibits at {x.event_title}. The booth is given to others, "
                 "and the staff passes are no longer valid.", *note,
                 "What becomes of money that was paid, the organiser tells you apart from this mail."),
                _facts(x), "See the event",
            )  # fmt: skip
        case ExhibitorState.JOINED:
            return Told(
                f"{x.company_name} takes part in {x.event_title} with the company it was made one with",
                ("What it had there, the other has now: booths, passes, documents, leads and meetings.",),
                _facts(x), "See the event",
            )  # fmt: skip


def to_organiser(x: Dossier) -> Told | None:
    """What the organiser hears of; what they did themselves they know."""
    match x.state:
        case ExhibitorState.APPLIED:
            return Told(
                f"{x.company_name} asks to exhibit: {x.event_title}",
                (f"{x.company_name} has asked to exhibit in the package {x.package}.",
                 *((f"It writes: {x.wishes}",) if x.wishes else ())),
                (("Contact", f"{x.contact_name}, {x.contact_email}"), *_facts(x)), "Look at the application",
            )  # fmt: skip
        case ExhibitorState.WITHDRAWN:
            return Told(
                f"{x.company_name} takes its application back: {x.event_title}",
                ("There is nothing to decide any more.",), _facts(x), "See the application",
            )  # fmt: skip
    return None


def event_changed(x: Dossier, changes: Sequence[PastChange], *, paid: bool) -> Told:
    """To those who plan a stand: what changed about the event, in the words staff saw."""
    last = changes[-1]
    money = "What becomes of what your company paid, the organiser tells you apart from this mail."
    stands = (
        "Your booth, your passes and your tasks stay as they are; deadlines may be new, so please look at your desk."
    )
    ends = (money,) if last.called_off and paid else () if last.called_off else (stands,)
    return Told(
        f"{last.title}: {x.event_title}",
        (f"{x.event_title}, where {x.company_name} {'exhibits' if x.state is ExhibitorState.ACCEPTED else 'asks to exhibit'}:",
         *(one.words for one in changes), *ends),
        _facts(x), "Open your desk" if x.state is ExhibitorState.ACCEPTED else "See the event",
    )  # fmt: skip


def package_changed(x: Dossier, before: str) -> Told:
    """To those of the company: it exhibits in another package."""
    return Told(
        f"Your package is {x.package} now: {x.event_title}",
        (f"The organiser of {x.event_title} has put {x.company_name} into the package {x.package}; it was {before}. Rights and "
         "passes are those of the new package. What the two differ by in price, the organiser settles with you.",),
        _facts(x), "Open your desk",
    )  # fmt: skip


def page_of(x: Dossier) -> str:
    """Where those of the company go on from a mail."""
    if x.state is ExhibitorState.ACCEPTED:
        return f"/companies/{x.company_slug}/manage/events/{x.event_slug}"
    return f"/events/{x.event_slug}/exhibit" if x.state is ExhibitorState.APPLIED else f"/events/{x.event_slug}"


def _facts(x: Dossier) -> tuple[tuple[str, str], ...]:
    return (
        ("Event", f"{x.event_title}, {moment(x.starts_at, x.timezone, 'd MMMM y')}"),
        ("Company", x.company_name),
        ("Package", x.package),
    )


def message(
    told: Told, *, key: str, recipient: str, path: str, name: str, about: tuple[str, str], parts: Sequence[Part] = ()
) -> Message:
    subject, text, html = compose("placements/notice", told=told, path=path, name=name)
    return Message(
        key=key, topic=TOPIC, recipient=recipient, subject=subject, text=text, html=html, parts=tuple(parts),
        about_kind=about[0], about_key=about[1], reply_to=current().contact_email,
    )  # fmt: skip
