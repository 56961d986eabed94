"""Things to take away, and whether they are shown."""

SHOWN = """
(r.hidden_at IS NULL AND (r.shown_at IS NOT NULL OR r.shows_after IS NULL
    OR w.live_at + make_interval(secs => r.shows_after) <= {now}))
"""
"""Whether the room shows a resource `r` of the webinar `w`: the desk showed it, or its second has come, and nobody took it
away. `now` names the parameter with the time.
"""
