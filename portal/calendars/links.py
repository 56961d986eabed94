"""Links into other people's calendars: add one entry, subscribe to a feed. Pure.

Outlook's and Google's addresses are documented by use only. A blank is `%20`, never `+`: Outlook shows the
plus. Feeds that Google fetches must be named `webcal://`; with `https://` it looks for a calendar of its own.
"""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import msgspec

from portal.calendars import components, zones
from portal.calendars.building import CANCELLED
from portal.calendars.values import Entry
from portal.core import times

_OUTLOOK_COM = "https://outlook.live.com/calendar/0"
_OFFICE_365 = "https://outlook.office.com/calendar/0"
_GOOGLE = "https://calendar.google.com/calendar/render"
_MOST_TEXT = 600


def google(entry: Entry) -> str:
    """Google Calendar's form, filled in; times in the event's own zone."""
    if entry.all_day:
        first, end = components.days(entry)
        dates, zone = f"{first:%Y%m%d}/{end:%Y%m%d}", ""
    elif zones.use_of(entry):
        own = times.zone(entry.timezone)
        dates = "/".join(f"{moment.astimezone(own):%Y%m%dT%H%M%S}" for moment in (entry.starts_at, entry.ends_at))
        zone = entry.timezone
    else:
        dates = "/".join(f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in (entry.starts_at, entry.ends_at))
        zone = ""
    return _with(
        _GOOGLE, action="TEMPLATE", text=_title(entry), dates=dates, ctz=zone, details=_details(entry),
        location=entry.location,
    )  # fmt: skip


def outlook_com(entry: Entry) -> str:
    """Outlook.com's form, filled in."""
    return _outlook(_OUTLOOK_COM, entry)


def office_365(entry: Entry) -> str:
    """The form of Outlook on the web for companies, filled in."""
    return _outlook(_OFFICE_365, entry)


def _outlook(base: str, entry: Entry) -> str:
    if entry.all_day:
        starts, ends = (day.isoformat() for day in components.days(entry))
    else:
        # Outlook takes no zone, and offsets other than Z not reliably.
        starts, ends = (_zulu(moment) for moment in (entry.starts_at, entry.ends_at))
    return _with(
        f"{base}/deeplink/compose",
        path="/calendar/action/compose",
        rru="addevent",
        startdt=starts,
        enddt=ends,
        allday="true" if entry.all_day else "",
        subject=_title(entry),
        body=_details(entry),
        location=entry.location,
    )


def _zulu(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def webcal(address: str) -> str:
    """The feed's address as Apple Calendar, and Outlook on the desktop, subscribe to it."""
    return urlunsplit(urlsplit(address)._replace(scheme="webcal"))


def google_subscribe(address: str) -> str:
    """Google's "add other calendars" with the feed's address filled in."""
    return _with(_GOOGLE, cid=webcal(address))


def outlook_com_subscribe(address: str, *, name: str) -> str:
    """Outlook.com's "subscribe from web", filled in."""
    return _with(f"{_OUTLOOK_COM}/addfromweb", url=address, name=name)


def office_365_subscribe(address: str, *, name: str) -> str:
    """The same for Outlook on the web for companies."""
    return _with(f"{_OFFICE_365}/addfromweb", url=address, name=name)


def _title(entry: Entry) -> str:
    return CANCELLED + entry.title if entry.cancelled else entry.title


def _details(entry: Entry) -> str:
    """The description, short enough for an address, with the links after it."""
    told = entry.description
    if len(told) > _MOST_TEXT:
        told = told[:_MOST_TEXT].rsplit(" ", 1)[0].rstrip(" ,.;:") + "…"
    return components.described(msgspec.structs.replace(entry, description=told))


def _with(base: str, **query: str) -> str:
    given = {name: value for name, value in query.items() if value}
    return f"{base}?{urlencode(given, quote_via=quote, safe='')}"
