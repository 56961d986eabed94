"""SQL that reads on webinars share, over `webinar w`, `event e` and `webinar_recording r`: parts as JSON, for msgspec."""

_ROOM = {
    "captioned": "EXISTS (SELECT FROM webinar_transcript_cue t WHERE t.recording = r.id)",
    "elsewhere": "w.source = 'hand_over'",
    "recording_at": "r.published_at",
    "recording_seconds": "r.seconds",
    **{
        name: f"w.{name}"
        for name in ("id", "state", "live_at", "lobby_minutes", "starts_itself", "replay", "replay_until")
    },
}


def room(prefix: str = "") -> str:
    """The columns of a `PublicRoom`, each with `prefix` before its name."""
    return ", ".join(f"{sql} AS {prefix}{name}" for name, sql in _ROOM.items())


# A sponsorship stays with a company that became part of another only where the other has one of its own.
SPONSORED = "webinar_sponsor p JOIN company c ON c.id = p.company AND c.state <> 'merged'"

SPEAKERS = """
(SELECT coalesce(json_agg(json_build_object('id', s.id, 'slug', s.slug, 'name', s.name, 'job_title', s.job_title,
        'company_name', s.company_name, 'photo', s.photo, 'company_slug', c.slug, 'is_moderator', ws.is_moderator)
    ORDER BY ws.position, ws.id), '[]')
 FROM webinar_speaker ws JOIN speaker s ON s.id = ws.speaker LEFT JOIN company c ON c.id = s.company AND c.state = 'public'
 WHERE ws.webinar = w.id)::text
"""

SPONSORS = f"""
(SELECT coalesce(json_agg(json_build_object('name', c.name, 'slug', CASE WHEN c.state = 'public' THEN c.slug END)
    ORDER BY p.position, p.id), '[]')
 FROM {SPONSORED} WHERE p.webinar = w.id)::text
"""

CERTIFICATE = """
(SELECT CASE WHEN c.offered THEN json_build_object('minutes', c.minutes, 'polls', c.polls, 'test_percent', c.test_percent,
    'replay_counts', c.replay_counts, 'credit', c.credit) END
 FROM certificate_rule c WHERE c.webinar = w.id ORDER BY c.version DESC LIMIT 1)::text
"""
"""What those who register now are asked for."""

CERTIFIED = (
    "coalesce((SELECT c.offered FROM certificate_rule c WHERE c.webinar = w.id ORDER BY c.version DESC LIMIT 1), false)"
)

_FROM = "CASE WHEN w.simulated THEN 0 ELSE coalesce(r.live_second, 0) END"


def in_film(position: str) -> str:
    """The second of the film of a position in the room; null where the film does not show it."""
    return f"(SELECT x FROM (SELECT {position} + {_FROM} AS x) one WHERE x BETWEEN 0 AND r.seconds - 1)"


FILM_ZERO = f"(w.live_at - make_interval(secs => {_FROM}))"
"""When the film’s second 0 was, or would have been."""
