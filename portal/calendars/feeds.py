"""Answering a calendar over HTTP: unchanged feeds are recognised before anything is built or loaded.

How a package above serves a feed at a secret address (`/calendars/speaking/{name:str}`; Litestar has no suffix after
a parameter, so the `.ics` is part of the name):

    secret = feeds.secret_in(name)
    subject = await queries.feed_subject(secret) if secret else None
    if subject is None:
        raise NotFound("There is no such calendar.")
    keys = ...                      # the items in a stable order
    feed = Feed(kind="session", keys=keys, name="My sessions", private=True, secret=secret)
    return await feeds.answer(request, feed, now=now)

One person's own calendar, of which more than the items decides, is `agenda.feeds`.

Leave `address` and `description` of a private feed empty: people pass files on.

There is no Last-Modified: what a feed consists of may change without any entry changing, and a date cannot tell.
"""

import hashlib
from datetime import datetime
from importlib.metadata import version
from typing import Any

import msgspec
from litestar.connection import Request
from litestar.response import Response

from portal.calendars import building, commands, queries
from portal.calendars.values import Feed, FeedContent, FeedState
from portal.core.keeping import Kept
from portal.core.text import slug

MEDIA_TYPE = "text/calendar"  # Litestar adds the charset
# Correct on the first request after a change: whoever keeps a feed asks before showing it again.
_PUBLIC = "public, no-cache"
_PRIVATE = "private, no-cache"
_ZONE_DATA = version("tzdata")


def secret_in(name: str) -> str | None:
    """The secret in `…/mine/<secret>.ics`, or None for what cannot be one."""
    secret = name.removesuffix(".ics")
    plausible = 20 <= len(secret) <= 64 and secret.isascii() and secret.replace("-", "").replace("_", "").isalnum()
    return secret if plausible else None


async def answer(request: Request[Any, Any, Any], feed: Feed, *, now: datetime) -> Response[bytes]:
    """The feed, or 304 when the reader has it as it is. Two queries for the feed, one for 304."""
    if feed.secret:
        await commands.note_fetched(secret=feed.secret, now=now)
    state = await queries.feed_state(feed.kind, feed.keys)
    etag = entity_tag(feed, state)
    headers = {"ETag": etag, "Cache-Control": _PRIVATE if feed.private else _PUBLIC}
    if feed.private:
        headers["X-Robots-Tag"] = "noindex"
    if _has_it(request, etag):
        return Response(b"", status_code=304, headers=headers, media_type=MEDIA_TYPE)
    content = await _content(feed, state)
    body = building.calendar(
        content, name=feed.name, description=feed.description, address=feed.address, refresh=feed.refresh
    )
    headers["Content-Disposition"] = f'inline; filename="{slug(feed.filename, fallback="calendar")}.ics"'
    return Response(body, headers=headers, media_type=MEDIA_TYPE)


_kept: Kept[FeedContent] = Kept(40)
_MOST_KEPT_BYTES = 250_000


async def _content(feed: Feed, state: FeedState) -> FeedContent:
    """The feed's VEVENTs. Revisions never change, so their numbers name the bytes; small feeds are kept under them."""
    key = (feed.kind, tuple(feed.keys), state.digest)
    if (kept := _kept.get(key)) is not None:
        return kept
    made = await queries.vevents(feed.kind, feed.keys)
    return _kept.put(key, made) if len(made.events) <= _MOST_KEPT_BYTES else made


def entity_tag(feed: Feed, state: FeedState) -> str:
    """A strong tag: whatever the bytes are made of is in it, the time of the request is not."""
    made_of = (
        building.FORMAT, _ZONE_DATA, state.digest,
        feed.kind, feed.name, feed.description, feed.address,
        feed.refresh.total_seconds(),
    )  # fmt: skip
    return f'"{hashlib.blake2b(msgspec.json.encode(made_of), digest_size=16).hexdigest()}"'


def _has_it(request: Request[Any, Any, Any], etag: str) -> bool:
    """RFC 9110, 13.1.2, with the weak comparison that GET asks for."""
    known = request.headers.get("if-none-match")
    if known is None:
        return False
    return known.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}
