"""The house illustration for an event: by what it is about, else by how people meet there; always the same one."""

import re
from collections.abc import Iterable, Sequence
from zlib import crc32

from portal.events.tables import EventFormat
from portal.events.values import Row

_ABOUT = {
    "inspect": r"(visual )?inspection|quality|analytic|particle|container closure|data integrity|compliance",
    "isolator": r"isolator|aseptic|containment|high potency|steril",
    "lyo": r"lyo|freeze|drying|formulation",
    "syringe": r"syringe|injectable|cartridge|(drug|medical) device",
    "tank": r"drug substance|biologics|bioproc|single-use|ferment|(cell|gene) therap",
    "line": r"fill|capacity|equipment|manufactur|outsourc",
    "nest": r"packag|supply|logistic|serialisation",
}
_PATTERNS = {name: re.compile(rf"\b({words})", re.IGNORECASE) for name, words in _ABOUT.items()}
IN_A_ROOM = ("hall", "lectern", "badges")
ONLINE = ("screen", "call", "slides")
ART = (*_ABOUT, *IN_A_ROOM, *ONLINE)


def art(image: str, slug: str, format: EventFormat, topics: Iterable[str] = ()) -> str:
    """A file under `static/`: the one that was chosen, one that fits a topic, or one of people meeting that way."""
    chosen = image.removesuffix(".svg").removeprefix("art-")
    return _file(chosen if chosen in ART else _wishes(slug, format, topics)[0])


def share(picture: str) -> str:
    """The same picture as social networks take it."""
    return picture.replace("art-", "share-").replace(".svg", ".png")


def spread(rows: Sequence[Row]) -> dict[int, str]:
    """A picture for each of a page's events, no two alike as long as there are enough that fit."""
    chosen: dict[int, str] = {}
    for row in rows:
        wishes = _wishes(row.slug, row.format, row.topics.values())
        chosen[row.id] = next((name for name in wishes if name not in chosen.values()), wishes[0])
    return {row_id: _file(name) for row_id, name in chosen.items()}


def _wishes(slug: str, format: EventFormat, topics: Iterable[str]) -> list[str]:
    """What would do, the best first: by topic in their order, then those of its format, beginning with its own."""
    about = [name for topic in topics for name, pattern in _PATTERNS.items() if pattern.search(topic)]
    general = ONLINE if format is EventFormat.ONLINE else IN_A_ROOM
    turn = crc32(slug.encode()) % len(general)
    return list(dict.fromkeys([*about, *general[turn:], *general[:turn]]))


def _file(name: str) -> str:
    return f"img/art-{name}.svg"
