"""What a company shows at an event."""

from datetime import datetime

import msgspec

from portal.accounts.actors import Actor
from portal.core import audit, db
from portal.core.errors import Invalid, NotFound
from portal.core.overtaking import not_overtaken
from portal.core.text import safe_html
from portal.exhibitors.desks.commands.access import locked
from portal.exhibitors.desks.queries import showing as queries
from portal.exhibitors.desks.queries.showing import Shown
from portal.exhibitors.desks.rules import LANGUAGES
from portal.exhibitors.tables.desk import ItemKind

MOST_OWN = 40


class ShowDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown, as it is written. `about` is Markdown; `chosen` are ids of the profile’s products and news."""

    headline: str = ""
    about: str = ""
    languages: tuple[str, ...] = ()
    host_name: str = ""
    host_role: str = ""
    host_email: str = ""
    chosen: tuple[str, ...] = ()


class ItemDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Something new, shown at this event alone; `text` is Markdown."""

    kind: ItemKind
    title: str
    text: str = ""
    url: str = ""


def draft_of(shown: Shown) -> ShowDraft:
    """What is stored, as it is written."""
    return ShowDraft(
        headline=shown.headline, about=shown.about, languages=shown.languages, host_name=shown.host_name,
        host_role=shown.host_role, host_email=shown.host_email, chosen=tuple(sorted(shown.chosen)),
    )  # fmt: skip


_SAVE = """
UPDATE exhibitor SET headline = $2, about = $3, about_html = $4, languages = $5, host_name = $6, host_role = $7, host_email = $8
WHERE id = $1
"""
_CHOOSE = """
INSERT INTO exhibitor_item (exhibitor, kind, position, source, title, text, text_html, url)
SELECT $1, x.kind, x.position + 1000, x.source, '', '', '', ''
FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS x (kind, source, position)
"""


async def save_show(*, actor: Actor, exhibitor_id: int, draft: ShowDraft, seen: str, now: datetime) -> None:
    """Show this from now on; what was seen when it was written is `seen` (`overtaking.mark` of its draft).

    Raises Conflict when a colleague was faster, Invalid by field.
    """
    async with db.transaction():
        await locked(actor, exhibitor_id)
        stored = await _shown(exhibitor_id)
        not_overtaken(seen, draft_of(stored))
        if set(draft.languages) - set(LANGUAGES):
            raise Invalid({"languages": "Please choose languages from the list."})
        offered = {
            **{one.id: ItemKind.PRODUCT for one in stored.profile.products},
            **{one.id: ItemKind.POST for one in stored.profile.posts},
        }
        chosen = [(kind.value, source) for source, kind in offered.items() if source in draft.chosen]
        await db.execute(
            _SAVE, exhibitor_id, draft.headline, draft.about, safe_html(draft.about), list(draft.languages), draft.host_name,
            draft.host_role, draft.host_email,
        )  # fmt: skip
        await db.execute("DELETE FROM exhibitor_item WHERE exhibitor = $1 AND source <> ''", exhibitor_id)
        await db.execute(_CHOOSE, exhibitor_id, [kind for kind, _ in chosen], [source for _, source in chosen])
        await audit.record(actor=actor.label, verb="save show", kind="exhibitor", key=exhibitor_id, now=now)


_ADD = """
INSERT INTO exhibitor_item (exhibitor, kind, position, source, title, text, text_html, url)
VALUES ($1, $2, (SELECT count(*) FROM exhibitor_item WHERE exhibitor = $1 AND source = ''), '', $3, $4, $5, $6) RETURNING id
"""
_CHANGE = """
UPDATE exhibitor_item SET kind = $3, title = $4, text = $5, text_html = $6, url = $7
WHERE id = $1 AND exhibitor = $2 AND source = '' RETURNING id
"""


async def save_item(
    *, actor: Actor, exhibitor_id: int, draft: ItemDraft, now: datetime, item_id: int | None = None
) -> int:
    """Add something new to what is shown at this event alone, or change it; its id. Raises NotFound, Invalid."""
    async with db.transaction():
        await locked(actor, exhibitor_id)
        html = safe_html(draft.text)
        if item_id is not None:
            saved = await db.fetch_value(
                _CHANGE, item_id, exhibitor_id, draft.kind, draft.title, draft.text, html, draft.url
            )
            if saved is None:
                raise NotFound("There is nothing like this (any more).")
        else:
            own = await db.fetch_value(
                "SELECT count(*) FROM exhibitor_item WHERE exhibitor = $1 AND source = ''", exhibitor_id
            )
            if own >= MOST_OWN:
                raise Invalid({"title": f"{MOST_OWN} things at most are shown at one event alone."})
            saved = await db.fetch_value(_ADD, exhibitor_id, draft.kind, draft.title, draft.text, html, draft.url)
        await audit.record(actor=actor.label, verb="save item", kind="exhibitor", key=exhibitor_id, now=now, item=saved)
    return int(saved)


async def remove_item(*, actor: Actor, exhibitor_id: int, item_id: int, now: datetime) -> None:
    """Show it no more. Raises NotFound."""
    async with db.transaction():
        await locked(actor, exhibitor_id)
        gone = await db.fetch_value(
            "DELETE FROM exhibitor_item WHERE id = $1 AND exhibitor = $2 AND source = '' RETURNING id",
            item_id,
            exhibitor_id,
        )
        if gone is None:
            raise NotFound("There is nothing like this (any more).")
        await audit.record(
            actor=actor.label, verb="remove item", kind="exhibitor", key=exhibitor_id, now=now, item=item_id
        )


async def _shown(exhibitor_id: int) -> Shown:
    found = await queries.by_id(exhibitor_id)
    assert found is not None, "it is locked"
    return found
