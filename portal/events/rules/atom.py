"""A list of events as Atom (RFC 4287). Pure: the same events give the same bytes."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from portal.events.rules import words
from portal.events.tables import EventState
from portal.events.values import Row


def feed(
    events: Sequence[tuple[Row, datetime]],
    *,
    title: str,
    author: str,
    base_url: str,
    host: str,
    path: str,
    page: str,
) -> bytes:
    """`events` are rows with the moment each was announced, newest change first."""
    updated = max((row.changed_at for row, _ in events), default=datetime(2000, 1, 1, tzinfo=UTC))
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<title>{escape(title)}</title>",
        f"<id>tag:{host},2026:{escape(path)}</id>",
        f"<updated>{_moment(updated)}</updated>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(base_url + path)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(base_url + page)}/>',
        f"<author><name>{escape(author)}</name></author>",
        *(_entry(row, announced, base_url, host) for row, announced in events),
        "</feed>\n",
    ]
    return "\n".join(parts).encode()


def _entry(row: Row, announced: datetime, base_url: str, host: str) -> str:
    address = f"{base_url}/events/{row.slug}"
    first, rest = words.where(row)
    place = ", ".join(part for part in (first, rest) if part)
    sponsored = f"Sponsored by {row.sponsor}" if row.sponsor else ""
    time = " ".join(part for part in (words.days(row), words.hours(row)) if part)
    facts = " · ".join(part for part in (time, place, words.price(row), sponsored) if part)
    state = {EventState.CANCELLED: "Cancelled: ", EventState.MOVED: "Moved: "}.get(row.state, "")
    return "\n".join((
        "<entry>",
        f"<title>{escape(state + row.title)}</title>",
        f"<id>tag:{host},2026:event/{row.id}</id>",
        f"<published>{_moment(announced)}</published><updated>{_moment(row.changed_at)}</updated>",
        f"<link rel=\"alternate\" type=\"text/html\" href={quoteattr(address)}/>",
        f"<link rel=\"related\" type=\"text/calendar\" href={quoteattr(address + '.ics')}/>",
        *(f"<category term={quoteattr(slug)} label={quoteattr(name)}/>" for slug, name in row.topics.items()),
        f"<summary>{escape(' '.join(part for part in (facts + '.', row.summary) if part))}</summary>",
        "</entry>",
    ))  # fmt: skip


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
