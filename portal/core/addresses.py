"""Addresses of pages as people type them."""

from urllib.parse import SplitResult, urlsplit

_NONE = SplitResult("", "", "", "", "")


def parts_of(typed: str) -> SplitResult:
    """Scheme, host, path and so on; all of them empty for what is no address at all, such as `https://[`."""
    try:
        found = urlsplit(typed)
        # Read only when asked for, and as easily wrong.
        _ = found.hostname, found.port
    except ValueError:
        return _NONE
    return found


def is_own_path(typed: str) -> bool:
    """Whether it leads to a page of ours; browsers take a backslash for a slash."""
    return typed.startswith("/") and typed[1:2] not in ("/", "\\") and typed.isprintable() and " " not in typed


def is_secure(typed: str) -> bool:
    """Whether it is a whole address that begins with https://, and no trick."""
    parts = parts_of(typed)
    plain = typed.isprintable() and not any(letter in typed for letter in ' \\"<>')
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and plain
