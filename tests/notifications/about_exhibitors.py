"""Mails around exhibiting and booths, with values that are as long as they get."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from portal.core.money import Money
from portal.directory.tables.companies import CompanyState
from portal.events.queries.history import PastChange
from portal.exhibitors import emails, emails_booths
from portal.exhibitors.bookings import Booking, Difference
from portal.exhibitors.queries.applications import Dossier
from portal.exhibitors.tables.exhibiting import ExhibitorState, Right
from portal.exhibitors.tables.plans import BookingState
from portal.notifications.values import Message, Part
from portal.placements.emails import Told

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SPAN: MappingProxyType[str, Any] = MappingProxyType({"starts_at": AT + timedelta(days=60), "timezone": "Europe/Vienna"})


def mails(email: str, long: str) -> list[tuple[str, Message]]:
    """(template, mail)."""
    told = [*_of_applications(long), *_to_organisers(long)]
    written = [
        emails.message(one, key=f"exhibitor-{n}", recipient=email, path="/events/forum", name=name, about=("exhibitor", "1"))
        for n, one in enumerate(told)
        for name in ("", f"Bob {long}")
    ]  # fmt: skip
    return [("placements/notice", mail) for mail in (*written, *_of_booths(email, long))]


def _dossier(long: str) -> Dossier:
    return Dossier(
        id=1, state=ExhibitorState.ACCEPTED, company_name=f"Isarwerk {long}", company_slug="isarwerk", city="Planegg",
        country="DE", package=f"Partner {long}", contact_name=f"Ada {long}", contact_email="ada@isarwerk.example", passes=2,
        rights=list(Right), applied_at=AT, decided_at=AT, wishes=f"A corner, please, near {long}.", booths=["B14"], event_id=7,
        event_title=f"Forum {long}", event_slug="forum", company_state=CompanyState.PUBLIC, organisation="Isarwerk",
        tagline="", website="", completeness=80, verified_by=None, verified_at=None, package_id=1, guests=None, price=100000,
        currency="EUR", decided_by="", decision_note=f"Welcome, {long}.", ended_at=None, version=1, left=None, former=[], **SPAN,
    )  # fmt: skip


def _of_applications(long: str) -> list[Told]:
    x = _dossier(long)
    stages = [
        msgspec.structs.replace(x, state=state, decision_note=note) for state in ExhibitorState for note in ("", "Why.")
    ]
    moved = [PastChange(at=AT, words=f"New time: Tue 9 Feb 2027, 10:00–17:00 CET (was {long}).", version=3)]
    off = [PastChange(at=AT, words="It is cancelled. The hall burnt.", version=4, fields=("state",))]
    return [
        *(emails.to_company(one) for one in stages),
        *(emails.event_changed(one, changes, paid=paid)
          for one in stages[:4] for changes in (moved, [*moved, *off]) for paid in (True, False)),
        emails.package_changed(x, f"Standard {long}"),
    ]  # fmt: skip


def _to_organisers(long: str) -> list[Told]:
    x = _dossier(long)
    stages = [
        msgspec.structs.replace(x, state=state, wishes=wishes) for state in ExhibitorState for wishes in ("", x.wishes)
    ]
    return [told for one in stages if (told := emails.to_organiser(one)) is not None]


def _booking(long: str) -> Booking:
    return Booking(
        id=1, number="SL-B26-000001", state=BookingState.BOOKED, exhibitor_id=1, booth_id=1, label="B14", size="3 × 4 m",
        hall=f"Hall {long}", net=60000, package_net=0, package=f"Partner {long}", currency="EUR", purchase_id=1, held_at=AT,
        holds_until=AT + timedelta(days=5), booked_at=AT, ended_at=None, end_reason="", note="", wish=f"C{long}"[:20], wish_id=2,
        before="", before_number="", next="", next_number="", next_state=None, next_until=None, package_is_paid=True,
        of_another=False, event_id=7, event_title=f"Forum {long}", event_slug="forum",
        ends_at=AT + timedelta(days=62), event_country="AT",
        company_slug="isarwerk", company_name=f"Isarwerk {long}", contact_name=f"Ada {long}",
        contact_email="ada@isarwerk.example", **SPAN,
    )  # fmt: skip


def _of_booths(email: str, long: str) -> list[Message]:
    k = _booking(long)
    instead = msgspec.structs.replace(k, before="A01", before_number="SL-B26-000000")
    alone = msgspec.structs.replace(
        k, booth_id=None, label="", size="", hall="", package_net=100000, note=f"By {long}."
    )
    to: dict[str, str] = {"recipient": email, "name": f"Bob {long}"}
    back, none = Difference(-140000, "EUR"), Difference(0, "EUR")
    paper, link = Part("SL-R2026-00001.pdf", "application/pdf", b"%PDF"), "https://x.example/booths/00000000/SL-1.pdf"
    return [
        *(emails_booths.booked(one, papers=papers, links=links, **to) for one in (k, instead, alone)
          for papers, links in (((paper,), [link]), ((), ()))),
        *(emails_booths.moved(k, "A01", "1", by_organiser=ours, difference=made, **to)
          for ours in (True, False) for made in (back, none)),
        emails_booths.offered(instead, msgspec.structs.replace(k, label="A01"), **to), emails_booths.renamed(k, "A01", "1", **to),
        emails_booths.offer_over(instead, **to),
        *(emails_booths.wish_refused(k, k.wish, note, "1", **to) for note in ("", f"It is kept for {long}.")),
        *(emails_booths.to_organiser(k, told, "1", email) for told in (
            emails_booths.wished(k), emails_booths.moved_itself(k, "A01"),
            emails_booths.not_taken(msgspec.structs.replace(instead, end_reason="not paid in time")),
            emails_booths.moved_itself(k, "A01", Difference(60000, "EUR")),
        )),
        *emails_booths.money_returned(k, 1, Money(285600, "EUR"), "The booth had gone to somebody else.", email),
    ]  # fmt: skip
