"""Is an export what the portal gave out? Pure: the text of the file and the key it should be signed with, nothing else."""

import json
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace

from portal.leads.chain import digests
from portal.leads.chain.exports import Export, Head, Record, is_signed
from portal.leads.chain.tables import ENDS

_ENDS = {kind.value for kind in ENDS}


class Fault(StrEnum):
    """What is wrong with an export, the first thing that is."""

    UNREADABLE = "unreadable"
    CHANGED = "changed"
    LEFT_OUT = "left_out"
    CUT = "cut"
    ERASED = "erased"
    NOT_SIGNED = "not_signed"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is the record’s number that `fault` is about. `erased_since` were emptied after the export was made."""

    fault: Fault | None = None
    at: int | None = None
    why: str = ""
    head: Head | None = None
    records: int = 0
    erased: int = 0
    erased_since: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        return self.fault is None

    @property
    def words(self) -> str:
        """The verdict as a sentence."""
        match self.fault:
            case None if self.erased_since:
                many = len(self.erased_since)
                return (
                    f"{_records(many)} in it {'was' if many == 1 else 'were'} emptied after the export; all else is what was "
                    f"exported: {_records(self.records)}, unbroken and signed."
                )
            case None:
                return f"The file is what was exported: {_records(self.records)}, unbroken and signed."
            case Fault.UNREADABLE:
                return f"This is no export of leads that can be read. {self.why}".strip()
            case Fault.CHANGED:
                return f"Record {self.at} was changed after it was written. {self.why}".strip()
            case Fault.LEFT_OUT:
                return f"Record {self.at} was left out, or stands elsewhere in the file."
            case Fault.CUT:
                return f"Records are missing from {self.at} on: {self.why}"
            case Fault.ERASED:
                return f"Record {self.at} is empty, and nothing in the chain says why."
            case Fault.NOT_SIGNED:
                return (
                    "The records fit together, but this portal never signed where they end. The whole may be made up."
                )


def check(text: str | bytes, public_key: str) -> Verdict:
    """The first thing wrong, or that nothing is."""
    try:
        found = msgspec.convert(_strict(text), Export, strict=True)
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as problem:
        return Verdict(fault=Fault.UNREADABLE, why=_reason(problem))
    head, records = found.head, found.records
    if head.format != digests.FORMAT:
        return Verdict(fault=Fault.UNREADABLE, why=f"It says it is “{head.format[:40]}”.")
    empty = {one.seq for one in records if one.payload is None}
    seen = Verdict(head=head, records=len(records), erased=len(empty))
    previous = digests.beginning(head.chain)
    for place, one in enumerate(records, 1):
        if (fault := _fault(one, place, previous)) is not None:
            return replace(seen, fault=fault[0], at=place, why=fault[1])
        previous = one.digest
    if head.length > len(records):
        why = f"the export had {head.length}, this file has {len(records)}."
        return replace(seen, fault=Fault.CUT, at=len(records) + 1, why=why)
    if not is_signed(head, found.signature, public_key) or (head.length, head.head) != (len(records), previous):
        return replace(seen, fault=Fault.NOT_SIGNED)
    ended = {one.lead: one.seq for one in records if one.kind in _ENDS}
    erased = set(head.erased)
    unexplained = [one.seq for one in records if one.seq in erased and ended.get(one.lead, 0) < one.seq]
    if unexplained or not erased <= empty:
        wrong = min(unexplained or erased - empty)
        return replace(seen, fault=Fault.ERASED if unexplained else Fault.CHANGED, at=wrong)
    return replace(seen, erased_since=tuple(sorted(empty - erased)))


def agrees(earlier: str | bytes, later: str | bytes) -> bool:
    """Whether two exports that are valid each for itself are of one chain, the later one going on where the earlier ended.
    That is what a chain written anew, by whoever may sign, cannot be.
    """
    first, second = (msgspec.convert(_strict(text), Export) for text in (earlier, later))
    if first.head.chain != second.head.chain or len(first.records) > len(second.records):
        return False
    return not first.records or second.records[len(first.records) - 1].digest == first.records[-1].digest


def _fault(one: Record, place: int, previous: str) -> tuple[Fault, str] | None:
    """What is wrong with the record at a place, given the digest before it."""
    if one.seq != place:
        return Fault.LEFT_OUT, ""
    if one.previous != previous:
        return Fault.CHANGED, "It does not follow the one before."
    if (one.payload is None) != (one.salt is None):
        return Fault.CHANGED, "Payload and salt are only erased together."
    if one.payload is not None and digests.payload_digest(one.salt or "", one.payload) != one.payload_digest:
        return Fault.CHANGED, "Its content is not what its digest says."
    linked = digests.digest(one.previous, one.seq, one.lead, one.kind, one.at, one.payload_digest)
    return None if linked == one.digest else (Fault.CHANGED, "It does not fit its digest.")


def _strict(text: str | bytes) -> Any:
    """JSON that every reader reads alike: no key twice, no numbers but whole ones, nothing UTF-8 cannot say."""
    plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    found = json.loads(plain, object_pairs_hook=_once, parse_float=_refuse, parse_constant=_refuse)
    msgspec.json.encode(found)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A name stands twice in it.")
    return found


def _refuse(text: str) -> Any:
    raise ValueError(f"It has a number that no record has: {text[:20]}.")


def _reason(problem: Exception) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"It is no JSON from line {problem.lineno} on."
    if isinstance(problem, UnicodeError):
        return "It is not in UTF-8."
    return "" if isinstance(problem, RecursionError) else str(problem)[:200]


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"
