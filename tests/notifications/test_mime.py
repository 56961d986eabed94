"""What arrives, byte for byte and header for header."""

import email.policy
import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import pytest

from portal import wiring, worker
from portal.core import clock, text
from portal.notifications import links, queries
from portal.notifications.sending import mime
from portal.notifications.tables import MailState
from portal.notifications.values import MailRecord, Outgoing, Part
from tests import shared_data
from tests.notifications.conftest import INVITATION, PARTS, SENDER, Send, mail_row, message, queued
from tests.notifications.receiver import Receiver, words

HEADERS = ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"]


def outgoing(**changes: Any) -> Outgoing:
    facts: dict[str, Any] = {
        "id": 1, "attempt": 1, "topic": "orders", "recipient": "amara@brennhof.example", "reply_to": "",
        "subject": "Your ticket", "text": "Hello\n", "html": "<p>Hello</p>\n", "message_id": "<abc@localhost>",
        "queued_at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    }  # fmt: skip
    return Outgoing(**{**facts, **changes})


def parsed(mail: Outgoing, sender: str = SENDER) -> EmailMessage:
    return message_from_bytes(mime.build(mail, sender=sender), policy=email.policy.default)  # type: ignore[return-value]


async def test_a_queued_mail_goes_out_with_the_next_job(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    mail = await queued(message(parts=PARTS, about_kind="order", about_key="17"), clock.now())
    await worker.drain(services)
    envelope, arrived = receiver.taken[0], receiver.messages()[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "events@sterileline.example",
        ["amara@brennhof.example"],
    )
    assert [(part.get_content_type(), part.get_content_disposition()) for part in arrived.walk()] == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("text/html", None),
        ("text/calendar", None),
        ("text/calendar", "attachment"),
        ("application/pdf", "attachment"),
    ]
    invitation, attached, ticket = list(arrived.walk())[4:]
    assert dict(invitation["Content-Type"].params) == {"method": "REQUEST", "charset": "utf-8"}
    assert invitation.get_payload(decode=True) == attached.get_payload(decode=True) == INVITATION
    assert [attached.get_filename(), ticket.get_filename()] == ["invite.ics", "ticket.pdf"]
    assert ticket.get_payload(decode=True) == b"%PDF-1.7\r\n\x00\xff"
    row = await mail_row(mail)
    assert arrived["Message-ID"] == row["message_id"]
    assert sorted(name for name in arrived if not name.startswith("X-")) == HEADERS
    assert arrived["From"] == SENDER
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["Date"].datetime == row["queued_at"].replace(microsecond=0)
    [shown] = await queries.mails_about("order", "17")
    assert shown == MailRecord(
        id=mail, topic="orders", recipient="amara@brennhof.example", subject="Your ticket", state=MailState.ACCEPTED,
        attempts=1, answer="250 2.0.0 queued as 1", queued_at=row["queued_at"], next_try_at=None,
        answered_at=row["answered_at"],
    )  # fmt: skip
    assert shown.domain == "brennhof.example"


async def test_every_line_is_short_ascii_with_crlf(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    text = "Grüße aus Łódź – „ja“ 名前 👩‍🔬\n" * 40 + "x" * 3000 + "\n.\n..dots\nFrom here\n"
    mail = await queued(message(text=text, html=f"<p>{text}</p>", subject="Größe " * 40, parts=PARTS), now)
    await send(mail, now)
    content = receiver.taken[0].original_content
    assert content is not None
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    arrived = receiver.messages()[0]
    assert arrived["Subject"] == ("Größe " * 40).strip()[:250]
    plain, html = list(arrived.walk())[2:4]
    assert words(plain) == text
    assert words(html) == f"<p>{text}</p>\n"


async def test_a_mail_without_parts_has_no_mixed_around_it(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    await send(await queued(message(), now), now)
    await send(await queued(message("order:2", html=""), now), now)
    kinds = [[part.get_content_type() for part in arrived.walk()] for arrived in receiver.messages()]
    assert kinds == [["multipart/alternative", "text/plain", "text/html"], ["text/plain"]]


def test_the_same_mail_is_the_same_bytes() -> None:
    assert mime.build(outgoing(parts=PARTS), sender=SENDER) == mime.build(outgoing(parts=PARTS), sender=SENDER)


@pytest.mark.parametrize("field", ["subject", "reply_to", "recipient"])
async def test_a_line_break_starts_no_header(
    database: str, receiver: Receiver, send: Send, now: datetime, field: str
) -> None:
    breaks = ["\r\n", "\n", "\r", "\x00", "\x0b", "\u2028", "\x85"]
    for number, broken in enumerate(breaks):
        evil = f"amara@brennhof.example{broken}Bcc: victim@elsewhere.example{broken}{broken}<script>"
        mail = await queued(message(f"order:{number}", **{field: evil}), now)
        await send(mail, now)
        assert (await mail_row(mail))["state"] == ("failed" if field == "recipient" else "accepted")
    found = [sorted(name for name in arrived if not name.startswith("X-")) for arrived in receiver.messages()]
    assert found == ([] if field == "recipient" else [HEADERS] * len(breaks))
    assert {address for taken in receiver.taken for address in taken.rcpt_tos} <= {"amara@brennhof.example"}


@pytest.mark.parametrize("broken", ["\r\n", "\n", "\r"])
def test_no_part_can_carry_a_header_either(broken: str) -> None:
    evil = f"a{broken}Content-Type: text/html{broken}{broken}<script>"
    [part] = list(
        parsed(outgoing(html="", parts=(Part(evil, f"application/pdf{broken}X: y", b"x"),))).iter_attachments()
    )
    assert sorted(part.keys()) == ["Content-Disposition", "Content-Transfer-Encoding", "Content-Type"]
    assert part.get_content_type() == "application/octet-stream"


def test_a_header_with_a_line_break_is_refused_as_the_last_line_of_defence() -> None:
    with pytest.raises(mime.CannotBuild):
        mime.build(outgoing(message_id="<a@b>\r\nBcc: x@y.example"), sender=SENDER)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Sterile Line", "Sterile Line <events@sterileline.example>"),
        ("Verlag, GmbH", '"Verlag, GmbH" <events@sterileline.example>'),
        ('The "Line"', r'"The \"Line" <events@sterileline.example>'),
        ("Größe", "=?utf-8?b?R3LDtsOfZQ==?= <events@sterileline.example>"),
        ("=?utf-8?q?trick?=", "=?utf-8?b?PT91dGYtOD9xP3RyaWNrPz0=?= <events@sterileline.example>"),
        ("", "events@sterileline.example"),
    ],
)
def test_a_sender_s_name_is_written_right(name: str, written: str) -> None:
    assert mime.mailbox("From", f"{name} <events@sterileline.example>") == written


def test_reply_to_is_written_when_it_is_an_address() -> None:
    assert parsed(outgoing(reply_to="Desk <desk@x.example>"))["Reply-To"] == "Desk <desk@x.example>"
    assert parsed(outgoing(reply_to="nobody"))["Reply-To"] is None


def test_every_naughty_string_comes_back_from_subject_name_and_file_name() -> None:
    naughty: list[str] = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())
    for given in [*naughty, "=?utf-8?q?hi?=", "a =?utf-8?b?aGk=?= b", "x" * 300, "名前 " * 60]:
        kept = text.one_line(given)[:250].strip()
        mail = outgoing(subject=kept, reply_to=f"{kept} <a@b.example>", parts=(Part(kept, "application/pdf", b"x"),))
        content = mime.build(mail, sender=SENDER)
        head = content.partition(b"\r\n\r\n")[0]
        assert max(len(line) for line in head.split(b"\r\n")) <= max(78, max(map(len, kept.split() or [""])) + 10)
        arrived: Any = message_from_bytes(content, policy=email.policy.default)
        assert (arrived["Subject"] or "") == kept
        assert [attached.get_filename() for attached in arrived.iter_attachments()] == [mime.filename(kept)]
        assert [address.addr_spec for address in arrived["Reply-To"].addresses] == ["a@b.example"]


async def test_naughty_strings_travel_through_database_and_server(
    database: str, receiver: Receiver, services: wiring.Services
) -> None:
    naughty: list[str] = json.loads((shared_data.folder("edge-cases") / "blns.json").read_text())[::9]
    for number, given in enumerate(["\x00\ud800", *naughty]):
        await queued(message(f"n:{number}", subject=given, text=given, html=f"<p>{given}"), clock.now())
    await worker.drain(services)
    states = {record.state for record in await queries.mail_log(limit=200)}
    assert (states, len(receiver.taken)) == ({MailState.ACCEPTED}, len(naughty) + 1)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ticket Größe.pdf", "Ticket Größe.pdf"),
        ("名前 " * 20 + ".pdf", ("名前 " * 20 + ".pdf")),
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c:d.pdf", "a-b-c-d.pdf"),
        ("", "attachment"),
        ("...", "attachment"),
    ],
)
def test_file_names(given: str, shown: str) -> None:
    [part] = list(parsed(outgoing(parts=(Part(given, "application/pdf", b"x"),))).iter_attachments())
    assert part.get_filename() == shown


async def test_a_domain_outside_ascii_travels_in_ascii(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    mail = await queued(message(recipient="Amara@Bücher.example"), now)
    assert await send(mail, now) is MailState.ACCEPTED
    assert receiver.taken[0].rcpt_tos == ["amara@xn--bcher-kva.example"]
    assert receiver.messages()[0]["To"] == "amara@xn--bcher-kva.example"
    assert (await mail_row(mail))["recipient"] == "amara@bücher.example"


async def test_a_local_part_outside_ascii_needs_smtputf8(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    mail = await queued(message(recipient="münch@brennhof.example"), now)
    assert await send(mail, now) is MailState.ACCEPTED
    assert (receiver.taken[0].rcpt_tos, receiver.taken[0].smtp_utf8) == (["münch@brennhof.example"], True)
    assert "To: münch@brennhof.example\r\n".encode() in receiver.taken[0].original_content  # type: ignore[operator]


async def test_without_smtputf8_the_mail_fails_with_a_reason(database: str, send: Send, now: datetime) -> None:
    old = Receiver()
    await old.start(enable_SMTPUTF8=False)
    mail = await queued(message(recipient="münch@brennhof.example"), now)
    assert await send(mail, now, url=old.url) is MailState.FAILED
    await old.stop()
    assert (await mail_row(mail))["answer"] == (
        "Our mail server cannot send to addresses with other letters than A to Z before the @ (no SMTPUTF8)."
    )
    assert await queries.suppression("münch@brennhof.example", "orders") is None


async def test_only_optional_topics_offer_one_click(
    database: str, receiver: Receiver, send: Send, now: datetime
) -> None:
    for number, topic in enumerate(["codes", "orders", "calendar", "waiting", "event-news"]):
        await send(await queued(message(f"t:{number}", topic=topic), now), now)
    offered = [(sent["List-Unsubscribe"], sent["List-Unsubscribe-Post"]) for sent in receiver.messages()]
    address = links.preferences("amara@brennhof.example", "event-news")
    assert offered == [(None, None)] * 4 + [(f"<{address}>", "List-Unsubscribe=One-Click")]
