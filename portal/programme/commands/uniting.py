"""What follows in programmes when two speakers turn out to be one."""

from portal.core import db

# In a session both were in, the place of the one who stays remains.
_SEATS = (
    "DELETE FROM {table} g USING {table} k WHERE g.session = k.session AND k.speaker = $1 AND g.speaker = $2",
    "UPDATE {table} SET speaker = $1 WHERE speaker = $2",
)
# At an event where both appear: answers of the one who stays count, the other’s where there is none; about coming and being
# recorded the newest one, whoever gave it. The source of the programme goes on naming two: both names mean the same person
# from now on.
_BOTH = """
FROM appearance g WHERE k.event = g.event AND k.speaker = $1 AND g.speaker = $2
"""
# What a yes does not hold for goes with the yes that counts. Before the answers themselves are made one.
_NEWER = {
    "recording": "coalesce(g.recording_agreed_at, g.recording_refused_at) "
    "> coalesce(k.recording_agreed_at, k.recording_refused_at, '-infinity')",
    "coming": "coalesce(g.confirmed_at, g.declined_at) > coalesce(k.confirmed_at, k.declined_at, '-infinity')",
}
_EXCEPTIONS = tuple(
    sql.format(kind=kind, newer=newer)
    for kind, newer in _NEWER.items()
    for sql in (
        "DELETE FROM session_exception x USING appearance k, appearance g WHERE k.event = g.event AND k.speaker = $1 "
        "AND g.speaker = $2 AND x.kind = '{kind}' AND x.appearance = CASE WHEN {newer} THEN k.id ELSE g.id END",
        "UPDATE session_exception x SET appearance = k.id FROM appearance k, appearance g WHERE k.event = g.event "
        "AND k.speaker = $1 AND g.speaker = $2 AND x.kind = '{kind}' AND x.appearance = g.id",
    )
)
_FOLD = (
    *_EXCEPTIONS,
    f"UPDATE availability v SET appearance = k.id {_BOTH.replace('FROM appearance g', 'FROM appearance g, appearance k')}"
    " AND v.appearance = g.id AND k.answered_availability_at IS NULL"
    " AND NOT EXISTS (SELECT FROM availability o WHERE o.appearance = k.id)",
    f"UPDATE recording_answer a SET appearance = k.id {_BOTH.replace('FROM appearance g', 'FROM appearance g, appearance k')}"
    " AND a.appearance = g.id",
    f"""
    UPDATE appearance k SET invited_at = greatest(k.invited_at, g.invited_at),
        reminded_at = greatest(k.reminded_at, g.reminded_at), opened_at = greatest(k.opened_at, g.opened_at),
        answered_availability_at = coalesce(k.answered_availability_at, g.answered_availability_at),
        note = concat_ws(E'\\n\\n', nullif(k.note, ''), nullif(g.note, '')),
        aliases = k.aliases || g.aliases
            || to_jsonb(coalesce(nullif(g.source_key, ''), lower(nullif(g.source_name, '')), lower(p.name)))
    {_BOTH.replace("FROM appearance g", "FROM appearance g JOIN speaker p ON p.id = g.speaker")}
    """,
    f"""
    UPDATE appearance k SET recording_wording = g.recording_wording, recording_agreed_at = g.recording_agreed_at,
        recording_refused_at = g.recording_refused_at
    {_BOTH} AND {_NEWER["recording"]}
    """,
    f"""
    UPDATE appearance k SET confirmed_at = g.confirmed_at, declined_at = g.declined_at, declined_why = g.declined_why
    {_BOTH} AND {_NEWER["coming"]}
    """,
    "DELETE FROM appearance g USING appearance k WHERE k.event = g.event AND k.speaker = $1 AND g.speaker = $2",
    "UPDATE appearance SET speaker = $1 WHERE speaker = $2",
)


async def speakers_united(kept: int, gone: int) -> None:
    """In the transaction that unites them: who stays is in every session of both, draft and public, and appears once."""
    for table in ("session_speaker", "released_speaker"):
        for sql in _SEATS:
            await db.execute(sql.format(table=table), kept, gone)
    for sql in _FOLD:
        await db.execute(sql, kept, gone)
