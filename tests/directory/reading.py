"""Reading the directory's pages as tests need them."""

import html
import re


def names(page: str) -> list[str]:
    """The companies of the merit list, in their order."""
    found = re.findall(r'<article class="firm">.*?<h3 class="title"><a href="[^"]*">([^<]*)</a>', page, re.DOTALL)
    return [html.unescape(name) for name in found]


def reasons(page: str) -> list[str]:
    """Why each of them is there."""
    found = re.findall(r"Why it is here: </span>(.*?)</span></p>", page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", "", reason)) for reason in found]


def counts(page: str, facet: str) -> dict[str, int]:
    """The numbers beside the choices of a filter."""
    found = re.findall(rf'name="{facet}" value="([^"]*)"[^>]*><span>[^<]*</span><span class="num">([\d,]*)<', page)
    return {html.unescape(value): int(count.replace(",", "")) for value, count in found}
