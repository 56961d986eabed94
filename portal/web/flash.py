"""A short notice carried over one redirect, in a signed cookie: `Saved.`"""

import base64
from typing import Any

from litestar.connection import Request
from litestar.response import Response
from litestar.types import Scope

from portal.core.tokens import signature, signature_matches
from portal.web import cookies
from portal.web.asking import header

_COOKIE = "notice"


def leave(answer: Response[Any], text: str) -> None:
    """Show `text` on the next whole page."""
    packed = base64.urlsafe_b64encode(text.encode()[:600]).decode()
    cookies.give(answer, _COOKIE, f"{packed}.{signature('notice', packed)}", seconds=300)


def is_left(scope: Scope) -> bool:
    """Whether a notice waits for this browser: what is kept for everybody does not show it."""
    return f"{_COOKIE}=".encode() in header(scope, b"cookie") and bool(waiting(Request(scope)))


def waiting(request: Request[Any, Any, Any]) -> list[str]:
    """The notices left for this browser."""
    packed, _, given = cookies.read(request, _COOKIE).partition(".")
    if not packed or not signature_matches("notice", packed, given):
        return []
    try:
        return [base64.urlsafe_b64decode(packed).decode(errors="ignore")]
    except ValueError:
        return []


def clear(answer: Response[Any]) -> None:
    """Take the notice away once it was shown."""
    cookies.take_away(answer, _COOKIE)
