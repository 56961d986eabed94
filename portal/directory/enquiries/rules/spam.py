"""Telling people from programs: a signed form, a field nobody sees, links, and digests to find what was sent before."""

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from portal.core.tokens import signature, signature_matches

LEAST = timedelta(seconds=3)
MOST = timedelta(days=1)
_PURPOSE = "enquiry form"
_LINK = re.compile(
    r"https?://|www\.|\bhttps?\b|[a-z0-9-]\s*(?:\.|\[dot\]|\(dot\))\s*"
    r"(?:com|net|org|info|biz|ru|cn|xyz|top|shop|online|site|io|ly|co|me|link|click)\b",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"\W+")


def form_token(now: datetime) -> str:
    """What a form carries: when it was made, and a name of its own."""
    body = f"{int(now.timestamp())}.{secrets.token_urlsafe(9)}"
    return f"{body}.{signature(_PURPOSE, body)}"


def form_age(token: str, now: datetime) -> timedelta | None:
    """How old a form is; None for one that is not ours."""
    body, _, signed = token.rpartition(".")
    if not body or not signature_matches(_PURPOSE, body, signed):
        return None
    return timedelta(seconds=now.timestamp() - int(body.partition(".")[0]))


def form_fault(token: str, now: datetime) -> str:
    """Why a form is not taken; empty when it may be."""
    age = form_age(token, now)
    if age is None or age > MOST:
        return "This form was open for too long. What you typed is still here; please send it again."
    if age < LEAST:
        return "That was quick. Please look through what you typed and send it again."
    return ""


def form_key(token: str) -> str:
    """The name under which what came of a form is stored, once."""
    return token[:64]


def has_link(*texts: str) -> bool:
    """Whether a text leads elsewhere, written plainly or not."""
    return any(_LINK.search(text) for text in texts)


def sender_key(email: str) -> str:
    """An address as limits and blocks know it: nobody can read it there."""
    return signature("enquiry sender", email)


def digest(email: str, need: str, companies: Iterable[int]) -> str:
    """The same for the same words of the same person to the same companies, however they are spaced."""
    words = _BLANKS.sub(" ", need.casefold()).strip()
    return signature("enquiry digest", f"{email}:{sorted(companies)}:{words}")
