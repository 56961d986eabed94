"""Pages from templates: the whole page, or for htmx the named block that is asked for.

`page(request, "events/index.html", block="results", rows=rows)` answers the whole page to a browser and the block
`results` to htmx. The server picks the block; its name is its DOM id. The template knows which it is by `fragment`.
"""

import re
import secrets
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from litestar.connection import Request
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_303_SEE_OTHER
from markupsafe import Markup

from portal.core import countries, money, times
from portal.core.money import Money
from portal.core.settings import current
from portal.web import assets, flash
from portal.web.asking import FRAGMENT_HEADERS, wants_fragment

TEMPLATES = assets.ROOT / "templates"
# Not the one before the site’s name, in titles.
_DOT = re.compile(r" ·(?! \{\{ site\.)")


class _Dots(Extension):
    """The dot between two facts stays with the first one, so that no line begins with it."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _DOT.sub("\u00a0·", source)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The one template environment, with the macros as globals."""
    settings = current()
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        extensions=[_Dots],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings.portal_env == "development",
        # All of them: there are more than the 400 that Jinja keeps, and compiling one takes longer than filling it.
        cache_size=-1,
    )
    env.filters |= {
        "money": written,
        "money_short": lambda amount: written(amount, short=True),
        "day": times.day,
        "moment": times.moment,
        "clock": times.clock,
        "country": countries.name,
        "count": lambda number: f"{number:,}",
    }
    env.globals |= {
        "site": settings,
        "asset": assets.url,
        "style_sheet_url": assets.style_sheet_url,
        "zone_short": times.zone_short,
        "zone_words": times.zone_words,
        "day_span": times.day_span,
        "plural": plural,
    }
    for name in ("ui", "forms", "pictures", "charts"):
        env.globals[name] = env.get_template(f"macros/{name}.html").module
    # A page has dozens of icons, drawn alike each time: a macro's call costs more than what it writes.
    drawn: Any = env.get_template("macros/icons.html").module
    env.globals["icons"] = SimpleNamespace(icon=lru_cache(256)(drawn.icon), mark=lru_cache(1)(drawn.mark))
    return env


def written(amount: Money, short: bool = False) -> str:
    """An amount in the site's locale."""
    return money.written(amount.minor, amount.currency, current().site_locale, short)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 place`, `2 places`, `1,204 places`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def render(template: str, *, block: str | None = None, **context: Any) -> str:
    """The template as text, or one of its blocks alone. Raises KeyError for an unknown block."""
    loaded = environment().get_template(template)
    if block is None:
        return loaded.render(context)
    return "".join(loaded.blocks[block](loaded.new_context(context)))


class Encoded:
    """A large piece of a page, kept as it is sent: `page` puts it in once the rest is encoded. To join and to encode half a
    megabyte anew for each reader takes longer than all else there is to a page.
    """

    __slots__ = ("content", "mark")

    def __init__(self, html: str) -> None:
        self.content, self.mark = html.encode(), f"<!--{secrets.token_hex(16)}-->"

    def __html__(self) -> str:
        """What stands for it meanwhile. Nobody can know it who writes what pages show."""
        return self.mark


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    block: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
    private: bool = False,
    **context: Any,
) -> Response[str]:
    """Answer with a page. `private` pages belong to one person and are never stored; so is any that shows a notice."""
    # An error page inside a fragment would be swallowed: htmx only swaps in what fits its target.
    part = block if wants_fragment(request.scope) else None
    told = dict(headers or {})
    if block is not None:
        told["Vary"] = FRAGMENT_HEADERS
    told.setdefault("Cache-Control", "private, no-store" if private else "public, no-cache")
    if notices := flash.waiting(request) if not wants_fragment(request.scope) else []:
        told["Cache-Control"] = "private, no-store"
    given = {**around(request), **context}
    body = render(template, block=part, path=request.url.path, notices=notices, fragment=part is not None, **given)
    pieces = [value for value in context.values() if isinstance(value, Encoded)]
    whole: str | bytes = body.encode() if pieces else body
    for piece in pieces:
        whole = whole.replace(piece.mark.encode(), piece.content)  # type: ignore[arg-type]
    answer: Response[Any] = Response(whole, status_code=status, media_type="text/html", headers=told)
    if notices:
        flash.clear(answer)
    return answer


def around(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """What every page of this request is given besides its own; set before its handler runs."""
    found: dict[str, Any] = request.scope["state"].setdefault("around", {})
    return found


def see_other(address: str, *, notice: str = "") -> Response[Any]:
    """The answer to a form that worked: 303, with an optional notice for the next whole page."""
    answer = Redirect(address, status_code=HTTP_303_SEE_OTHER)
    if notice:
        flash.leave(answer, notice)
    return answer


def markup(text: str) -> Markup:
    """Mark text as safe HTML; only for HTML that was sanitised when it was stored."""
    return Markup(text)  # noqa: S704
