"""Anonymous pages kept per process, answered before routing, and dropped at once when their content changes.

A handler opts in with `opt={"page": PageRule(...)}` and must give everybody the same page. Query keys that the rule
does not know are kept out of the key, so they cannot fill the memory. A page rendered while its content changed is
not kept. While the line that announces changes is down, nothing is served from here.

What a handler notes about its answer (`note`) is kept with the page and stands in the scope again whenever the page is
answered from here, so that whoever counts pages in front of the cache misses none.
"""

import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterable
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Litestar
from litestar.connection import Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from portal.web import flash
from portal.web.asking import header, wants_fragment
from portal.web.query_strings import is_of_campaign

_MOST_BYTES = 24 * 1024 * 1024
_MOST_SECONDS = 60.0
_GZIP_FROM = 1400
_KEPT_HEADERS = {b"content-type", b"vary", b"cache-control", b"link", b"content-disposition", b"x-robots-tag"}

_NOTES = "page_notes"

Key = tuple[str, tuple[tuple[str, str], ...], bool]


class PageRule(msgspec.Struct, frozen=True):
    """What a page shows (`tags`) and which query keys change it (`query`).

    A `strict` page refuses every other key (`open_data.known_keys_only`), save those of campaigns; so none is answered from
    what is kept, and a key without a value counts. What is `shared` is open data: programs on other people's pages may
    read it, answers and refusals alike (CORS).
    """

    tags: tuple[str, ...] = ()
    query: frozenset[str] = frozenset()
    strict: bool = False
    shared: bool = False


def note(request: Request[Any, Any, Any], what: object) -> None:
    """Say something about the answer to this request, for whoever stands in front of the cache. Small and immutable."""
    request.scope["state"][_NOTES] = (*notes(request.scope), what)


def notes(scope: Scope) -> tuple[Any, ...]:
    """What was noted about the answer that was just given."""
    found: tuple[Any, ...] = scope.get("state", {}).get(_NOTES, ())
    return found


class KeptPage:
    """One page, ready to send."""

    __slots__ = ("_zipped", "body", "etag", "headers", "kept_at", "notes", "tags")

    def __init__(
        self, body: bytes, headers: list[tuple[bytes, bytes]], tags: tuple[str, ...], notes: tuple[Any, ...] = ()
    ) -> None:
        self.body = body
        self.etag = etag_of(body)
        self.headers = [*headers, (b"etag", self.etag)]
        self.tags = tags
        self.notes = notes
        self.kept_at = time.monotonic()
        self._zipped: bytes | None = None

    @property
    def size(self) -> int:
        """What it takes in memory, with room for the compressed body."""
        return len(self.body) * 5 // 4 + 512

    def zipped(self) -> bytes | None:
        """The body compressed, made when it is first asked for; None where that is not worth it."""
        if self._zipped is None and len(self.body) >= _GZIP_FROM:
            self._zipped = gzip.compress(self.body, 5, mtime=0)
        return self._zipped


def etag_of(body: bytes) -> bytes:
    """A weak-free entity tag: the content's own hash."""
    return b'"%s"' % hashlib.blake2b(body, digest_size=12).hexdigest().encode()


class PageCache:
    """The pages of one process; with `keeping` off each is made anew."""

    def __init__(self, *, keeping: bool = True) -> None:
        self.keeping = keeping
        self.pages: OrderedDict[Key, KeptPage] = OrderedDict()
        self.bytes = 0
        self.enabled = False
        self.generations: dict[str, int] = {}

    def connected(self, up: bool) -> None:
        """Serve from here only while changes are heard."""
        self.clear()
        self.enabled = up and self.keeping

    def clear(self) -> None:
        self.pages.clear()
        self.bytes = 0
        for tag in self.generations:
            self.generations[tag] += 1

    def drop(self, tag: str) -> None:
        """Forget every page that shows `tag`."""
        self.generations[tag] = self.generations.get(tag, 0) + 1
        for key in [key for key, page in self.pages.items() if tag in page.tags]:
            self.bytes -= self.pages.pop(key).size

    def generation(self, tags: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.generations.setdefault(tag, 0) for tag in tags)

    def find(self, key: Key) -> KeptPage | None:
        page = self.pages.get(key)
        if page is None:
            return None
        if page.tags and time.monotonic() - page.kept_at > _MOST_SECONDS:
            self.bytes -= self.pages.pop(key).size
            return None
        self.pages.move_to_end(key)
        return page

    def keep(self, key: Key, page: KeptPage) -> None:
        if (old := self.pages.pop(key, None)) is not None:
            self.bytes -= old.size
        self.pages[key] = page
        self.bytes += page.size
        while self.bytes > _MOST_BYTES:
            self.bytes -= self.pages.popitem(last=False)[1].size


def rule_for(scope: Scope) -> tuple[PageRule | None, str]:
    """The rule of the page that would answer, if it has one, and the template of its route."""
    app: Litestar = scope["litestar_app"]
    try:
        _, handler, _, _, template = app.asgi_router.handle_routing(path=scope["path"], method="GET")
    except HTTPException:
        return None, ""
    return handler.opt.get("page"), template


def key_of(scope: Scope, rule: PageRule) -> Key:
    """What tells pages apart. The values of a repeated query key stay in their order: handlers may take the first."""
    query: tuple[tuple[str, str], ...] = ()
    if (rule.query or rule.strict) and scope["query_string"]:
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=100, keep_blank_values=rule.strict)
        telling = (
            (name, value) for name, value in pairs if name in rule.query or (rule.strict and not is_of_campaign(name))
        )
        query = tuple(sorted(telling, key=itemgetter(0)))
    return scope["path"], query, wants_fragment(scope)


def wrap(app: ASGIApp, cache: PageCache) -> ASGIApp:
    """Answer from `cache` where possible, and fill it."""

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            await app(scope, receive, send)
            return
        try:
            rule, template = rule_for(scope)
            key = key_of(scope, rule) if rule is not None else None
        except ValueError:
            rule = key = None
        if rule is None or key is None:
            await app(scope, receive, send)
            return
        send = _readable_anywhere(send) if rule.shared else send
        page = cache.find(key) if cache.enabled and not flash.is_left(scope) else None
        if page is None:
            generation = cache.generation(rule.tags)
            held = _Held()
            await app(scope, receive, held.send)
            page = held.page(rule.tags, notes(scope))
            if page is None:
                await held.replay(send)
                return
            if generation == cache.generation(rule.tags) and cache.enabled:
                cache.keep(key, page)
        scope["path_template"] = template
        scope["state"][_NOTES] = page.notes
        await _answer(page, scope, send)

    return front


def _readable_anywhere(send: Send) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"access-control-allow-origin", b"*")]
        await send(message)

    return told


async def _answer(page: KeptPage, scope: Scope, send: Send) -> None:
    if page.etag in header(scope, b"if-none-match"):
        kept = [item for item in page.headers if item[0] != b"content-type"]
        await send({"type": "http.response.start", "status": 304, "headers": kept})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return
    body, headers = page.body, list(page.headers)
    zipped = page.zipped() if b"gzip" in header(scope, b"accept-encoding") else None
    if zipped is not None:
        body = zipped
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class _Held:
    """Collects a response, to be kept or replayed."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def send(self, message: Message) -> None:
        self.messages.append(message)

    def page(self, tags: tuple[str, ...], notes: tuple[Any, ...] = ()) -> KeptPage | None:
        start = self.messages[0]
        if start["type"] != "http.response.start" or start["status"] != 200:
            return None
        headers = list(start["headers"])
        if any(name.lower() == b"set-cookie" for name, _ in headers):
            return None
        body = b"".join(m["body"] for m in self.messages[1:] if m["type"] == "http.response.body")
        kept = [(name.lower(), value) for name, value in headers if name.lower() in _KEPT_HEADERS]
        return KeptPage(body, [*kept, (b"vary", b"Accept-Encoding")], tags, notes)

    async def replay(self, send: Send) -> None:
        for message in self.messages:
            await send(message)
