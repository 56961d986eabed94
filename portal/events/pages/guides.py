"""`/calendars`: how to keep events in one's own calendar. `/api`: the data for other people's programs."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Response

from portal.core import countries
from portal.core.settings import current
from portal.core.times import today
from portal.directory.feeds.csv_file import COLUMNS as COMPANY_COLUMNS
from portal.events.around import choices, feed
from portal.events.feeds.csv_file import COLUMNS
from portal.events.forms import asked
from portal.events.queries.facets import counted_now
from portal.events.rules import filters as filter_rules
from portal.events.rules.filters import CHOICES, KEYS, Filters
from portal.web.inputs import Now
from portal.web.page_cache import PageRule
from portal.web.rendering import page


class GuidePages(Controller):
    opt = {"public": True}
    include_in_schema = False

    @get("/calendars", opt={"page": PageRule(tags=("events",), query=KEYS)})
    async def calendars(self, request: Request[Any, Any, Any], now: Now) -> Response[str]:
        parsed, day = asked(request), today(now)
        facets = await counted_now(Filters(), today=day)
        names = {("topic", topic.slug): topic.name for topic in facets.topic}
        names |= {("country", code): countries.name(code) for code in parsed.filters.country}
        return page(
            request,
            "events/calendars.html",
            block="own",
            status=422 if parsed.problems else 200,
            section="feeds",
            filters=parsed.filters,
            problems=parsed.problems,
            chips=filter_rules.chips(parsed.filters, names=names),
            feed=feed(parsed.filters),
            choices=choices(parsed.filters, facets, day),
            topics=[(topic, feed(Filters(topic=(topic.slug,)))) for topic in facets.topic],
            countries=[
                (option, feed(Filters(country=(option.value,))))
                for option in choices(Filters(), facets, day)["country"]
            ],
            formats=[(CHOICES["format"][name], feed(Filters(format=name))) for name in ("in_person", "online")],
        )

    @get("/api", opt={"page": PageRule()}, sync_to_thread=False)
    def api(self, request: Request[Any, Any, Any]) -> Response[str]:
        return page(
            request,
            "events/api.html",
            section="feeds",
            columns=COLUMNS,
            company_columns=COMPANY_COLUMNS,
            base=current().base_url,
        )
