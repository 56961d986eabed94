"""A mail's bytes as what a mail program shows. Nothing in a mail, however broken, may stop its page."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Any, cast

import msgspec

_TIME = re.compile(r"(\d+)\.M(\d+)P\d+Q(\d+)")
_SEARCHED = 20_000
_FROM_THE_START = datetime(1970, 1, 1, tzinfo=UTC)


class Letter(msgspec.Struct, frozen=True):
    """A line of the list. `words` is what the search looks through."""

    key: str
    kept_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    files: int
    invitation: bool
    words: str


class File(msgspec.Struct, frozen=True):
    """An attachment; `number` counts the parts of the mail."""

    number: int
    name: str
    content_type: str
    size: int


class Branch(msgspec.Struct, frozen=True):
    """A part in the tree of a mail's structure."""

    depth: int
    content_type: str
    detail: str
    size: int


class Opened(msgspec.Struct, frozen=True):
    """A mail, opened."""

    letter: Letter
    headers: list[tuple[str, str]]
    html: bool
    text: str
    calendar: bytes
    files: list[File]
    tree: list[Branch]


def parse(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def letter(key: str, content: bytes) -> Letter:
    """The line of the list for a mail."""
    mail = parse(content)
    sender, subject = header(mail, "From"), header(mail, "Subject")
    recipients = tuple(str(address) for address in mail.get_all("Delivered-To", []))
    words = " ".join([sender, subject, *recipients, text(mail)[:_SEARCHED]])
    return Letter(
        key=key,
        kept_at=_kept_at(key),
        sender=sender,
        recipients=recipients,
        subject=subject or "(no subject)",
        files=len(files(mail)),
        invitation=bool(calendar(mail)),
        words=words.casefold(),
    )


def _kept_at(key: str) -> datetime:
    """When a mail came, to the microsecond, from the name of its file."""
    found = _TIME.match(key)
    if found is None:
        return _FROM_THE_START
    return _FROM_THE_START + timedelta(seconds=int(found[1]), microseconds=int(found[2]))


def opened(key: str, content: bytes) -> Opened:
    """Everything the page of a mail shows."""
    mail = parse(content)
    names = list(dict.fromkeys(name for name in mail.keys()))  # noqa: SIM118
    headers = [(name, header(mail, name, number)) for name in names for number in range(len(_raw(mail, name)))]
    return Opened(
        letter=letter(key, content),
        headers=headers,
        html=html(mail) is not None,
        text=text(mail),
        calendar=calendar(mail),
        files=files(mail),
        tree=tree(mail),
    )


def _raw(mail: EmailMessage, name: str) -> list[str]:
    return [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]


def header(mail: EmailMessage, name: str, number: int = 0) -> str:
    """A header, decoded; as it came where it cannot be read; empty where it is missing."""
    try:
        found = mail.get_all(name, [])
        return " ".join(str(found[number]).split()) if number < len(found) else ""
    except Exception:
        # The standard library stumbles over some broken headers (IndexError, AttributeError and others).
        return " ".join(_raw(mail, name)[number].split())


def _bodies(mail: EmailMessage) -> list[EmailMessage]:
    """The parts that are not containers and not attachments."""
    return [part for part in mail.walk() if not part.is_multipart() and not _attached(part)]


def _attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _words(part: EmailMessage) -> str:
    content: Any = part.get_payload(decode=True) or b""
    try:
        return str(content.decode(part.get_content_charset() or "utf-8", "replace"))
    except LookupError:
        return str(content.decode("utf-8", "replace"))


def text(mail: EmailMessage) -> str:
    for part in _bodies(mail):
        if part.get_content_type() == "text/plain":
            return _words(part).replace("\r\n", "\n")
    return ""


def html(mail: EmailMessage) -> str | None:
    for part in _bodies(mail):
        if part.get_content_type() == "text/html":
            return _words(part)
    return None


def calendar(mail: EmailMessage) -> bytes:
    """The invitation a calendar would act on: the body's other form, or else an attached file."""
    kinds = [part for part in mail.walk() if part.get_content_type() in {"text/calendar", "application/ics"}]
    for part in sorted(kinds, key=_attached):
        return cast(bytes, part.get_payload(decode=True) or b"")
    return b""


def files(mail: EmailMessage) -> list[File]:
    found = []
    for number, part in enumerate(mail.walk()):
        if not part.is_multipart() and (_attached(part) or part.get_content_maintype() not in {"text", "multipart"}):
            size = len(cast(bytes, part.get_payload(decode=True) or b""))
            found.append(File(number, part.get_filename() or f"part-{number}", part.get_content_type(), size))
    return found


def file(mail: EmailMessage, number: int) -> tuple[File, bytes] | None:
    """One attachment with its bytes; None for a number that is none."""
    for found in files(mail):
        if found.number == number:
            part = list(mail.walk())[number]
            return found, cast(bytes, part.get_payload(decode=True) or b"")
    return None


def tree(mail: Message, depth: int = 0) -> list[Branch]:
    """The parts of a mail, containers before what they hold."""
    params = [f"{name}={value}" for name, value in mail.get_params([])[1:] if name in {"charset", "method"}]
    coded = str(mail.get("Content-Transfer-Encoding", ""))
    detail = ", ".join(part for part in [*params, coded, mail.get_filename() or ""] if part)
    size = 0 if mail.is_multipart() else len(cast(bytes, mail.get_payload(decode=True) or b""))
    branches = [Branch(depth, mail.get_content_type(), detail, size)]
    if mail.is_multipart() and depth < 12:
        for part in cast(list[Message], mail.get_payload()):
            branches += tree(part, depth + 1)
    return branches
