"""What is sent to a page: its regions' HTML, and what the page has already, as one short word.

A region's HTML is the same for everybody of an audience. Its digest stands for it, so a page that comes back, to whatever
process, says what it has and is sent exactly what differs. Nothing needs to be remembered for it, and nothing can be
missed: what was approved stands in the newest state of its region.
"""

import hashlib
import zlib
from collections.abc import Mapping
from functools import lru_cache

import msgspec

KEEP_ALIVE = b": here\n\n"
BYE = b"event: bye\ndata: bye\n\n"
ZIP_BEGINS = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""What a gzipped stream begins with (RFC 1952)."""
_LONGEST = 2000


class Piece(msgspec.Struct, frozen=True):
    """One region as it is now."""

    digest: str
    html: str


def piece(html: str) -> Piece:
    return Piece(hashlib.blake2b(html.encode(), digest_size=5).hexdigest(), html)


def vector(pieces: Mapping[str, Piece]) -> str:
    """What a page has that was sent all of these: `chat.0f3a…~questions.77b1…`."""
    return "~".join(f"{name}.{one.digest}" for name, one in sorted(pieces.items()))


def had(said: str) -> dict[str, str]:
    """Digests by region of a vector that a page sent back; of anything else as much as can be read."""
    if len(said) > _LONGEST:
        return {}
    return {name: digest for name, _, digest in (part.partition(".") for part in said.split("~")) if digest}


def missing(pieces: Mapping[str, Piece], have: Mapping[str, str]) -> dict[str, Piece]:
    return {name: one for name, one in pieces.items() if have.get(name) != one.digest}


def markup(pieces: Mapping[str, Piece]) -> str:
    """Regions side by side, each in a `template` that the page's script takes apart."""
    return "\n".join(f'<template data-region="{name}">{one.html}</template>' for name, one in pieces.items())


def retry(milliseconds: int) -> bytes:
    """Has a page that loses its line come back after so long."""
    return b"retry: %d\n\n" % milliseconds


def message(pieces: Mapping[str, Piece], now: str) -> bytes:
    """A server-sent event that brings a page to `now`, the vector of everything."""
    lines = markup(pieces).splitlines()
    return "".join([f"id: {now}\nevent: room\n", *(f"data: {line}\n" for line in lines), "\n"]).encode()


@lru_cache(64)
def zipped(said: bytes) -> bytes:
    """The same as a part of a gzipped stream. It refers to nothing before it, so one is made for all pages: a tenth of the
    bytes for each, on the line as well as in the memory of a page that reads slowly.
    """
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(said) + packer.flush(zlib.Z_SYNC_FLUSH)
