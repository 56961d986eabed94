"""How a chain is linked. The database does it when it stores a record, the check of an export does it again: both by this.

payload digest = SHA-256(salt, canonical JSON of the payload)
digest         = SHA-256(previous, seq, lead, kind, at, payload digest), each on a line of its own
the first one’s previous = SHA-256("tradefloor-leads/1", the chain’s key), on two lines
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

FORMAT = "tradefloor-leads/1"


def canonical(payload: Mapping[str, Any]) -> str:
    """The one way a payload is written: keys in order, no blanks, letters as they are."""
    return msgspec.json.encode(payload, order="sorted").decode()


def beginning(key: str) -> str:
    """What the first record of a chain follows."""
    return _sha256(f"{FORMAT}\n{key}")


def payload_digest(salt: str, payload: Mapping[str, Any]) -> str:
    return _sha256(salt + canonical(payload))


def digest(previous: str, seq: int, lead: str, kind: str, at: str, of_payload: str) -> str:
    return _sha256("\n".join((previous, str(seq), lead, kind, at, of_payload)))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
