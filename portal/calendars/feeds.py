"""Answering a calendar over HTTP: unchanged feeds are recognised before anything is built or loaded.

How a package above serves the feed of one person (`/calendars/mine/{name:str}`; Litestar has no suffix after
a parameter, so the `.ics` is part of the name):

    secret = feeds.secret_in(name)
    subject = await queries.feed_subject(secret) if secret else None
    if subject is None:
        raise NotFound("There is no such calendar.")
    keys = ...                      # the person's events, in a stable order, one query
    feed = Feed(kind="event", keys=keys, name="My events", private=True, secret=secret, chosen_at=...)
    return await feeds.answer(request, feed, now=now)

`chosen_at` is the newest moment at which the person's choice changed (an order made, a seat cancelled). Leave
`address` and `description` of a private feed empty: people pass files on.
"""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from importlib.metadata import version
from typing import Any

import msgspec
from litestar.connection import Request
from litestar.response import Response

from portal.calendars import building, commands, queries
from portal.calendars.values import Feed, FeedState
from portal.core.text import slug

MEDIA_TYPE = "text/calendar"  # Litestar adds the charset
_PUBLIC = "public, max-age=300"
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
    modified = max(feed.chosen_at, state.newest or feed.chosen_at).replace(microsecond=0) if feed.chosen_at else None
    headers = {"ETag": etag, "Cache-Control": _PRIVATE if feed.private else _PUBLIC}
    if modified is not None:
        headers["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    if feed.private:
        headers["X-Robots-Tag"] = "noindex"
    if _has_it(request, etag, modified, now):
        return Response(b"", status_code=304, headers=headers, media_type=MEDIA_TYPE)
    content = await queries.vevents(feed.kind, feed.keys)
    body = building.calendar(
        content, name=feed.name, description=feed.description, address=feed.address, refresh=feed.refresh
    )
    headers["Content-Disposition"] = f'inline; filename="{slug(feed.filename, fallback="calendar")}.ics"'
    return Response(body, headers=headers, media_type=MEDIA_TYPE)


def entity_tag(feed: Feed, state: FeedState) -> str:
    """A strong tag: whatever the bytes are made of is in it, the time of the request is not."""
    made_of = (
        building.FORMAT, _ZONE_DATA, state.digest,
        feed.kind, feed.name, feed.description, feed.address, feed.refresh.total_seconds(),
    )  # fmt: skip
    return f'"{hashlib.blake2b(msgspec.json.encode(made_of), digest_size=16).hexdigest()}"'


def _has_it(request: Request[Any, Any, Any], etag: str, modified: datetime | None, now: datetime) -> bool:
    """RFC 9110, 13.2.2: entity tags decide where they are sent; a date only counts without them."""
    known = request.headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}
    since = request.headers.get("if-modified-since")
    # Dates count whole seconds: within the second of a change, the same date may stand for two contents.
    if since is None or modified is None or (now - modified).total_seconds() < 1:
        return False
    try:
        asked = parsedate_to_datetime(since)
    except (TypeError, ValueError):
        return False
    return modified <= (asked if asked.tzinfo else asked.replace(tzinfo=UTC))
