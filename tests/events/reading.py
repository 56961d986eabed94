"""Reading pages as tests need them."""

import html
import re
from html.parser import HTMLParser


def titles(page: str) -> list[str]:
    """Titles of the events a page lists, in their order."""
    return [
        html.unescape(found) for found in re.findall(r'<h[23] class="title[^"]*"><a href="[^"]*">([^<]*)</a>', page)
    ]


def words(page: str) -> str:
    """The words of a page, as one line, without its scripts."""
    reader = _Words()
    reader.feed(page)
    return " ".join(" ".join(reader.parts).split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.silent += tag in ("script", "style", "select", "datalist")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "select", "datalist")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def links(page: str, containing: str = "") -> list[str]:
    """Addresses the page links to."""
    return [html.unescape(found) for found in re.findall(r'href="([^"]*)"', page) if containing in html.unescape(found)]
