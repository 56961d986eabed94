"""What the worker does for saved searches."""

from portal.core import clock, db, times
from portal.core.jobs import enqueue_many
from portal.directory.commands import watching
from portal.directory.emails.searches import digest
from portal.directory.queries import searches


async def look_for_news() -> None:
    """Recurring: one job for each search whose news is due."""
    due = await searches.due(clock.now())
    if due:
        async with db.transaction():
            await enqueue_many("directory.send_news", [{"search": search} for search in due])


async def send_news(search: int) -> None:
    """Mail what is new in a search or has left it; no mail where nothing has."""
    now = clock.now()
    found = await searches.by_id(search)
    if found is None or found.due_at is None or found.due_at > now:
        return
    news = await searches.news(found, today=times.today(now))
    message = digest(found, news) if news.new_count or news.left_count else None
    await watching.tell_news(search_id=found.id, found=news.found, message=message, now=now)
