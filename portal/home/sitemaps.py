"""`/sitemap.xml` and `/robots.txt`: where search engines may go, and what changed when."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from portal.core.errors import NotFound
from portal.core.settings import current
from portal.directory.queries import exports as companies
from portal.events.queries import exports as events
from portal.exhibitors.queries import public as exhibitors
from portal.home.queries import leaders
from portal.programme.queries import sitemap as programmes
from portal.web.page_cache import PageRule
from portal.webinars.queries import sitemap as webinars

PART = 50_000
"""The most addresses one sitemap may hold (sitemaps.org)."""
_STANDING = (
    "/", "/events", "/events/calendar", "/calendars", "/api", "/companies", "/companies/showcase", "/companies/a-z",
    "/companies/how-results-are-ordered", "/webinars", "/webinars?when=on_demand", "/leaders",
)  # fmt: skip
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_RULE = PageRule(tags=("events", "companies", "webinars", "programmes", "exhibitors"))
_HEADERS = {"Cache-Control": "public, max-age=3600"}
Entry = tuple[str, datetime | None]
"""A path of ours and when its page changed last, where that is known."""


async def _pages() -> list[Entry]:
    words = await companies.site_words()
    of_webinars = await webinars.site_entries()
    people = await leaders.site_entries()
    stands = await exhibitors.site_entries()
    return [
        *((path, None) for path in _STANDING),
        *((word.path, None) for word in words),
        *of_webinars,
        *people,
        *stands,
    ]


async def _events(size: int, part: int) -> list[Entry]:
    return [(f"/events/{e.slug}", e.changed_at) for e in await events.site_entries(size=size, part=part)]


async def _companies(size: int, part: int) -> list[Entry]:
    return [(entry.path, entry.changed_at) for entry in await companies.site_entries(size=size, part=part)]


async def _programmes(size: int, part: int) -> list[Entry]:
    return [*await programmes.site_entries(size=size, part=part)]


_PARTED: dict[str, Callable[[int, int], Awaitable[list[Entry]]]] = {
    "events": _events, "companies": _companies, "programmes": _programmes,
}  # fmt: skip


def urlset(entries: Sequence[Entry], base_url: str) -> bytes:
    """One sitemap."""
    urls = [f"<url>{_located(base_url + path, at)}</url>" for path, at in entries]
    return "\n".join((f'{_HEAD}<urlset xmlns="{_SPACE}">', *urls, "</urlset>\n")).encode()


def index(parts: Sequence[Entry], base_url: str) -> bytes:
    """The list of sitemaps; each is named by its kind and number."""
    maps = [f"<sitemap>{_located(f'{base_url}/sitemaps/{name}', at)}</sitemap>" for name, at in parts]
    return "\n".join((f'{_HEAD}<sitemapindex xmlns="{_SPACE}">', *maps, "</sitemapindex>\n")).encode()


def _located(address: str, at: datetime | None) -> str:
    changed = f"<lastmod>{at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}</lastmod>" if at else ""
    return f"<loc>{escape(address)}</loc>{changed}"


@get("/sitemap.xml", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def sitemap() -> Response[bytes]:
    parts: list[Entry] = [("pages", None)]
    for kind, found in (
        ("events", await events.site_parts(size=PART)),
        ("companies", await companies.site_parts(size=PART)),
        ("programmes", await programmes.site_parts(size=PART)),
    ):
        parts += [(f"{kind}-{number}", at) for number, at in enumerate(found, 1)]
    return Response(index(parts, current().base_url), media_type="application/xml", headers=_HEADERS)


@get("/sitemaps/{name:str}", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def sitemap_part(name: FromPath[str]) -> Response[bytes]:
    kind, _, number = name.partition("-")
    part = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0
    known = name == "pages" or (kind in _PARTED and part > 0)
    entries = (await _PARTED[kind](PART, part) if part else await _pages()) if known else []
    if not entries:
        raise NotFound("There is no such sitemap.")
    return Response(urlset(entries, current().base_url), media_type="application/xml", headers=_HEADERS)


@get("/robots.txt", opt={"public": True, "page": PageRule()}, include_in_schema=False, sync_to_thread=False)
def robots() -> Response[str]:
    closed = (
        "/account", "/agenda", "/staff", "/orders", "/calendars/mine", "/calendars/speaking", "/calendars/exhibitors",
        "/companies/compare", "/companies/shortlist", "/companies/suggestions", "/speaking",
    )  # fmt: skip
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    lines += ["Disallow: /*?q=", "Disallow: /*&q=", "", f"Sitemap: {current().base_url}/sitemap.xml", ""]
    return Response("\n".join(lines), media_type="text/plain", headers=_HEADERS)
