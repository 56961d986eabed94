"""Whom a report counts, and how long each was there: the parts of SQL its queries begin with. Webinars $1, as of $2."""

LOBBY_MINUTES = 60
"""No more of the lobby than that is looked at."""

AIR = f"""
air AS MATERIALIZED (
    SELECT w.id AS webinar, w.event, w.live_at, w.ended_at, o.spans, span_seconds(o.spans) AS seconds, l.lobby,
        o.spans + tstzmultirange(tstzrange(w.live_at - make_interval(mins => l.lobby), w.live_at, '[]')) AS open
    FROM webinar w CROSS JOIN LATERAL (SELECT on_air(w.live_at, w.ended_at, w.paused, $2) AS spans) o
    CROSS JOIN LATERAL (SELECT least(w.lobby_minutes, {LOBBY_MINUTES}) AS lobby) l
    WHERE w.id = ANY($1)
)
"""
"""When each was on air, and with the last of its lobby `open`."""

# Places were taken when their order was confirmed. When one was given up, its order's history says; of the last one, its end.
PLACES = """
places AS MATERIALIZED (
    SELECT w.id AS webinar, s.id AS seat, o.source, s.watching, o.confirmed_at, s.state = 'confirmed' AS held,
        CASE WHEN s.state = 'cancelled' THEN coalesce((SELECT max(h.at) FROM audit_entry h
            WHERE h.kind = 'order' AND h.key = o.number AND h.verb = 'cancel seat'
                AND (h.facts ->> 'seat')::int = s.position), o.ended_at, o.confirmed_at) END AS given_up_at
    FROM webinar w JOIN seat_order o ON o.event = w.event AND o.confirmed_at IS NOT NULL
    JOIN seat s ON s.seat_order = o.id AND s.state IN ('confirmed', 'cancelled')
    JOIN ticket_type k ON k.id = s.ticket_type AND NOT k.extra
    WHERE w.id = ANY($1)
        AND NOT EXISTS (SELECT FROM webinar_crew c WHERE c.webinar = w.id AND c.email = lower(s.email))
        AND NOT EXISTS (SELECT FROM staff_member m JOIN account x ON x.id = m.account WHERE x.email = lower(s.email))
)
"""
"""Every place ever confirmed; `held` now, or given up."""

PEOPLE = f"""
{AIR}, {PLACES}, people AS MATERIALIZED (
    SELECT p.*, a.spans, air.live_at, coalesce(air.ended_at, $2) AS until, air.seconds AS aired,
        a.handed_over_at IS NOT NULL AS handed_over, coalesce(NOT isempty(a.watched), false) AS watched,
        p.watching = 'live' AND (air.ended_at IS NULL OR p.confirmed_at < air.ended_at) AS expected,
        coalesce(l.seconds, 0) AS stayed, extract(epoch FROM f.seen - air.live_at) AS arrived
    FROM places p JOIN air ON air.webinar = p.webinar
    LEFT JOIN webinar_attendance a ON a.webinar = p.webinar AND a.seat = p.seat
    LEFT JOIN LATERAL (SELECT sum(extract(epoch FROM upper(one) - lower(one)))::float AS seconds
        FROM unnest(a.spans * air.spans) AS one) l ON true
    LEFT JOIN LATERAL (SELECT min(lower(one)) AS seen FROM unnest(a.spans * air.open) AS one
        WHERE upper(one) > lower(one)) f ON true
    WHERE p.held
)
"""
"""Everybody with a place: seconds `stayed` while it was on air, whether the recording was `watched`, when they `arrived`, in
seconds of being live. `expected` are those who meant to come live, and had their place before the end.
"""
