"""What a badge's QR code says: an address of ours, which any phone's camera opens, and which shows nothing personal.

Its code is made of the seat's secret, and the secret cannot be had from it; with the secret it ends when the place is passed on.
The database finds a seat by the same function (`badge_code`, migration `20261129_0201`). Staff's and exhibitors' eyes only see
the code: it opens neither order nor ticket.
"""

import hashlib
import re

from portal.core.tokens import READABLE

_LENGTH = 10
_CODE = re.compile(f"[{READABLE}]{{{_LENGTH}}}")
_IN_ADDRESS = re.compile(r"(?:https?://)?[^\s/]+/b/([^/?#]+)/?", re.IGNORECASE)


def badge_code(claim_secret: str) -> str:
    """The code on the badge of the seat with this secret."""
    made = hashlib.sha256(f"badge:{claim_secret}".encode()).digest()
    return "".join(READABLE[byte % len(READABLE)] for byte in made[:_LENGTH])


def badge_address(base_url: str, claim_secret: str) -> str:
    """What the QR code says."""
    return f"{base_url}/b/{badge_code(claim_secret)}"


def read_badge(text: str) -> str | None:
    """The code in what was scanned or typed: the address, or the code in any case and spacing; None when it is none."""
    typed = text.strip()[:300]
    if (address := _IN_ADDRESS.fullmatch(typed)) is not None:
        typed = address[1]
    code = re.sub(r"[\s-]+", "", typed).upper()
    return code if _CODE.fullmatch(code) else None
