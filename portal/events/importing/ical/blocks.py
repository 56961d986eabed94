"""An iCalendar file taken apart into its entries, whatever else is broken around them."""

import contextlib
import quopri
import re

import msgspec

from portal.core.importing.values import shortened

_LONGEST = 2_000_000
_DEEPEST = 20
_QUOTED = re.compile(rb"([A-Za-z0-9-]+)((?:;[^:]*)?;(?:ENCODING=)?QUOTED-PRINTABLE(?:;[^:]*)?):", re.IGNORECASE)


class Block(msgspec.Struct):
    """The text of one component, from BEGIN to END. `fault` says why it cannot be read at all."""

    line: int
    lines: list[str]
    header: dict[str, str]
    fault: str = ""

    @property
    def text(self) -> str:
        return "\r\n".join(self.lines) + "\r\n"


class Blocks(msgspec.Struct):
    """What was found: entries, definitions of zones, and the names of other components at their level."""

    events: list[Block] = []
    zones: list[Block] = []
    others: set[str] = set()


def unfolded(data: bytes) -> list[tuple[int, str]]:
    """Content lines with the number of the physical line each begins on.

    Unfolded before decoding, because a fold may fall inside a character. vCalendar 1.0 writes texts in
    quoted-printable, whose lines go on behind an equals sign; they are put into the form of iCalendar.
    """
    lines: list[tuple[int, bytearray]] = []
    normal = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for number, raw in enumerate(normal.split(b"\n"), 1):
        if lines and lines[-1][1].endswith(b"=") and _QUOTED.match(lines[-1][1]):
            lines[-1][1][-1:] = raw
        elif raw[:1] in (b" ", b"\t") and lines:
            lines[-1][1].extend(raw[1:])
        elif raw.strip():
            lines.append((number, bytearray(raw)))
    try:
        decoded = [(number, line.decode("utf-8")) for number, line in lines]
    except UnicodeDecodeError:
        decoded = [(number, line.decode("cp1252", "replace")) for number, line in lines]
    return [(number, _unquoted(line) if "QUOTED-PRINTABLE" in line[:200].upper() else line) for number, line in decoded]


def _unquoted(line: str) -> str:
    """A line whose value is quoted-printable, as iCalendar writes it."""
    found = _QUOTED.match(line.encode("utf-8", "replace"))
    if found is None:
        return line
    name, parameters = found[1].decode("ascii"), found[2].decode("ascii", "replace")
    value = quopri.decodestring(line.encode("utf-8", "replace")[found.end() :])
    charset = re.search(r"CHARSET=\"?([\w-]+)", parameters, re.IGNORECASE)
    text = _decoded(value, charset[1] if charset else "utf-8").replace("\r\n", "\n").replace("\r", "\n")
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return f"{name}:{text}"


def _decoded(value: bytes, charset: str) -> str:
    for known in (charset, "utf-8"):
        with contextlib.suppress(LookupError, UnicodeDecodeError):
            return value.decode(known)
    return value.decode("cp1252", "replace")


def cut(data: bytes) -> Blocks:
    """Find the entries. A nesting that is not closed costs the entry it is in, not the ones behind it."""
    found = Blocks()
    header: dict[str, str] = {}
    within: list[str] = []
    block: Block | None = None
    for number, line in unfolded(data):
        name, _, value = line.partition(":")
        verb, what = name.strip().upper(), value.strip().upper()
        if verb == "BEGIN" and what in ("VEVENT", "VTIMEZONE", "VCALENDAR"):
            if block is not None:
                _close(found, block, f"END:{within[0]} is missing before line {number}")
            block = None
            within = []
            if what == "VCALENDAR":
                header = {}
            else:
                block, within = Block(number, [line], header), [what]
        elif block is None:
            if verb == "BEGIN":
                found.others.add(shortened(what, 20))
            elif verb != "END":
                header.setdefault(verb.split(";")[0], shortened(value, 120))
        else:
            block.lines.append(line)
            _follow(within, block, verb, what, number)
            if not within:
                _close(found, block)
                block = None
    if block is not None:
        _close(found, block, f"END:{within[0]} is missing")
    return found


def _follow(within: list[str], block: Block, verb: str, what: str, number: int) -> None:
    """Keep track of the components that are open inside of a block."""
    if verb == "BEGIN" and len(within) == _DEEPEST:
        block.fault = block.fault or f"it is nested more than {_DEEPEST} deep"
    elif verb == "BEGIN":
        within.append(what)
    elif verb == "END" and what in within:
        del within[within.index(what) :]
    elif verb == "END":
        block.fault = block.fault or f"END:{shortened(what, 30)} on line {number} closes nothing"


def _close(found: Blocks, block: Block, fault: str = "") -> None:
    block.fault = block.fault or fault
    if sum(map(len, block.lines)) > _LONGEST:
        block.fault = f"it is longer than {_LONGEST:,} characters"
    (found.events if block.lines[0].strip().upper() == "BEGIN:VEVENT" else found.zones).append(block)
