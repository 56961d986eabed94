"""What a ticket's QR code says, and whether it is ours. Without a database: a door may check it offline.

`TF1-<code>-<signature>` in capitals, digits and hyphens, which QR codes hold in their compact alphanumeric mode. The
signature binds the code to one event.
"""

from functools import lru_cache
from html import escape

import segno

from portal.core.tokens import signature, signature_matches

_VERSION = "TF1"
_PURPOSE = "ticket"


def ticket_payload(event_id: int, code: str) -> str:
    """The text of a ticket's QR code."""
    return f"{_VERSION}-{code}-{signature(_PURPOSE, f'{event_id}:{code}')}".upper()


def check_payload(event_id: int, payload: str) -> str | None:
    """The ticket's code when the payload was signed for this event, in whatever case and spacing it was typed."""
    text = "".join(payload.split()).upper()
    version, _, rest = text.partition("-")
    code, _, signed = rest.partition("-")
    if version != _VERSION or not code or not text.isascii():
        return None
    return code if signature_matches(_PURPOSE, f"{event_id}:{code}", signed.lower()) else None


def grouped(code: str) -> str:
    """The code in groups that are easy to read out: `7Q4K 2M9D`, `7Q4K2 M9DXW`."""
    size = 4 if len(code) % 4 == 0 else 5
    return " ".join(code[start : start + size] for start in range(0, len(code), size))


@lru_cache(maxsize=2048)
def qr_inline(payload: str, label: str) -> str:
    """The QR code as an SVG element for a page; `label` says in words what it is."""
    code = segno.make_qr(payload, error="m", boost_error=False)
    drawn: str = code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{escape(label, quote=True)}" ', 1)
