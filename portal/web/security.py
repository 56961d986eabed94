"""Headers every answer carries, and the check that a form was sent from our own pages.

Cross-site request forgery is refused by what browsers say of a request's origin (Fetch Metadata, W3C; the Origin
header, RFC 6454), not by tokens in pages: anonymous pages stay the same for everyone, and no form can be forgotten.
See docs/decisions/0003.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from portal.core.addresses import parts_of
from portal.core.errors import Forbidden
from portal.core.settings import Settings, current

BODILESS = "bodiless"
"""In a scope's state: the request was a HEAD, which goes on as a GET."""
_SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


def headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """Security headers for every response."""
    fixed = {
        "content-security-policy": policy(settings),
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
    if settings.production:
        subdomains = "; includeSubDomains" if settings.hsts_subdomains else ""
        fixed["strict-transport-security"] = f"max-age=63072000{subdomains}"
    return [(name.encode(), value.encode()) for name, value in fixed.items()]


def policy(
    settings: Settings, *, media: Sequence[str] = (), frames: Sequence[str] = (), forms: Sequence[str] = ()
) -> str:
    """The Content-Security-Policy. `media`: origins a page's films come from, itself always among them once there are any;
    `frames`: other services' players it may embed; `forms`: where its forms may lead on to, which browsers judge by the
    last of all redirects.
    """
    leads_to = [*forms, "https://checkout.stripe.com", "https://billing.stripe.com"]
    if settings.stripe_api_base:
        leads_to.append(origin(settings.stripe_api_base))
    films = f"media-src 'self' blob: {' '.join(media)}; worker-src blob:; " if media or frames else ""
    framed = f"frame-src {' '.join(frames)}; " if frames else ""
    fetched = " ".join(("'self'", *media))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src {fetched}; manifest-src 'self'; base-uri 'none'; {films}{framed}"
        f"frame-ancestors 'none'; "
        f"form-action 'self' {' '.join(leads_to)}"
    )


def with_films(*, media: Sequence[str] = (), frames: Sequence[str] = (), forms: Sequence[str] = ()) -> dict[str, str]:
    """The headers of a page that shows films, or leads to other services by its forms."""
    return {"Content-Security-Policy": policy(current(), media=media, frames=frames, forms=forms)}


def origin(address: str) -> str:
    """Scheme, host and port of an address, as browsers write an Origin."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def wrap(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Add the headers, and answer HEAD as GET without the body."""
    added = headers(settings)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        bodiless = scope["method"] == "HEAD"
        if bodiless:
            scope["method"] = "GET"
            scope["state"][BODILESS] = True

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(item for item in added if item[0] not in said)]
            elif bodiless and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        await app(scope, receive, send_guarded)

    return front


async def own_forms_only(connection: ASGIConnection, handler: BaseRouteHandler) -> None:
    """Guard of the whole application: whatever changes something must come from our own pages.

    A handler with `opt={"machine": True}` (webhooks, one-click unsubscribe) proves itself by signature or secret and
    reads no cookie; it is let through. Async, because Litestar sends other guards through a thread on every request.
    """
    method = connection.scope.get("method", "GET")
    if method in _SAFE or handler.opt.get("machine") or _from_here(connection):
        return
    raise Forbidden("This form was not sent from one of our pages. Please open the page again and send it from there.")


def _from_here(connection: ASGIConnection) -> bool:
    site = connection.headers.get("sec-fetch-site")
    if site:
        return site in {"same-origin", "none"}
    sender = connection.headers.get("origin", "")
    return bool(sender) and parts_of(sender).netloc == connection.headers.get("host")
