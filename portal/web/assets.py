"""Static files by content hash, and the style sheets as one file.

`url("img/icons.svg")` answers `/static/img/icons.svg?v=…`, which may be cached for ever.
"""

import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from litestar import Router, get
from litestar.datastructures import CacheControlHeader
from litestar.response import Response
from litestar.static_files import create_static_files_router

from portal.web.page_cache import PageRule

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
_IMMUTABLE = "public, max-age=31536000, immutable"
_SHEETS = (
    *("tokens", "base", "layout"),
    *(f"components/{path.stem}" for path in sorted((STATIC / "css/components").glob("*.css"))),
)

# Parts of films: systems that know Qt take the ending for a translation.
mimetypes.add_type("video/mp2t", ".ts")


@lru_cache(maxsize=512)
def url(path: str) -> str:
    """The address of a file under `static/`; raises FileNotFoundError for a name that is not there."""
    return f"/static/{path}?v={_digest((STATIC / path).read_bytes())}"


@lru_cache(maxsize=1)
def style_sheet() -> str:
    """All layers in their order, as one sheet. Font addresses become absolute."""
    parts = [(STATIC / f"css/{name}.css").read_text() for name in _SHEETS]
    sheet = "\n".join(parts)
    for font in (STATIC / "fonts").glob("*.woff2"):
        sheet = sheet.replace(f'"../fonts/{font.name}"', f'"{url(f"fonts/{font.name}")}"')
    return sheet


@lru_cache(maxsize=1)
def style_sheet_url() -> str:
    return f"/assets/site.css?v={_digest(style_sheet().encode())}"


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=6).hexdigest()


@get("/assets/site.css", sync_to_thread=False, opt={"public": True, "page": PageRule()}, include_in_schema=False)
def site_css() -> Response[str]:
    return Response(style_sheet(), media_type="text/css", headers={"Cache-Control": _IMMUTABLE})


@get("/favicon.ico", sync_to_thread=False, opt={"public": True, "page": PageRule()}, include_in_schema=False)
def favicon() -> Response[bytes]:
    return Response(
        (STATIC / "img/favicon.svg").read_bytes(),
        media_type="image/svg+xml",
        headers={"Cache-Control": "public, max-age=86400"},
    )


def router() -> Router:
    """Routes for every asset."""
    static = create_static_files_router(
        path="/static",
        directories=[STATIC],
        opt={"public": True},
        cache_control=CacheControlHeader(public=True, max_age=31_536_000, immutable=True),
    )
    return Router("/", route_handlers=[site_css, favicon, static])
