"""`/agenda`: what one saved and booked, by day."""

from typing import Any
from urllib.parse import urlencode

from litestar import Controller, get
from litestar.connection import Request
from litestar.response import Response

from portal.accounts.guards import MaybeActor
from portal.agenda import cookies
from portal.agenda.buttons import form
from portal.agenda.inputs import Sources
from portal.agenda.queries import stands
from portal.agenda.reading import read
from portal.agenda.rules import days, telling
from portal.agenda.rules import stands as rules
from portal.agenda.values import Owner
from portal.web.inputs import Now
from portal.web.query_strings import pairs
from portal.web.rendering import page


class AgendaPages(Controller):
    path = "/agenda"
    opt = {"public": True}
    include_in_schema = False

    @get()
    async def show(
        self, request: Request[Any, Any, Any], actor: MaybeActor, agenda_sources: Sources, now: Now
    ) -> Response[Any]:
        stray = await cookies.catch_up(request, actor, now)
        whole = await cookies.whole_of(request, actor)
        mine = whole.mine if whole else None
        owner = Owner(actor.account_id, actor.email) if actor else None
        got = await read(whole.entries if whole else [], owner, agenda_sources, now)
        all_ = days.lines(got.entries, got.held, got.known)
        mine_at = await stands.of_agenda(mine.id) if mine else []
        noted, fairs = rules.by_event(mine_at), rules.changed(mine_at, now)
        asked = dict(pairs(request))
        past = asked.get("when") == "past"
        ends = [*(line.item.ends_at for line in all_), *(one.ends_at for one in noted for _ in range(one.count))]
        counts = {"": sum(end > now for end in ends), "past": sum(end <= now for end in ends)}
        when = [line for line in all_ if days.is_past(line, now) == past]
        these = [one for one in noted if (one.ends_at <= now) == past]
        events = list(dict([*days.events(when), *((one.id, one.title) for one in these)]).items())
        event = next((id_ for id_, _ in events if str(id_) == asked.get("event")), None)
        shown = [line for line in when if event is None or line.item.event_id == event]
        address = actor.email if actor else (mine.email if mine else "")
        answer = page(
            request, "agenda/index.html", block="stands", private=True, actor=actor, days=days.by_day(shown), shown=shown,
            past=past,
            counts=counts, events=events, event=event, has_any=bool(all_ or noted), query=_query, telling=telling,
            news=[*(line for line in all_ if days.is_news(line, now)), *fairs],
            seen=[*days.shown_marks(all_, now), *(rules.mark(*one) for fair in fairs for one in fair.facts.items())],
            zones=len({line.item.timezone for line in shown}) > 1, address=address,
            stopped=whole is not None and whole.stopped, saved=len(got.entries),
            noted=[one for one in these if event in (None, one.id)], form=form("/agenda", own=True),
        )  # fmt: skip
        if stray:
            cookies.leave(answer)
        return answer


def _query(**told: object) -> str:
    query = urlencode({name: value for name, value in told.items() if value})
    return f"/agenda?{query}" if query else "/agenda"
