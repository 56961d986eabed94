"""The demo mailbox in the browser, everything under `/mail`.

    create_mailbox(folder)   the pages as an application of their own
    router(folder)           the same as a router, for an application that has more to serve

A router's application must carry the security headers (`portal.web.security.wrap`) and `portal.web.assets.router()`.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import Controller, Litestar, Router, get
from litestar.connection import Request
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery
from litestar.response import Response

from portal.core import logs
from portal.core.errors import NotFound
from portal.core.paging import Page
from portal.core.settings import current
from portal.demo.mailbox import invitation, reading
from portal.demo.mailbox.store import MailStore
from portal.web import assets, errors, request_log, security
from portal.web.rendering import page, see_other

_PER_PAGE = 50
_SOURCE_SHOWN = 200_000
_OPENS_OUTSIDE = "allow-popups allow-popups-to-escape-sandbox"
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
    f"base-uri 'none'; frame-ancestors 'self'; sandbox {_OPENS_OUTSIDE}"
)
_FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
_SHOWN_AS_THEY_ARE = {"application/pdf", "text/calendar", "image/png", "image/jpeg"}
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_VIEWS = ("html", "text", "invitation", "structure", "source")


class Mailbox(Controller):
    path = "/mail"
    opt = {"public": True}
    include_in_schema = False

    @get(sync_to_thread=True)
    def index(
        self,
        request: Request[Any, Any, Any],
        mailbox: NamedDependency[MailStore],
        to: FromQuery[str] = "",
        q: FromQuery[str] = "",
        number: FromQuery[str] = "1",
    ) -> Response[str]:
        letters = mailbox.letters()
        recipients = sorted({address for one in letters for address in one.recipients})
        wanted = [one for one in letters if not to or to in one.recipients]
        words = q.casefold().split()
        found = [one for one in wanted if all(word in one.words for word in words)]
        where = Page(
            number=int(number) if number.isdecimal() and len(number) < 9 else 1, size=_PER_PAGE, total=len(found)
        )
        if not 1 <= where.number <= where.last:
            raise NotFound("There is no such page of this list.")
        return page(
            request, "demo/mailbox/index.html", private=True, letters=found[where.offset : where.offset + _PER_PAGE],
            where=where, recipients=recipients, to=to, q=q, all=len(letters),
            address=lambda number: f"/mail?to={quote(to)}&q={quote(q)}&number={number}",
        )  # fmt: skip

    @get("/messages/{key:str}", sync_to_thread=True)
    def one(
        self,
        request: Request[Any, Any, Any],
        mailbox: NamedDependency[MailStore],
        key: FromPath[str],
        view: FromQuery[str] = "",
        width: FromQuery[str] = "",
    ) -> Response[str]:
        content = _source(mailbox, key)
        mail = reading.opened(key, content)
        offered = [name for name in _VIEWS if (name != "html" or mail.html) and (name != "invitation" or mail.calendar)]
        shown = view if view in offered else offered[0]
        source = content.decode("utf-8", "replace").replace("\r\n", "\n") if shown == "source" else ""
        return page(
            request, "demo/mailbox/letter.html", private=True, headers={"Content-Security-Policy": _framing()}, mail=mail,
            offered=offered, shown=shown, width="phone" if width == "phone" else "wide", sandbox=_OPENS_OUTSIDE,
            entries=invitation.entries(mail.calendar) if shown == "invitation" else None,
            source=source[:_SOURCE_SHOWN], cut=len(source) > _SOURCE_SHOWN,
        )  # fmt: skip

    @get("/messages/{key:str}/html", sync_to_thread=True)
    def body(self, mailbox: NamedDependency[MailStore], key: FromPath[str]) -> Response[str]:
        """The HTML as it came, in a box: no script, no form, nothing from elsewhere, links in a new tab."""
        html = reading.html(reading.parse(_source(mailbox, key)))
        if html is None:
            raise NotFound("This mail has no HTML.")
        aimed, found = _HEAD.subn(lambda head: f'{head[0]}<base target="_blank">', html, count=1)
        return Response(
            aimed if found else f'<!doctype html><base target="_blank">{html}',
            media_type="text/html",
            headers={"Content-Security-Policy": _MAIL_POLICY, "X-Frame-Options": "SAMEORIGIN", **_QUIET},
        )

    @get("/messages/{key:str}/parts/{number:int}", sync_to_thread=True)
    def part(self, mailbox: NamedDependency[MailStore], key: FromPath[str], number: FromPath[int]) -> Response[bytes]:
        found = reading.file(reading.parse(_source(mailbox, key)), number)
        if found is None:
            raise NotFound("This mail has no such attachment.")
        file, content = found
        kind = file.content_type if file.content_type in _SHOWN_AS_THEY_ARE else "application/octet-stream"
        return _download(content, kind, file.name)

    @get("/messages/{key:str}/source", sync_to_thread=True)
    def source(self, mailbox: NamedDependency[MailStore], key: FromPath[str]) -> Response[bytes]:
        return _download(_source(mailbox, key), "message/rfc822", "mail.eml")


_QUIET = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


def _source(mailbox: NamedDependency[MailStore], key: str) -> bytes:
    content = mailbox.source(key)
    if content is None:
        raise NotFound("There is no such mail in the mailbox.")
    return content


def _framing() -> str:
    """The portal's own policy, and frames from here: the mail itself is shown in one."""
    policy = dict(security.headers(current()))[b"content-security-policy"].decode()
    return f"{policy}; frame-src 'self'"


def _download(content: bytes, kind: str, name: str) -> Response[bytes]:
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)[:100] or "attachment"
    exact = quote(name[:200].encode("utf-8", "replace"), safe="")
    return Response(
        content,
        media_type=kind,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=utf-8''{exact}",
            "Content-Security-Policy": _FILE_POLICY,
            **_QUIET,
        },
    )


def router(folder: str | Path) -> Router:
    """The pages of the mails in `folder`; raises RuntimeError in production."""
    store = MailStore(folder)
    return Router("/", route_handlers=[Mailbox], dependencies={"mailbox": Provide(lambda: store, sync_to_thread=False)})


def create_mailbox(folder: str | Path) -> Litestar:
    """The pages, and the demo publisher's terms beside them, as an application; raises RuntimeError in production."""
    settings = current()
    logs.set_up(settings)

    @get("/", opt={"public": True}, include_in_schema=False, sync_to_thread=False)
    def front() -> Response[Any]:
        return see_other("/mail")

    @get("/terms", opt={"public": True}, include_in_schema=False, sync_to_thread=False)
    def terms(request: Request[Any, Any, Any]) -> Response[str]:
        """What a publisher has on a site of its own; the demo's publisher has no other."""
        return page(request, "demo/terms.html")

    app = Litestar(
        route_handlers=[front, router(folder), terms, assets.router()],
        exception_handlers=errors.HANDLERS,
        openapi_config=None,
        logging_config=None,
    )
    app.asgi_handler = request_log.wrap(security.wrap(app.asgi_handler, settings))
    return app
