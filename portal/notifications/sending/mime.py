"""A claimed mail as the bytes that go over the wire.

    multipart/mixed
      multipart/alternative
        text/plain
        text/html
        text/calendar; method=REQUEST      (parts with `alternative`)
      application/pdf                      (the other parts)

What is not needed is left out. The header is written here and not by `email.message`, whose folding (in
Python 3.11) drops spaces between encoded words and encodes long addresses that must stay as they are.
"""

import hashlib
import re
from collections.abc import Sequence
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from textwrap import wrap
from typing import Any

from portal.core.text import one_line
from portal.notifications.rules import sendable
from portal.notifications.values import Outgoing, Part

_POLICY = EmailPolicy(linesep="\r\n", max_line_length=78, cte_type="7bit", utf8=False)
_LINE = 76
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_UNSAFE_IN_NAMES = re.compile(r'[\\/:*?"<>|]+')


class CannotBuild(ValueError):
    """This mail can never be sent as it is."""


def build(mail: Outgoing, *, sender: str, one_click: str = "") -> bytes:
    """The whole message with CRLF line ends. `sender` is `Name <address>`; `one_click` an RFC 8058 address.

    The same mail gives the same bytes. The header is ASCII, but for a recipient with letters outside ASCII
    before the @ (RFC 6532). Raises CannotBuild for addresses that are none.
    """
    headers = [
        ("Date", format_datetime(mail.queued_at)),
        ("From", mailbox("From", sender)),
        ("To", _address(mail.recipient)),
        ("Subject", words("Subject", mail.subject)),
        ("Message-ID", mail.message_id),
        ("Auto-Submitted", "auto-generated"),
    ]
    if sendable(_split(mail.reply_to)[1]):
        headers.append(("Reply-To", mailbox("Reply-To", mail.reply_to)))
    if one_click:
        headers.append(("List-Unsubscribe", f"<{one_click}>"))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    head = "".join(_field(name, value) for name, value in headers)
    return head.encode() + _body(mail).as_bytes()


def envelope_sender(sender: str) -> str:
    """The bare address of `Name <address>`, for SMTP's MAIL FROM; raises CannotBuild when it has none."""
    return _address(_split(sender)[1])


def _field(name: str, value: str) -> str:
    """One header field. A line break that is not folding would start another field: refused."""
    if re.search(r"[\r\n\0]", value.replace("\r\n ", "")):
        raise CannotBuild(f"line break in {name}")
    return f"{name}: {value}\r\n"


def words(name: str, value: str) -> str:
    """Free text as a header's value: ASCII as it is, folded between words, the rest encoded (RFC 2047)."""
    text = one_line(value)
    if text.isascii() and "=?" not in text:
        lines = wrap(text, _LINE - len(name) - 2, break_long_words=False, break_on_hyphens=False)
        return "\r\n ".join(lines)
    return _encoded(name, text)


def _encoded(name: str, text: str) -> str:
    return Header(text, "utf-8", maxlinelen=_LINE, header_name=name).encode(linesep="\r\n")


def mailbox(name: str, value: str) -> str:
    """`Name <address>` as a header's value, or the address alone when there is no name."""
    shown, address = _split(value)
    bare = _address(address)
    if not shown:
        return bare
    said = shown if _ATOMS.fullmatch(shown) else '"' + re.sub(r'(["\\])', r"\\\1", shown) + '"'
    if not shown.isascii() or "=?" in shown or len(name) + len(said) + 2 > _LINE:
        said = _encoded(name, shown)
    short = "\r\n" not in said and len(name) + len(said) + len(bare) + 5 <= _LINE
    return f"{said} <{bare}>" if short else f"{said}\r\n <{bare}>"


def _split(value: str) -> tuple[str, str]:
    name, opened, rest = one_line(value).rpartition("<")
    return (name.strip().strip('"'), rest.removesuffix(">")) if opened else ("", rest)


def _address(value: str) -> str:
    if not (found := sendable(value)):
        raise CannotBuild("not an address")
    return found


def _body(mail: Outgoing) -> EmailMessage:
    alternatives = [_text(mail.text, "plain")] if mail.text or not mail.html else []
    if mail.html:
        alternatives.append(_text(mail.html, "html"))
    alternatives += [_file(part) for part in mail.parts if part.alternative]
    files = [_file(part) for part in mail.parts if not part.alternative]
    whole = _several("mixed", [_several("alternative", alternatives, mail), *files], mail)
    whole["MIME-Version"] = "1.0"
    return whole


def _several(kind: str, parts: Sequence[EmailMessage], mail: Outgoing) -> EmailMessage:
    if len(parts) == 1:
        return parts[0]
    whole = EmailMessage(policy=_POLICY)
    whole["Content-Type"] = f"multipart/{kind}"
    # Made from the row's own secret id, so that no text can contain it.
    mark = hashlib.sha256(f"{kind}{mail.message_id}".encode()).hexdigest()[:40]
    whole.set_boundary(f"={mark}=")
    whole.set_payload(list(parts))
    return whole


def _text(value: str, kind: str) -> EmailMessage:
    part = EmailMessage(policy=_POLICY)
    part.set_content(value if value.endswith("\n") else f"{value}\n", subtype=kind)
    del part["MIME-Version"]
    return part


def _file(part: Part) -> EmailMessage:
    """The bytes as they are, in base64: an invitation must keep its own line ends."""
    made = EmailMessage(policy=_POLICY)
    kind, params = _content_type(part.content_type)
    main, _, sub = kind.partition("/")
    kept: dict[str, Any] = {"params": params}
    if not part.alternative:
        kept |= {"disposition": "attachment", "filename": filename(part.filename)}
    made.set_content(part.content, main, sub, **kept)
    del made["MIME-Version"]
    return made


def _content_type(value: str) -> tuple[str, dict[str, str]]:
    parsed: Any = _POLICY.header_factory("Content-Type", one_line(value))
    if parsed.defects or parsed.maintype in {"multipart", "message"}:
        return "application/octet-stream", {}
    return parsed.content_type, dict(parsed.params)


def filename(value: str) -> str:
    """A file name every system takes, with its ending kept."""
    return _UNSAFE_IN_NAMES.sub("-", one_line(value)).strip(" .-") or "attachment"
