"""CSV: one event a row, under headings people choose. `docs/importing.md` lists the columns."""

import csv
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from portal.core import times
from portal.core.importing import csv_files
from portal.core.importing.values import Unreadable, shortened
from portal.events.importing import dates, fields, places, prices, zones
from portal.events.importing.conferences import key
from portal.events.importing.values import Context, Reading, Row
from portal.events.tables import EventFormat, EventKind, EventState
from portal.events.values import EventFacts

# Column to the headings it is known by; headings are compared without case, blanks and punctuation.
COLUMNS: dict[str, str] = {
    "key": "key id uid identifier eventid externalid",
    "title": "title name event eventname eventtitle conference subject",
    "start": "start starts startdate startsat startson begin begins from date day datefrom eventdate startdatetime",
    "start_time": "starttime timefrom begintime time",
    "end": "end ends enddate endsat endson until to dateto finish enddatetime",
    "end_time": "endtime timeto finishtime",
    "timezone": "timezone tz zone",
    "all_day": "allday wholeday",
    "format": "format mode type attendance",
    "online": "online virtual isonline",
    "venue": "venue venuename location place locationname",
    "street": "street address streetaddress address1",
    "postal_code": "postalcode postcode zip zipcode plz",
    "city": "city town locality ort",
    "region": "region state province county",
    "country": "country countrycode nation land",
    "latitude": "latitude lat",
    "longitude": "longitude lon lng long",
    "url": "url link website web homepage page",
    "online_url": "onlineurl joinurl joinlink meetinglink",
    "topics": "topics topic tags tag category categories keywords",
    "summary": "summary subtitle teaser abstract shortdescription",
    "description": "description details body text notes",
    "organiser": "organiser organizer host publisher organisation organization",
    "language": "language languages locale locales lang",
    "free": "free isfree",
    "price": "price pricefrom ticketprice cost fee preis",
    "currency": "currency pricecurrency",
    "status": "status eventstatus",
    "credit": "credit source attribution licence license",
}
_BY_HEADING = {re.sub(r"[^a-z0-9]", "", name): column for column, names in COLUMNS.items() for name in names.split()}
_CALLED_OFF = {"cancelled", "canceled", "called off"}
_STATES = _CALLED_OFF | {"published", "moved", "draft"}
_FORMATS = {
    "online": EventFormat.ONLINE, "virtual": EventFormat.ONLINE, "webinar": EventFormat.ONLINE,
    "inperson": EventFormat.IN_PERSON, "onsite": EventFormat.IN_PERSON, "physical": EventFormat.IN_PERSON,
    "offline": EventFormat.IN_PERSON, "hybrid": EventFormat.HYBRID, "mixed": EventFormat.HYBRID,
}  # fmt: skip


def heading(name: str) -> str:
    """The column a heading means, or `""`."""
    bare = re.sub(r"[^a-z0-9]", "", name.casefold())
    return _BY_HEADING.get(bare, "")


def columns_of(line: str, delimiters: str) -> tuple[str, list[str]]:
    """The delimiter and the columns of a heading line; no columns where it is none."""
    best: tuple[str, list[str]] = (delimiters[0], [])
    for delimiter in delimiters:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        found = [heading(cell) for cell in cells[:200]]
        if sum(map(bool, found)) > sum(map(bool, best[1])):
            best = (delimiter, found)
    return best


def heading_of(lines: Sequence[str]) -> tuple[int, str, list[str]]:
    """Where the heading stands, the delimiter, and the columns. Before it may stand comments and Excel's `sep=;`."""
    told = ""
    for number, line in enumerate(lines):
        if sep := csv_files.SEP.fullmatch(line):
            told = sep[1]
        elif line.strip():
            delimiter, columns = columns_of(line, told or csv_files.DELIMITERS)
            if not line.lstrip().startswith("#") or {"title", "start"} <= set(columns):
                return number, delimiter, columns
    return len(lines), told or ",", []


def read(text: str, context: Context) -> Reading:
    """Rows without a key of their own are known by title, first day and address."""
    reading = Reading()
    lines = text.split("\n")
    start, delimiter, columns = heading_of(lines)
    missing = [name for name in ("title", "start") if name not in columns]
    if missing:
        raise Unreadable(
            f"line {start + 1} should name the columns; there is none for {' and '.join(missing)}. "
            f"It says: “{shortened(lines[start] if start < len(lines) else '', 80)}”"
        )
    names = next(csv.reader([lines[start]], delimiter=delimiter), [])
    if unread := [name.strip() for name, column in zip(names, columns, strict=False) if name.strip() and not column]:
        reading.note(start + 1, "", f"columns that are not read: {shortened(', '.join(unread), 200)}")
    found: dict[str, Row] = {}
    for number, cells in csv_files.records(lines, start + 1, delimiter):
        reading.records += 1
        record: dict[str, Any] = {}
        try:
            if isinstance(cells, Unreadable):
                raise cells
            for column, cell in zip(columns, cells, strict=False):
                if column and cell.strip() and column not in record:
                    record[column] = csv_files.cell(cell)
            if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                raise Unreadable(
                    f"it has {len(cells)} cells, the heading only {len(columns)}; a quotation mark may be missing"
                )
            facts = _facts(record, context)
        except Unreadable as reason:
            reading.refuse(number, fields.text_of(record, "title"), str(reason))
            continue
        known = found.setdefault(facts.source_key or "", Row(number, facts, dated="key" not in record))
        if known.line != number and known.facts == facts:
            reading.merged.append(number)
        elif known.line != number:
            same = "key" if record.get("key") else "title, first day and address"
            reading.refuse(number, facts.title, f"line {known.line} has the same {same}, with other facts")
    reading.rows = list(found.values())
    return reading


def _facts(record: dict[str, Any], context: Context) -> EventFacts:
    if fields.text_of(record, "region").casefold() in _STATES:
        # A column “state” that holds no state of a country.
        record["status"] = record.get("status") or record["region"]
        del record["region"]
    title = fields.title(record.get("title"))
    first = dates.read(record.get("start"), what="start")
    if not first.clock:
        first = dates.with_clock(first.day, record.get("start_time"), what="start time")
    last = _end(record, first)
    where = _place(record)
    url = fields.link(record.get("url"), what="url")
    zone = where.zone
    if given := fields.text_of(record, "timezone"):
        zone = zones.by_name(given)
        if not zone:
            raise Unreadable(f"its time zone is not known: “{shortened(given)}”; use a name such as Europe/Vienna")
    span = dates.span(first, last, zone=zone, fallback=context.timezone, now=context.now)
    if fields.yes(record.get("all_day"), what="all day") and not span.all_day:
        span = _whole_days(span, context)
    price = prices.read(fields.text_of(record, "price"), fields.text_of(record, "currency"))
    free = fields.yes(record["free"], what="free") if "free" in record else price.is_free
    return EventFacts(
        title=title,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        timezone=span.timezone,
        all_day=span.all_day,
        format=_format(record, where),
        kind=EventKind.EXTERNAL,
        state=_state(record),
        summary=fields.text_of(record, "summary"),
        description=fields.description(record.get("description")),
        venue=where.venue,
        topics=fields.topics(*re.split(r"[;,|/]", fields.text_of(record, "topics"))),
        organiser_name=fields.text_of(record, "organiser"),
        url=url,
        online_url=fields.link(record.get("online_url"), what="join link"),
        language=fields.languages(fields.text_of(record, "language")) or fields.text_of(record, "language")[:60],
        credit=fields.text_of(record, "credit") or context.credit,
        is_free=free,
        price_from=price.price_from,
        price_currency=price.price_currency,
        source=context.source,
        source_key=key(fields.text_of(record, "key") or key(title, str(first.day), fields.bare_address(url))),
    )


def _end(record: dict[str, Any], first: dates.Moment) -> dates.Moment | None:
    given, clock = fields.text_of(record, "end"), record.get("end_time")
    if not given:
        return dates.with_clock(first.day, clock, what="end time") if clock and first.clock else None
    if first.clock and re.fullmatch(r"\d{1,2}[:.h]\d{2}(?:\s*[ap]m)?", given, re.IGNORECASE):
        return dates.with_clock(first.day, given, what="end")
    last = dates.read(given, what="end")
    return last if last.clock else dates.with_clock(last.day, clock, what="end time")


def _place(record: dict[str, Any]) -> places.Place:
    land, city = fields.text_of(record, "country"), fields.text_of(record, "city")
    name, street = fields.text_of(record, "venue"), fields.text_of(record, "street")
    online = fields.yes(record.get("online"), what="online")
    country = places.country_of(land) if land else None
    if land and country is None:
        raise Unreadable(f"its country is not known: “{shortened(land)}”")
    north, east = places.coordinates(record.get("latitude"), record.get("longitude"))
    if not (land or city):
        written = places.of_address(", ".join(part for part in (name, street) if part), latitude=north, longitude=east)
        return places.at(written.venue, online=online or written.format is not EventFormat.IN_PERSON)
    if places.says_online(city) and not land:
        return places.of_words(city)
    online = online or places.says_online(name)
    venue = places.town(
        city, country, region=fields.text_of(record, "region"), name="" if places.says_online(name) else name,
        street=street, postal_code=fields.text_of(record, "postal_code"), latitude=north, longitude=east,
    )  # fmt: skip
    return places.at(venue, online=online)


def _format(record: dict[str, Any], where: places.Place) -> EventFormat:
    """As the `format` column says, where it does; a column used for something else is passed over."""
    given = re.sub(r"[^a-z]", "", fields.text_of(record, "format").casefold())
    return _FORMATS.get(given, where.format)


def _state(record: dict[str, Any]) -> EventState:
    given = fields.text_of(record, "status").casefold()
    if given == EventState.DRAFT:
        raise Unreadable("it is a draft, which is for nobody to see yet")
    return EventState.CANCELLED if given in _CALLED_OFF else EventState.PUBLISHED


def _whole_days(span: dates.Span, context: Context) -> dates.Span:
    """The days between two midnights."""
    zone = times.zone(span.timezone)
    first, last = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone) - timedelta(microseconds=1)
    days = dates.Moment(first.date()), dates.Moment(last.date())
    return dates.span(*days, zone=span.timezone, fallback=span.timezone, now=context.now)
