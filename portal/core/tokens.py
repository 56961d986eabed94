"""Random secrets, their hashes for storing, and short signatures."""

import hashlib
import hmac
import secrets

from portal.core.settings import current

# No 0, 1, I, L, O, U: read aloud and typed without mistakes (Crockford's base 32, less the digits that look alike).
READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def secret() -> str:
    """A secret of 192 bits for addresses and cookies; 32 characters that need no quoting in a URL."""
    return secrets.token_urlsafe(24)


def hex_secret() -> str:
    """128 random bits as 32 hex digits."""
    return secrets.token_hex(16)


def hashed(value: str) -> str:
    """What is stored of a secret: its SHA-256 in hex. Enough for random secrets, not for passwords."""
    return hashlib.sha256(value.encode()).hexdigest()


def digits(count: int = 6) -> str:
    """A code for a person to type."""
    return "".join(secrets.choice("0123456789") for _ in range(count))


def readable(count: int = 8) -> str:
    """A code that can be read aloud."""
    return "".join(secrets.choice(READABLE) for _ in range(count))


def signature(purpose: str, message: str) -> str:
    """A keyed signature (HMAC-SHA256, first 96 bits, hex) bound to `purpose`."""
    key = current().secret_key.encode()
    return hmac.new(key, f"{purpose}:{message}".encode(), hashlib.sha256).hexdigest()[:24]


def signature_matches(purpose: str, message: str, given: str) -> bool:
    return hmac.compare_digest(signature(purpose, message).encode(), given.encode())
