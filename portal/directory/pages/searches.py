"""`/account/searches`: the searches somebody keeps, and how often they hear of them."""

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromPath
from litestar.response import Response

from portal.accounts.guards import SignedIn, signed_in
from portal.core import changes
from portal.core.errors import Invalid, NotFound
from portal.core.times import today
from portal.directory.commands import watching
from portal.directory.emails.searches import TOPIC
from portal.directory.forms.finding import asked
from portal.directory.forms.searches import KeepSearch
from portal.directory.queries import searches, terms
from portal.directory.rules import filters as filter_rules
from portal.directory.rules.filters import Filters
from portal.directory.tables.searches import Frequency
from portal.notifications import links
from portal.notifications import queries as mail
from portal.web.forms import Filled, blank, read
from portal.web.inputs import Now
from portal.web.rendering import page, see_other

FREQUENCIES = (
    (Frequency.WEEKLY.value, "Every Monday", "when there is something new"),
    (Frequency.MONTHLY.value, "On the first of the month", "when there is something new"),
    (Frequency.OFF.value, "No mail", "only keep the search"),
)


class SearchPages(Controller):
    path = "/account/searches"
    guards = [signed_in]
    include_in_schema = False

    @get()
    async def index(self, request: Request[Any, Any, Any], actor: SignedIn) -> Response[str]:
        kept = await searches.of_account(actor.account_id)
        shown = [(search, await _words(search.filters)) for search in kept]
        return page(
            request,
            "directory/searches.html",
            private=True,
            here="searches",
            actor=actor,
            searches=shown,
            frequencies=FREQUENCIES,
            stopped=await mail.suppression(actor.email, TOPIC),
            preferences=links.preferences(actor.email, TOPIC),
        )

    @get("/new")
    async def new(self, request: Request[Any, Any, Any], actor: SignedIn) -> Response[str]:
        asks = asked(request).filters
        words = await _words(asks)
        form = blank(name=", ".join(words)[:120], frequency=Frequency.WEEKLY.value, query=asks.query())
        return _form(request, actor, form, words)

    @post()
    async def keep(self, request: Request[Any, Any, Any], actor: SignedIn, now: Now) -> Response[Any]:
        form = await read(request, KeepSearch)
        asks = searches.filters_of(str(form.value("query")))
        if form.data is None:
            return _form(request, actor, form, await _words(asks), status=422)
        seen = await searches.found_ids(await searches.context_of(asks, today=today(now)))
        try:
            await watching.save_search(
                actor=actor, name=form.data.name, filters=asks, frequency=form.data.frequency, seen=seen, now=now
            )
        except Invalid as refused:
            return _form(request, actor, form.refuse(refused), await _words(asks), status=422)
        return see_other("/account/searches", notice=f"“{form.data.name}” is kept.")

    @get("/{search_id:int}")
    async def edit(self, request: Request[Any, Any, Any], actor: SignedIn, search_id: FromPath[int]) -> Response[str]:
        search = await _own(search_id, actor.account_id)
        form = blank(name=search.name, frequency=search.frequency.value, query=search.query)
        return _form(request, actor, form, await _words(search.filters), search_id=search.id)

    @post("/{search_id:int}")
    async def change(
        self, request: Request[Any, Any, Any], actor: SignedIn, search_id: FromPath[int], now: Now
    ) -> Response[Any]:
        search = await _own(search_id, actor.account_id)
        form = await read(request, KeepSearch)
        if form.data is None:
            return _form(request, actor, form, await _words(search.filters), search_id=search.id, status=422)
        data = form.data
        await watching.change_search(
            actor=actor, search_id=search_id, name=data.name, frequency=data.frequency, now=now
        )
        return see_other("/account/searches", notice="Saved.")

    @post("/{search_id:int}/removal")
    async def drop(self, actor: SignedIn, search_id: FromPath[int]) -> Response[Any]:
        await _own(search_id, actor.account_id)
        await watching.drop_search(actor=actor, search_id=search_id)
        return see_other("/account/searches", notice="The search is deleted.")


async def _own(search_id: int, account_id: int) -> searches.Search:
    found = await searches.by_id(search_id) if 0 < search_id < 2**63 else None
    if found is None or found.account != account_id:
        raise NotFound("There is no such search.")
    return found


async def _words(asks: Filters) -> list[str]:
    """The filters in words."""
    meant = await terms.meant(asks.terms, version=await changes.version("companies")) if asks.terms else {}
    return [chip.words for chip in filter_rules.chips(asks, {key: found.name for key, found in meant.items()})]


def _form(
    request: Request[Any, Any, Any],
    actor: Any,
    form: Filled[Any],
    words: list[str],
    *,
    search_id: int = 0,
    status: int = 200,
) -> Response[str]:
    return page(
        request,
        "directory/search_form.html",
        private=True,
        status=status,
        here="searches",
        actor=actor,
        form=form,
        words=words,
        search_id=search_id,
        frequencies=FREQUENCIES,
    )
