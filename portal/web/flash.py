"""A short notice carried over one redirect, in a signed cookie: `Saved.`"""

import base64
from typing import Any

from litestar.connection import Request
from litestar.response import Response

from portal.core.settings import current
from portal.core.tokens import signature, signature_matches

_COOKIE = "notice"


def leave(answer: Response[Any], text: str) -> None:
    """Show `text` on the next private page."""
    packed = base64.urlsafe_b64encode(text.encode()[:600]).decode()
    answer.set_cookie(
        key=_COOKIE, value=f"{packed}.{signature('notice', packed)}", max_age=300, httponly=True, samesite="lax",
        secure=current().base_url.startswith("https://"),
    )  # fmt: skip


def waiting(request: Request[Any, Any, Any]) -> list[str]:
    """The notices left for this browser."""
    packed, _, given = request.cookies.get(_COOKIE, "").partition(".")
    if not packed or not signature_matches("notice", packed, given):
        return []
    try:
        return [base64.urlsafe_b64decode(packed).decode(errors="ignore")]
    except ValueError:
        return []


def clear(answer: Response[Any]) -> None:
    """Take the notice away once it was shown."""
    answer.delete_cookie(_COOKIE)
