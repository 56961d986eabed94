"""A chain as a file that can be checked without us, and what an export promises.

The head is signed (Ed25519): whoever cuts records off its end, or writes all of it anew, cannot sign again.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from portal.core.settings import current
from portal.leads.chain.digests import FORMAT


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link as it is exported; `payload` and `salt` are null once erased."""

    seq: int
    lead: str
    kind: str
    at: str
    payload: dict[str, Any] | None
    salt: str | None
    payload_digest: str
    previous: str
    digest: str


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed: whose chain, when, how long it was, where it ended, and which of its payloads were erased by then."""

    format: str
    chain: str
    company: str
    event: str
    exported_at: str
    length: int
    head: str
    erased: list[int]


class Export(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    head: Head
    records: list[Record]
    signature: str


def export(*, chain: str, company: str, event: str, records: Sequence[Record], head: str, now: datetime) -> bytes:
    """The file. `head` is the digest the chain ends with, also where it has no record yet."""
    said = Head(
        format=FORMAT, chain=chain, company=company, event=event, exported_at=written(now), length=len(records), head=head,
        erased=[one.seq for one in records if one.payload is None],
    )  # fmt: skip
    made = Export(head=said, records=list(records), signature=_key().sign(_signed(said)).hex())
    return msgspec.json.format(msgspec.json.encode(made), indent=1)


def is_signed(head: Head, signature: str, public_key: str) -> bool:
    """Whether the holder of this key (hex) said so."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), _signed(head))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key() -> str:
    """The key exports of this portal are signed with, in hex; it follows from `SECRET_KEY`."""
    return _key().public_key().public_bytes_raw().hex()


def written(at: datetime) -> str:
    """A moment as records carry it: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _signed(head: Head) -> bytes:
    return msgspec.json.encode(head, order="sorted")


def _key() -> Ed25519PrivateKey:
    seed = hmac.new(current().secret_key.encode(), b"exports of leads", hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)
