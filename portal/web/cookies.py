"""Cookies: never read by scripts, never sent along from other sites' forms, and over HTTPS under a name that binds them.

`__Host-` and `__Secure-` make browsers refuse a cookie that was set over plain HTTP, and `__Host-` one that another
subdomain set, so that nobody can plant a session (RFC 6265bis, 4.1.3).
"""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.response import Response

from portal.core.settings import current


def read(connection: ASGIConnection[Any, Any, Any, Any], name: str, *, path: str = "/") -> str:
    """The value a browser sent, or nothing."""
    return connection.cookies.get(_bound(name, path), "")


def read_all(connection: ASGIConnection[Any, Any, Any, Any], start: str, *, path: str = "/") -> dict[str, str]:
    """The values of all whose names start so, by name."""
    bound, plain = _bound(start, path), len(_bound("", path))
    return {name[plain:]: value for name, value in connection.cookies.items() if name.startswith(bound)}


def give(answer: Response[Any], name: str, value: str, *, seconds: int, path: str = "/") -> None:
    """Have the browser keep a value for that long; `path` is where it sends it."""
    answer.set_cookie(
        key=_bound(name, path), value=value, path=path, max_age=seconds, httponly=True, samesite="lax", secure=_https()
    )


def take_away(answer: Response[Any], name: str, *, path: str = "/") -> None:
    """Have the browser forget it. Said with the same attributes, or the browser would not take it for that cookie."""
    give(answer, name, "", seconds=0, path=path)


def _https() -> bool:
    return current().base_url.startswith("https://")


def _bound(name: str, path: str) -> str:
    if not _https():
        return name
    return f"__Host-{name}" if path == "/" else f"__Secure-{name}"
