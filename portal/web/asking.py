"""What a request asks for, read from its headers."""

from litestar.types import Scope

FRAGMENT_HEADERS = "HX-Request, HX-History-Restore-Request"


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of that lower-case name, or nothing."""
    for key, value in scope["headers"]:
        if key == name:
            return value
    return b""


def wants_fragment(scope: Scope) -> bool:
    """Whether htmx asks for the page's named block. The Back button asks for the whole page again.

    `FRAGMENT_HEADERS` are the only headers this goes by: caches, ours too, keep one answer for each outcome.
    """
    return bool(header(scope, b"hx-request")) and not header(scope, b"hx-history-restore-request")
