"""Edits that meet. A form carries a mark of what it was opened with; what has become something else is not written over."""

import hashlib
from typing import Any

import msgspec

from portal.core.errors import Conflict


def mark(stored: Any) -> str:
    """A short word for what is stored: another one as soon as any of it differs."""
    return hashlib.blake2b(msgspec.json.encode(stored, order="sorted"), digest_size=8).hexdigest()


def not_overtaken(seen: str, stored: Any) -> None:
    """Raise Conflict unless what is stored is still what the editor saw."""
    if seen != mark(stored):
        raise Conflict("Somebody else changed this while you were editing it.")
