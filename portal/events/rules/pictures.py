"""The house illustration for an event: by what it is about, else always the same one for the same event."""

from collections.abc import Iterable, Sequence
from zlib import crc32

from portal.events.values import Row

ART = ("line", "nest", "inspect", "isolator", "lyo", "syringe", "tank")
_ABOUT = {
    "inspect": ("inspect", "quality", "analytic", "particle", "integrity", "compliance"),
    "isolator": ("isolator", "aseptic", "contain", "potency", "sterile"),
    "lyo": ("lyo", "freeze", "drying", "formulation"),
    "syringe": ("syringe", "device", "inject"),
    "tank": ("drug substance", "biolog", "bioproc", "single-use", "ferment", "cell"),
    "line": ("fill", "capacity", "equipment", "manufactur", "outsourc"),
    "nest": ("packag", "supply", "logist"),
}


def art(image: str, slug: str, topics: Iterable[str] = ()) -> str:
    """A file under `static/`: the one that was chosen, one that fits a topic, or one by the event's address."""
    if image.removesuffix(".svg").removeprefix("art-") in ART:
        return f"img/art-{image.removesuffix('.svg').removeprefix('art-')}.svg"
    for topic in topics:
        for name, words in _ABOUT.items():
            if any(word in topic.casefold() for word in words):
                return f"img/art-{name}.svg"
    return f"img/art-{ART[crc32(slug.encode()) % len(ART)]}.svg"


def share(picture: str) -> str:
    """The same picture as social networks take it."""
    return picture.replace("art-", "share-").replace(".svg", ".png")


def spread(rows: Sequence[Row]) -> dict[int, str]:
    """A picture for each of a page's events, no two alike as long as there are enough."""
    chosen: dict[int, str] = {}
    for row in rows:
        used = set(chosen.values()) if len(set(chosen.values())) < len(ART) else set()
        fitting = [art("", row.slug, [topic]) for topic in row.topics.values()]
        others = [f"img/art-{name}.svg" for name in ART]
        turn = crc32(row.slug.encode()) % len(others)
        wishes = [*fitting, *others[turn:], *others[:turn]]
        chosen[row.id] = next((name for name in wishes if name not in used), wishes[0])
    return chosen
