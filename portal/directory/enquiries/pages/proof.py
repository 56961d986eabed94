"""Acting at an enquiry's secret address takes a code typed once; the browser then may for a while.

The address comes by mail, and scanners of mail open links and even send forms. Reading is all it gives.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from litestar.connection import Request
from litestar.response import Response

from portal.core.tokens import signature, signature_matches
from portal.web import cookies

_LASTS = timedelta(hours=2)
_NAME = "enquiry"
_PURPOSE = "enquiry proof"


def give(answer: Response[Any], secret: str, now: datetime) -> Response[Any]:
    """Let this browser act at that address, and at no other."""
    until = str(int((now + _LASTS).timestamp()))
    value = f"{until}.{signature(_PURPOSE, f'{secret}:{until}')}"
    cookies.give(answer, _NAME, value, path=_path(secret), seconds=int(_LASTS.total_seconds()))
    return answer


def given(request: Request[Any, Any, Any], secret: str, now: datetime) -> bool:
    until, _, signed = cookies.read(request, _NAME, path=_path(secret)).partition(".")
    if not signed or not signature_matches(_PURPOSE, f"{secret}:{until}", signed):
        return False
    return now < datetime.fromtimestamp(int(until), UTC)


def _path(secret: str) -> str:
    return f"/enquiries/{secret}"
