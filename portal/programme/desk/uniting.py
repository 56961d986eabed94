"""What becomes of slides when two speakers turn out to be one."""

from portal.core import db
from portal.media import commands as media
from portal.programme.desk.commands import SLIDES

# Where both have slides that are public, those of the one who stays go on being it.
_ONE_PUBLIC = """
UPDATE slides g SET released_at = NULL FROM slides k
WHERE k.session = g.session AND k.speaker = $1 AND g.speaker = $2 AND k.released_at IS NOT NULL AND g.released_at IS NOT NULL
RETURNING g.id
"""
_SLIDES = """
UPDATE slides g SET speaker = $1, version = g.version
    + coalesce((SELECT max(k.version) FROM slides k WHERE k.session = g.session AND k.speaker = $1), 0)
WHERE g.speaker = $2
"""


async def slides_united(kept: int, gone: int) -> None:
    """In the transaction that unites them: the versions of who goes come after those of who stays."""
    hidden = await db.fetch(_ONE_PUBLIC, kept, gone)
    await media.show(kind=SLIDES, owners=[str(row["id"]) for row in hidden], keys=[])
    await db.execute(_SLIDES, kept, gone)
