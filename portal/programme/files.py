"""A programme as files: what its addresses give out."""

import msgspec

from portal.calendars import building
from portal.calendars import queries as calendars
from portal.core.settings import current
from portal.programme.commands.releasing import CALENDAR
from portal.programme.public import Programme
from portal.programme.queries import public
from portal.programme.rules import exchange
from portal.web.open_data import table


async def made(programme: Programme, suffix: str) -> bytes:
    """The whole programme as `xml`, `json`, `csv` or, those sessions alone that are in it, `ics`."""
    if suffix == "ics":
        content = await calendars.vevents(CALENDAR, [str(one.id) for one in programme.sessions])
        return building.calendar(content, name=programme.title)
    texts, base_url = await public.all_texts(programme.event_id), current().base_url
    if suffix == "xml":
        return exchange.xml(programme, texts, base_url=base_url)
    if suffix == "json":
        return msgspec.json.encode(exchange.c3voc(programme, texts, base_url=base_url))
    return table(exchange.CSV_COLUMNS, exchange.csv_rows(programme, texts, base_url=base_url)).encode()
