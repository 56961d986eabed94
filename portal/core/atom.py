"""Atom (RFC 4287). Pure: the same entries give the same bytes."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

import msgspec

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of a feed. `key` is its identity within the host, `related` leads to other forms of it by media type."""

    key: str
    title: str
    published: datetime | None = None
    updated: datetime
    address: str
    summary: str
    related: Mapping[str, str] = {}
    categories: Mapping[str, str] = {}


def feed(entries: Sequence[Entry], *, title: str, author: str, base_url: str, host: str, path: str, page: str) -> bytes:
    """`entries` come with the newest change first; `path` is the feed's own, `page` that of the same list."""
    updated = max((entry.updated for entry in entries), default=_EPOCH)
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<title>{escape(title)}</title>",
        f"<id>tag:{host},2026:{escape(path)}</id>",
        f"<updated>{_moment(updated)}</updated>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(base_url + path)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(base_url + page)}/>',
        f"<author><name>{escape(author)}</name></author>",
        *(_entry(entry, host) for entry in entries),
        "</feed>\n",
    ]
    return "\n".join(parts).encode()


def _entry(entry: Entry, host: str) -> str:
    return "\n".join((
        "<entry>",
        f"<title>{escape(entry.title)}</title>",
        f"<id>tag:{host},2026:{escape(entry.key)}</id>",
        (f"<published>{_moment(entry.published)}</published>" if entry.published else "")
        + f"<updated>{_moment(entry.updated)}</updated>",
        f"<link rel=\"alternate\" type=\"text/html\" href={quoteattr(entry.address)}/>",
        *(f"<link rel=\"related\" type={quoteattr(kind)} href={quoteattr(to)}/>" for kind, to in entry.related.items()),
        *(f"<category term={quoteattr(slug)} label={quoteattr(name)}/>" for slug, name in entry.categories.items()),
        f"<summary>{escape(entry.summary)}</summary>",
        "</entry>",
    ))  # fmt: skip


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
