"""What counts as a person looking at a company: who asks, and how, decides; each exclusion has its reason."""

import re
from collections.abc import Callable

import msgspec

from portal.directory.tables.audience import Kind, Left

# Browsers that people use begin so; text browsers of today included.
_BROWSERS = ("Mozilla/5.0 (", "Mozilla/4.0 (", "Opera/", "Lynx/", "Links (", "ELinks/", "w3m/")
_SIGNS = re.compile(
    r"(?<!cu)bot(?:\b|[/ _-])|crawl|spider|slurp|scrap|fetch|monitor|preview|archiv|(?<!-)check|https?://"
    r"|[\w.-]+@[\w-]+\.[a-z]{2,}|headless|compatible;(?! MSIE| Konqueror| googletoolbar)|;\s*google[- ]|synthetic"
    r"|observatory|lighthouse|pagespeed|(?<!cam)scanner|agent 3\.0|\b(?:curl|wget|python|java|node|go-http|okhttp|axios|php)\b",
    re.IGNORECASE,
)
_AHEAD = ("prefetch", "prerender", "preview")


class Sighting(msgspec.Struct, frozen=True):
    """One thing that happened to companies on one page. `kind` is `view`, `listed` or what was asked for."""

    kind: Kind
    companies: tuple[int, ...]


class Asked(msgspec.Struct, frozen=True):
    """How a page was asked for, from the request's headers."""

    agent: str
    purpose: str
    bodiless: bool


def left(asked: Asked, *, is_crawler: Callable[[str], bool]) -> Left | None:
    """Why this was no person looking, as far as the request itself tells; None where it may have been one."""
    if asked.bodiless:
        return Left.HEAD
    if any(word in asked.purpose.lower() for word in _AHEAD):
        return Left.PREFETCH
    if not asked.agent.strip():
        return Left.NO_AGENT
    if is_crawler(asked.agent):
        return Left.CRAWLER
    if not asked.agent.startswith(_BROWSERS) or _SIGNS.search(asked.agent):
        return Left.PROGRAM
    return None
