"""A webinar as its event's page tells it."""

import msgspec

from portal.core import db
from portal.webinars.public import OnEvent
from portal.webinars.queries.shared import CERTIFICATE, SPEAKERS, SPONSORS, in_film, room

_MOST_OTHERS, _MOST_ANSWERS = 12, 60
_SERIES = f"""
(SELECT json_build_object('slug', s.slug, 'title', s.title, 'one_registration', s.one_registration, 'others', (
    SELECT coalesce(json_agg(json_build_object('slug', o.slug, 'title', o.title, 'starts_on', o.starts_on,
        'ends_on', o.ends_on, 'starts_at', o.starts_at, 'timezone', o.timezone, 'event_state', o.state,
        'state', o.room_state) ORDER BY o.starts_at, o.id), '[]')
    FROM (SELECT oe.*, ow.state AS room_state FROM webinar ow JOIN event oe ON oe.id = ow.event
          WHERE ow.series = s.id AND ow.id <> w.id AND oe.state <> 'draft'
          ORDER BY abs(extract(epoch FROM oe.starts_at - e.starts_at)) LIMIT {_MOST_OTHERS}) o))
 FROM series s WHERE s.id = w.series)
"""
_FAQ = f"""
(SELECT coalesce(json_agg(json_build_object('id', q.id, 'question', q.text, 'answer', q.answer,
    'second', {in_film("q.answered_position")})
    ORDER BY q.answered_position NULLS LAST, q.id), '[]')
 FROM (SELECT * FROM webinar_question WHERE webinar = w.id AND in_faq AND state = 'approved' ORDER BY id LIMIT {_MOST_ANSWERS}) q)
"""
_ON_EVENT = f"""
SELECT {room()}, {SPEAKERS} AS speakers, {SPONSORS} AS sponsors, {CERTIFICATE} AS certificate,
    {_SERIES}::text AS series, {_FAQ}::text AS faq
FROM webinar w JOIN event e ON e.id = w.event LEFT JOIN webinar_recording r ON r.webinar = w.id WHERE w.event = $1
"""
_PARTS = ("speakers", "sponsors", "certificate", "series", "faq")


async def of_event(event_id: int) -> OnEvent | None:
    """The webinar of an event, in one statement; None where the event has no room."""
    row = await db.fetch_one(_ON_EVENT, event_id)
    if row is None:
        return None
    told = dict(row) | {name: msgspec.json.decode(row[name] or "null") for name in _PARTS}
    return msgspec.convert(told, OnEvent)
