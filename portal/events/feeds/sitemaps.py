"""`/sitemap.xml` and `/robots.txt`: where search engines may go, and what changed when."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from litestar import get
from litestar.params import FromPath
from litestar.response import Response

from portal.core.errors import NotFound
from portal.core.settings import current
from portal.events.queries import exports
from portal.events.queries.exports import SiteEntry
from portal.web.page_cache import PageRule

PART = 50_000
"""The most addresses one sitemap may hold (sitemaps.org)."""
_STANDING = ("/", "/events", "/events/calendar", "/calendars", "/api")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_RULE = PageRule(tags=("events",))
_HEADERS = {"Cache-Control": "public, max-age=3600"}


def urlset(standing: Sequence[str], entries: Sequence[SiteEntry], base_url: str) -> bytes:
    """One sitemap."""
    urls = [f"<url><loc>{escape(base_url + path)}</loc></url>" for path in standing]
    urls += [
        f"<url><loc>{escape(f'{base_url}/events/{entry.slug}')}</loc><lastmod>{_moment(entry.changed_at)}</lastmod></url>"
        for entry in entries
    ]
    return "\n".join((f'{_HEAD}<urlset xmlns="{_SPACE}">', *urls, "</urlset>\n")).encode()


def index(parts: Sequence[datetime], base_url: str) -> bytes:
    """The list of sitemaps, where one is not enough."""
    maps = [
        f"<sitemap><loc>{escape(f'{base_url}/sitemaps/{number}')}</loc><lastmod>{_moment(at)}</lastmod></sitemap>"
        for number, at in enumerate(parts, 1)
    ]
    return "\n".join((f'{_HEAD}<sitemapindex xmlns="{_SPACE}">', *maps, "</sitemapindex>\n")).encode()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@get("/sitemap.xml", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def sitemap() -> Response[bytes]:
    base_url = current().base_url
    # Room for the standing addresses is kept in every part.
    parts = await exports.site_parts(size=PART - len(_STANDING))
    if len(parts) > 1:
        return Response(index(parts, base_url), media_type="application/xml", headers=_HEADERS)
    return await _part(1)


@get("/sitemaps/{part:int}", opt={"public": True, "page": _RULE}, include_in_schema=False)
async def sitemap_part(part: FromPath[int]) -> Response[bytes]:
    if not 1 <= part <= 10_000:
        raise NotFound("There is no such sitemap.")
    return await _part(part)


async def _part(part: int) -> Response[bytes]:
    entries = await exports.site_entries(size=PART - len(_STANDING), part=part)
    if not entries and part > 1:
        raise NotFound("There is no such sitemap.")
    body = urlset(_STANDING if part == 1 else (), entries, current().base_url)
    return Response(body, media_type="application/xml", headers=_HEADERS)


@get("/robots.txt", opt={"public": True, "page": PageRule()}, include_in_schema=False, sync_to_thread=False)
def robots() -> Response[str]:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in ("/account", "/staff", "/orders", "/calendars/mine"))]
    lines += ["Disallow: /*?q=", "Disallow: /*&q=", "", f"Sitemap: {current().base_url}/sitemap.xml", ""]
    return Response("\n".join(lines), media_type="text/plain", headers=_HEADERS)
