"""The house illustration for an event: by what it is about, else always the same one for the same event."""

from collections.abc import Iterable
from zlib import crc32

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
