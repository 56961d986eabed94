"""A claimed mail as the bytes that go over the wire.

    multipart/mixed
      multipart/alternative
        text/plain
        text/html
        text/calendar; method=REQUEST      (parts with `alternative`)
      application/pdf                      (the other parts)

What is not needed is left out. All of it is written here and not by `email.message`, whose folding (in Python
3.11) drops spaces between encoded words and encodes long addresses that must stay as they are, and which takes
several times as long for a PDF.
"""

import hashlib
import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from email.header import Header
from email.utils import format_datetime
from textwrap import wrap
from urllib.parse import quote

from portal.core.text import one_line
from portal.notifications.rules import sendable
from portal.notifications.values import Outgoing, Part

_LINE = 76
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LINE_END = re.compile(r"\r\n?")
_TYPE = re.compile(r"[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+")
_PARAMETER = re.compile(r'([A-Za-z0-9-]+)="?([A-Za-z0-9._+-]+)"?')
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
        ("MIME-Version", "1.0"),
    ]
    if sendable(_split(mail.reply_to)[1]):
        headers.append(("Reply-To", mailbox("Reply-To", mail.reply_to)))
    if one_click:
        headers.append(("List-Unsubscribe", f"<{one_click}>"))
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    head = "".join(_field(name, value) for name, value in headers)
    return head.encode() + _body(mail)


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


def _body(mail: Outgoing) -> bytes:
    """The message's own content headers and everything below them."""
    forms = [_text(mail.text, "plain")] if mail.text or not mail.html else []
    if mail.html:
        forms.append(_text(mail.html, "html"))
    forms += [_file(part) for part in mail.parts if part.alternative]
    files = [_file(part) for part in mail.parts if not part.alternative]
    return _several("mixed", [_several("alternative", forms, mail), *files], mail)


def _several(kind: str, parts: Sequence[bytes], mail: Outgoing) -> bytes:
    if len(parts) == 1:
        return parts[0]
    # Made from the row's own secret id, so that no text can contain it.
    mark = "=" + hashlib.sha256(f"{kind}{mail.message_id}".encode()).hexdigest()[:40] + "="
    fence = f"--{mark}".encode()
    head = _field("Content-Type", f'multipart/{kind};\r\n boundary="{mark}"').encode()
    inside = b"".join(fence + b"\r\n" + part + b"\r\n" for part in parts)
    return head + b"\r\n" + inside + fence + b"--\r\n"


def _leaf(content_type: str, encoding: str, content: bytes, disposition: str = "") -> bytes:
    fields = [("Content-Type", content_type), ("Content-Transfer-Encoding", encoding)]
    if disposition:
        fields.append(("Content-Disposition", disposition))
    return "".join(_field(*field) for field in fields).encode() + b"\r\n" + content


def _text(value: str, kind: str) -> bytes:
    """Text in lines of at most 76 ASCII characters: as it is, else quoted-printable, or base64 if that is shorter."""
    lines = _LINE_END.sub("\n", value if value.endswith("\n") else f"{value}\n")
    content = lines.encode()
    content_type = f"text/{kind}; charset=utf-8"
    if content.isascii() and max(map(len, content.split(b"\n"))) <= _LINE:
        return _leaf(content_type, "7bit", content.replace(b"\n", b"\r\n"))
    quoted = b2a_qp(content, istext=True).replace(b"\n", b"\r\n")
    if len(quoted) <= len(content) * 4 / 3:
        return _leaf(content_type, "quoted-printable", quoted)
    return _leaf(content_type, "base64", _base64(content.replace(b"\n", b"\r\n")))


def _base64(content: bytes) -> bytes:
    return encodebytes(content).replace(b"\n", b"\r\n")


def _file(part: Part) -> bytes:
    """The bytes as they are, in base64: an invitation must keep its own line ends."""
    disposition = "" if part.alternative else f"attachment;\r\n {_filename_parameter(filename(part.filename))}"
    return _leaf(_content_type(part.content_type), "base64", _base64(part.content), disposition)


def _content_type(value: str) -> str:
    """A content type written again from its parts, so that nothing else gets through."""
    kind, *params = (piece.strip() for piece in value.split(";"))
    pairs = [_PARAMETER.fullmatch(param) for param in params if param]
    if not _TYPE.fullmatch(kind) or not all(pairs) or kind.lower().startswith(("multipart/", "message/")):
        return "application/octet-stream"
    return "; ".join([kind.lower(), *(f'{pair[1].lower()}="{pair[2]}"' for pair in pairs if pair)])


def filename(value: str) -> str:
    """A file name every system takes, with its ending kept."""
    return _UNSAFE_IN_NAMES.sub("-", one_line(value)).strip(" .-") or "attachment"


def _filename_parameter(name: str) -> str:
    """`filename="…"`, or for letters outside ASCII the pieces of RFC 2231."""
    if name.isascii():
        return f'filename="{name}"'
    pieces = [quote(name[at : at + 6], safe="") for at in range(0, len(name), 6)]
    if len(pieces) == 1:
        return f"filename*=utf-8''{pieces[0]}"
    marked = [f"utf-8''{pieces[0]}", *pieces[1:]]
    return ";\r\n ".join(f"filename*{number}*={piece}" for number, piece in enumerate(marked))
