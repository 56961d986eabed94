"""The figures of a webinar, of one or of several at once, and which others it is compared with."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portal.core import db
from portal.webinars.queries.report.people import PEOPLE
from portal.webinars.rules.report.figures import ARRIVALS, GRACE_SECONDS, PARTS, SHARES, Figures, Peers
from portal.webinars.values import Room

MOST_PEERS = 12

_STAYED = ", ".join(
    f"count(*) FILTER (WHERE stayed > 0 AND stayed >= aired * {part} / 100 - {GRACE_SECONDS})" for part in PARTS
)
_ARRIVED = ", ".join(
    f"count(*) FILTER (WHERE stayed > 0 AND width_bucket(arrived, ARRAY{list(ARRIVALS)}::numeric[]) = {bucket})"
    for bucket in range(len(ARRIVALS) + 1)
)
_PRESENT = ", ".join(
    f"count(*) FILTER (WHERE stayed > 0 AND spans @> live_at + (until - live_at) * {(part + 0.5) / SHARES})"
    for part in range(SHARES)
)
_FIGURES = f"""
WITH {PEOPLE}, counted AS (
    SELECT webinar, count(*) AS registered, count(*) FILTER (WHERE expected) AS expected,
        count(*) FILTER (WHERE expected AND stayed > 0) AS expected_came, count(*) FILTER (WHERE handed_over) AS handed_over,
        count(*) FILTER (WHERE watching = 'recording') AS for_recording,
        count(*) FILTER (WHERE stayed > 0) AS came, count(*) FILTER (WHERE stayed > 0 AND watched) AS came_and_watched,
        count(*) FILTER (WHERE NOT stayed > 0 AND watched) AS only_watched,
        avg(stayed) FILTER (WHERE stayed > 0) AS mean_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY stayed) FILTER (WHERE stayed > 0) AS median_seconds,
        ARRAY[{_STAYED}] AS stayed, ARRAY[{_ARRIVED}] AS arrived, ARRAY[{_PRESENT}] AS present
    FROM people GROUP BY webinar
), booked AS (
    SELECT p.webinar, count(*) FILTER (WHERE NOT p.held) AS given_up, CASE WHEN e.starts_at <= $2 THEN
        count(*) FILTER (WHERE p.held AND p.confirmed_at BETWEEN e.starts_at - interval '7 days' AND e.starts_at) END AS last_week
    FROM places p JOIN webinar w ON w.id = p.webinar JOIN event e ON e.id = w.event GROUP BY p.webinar, e.starts_at
), asked AS (
    SELECT webinar, count(*) AS asked, count(*) FILTER (WHERE answered IN ('live', 'typed')) AS answered
    FROM webinar_question WHERE webinar = ANY($1) GROUP BY webinar
), polled AS (
    SELECT o.webinar, count(DISTINCT g.seat) AS polled FROM webinar_poll o JOIN webinar_poll_answer g ON g.poll = o.id
    JOIN people p ON p.webinar = o.webinar AND p.seat = g.seat AND p.stayed > 0
    WHERE o.webinar = ANY($1) AND NOT o.is_test GROUP BY o.webinar
), took AS (
    SELECT r.webinar, count(DISTINCT t.seat) AS took FROM webinar_resource r JOIN webinar_resource_taken t ON t.resource = r.id
    JOIN people p ON p.webinar = r.webinar AND p.seat = t.seat WHERE r.webinar = ANY($1) GROUP BY r.webinar
)
SELECT w.id AS webinar, w.source <> 'hand_over' AS measured, air.seconds AS aired, c.*, b.*, q.*, g.*, t.*,
    EXISTS (SELECT FROM webinar_recording r WHERE r.webinar = w.id AND r.published_at <= $2) AS recorded,
    (SELECT count(*) FROM webinar_poll o WHERE o.webinar = w.id AND NOT o.is_test AND o.opened_at IS NOT NULL) AS polls,
    (SELECT count(*) FROM webinar_chat_message m WHERE m.webinar = w.id AND m.seat IS NOT NULL) AS said,
    (SELECT sum(r.given)::int FROM webinar_reaction_count r WHERE r.webinar = w.id) AS reactions,
    (SELECT count(*) FROM webinar_resource r WHERE r.webinar = w.id) AS resources,
    (SELECT count(*) FROM webinar_attendance_correction x WHERE x.webinar = w.id) AS corrections,
    (SELECT sum(x.minutes)::int FROM webinar_attendance_correction x WHERE x.webinar = w.id) AS corrected_minutes
FROM webinar w JOIN air ON air.webinar = w.id LEFT JOIN counted c ON c.webinar = w.id LEFT JOIN booked b ON b.webinar = w.id
LEFT JOIN asked q ON q.webinar = w.id LEFT JOIN polled g ON g.webinar = w.id LEFT JOIN took t ON t.webinar = w.id
ORDER BY array_position($1, w.id)
"""
_PEERS = """
SELECT w.id, coalesce(w.series = $2, false) AS of_series, (SELECT title FROM series WHERE id = $2) AS series
FROM webinar w JOIN event e ON e.id = w.event
WHERE w.id <> $1 AND w.live_at IS NOT NULL AND w.ended_at IS NOT NULL AND w.state IN ('ended', 'replay', 'closed')
    AND e.state IN ('published', 'moved') AND e.kind = 'own'
ORDER BY of_series DESC, w.ended_at DESC LIMIT $3
"""
_LEFT_OUT = """
SELECT count(*) FROM webinar w JOIN seat_order o ON o.event = w.event AND o.state = 'confirmed'
JOIN seat s ON s.seat_order = o.id AND s.state = 'confirmed' JOIN ticket_type k ON k.id = s.ticket_type AND NOT k.extra
WHERE w.id = $1 AND (EXISTS (SELECT FROM webinar_crew c WHERE c.webinar = w.id AND c.email = lower(s.email))
    OR EXISTS (SELECT FROM staff_member m JOIN account x ON x.id = m.account WHERE x.email = lower(s.email)))
"""


async def figures(webinar_ids: Sequence[int], now: datetime) -> list[Figures]:
    """Of each webinar, in this order."""
    rows = await db.fetch(_FIGURES, list(webinar_ids), now)
    return [msgspec.convert({name: value for name, value in row.items() if value is not None}, Figures) for row in rows]


async def peers(room: Room) -> Peers:
    """The newest ended webinars of the same series; where it has none, the publisher's."""
    rows = await db.fetch(_PEERS, room.id, room.series_id, MOST_PEERS)
    of_series = [row["id"] for row in rows if row["of_series"]]
    if of_series:
        return Peers(of_series, series=rows[0]["series"])
    return Peers([row["id"] for row in rows], alone=room.series_id is not None)


async def left_out(webinar_id: int) -> int:
    """Places of crew and staff."""
    return int(await db.fetch_value(_LEFT_OUT, webinar_id))
