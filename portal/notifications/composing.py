"""Mails from templates: `templates/mail/NAME.txt` and `templates/mail/NAME.html`.

    subject, text, html = compose("order_paid", order=order)

The text template's first line is `Subject: …`; what it says below is wrapped at 78 characters, and the shared
footer follows. The HTML template extends `mail/base.html`. Both know what page templates know, and

    link("/orders/…")    the absolute address of a page
    mail                 the macros of macros/mail.html (HTML only)
    preferences          give it for an optional topic (`links.preferences(…)`): the footers then show it
"""

import math
import re
from functools import lru_cache
from textwrap import TextWrapper
from typing import Any

from jinja2 import BaseLoader, Environment, Template

from portal.core.settings import current
from portal.core.text import one_line
from portal.web import rendering

WIDTH = 78
_OPENING = re.compile(r"(?P<indent>\s*(?:[-*•] |\d{1,2}[.)] )?)")


def compose(template: str, **context: Any) -> tuple[str, str, str]:
    """(subject, text, html) of a mail. Raises TemplateNotFound, or UndefinedError for a missing value."""
    return _composed(_environments(None), template, context)


def compose_with(loader: BaseLoader, template: str, **context: Any) -> tuple[str, str, str]:
    """The same with templates from elsewhere."""
    return _composed(_environments(loader), template, context)


Pair = tuple[Environment, Environment]


def _composed(environments: Pair, template: str, context: dict[str, Any]) -> tuple[str, str, str]:
    plain, rich = environments
    subject, text = _text_templates(plain, f"mail/{template}.txt")
    given = {"preferences": "", **context}
    body = f"{text.render(given).strip()}\n\n{plain.get_template('mail/_footer.txt').render(given).strip()}\n"
    html = rich.get_template(f"mail/{template}.html").render(given, subject=(said := one_line(subject.render(given))))
    return said, wrapped(body), html


@lru_cache(maxsize=8)
def _environments(loader: BaseLoader | None) -> Pair:
    """Templates of text (nothing escaped) and of HTML, both beside the portal's own pages."""
    pages = rendering.environment()
    options: dict[str, Any] = {} if loader is None else {"loader": loader}
    rich = pages.overlay(**options)
    plain = pages.overlay(autoescape=False, **options)
    shared = {**pages.globals, "link": lambda path: current().base_url + path, "colours": colours()}
    rich.globals, plain.globals = shared, shared
    # The macros escape what they are given, so they are shared only with HTML.
    rich.globals = {**shared, "mail": rich.get_template("macros/mail.html", globals=shared).module}
    return plain, rich


@lru_cache(maxsize=256)
def _text_templates(plain: Environment, name: str) -> tuple[Template, Template]:
    """The subject apart from the rest: a line break in a value must not move words from one to the other."""
    assert plain.loader is not None
    source = plain.loader.get_source(plain, name)[0]
    first, _, rest = source.partition("\n")
    if not first.startswith("Subject:"):
        raise ValueError(f"{name} must open with `Subject:`")
    return plain.from_string(first.removeprefix("Subject:")), plain.from_string(rest)


def wrapped(text: str, width: int = WIDTH) -> str:
    """Lines of at most `width` characters, with the indent of lists kept; an address is never broken."""
    lines: list[str] = []
    for line in text.splitlines():
        bare = line.rstrip()
        if len(bare) <= width:
            if bare or (lines and lines[-1]):
                lines.append(bare)
            continue
        found = _OPENING.match(bare)
        opening = found["indent"] if found else ""
        wrapper = TextWrapper(
            width=width, initial_indent=opening, subsequent_indent=" " * len(opening),
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        lines += wrapper.wrap(bare[len(opening) :])
    return "\n".join(lines).strip("\n") + "\n"


def colours() -> dict[str, str]:
    """What mails need of tokens.css, by day and (`_dark`) by night; as hex: mail clients know no oklch."""
    site = current()
    hue, chroma = site.brand_hue, site.brand_chroma
    tokens = {
        "paper": ((0.954, 0.008, 206), (0.162, 0.012, 225)),
        "surface": ((1, 0, 0), (0.228, 0.015, 225)),
        "rule": ((0.89, 0.009, 206), (0.33, 0.017, 225)),
        "ink": ((0.215, 0.024, 228), (0.95, 0.006, 205)),
        "ink_2": ((0.385, 0.022, 226), (0.82, 0.01, 208)),
        "ink_3": ((0.488, 0.02, 224), (0.715, 0.014, 212)),
        "brand": ((0.415, chroma, hue), (0.81, chroma * 0.95, hue)),
        "on_brand": ((0.99, 0.004, hue), (0.19, 0.03, hue)),
    }
    day = {name: hex_of(*pair[0]) for name, pair in tokens.items()}
    return day | {f"{name}_dark": hex_of(*pair[1]) for name, pair in tokens.items()}


def hex_of(lightness: float, chroma: float, hue: float) -> str:
    """An oklch colour as sRGB hex, clipped to what screens show (CSS Color 4, section 9.3)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(channel)):02x}" for channel in linear)


def _gamma(channel: float) -> float:
    clipped = min(1.0, max(0.0, channel))
    return 12.92 * clipped if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055
