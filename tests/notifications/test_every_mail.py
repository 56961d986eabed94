"""Every mail the portal sends, with real values: whole sentences, and HTML that fits a phone by day and by night."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from portal.accounts.access import emails as access
from portal.accounts.access.values import Wish
from portal.accounts.organisations import emails as organisations
from portal.accounts.organisations.queries import Invitation
from portal.accounts.tables import CodePurpose, MemberRole
from portal.calendars.tables import Method
from portal.calendars.values import Revision
from portal.core.money import Money
from portal.events.queries.history import PastChange
from portal.notifications.values import Message, Part
from portal.payments.buying import Line
from portal.payments.queries import InvoiceRecord, PurchaseRecord, RefundRecord, Story
from portal.payments.rules.sums import totals
from portal.payments.subscriptions.queries import SubscriptionRecord
from portal.payments.subscriptions.tables import Interval, SubscriptionState
from portal.payments.tables import InvoiceKind, PurchaseState, RefundState, TaxTreatment
from portal.placements import emails as placements
from portal.placements.tables import BookingState, SlotState
from portal.placements.values import BookingRecord, Notice, Slot
from portal.registration import emails
from portal.registration.inviting import Invite
from portal.registration.queries.waiting import WaitingPlace
from portal.registration.tables import OrderState, Watching
from portal.registration.values.orders import CALLED_OFF, ComesWith, OrderRecord
from portal.web.rendering import TEMPLATES
from tests.calendars.made import entry, revision
from tests.chromium import chromium, faults
from tests.factories.tickets import make_order, make_seat
from tests.notifications import about_companies, about_exhibitors, about_fairs, about_webinars

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
BOB = "bob@x.example"
SEATS = (make_seat(1, named_at=AT), make_seat(2, email=BOB, first_name="Bob", last_name=LONG, named_at=AT),
         make_seat(3, first_name="", last_name="", email=""))  # fmt: skip
FACTS: dict[str, Any] = {
    "event_title": f"Fill & Finish Forum {LONG}", "directions": "U1 to Kaisermühlen.\nRing at gate 4.",
    "event_format": "hybrid",
}  # fmt: skip
ORDER = make_order(*SEATS, **FACTS)
OFF = make_order(*SEATS, event_state="cancelled", **FACTS)
ONLINE = make_order(*SEATS, **{**FACTS, "event_format": "online"})
WATCHING = make_order(make_seat(1, named_at=AT, watching=Watching.RECORDING), **{**FACTS, "event_format": "online"})
ALONG = ComesWith(id=9, number="SL-26-004817", event_title=f"Clinic {LONG}", title=f"Fill-finish clinic {LONG}")
DATES = [(make_order(make_seat(1, named_at=AT), event_id=n // 2, comes_with=ALONG, **FACTS), make_seat(1, named_at=AT))
         for n in range(4)]  # fmt: skip
WAITING = make_order(*SEATS, state=OrderState.REQUESTED, requested_at=AT, holds_until=AT + timedelta(days=2), **FACTS)
CHANGES = [PastChange(at=AT, words=f"New time: Tue 9 Feb 2027, 10:00–17:00 CET (was {LONG}).", version=3)]


def invite(method: Method) -> Invite:
    told: Revision = revision(entry())
    return Invite(method=method, parts=(), revision=told, address=BOB, known=False)


COMES, GOES = invite(Method.REQUEST), invite(Method.CANCEL)
FILED = msgspec.structs.replace(COMES, parts=(Part("invite.ics", "application/ics", b"BEGIN:VCALENDAR"),))


def wish(purpose: CodePurpose, *, known: bool) -> Wish:
    return Wish(
        id=7, purpose=purpose, email=f"{LONG.lower()}@x.example", sent=1, known=known, asked_at=AT, expires_at=AT,
        code_hash="", used_at=None,
        timezone="Europe/Vienna", user_agent="Mozilla/5.0 (X11; Linux) Firefox/130.0",
    )  # fmt: skip


def waiting(state: str = "published", *, off: bool = False, offered: bool = True) -> WaitingPlace:
    return WaitingPlace(
        id=1, secret="s" * 32, email=BOB, name="Bob Vos", party_size=2, joined_at=AT, left_at=AT if off else None,
        left_reason=CALLED_OFF if off else "", offered_at=AT, offer_secret="o" * 32, offer_until=AT + timedelta(days=1),
        offer_state="held" if offered else None, position=1,
        ticket_name="Conference, 3 days", event_id=7, event_slug="forum",
        event_title=f"Forum {LONG}", event_state=state,
    )  # fmt: skip


def returned(order: OrderRecord) -> list[Message]:
    """Money that could not be used."""
    return emails.money_returned(order, 1, "€119.00", "The places had gone to others.")


def story(*, reduced: bool) -> Story:
    """A purchase of the order's seats that was paid; `reduced`, with a code and a part of it given back."""
    off = 9800 if reduced else 0
    lines = [
        Line("1", f"Conference, 3 days {LONG}", 2, 109000, 109000 - off, Decimal(20)), Line("2", "Tour", 1, 0, 0, Decimal(20))
    ]  # fmt: skip
    sums = totals(lines)
    purchase = PurchaseRecord(
        id=1, public_id=UUID(int=1), kind="registration", key="SL-26-004817", state=PurchaseState.PAID, currency="EUR",
        net=sums.net, tax=sums.tax, total=sums.gross, refunded=0, title="Forum", email=ORDER.email, company=f"Brennhof {LONG}",
        vat_id="DE136695976", po_number="PO-7781" if reduced else "", tax_treatment=TaxTreatment.STANDARD, tax_country="AT",
        return_path="", created_at=AT, expires_at=None, paid_at=AT, checked_at=AT, method="visa 4242",
    )  # fmt: skip
    papers = [InvoiceRecord("SL-R2026-00001", InvoiceKind.INVOICE, AT, {})]
    papers += [InvoiceRecord("SL-C2026-00001", InvoiceKind.CREDIT_NOTE, AT, {})] * reduced
    back = RefundRecord(1, 1, 130800, "Fell ill.", RefundState.SUCCEEDED, AT, AT, {"net": 109000})
    return Story(purchase, lines, [], [back] * reduced, papers)


def about_plans() -> list[Message]:
    """Every notice about a plan, and about sponsorships."""
    record = SubscriptionRecord(
        id=1, kind="company", key="7", state=SubscriptionState.GRACE, plan="premium", interval=Interval.YEAR, net=349000,
        currency="EUR", title=f"Premium profile, paid yearly, {LONG}", return_path="/companies/x/manage/plan", email=BOB,
        buyer_name="Bob Vos", company=f"Isarwerk {LONG}", country="DE", tax_treatment=TaxTreatment.STANDARD, tax_country="DE",
        tax_rate=Decimal(19), customer_id="cus_1", stripe_id="sub_1", item_id="si_1", method="visa 4242", created_at=AT,
        started_at=AT, period_start=AT, period_end=AT + timedelta(days=365), next_plan="enhanced", next_interval="month",
        next_net=14900, grace_began=AT, grace_until=AT + timedelta(days=14),
    )  # fmt: skip
    over = msgspec.structs.replace(record, ends_at=AT, ended_at=AT, end_reason="not paid")
    lost = msgspec.structs.replace(over, let_go_at=AT)
    told = [
        placements.plan_notice(over if notice in (Notice.CANCELLED, Notice.ENDED) else record, notice, 1)
        for notice in Notice
    ] + [placements.plan_notice(lost, notice, 2) for notice in Notice]
    slots = [Slot("filling", f"Filling {LONG}", AT.date().replace(day=1), 1, 64000, 51200, SlotState.BOOKED)]
    booking = BookingRecord(
        id=1, number="SL-A26-000001", kind="company", key="7", title=f"Isarwerk {LONG}", state=BookingState.BOOKED,
        currency="EUR", discount=20, return_path="/companies/x/manage/sponsorships/SL-A26-000001", purchase_id=1, held_at=AT,
        holds_until=AT, booked_at=AT, end_reason="", slots=slots,
    )  # fmt: skip
    return [
        *(mail for mail in told if mail is not None), placements.booked(booking, BOB, "Bob Vos", (), ["https://x.example/1.pdf"]),
        *placements.money_returned(booking, 1, Money(60928, "EUR"), "The places had gone to others.", BOB),
    ]  # fmt: skip


def test_every_notice_about_a_plan_is_written() -> None:
    lost = [mail for mail in about_plans() if mail.key == "plan-2"]
    assert len({mail.subject for mail in about_plans() if mail not in lost}) == len(Notice) - 1 + 3
    # A former owner opens the plan’s page no more, and is asked for nothing there.
    assert len(lost) == len(Notice) - 3
    for mail in lost:
        assert ("no longer looks after" in mail.text, "/manage/plan" in mail.text + mail.html) == (True, False)
        assert "can take this back" not in mail.text


def every_mail() -> list[tuple[str, Message]]:
    """(template, mail), several to a template where it says different things."""
    codes = [
        ("accounts/code", wish(CodePurpose.SIGN_IN, known=True)), ("accounts/code", wish(CodePurpose.SIGN_UP, known=True)),
        ("accounts/code", wish(CodePurpose.ERASURE, known=True)), ("accounts/no_account", wish(CodePurpose.RESET, known=False)),
        ("accounts/address_taken", wish(CodePurpose.ADDRESS, known=True)),
    ]  # fmt: skip
    offer = Invitation(
        id=1, organisation_id=1, organisation=f"Isarwerk {LONG}", email=BOB, role=MemberRole.EDITOR, invited_by="Anselm Oyelaran",
        invited_at=AT, expires_at=AT + timedelta(days=14),
    )  # fmt: skip
    buyer = ORDER.email
    return [
        *((template, access.about_wish(asked, "493027")) for template, asked in codes),
        ("accounts/password_changed", access.password_changed(key="p", email=BOB, at=AT, timezone="")),
        ("accounts/address_changed", access.address_changed(key="a", old=BOB, at=AT, timezone="")),
        ("accounts/invitation", organisations.invitation(offer)),
        ("registration/confirmation", emails.confirmation(ORDER, SEATS, b"%PDF", COMES, "")),
        ("registration/confirmation", emails.confirmation(ONLINE, SEATS[1:], b"%PDF", None, "")),
        *(("registration/confirmation", emails.confirmation(ORDER, SEATS, b"%PDF", COMES, "", story(reduced=part)))
          for part in (True, False)),
        ("registration/confirmation", emails.confirmation(ONLINE, SEATS, b"%PDF", None, "", over=True, on_demand=True)),
        ("registration/confirmation", emails.confirmation(WATCHING, WATCHING.seats, b"%PDF", COMES, "")),
        *(("registration/companions", emails.companions(dates, [FILED] * files, recipient=BOB, ids=[1]))
          for dates, files in ((DATES, 3), (DATES[:1], 1), (DATES[:1], 0))),
        *(("registration/companions_gone",
           emails.companions_gone(dates, [FILED] * files, recipient=BOB, name=name, ids=[1]))
          for dates, files, name in ((DATES, 2, "Bob Vos"), (DATES[:1], 1, ""), (DATES[:1], 0, ""))),
        ("registration/requested", emails.requested(WAITING)),
        ("registration/requested", emails.requested(make_order(SEATS[0], state=OrderState.REQUESTED, **FACTS))),
        ("registration/approved", emails.approved(WAITING, Money(238080, "EUR"))),
        *(("registration/refused", emails.refused(msgspec.structs.replace(WAITING, decided_at=at, decision_note=note)))
          for at, note in ((AT, ""), (AT, f"Only members of {LONG} this time."), (None, ""))),
        ("registration/unpaid", emails.unpaid(WAITING)),
        ("registration/ticket", emails.ticket(ONLINE, SEATS[1], b"%PDF", None, over=True)),
        ("registration/ticket", emails.ticket(WATCHING, WATCHING.seats[0], b"%PDF", COMES)),
        ("registration/ticket", emails.ticket(ORDER, SEATS[1], b"%PDF", COMES)),
        ("registration/ticket", emails.ticket(ONLINE, SEATS[1], b"%PDF", None)),
        ("registration/colleague", emails.colleague(ORDER, SEATS[1])),
        ("registration/seat_gone", emails.seat_gone(ORDER, SEATS[1], BOB, "Bob Vos", "7Q4K22M9DX", GOES)),
        ("registration/seat_gone", emails.seat_gone(ORDER, SEATS[1], BOB, "", "7Q4K22M9DX", COMES)),
        ("registration/order_moved", emails.order_moved(ORDER, buyer, ["7Q4K22M9DX"], GOES)),
        ("registration/order_moved", emails.order_moved(ORDER, buyer, [], None)),
        ("registration/event_changed", emails.event_changed(ORDER, CHANGES, BOB, "Bob Vos", COMES)),
        ("registration/event_changed", emails.event_changed(ORDER, CHANGES, buyer, "", None)),
        ("registration/event_changed", emails.event_changed(OFF, CHANGES, BOB, "Bob Vos", GOES)),
        ("registration/event_changed", emails.event_changed(OFF, CHANGES, buyer, "", None)),
        *(("registration/money_returned" + more, mail) for order in (ORDER, OFF)
          for more, mail in zip(("", "_staff"), returned(order), strict=True)),
        ("registration/waiting_joined", emails.waiting_joined(waiting())),
        ("registration/waiting_offer", emails.waiting_offer(waiting())),
        *(("registration/waiting_changed", emails.waiting_changed(place, CHANGES)) for place in (
            waiting("moved"), waiting("moved", offered=False), waiting("cancelled", off=True), waiting("draft", off=True),
        )),
        *(("placements/notice", mail) for mail in about_plans()),
        *about_companies.mails(BOB, LONG),
        *about_webinars.mails(BOB, LONG),
        *about_fairs.mails(BOB, LONG),
        *about_exhibitors.mails(BOB, LONG),
    ]  # fmt: skip


def test_every_template_is_here() -> None:
    there = {path.relative_to(TEMPLATES / "mail").with_suffix("") for path in (TEMPLATES / "mail").rglob("*.html")}
    assert {str(name) for name in there} - {"base"} == {template for template, _ in every_mail()}


@pytest.mark.parametrize(("template", "mail"), every_mail(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_text_reads_well(template: str, mail: Message) -> None:
    assert 5 < len(mail.subject) <= 250
    assert [line for line in mail.text.splitlines() if len(line) > 78 and " " in line.strip()] == []
    for broken in ("None", "  .", " ,", "{{", "}}", "..", "\n\n\n"):
        assert broken not in mail.text, mail.text
    # A heading that ends with a colon has its line right below it, and a blank one above.
    for found in re.finditer(r"(?m)^(?P<above>.*)\n(?P<heading>[A-Z][^\n]*:)\n(?P<below>.*)$", mail.text):
        assert (found["above"], bool(found["below"])) == ("", True), mail.text


def test_what_is_said_about_the_calendar_is_what_is_attached() -> None:
    for template, mail in every_mail():
        if template.startswith("registration/") and template.removeprefix("registration/") in (
            "confirmation",
            "ticket",
        ):
            assert ("attached calendar entry" in mail.text) == (
                "your calendar an update" in " ".join(mail.text.split())
            )


def test_in_person_events_are_never_called_online_nor_online_ones_shown_at_a_door() -> None:
    nowhere = make_order(*SEATS, venue_name="", street="", postal_code="", city="", country=None)
    assert (nowhere.where, ONLINE.where) == ("The place follows", "Online")
    assert ORDER.where == "Donauhalle Wien, Uferstrasse 14, 1220 Vienna, and online"
    text = " ".join(emails.ticket(nowhere, SEATS[1], b"%PDF", None).text.split())
    assert "Online" not in text
    for mail in (emails.confirmation(ONLINE, SEATS, b"%PDF", None, ""), emails.ticket(ONLINE, SEATS[1], b"%PDF", None)):
        assert "door" not in mail.text + mail.html


def test_several_days_are_named_from_first_to_last() -> None:
    assert ORDER.when == "Tue 9 Feb 2027, 08:15 to Thu 11 Feb 2027, 17:00 CET"
    whole = make_order(
        all_day=True, starts_at=datetime(2027, 2, 8, 23, tzinfo=UTC), ends_at=datetime(2027, 2, 11, 23, tzinfo=UTC)
    )
    assert whole.when == "9–11 February 2027"
    assert "9–11 February 2027" in emails.ticket(whole, make_seat(1, named_at=AT), b"%PDF", None).text


def test_a_long_address_does_not_swallow_the_second_mail() -> None:
    """Keys are hashed where they are kept, never cut where they are made."""
    far = "a" * 60 + "@" + ".".join(["b" * 60, "c" * 60, "d" * 50, "example"])
    first, second = (
        emails.ticket(ORDER, make_seat(2, email=far, named_at=AT + timedelta(seconds=n)), b"%PDF", None).key
        for n in (0, 1)
    )
    assert first != second
    other = emails.event_changed(ORDER, [PastChange(at=AT, words="x", version=4)], far, "", None).key
    assert other != emails.event_changed(ORDER, CHANGES, far, "", None).key


def test_a_paid_order_is_told_to_the_cent_and_a_free_one_without_a_word_of_money() -> None:
    paid = emails.confirmation(make_order(*SEATS, code="QP10"), SEATS, b"%PDF", COMES, "", story(reduced=True))
    said = " ".join(paid.text.split())
    for words in (
        "You paid €2,380.80 by Visa ending 4242 on 23 November 2026.", "- 1 × Tour: free", ": €2,180.00",
        "- Code QP10: −€196.00", "- VAT 20 % (Austria): €396.80".replace(" %", "\u00a0%"), "- Total: €2,380.80",
        "Invoice SL-R2026-00001 is attached as a PDF", "with your order number PO-7781.",
        "Credit note SL-C2026-00001 is attached as a PDF.",
    ):  # fmt: skip
        assert words.replace("\u00a0", " ") in said.replace("\u00a0", " "), (words, said)
    for words in ("€2,380.80", "Visa ending 4242", "SL-R2026-00001", "PO-7781", "(Austria)", "−€196.00"):
        assert words in paid.html
    free = emails.confirmation(ORDER, SEATS, b"%PDF", COMES, "")
    for words in ("€", "paid", "Paid", "nvoice", "VAT", "otal"):
        assert words not in free.subject + free.text + free.html


@pytest.mark.browser
async def test_every_mail_fits_a_phone() -> None:
    found: dict[str, list[str]] = {}
    async with chromium(instead="the HTML mails were not looked at") as browser:
        phone = await browser.new_page()
        for number, (template, mail) in enumerate(every_mail()):
            await phone.set_content(mail.html)
            if seen := await faults(phone, widths=[360], best_practice=False):
                found[f"{number} {template}"] = seen
    assert found == {}
