"""What the reads of both sides share."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portal.directory.enquiries.values import Asked, Line, Said

ASKED = """
e.id, e.number, e.kind, e.state, e.need, e.lines, e.needed_by, e.blind, e.files_after_yes, e.company_address, e.created_at,
e.sent_at, e.closed_at, e.outcome, e.decided
"""
_NAMES = tuple(info.name for info in msgspec.structs.fields(Asked))


def asked(row: Mapping[str, Any]) -> Asked:
    values = {name: row[name] for name in _NAMES}
    values["lines"] = msgspec.json.decode(values["lines"], type=list[Line])
    return msgspec.convert(values, Asked)


def said(row: Mapping[str, Any]) -> Said:
    return msgspec.convert({name: row[name] for name in ("side", "kind", "author", "text", "at")}, Said)
