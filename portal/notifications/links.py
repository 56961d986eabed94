"""The signed address where a reader chooses what mail to get."""

import base64

from portal.core.settings import current
from portal.core.tokens import signature, signature_matches

_PURPOSE = "mail preferences"


def preferences(address: str, topic: str) -> str:
    """The page for this reader, with this topic at hand; also the one-click address of RFC 8058."""
    return f"{current().base_url}/mail/preferences/{token(address, topic)}"


def token(address: str, topic: str) -> str:
    """Address and topic, readable by everyone who holds it, changeable by nobody."""
    packed = base64.urlsafe_b64encode(f"{topic}\n{address}".encode()).decode().rstrip("=")
    return f"{packed}.{signature(_PURPOSE, packed)}"


def read(given: str) -> tuple[str, str] | None:
    """(address, topic) of a token of ours; None for any other."""
    packed, _, signed = given.partition(".")
    if not packed.isascii() or not signature_matches(_PURPOSE, packed, signed):
        return None
    topic, _, address = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode().partition("\n")
    return address, topic
