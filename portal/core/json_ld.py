"""schema.org data as pages carry it."""

from collections.abc import Sequence
from typing import Any

import msgspec


def encoded(data: Any) -> str:
    """JSON that cannot end the script element it stands in, nor open a comment."""
    text = msgspec.json.encode(data).decode()
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def trail(steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Where a page stands, for search results: (name, address) from the top down."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": item}
            for place, (name, item) in enumerate(steps, 1)
        ],
    }
