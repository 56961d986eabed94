"""Parts of a page, for its script to put in."""

from collections.abc import Mapping

from litestar.response import Response

from portal.webinars.live import pieces


def parts(shown: Mapping[str, str], *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[str]:
    """These parts by name, as they are for one person: stored nowhere."""
    body = pieces.markup({name: pieces.piece(html) for name, html in shown.items()})
    told = {"Cache-Control": "private, no-store", **(headers or {})}
    return Response(body, status_code=status, media_type="text/html", headers=told)
