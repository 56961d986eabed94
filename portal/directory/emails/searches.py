"""The mail about a saved search: only what is new in it or has left it, and why."""

from portal.directory.cards import place
from portal.directory.queries.searches import News, Search
from portal.directory.rules import reasons
from portal.notifications import links
from portal.notifications.composing import compose
from portal.notifications.values import Message

TOPIC = "saved-searches"


def digest(search: Search, news: News) -> Message:
    """To whoever keeps the search."""
    new = []
    for row in news.new:
        why = reasons.why(
            row.evidence, filters=search.filters.count, names=row.terms, today=news.context.today
        ).sentences  # fmt: skip
        new.append((row.slug, row.name, place(row.profile), " ".join(why[:2])))
    subject, text, html = compose(
        "directory/digest",
        search=search,
        new=new,
        more_new=news.new_count - len(news.new),
        new_count=news.new_count,
        left=news.left,
        more_left=news.left_count - len(news.left),
        left_count=news.left_count,
        total=len(news.found),
        preferences=links.preferences(search.email, TOPIC),
    )
    return Message(
        key=f"saved-search:{search.id}:{search.looked_at.isoformat()}",
        topic=TOPIC,
        recipient=search.email,
        subject=subject,
        text=text,
        html=html,
        about_kind="saved_search",
        about_key=str(search.id),
    )
