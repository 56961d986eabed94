"""JSON lines (or one JSON array) and YAML lists, taken apart so that one broken record breaks no other."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from portal.core.importing.values import Unreadable, shortened, stray

LONGEST_RECORD = 1_000_000
_MOST_BRACKETS = 500
_STAIRS = re.compile(r"(?:[-?:]\s+){20}")
Record = tuple[int, dict[str, Any] | Unreadable]


def json_records(text: str) -> Iterator[Record]:
    """Every record with the line it starts on; Unreadable in place of what is no JSON object."""
    if text.lstrip()[:1] == "[":
        yield from _array(text)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _object(line)


def _object(line: str) -> dict[str, Any] | Unreadable:
    if len(line) > LONGEST_RECORD:
        return Unreadable(f"the line is {len(line):,} characters long; at most {LONGEST_RECORD:,} are read")
    if broken := stray(line):
        return broken
    try:
        value = msgspec.json.decode(line.encode("utf-8", "surrogatepass"))
    except (msgspec.DecodeError, ValueError) as error:
        return Unreadable(f"not JSON: {shortened(str(error), 90)}")
    except RecursionError:
        return Unreadable("not JSON we read: it is nested too deeply")
    return value if isinstance(value, dict) else Unreadable("not a JSON object")


def _array(text: str) -> Iterator[Record]:
    encoded = text.encode("utf-8", "surrogatepass")
    try:
        values = msgspec.json.decode(encoded, type=list[msgspec.Raw])
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        yield 1, Unreadable(f"the list is not JSON: {shortened(str(error), 90)}")
        return
    at, line = 0, 1
    for value in values:
        raw = bytes(value)
        found = encoded.index(raw, at)
        line += encoded.count(b"\n", at, found)
        yield line, _object(raw.decode("utf-8", "surrogatepass"))
        at = found + len(raw)
        line += raw.count(b"\n")


def yaml_records(text: str) -> Iterator[Record]:
    """The entries of a YAML list at the top of a document, every scalar as text.

    The text is cut where a new entry begins at the list's own indentation, which nothing inside of an entry can look
    like; so each entry is parsed alone.
    """
    lines = text.split("\n")
    first = next((line for line in lines if re.match(r"\s*-\s", line) and not line.startswith("---")), None)
    if first is None:
        yield 1, Unreadable("there is no list of entries in this YAML")
        return
    indent = len(first) - len(first.lstrip())
    opening = re.compile(rf"^ {{{indent}}}-(?:\s|$)")
    begun, chunk = 0, list[str]()
    for number, line in enumerate(lines, 1):
        if opening.match(line):
            if chunk:
                yield begun, _entry(chunk)
            begun, chunk = number, [line[indent:]]
        elif re.match(r"^(---|\.\.\.)(?:\s|$)", line):
            if chunk:
                yield begun, _entry(chunk)
            chunk = []
        elif chunk:
            chunk.append(line[indent:] if not line[:indent].strip() else line)
        elif line.strip() and not line.lstrip().startswith(("#", "%")):
            yield number, Unreadable(f"outside of the list: “{shortened(line)}”")
    if chunk:
        yield begun, _entry(chunk)


def _entry(chunk: list[str]) -> dict[str, Any] | Unreadable:
    size = sum(map(len, chunk))
    if size > LONGEST_RECORD // 10:
        return Unreadable(f"the entry is {size:,} characters long; at most {LONGEST_RECORD // 10:,} are read")
    text = "\n".join(chunk)
    if broken := stray(text):
        return broken
    if text.count("[") + text.count("{") > _MOST_BRACKETS or _STAIRS.search(text):
        # The C parser recurses on its own stack, and would take the whole process with it.
        return Unreadable("not YAML we read: it is nested too deeply")
    try:
        # BaseLoader builds text, lists and mappings only: no dates, no numbers, no objects, no merged aliases.
        values = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or str(error)
        return Unreadable(f"not YAML: {shortened(str(problem), 90)}")
    except (RecursionError, ValueError):
        return Unreadable("not YAML we read")
    value = values[0] if isinstance(values, list) and values else None
    return value if isinstance(value, dict) else Unreadable("not a YAML mapping")
