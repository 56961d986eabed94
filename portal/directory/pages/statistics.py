"""`/companies/{slug}/manage/statistics`: how often the company was looked at, as a page and as CSV."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.response import Response

from portal.accounts.guards import signed_in
from portal.core.times import today
from portal.directory import permissions
from portal.directory.pages.managing import MANAGE, Managed, ManagedCompany, managed, managed_page
from portal.directory.queries import plans
from portal.directory.queries import statistics as queries
from portal.directory.rules import statistics as rules
from portal.directory.rules.showing import EVERYTHING, Limits
from portal.directory.rules.statistics import GROUPS, Week
from portal.directory.tables.audience import Kind, Left
from portal.web.inputs import Now
from portal.web.query_strings import pairs

_USUAL = 13
_CHARTS = ("views", "listed", "clicks", "enquiries")


class Asked(msgspec.Struct, frozen=True):
    """The weeks that are shown: `first` is a Monday, the last is the running week. `most` is what the plan shows."""

    weeks: int
    first: date
    most: int | None
    limits: Limits


class StatisticsPages(Controller):
    path = f"{MANAGE}/statistics"
    guards = [signed_in]
    dependencies = managed(permissions.can_see_statistics)
    include_in_schema = False

    @get()
    async def show(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[Any]:
        day = today(now)
        asked = await _asked(request, managed, now)
        company = managed.company.id
        weeks = await queries.weeks(company, first=asked.first, count=asked.weeks)
        totals = {group: sum(week.of(group) for week in weeks) for group in GROUPS}
        medians = (
            await queries.medians(company, first=asked.first, count=asked.weeks, day=day, groups=GROUPS)
            if asked.limits.benchmark
            else []
        )
        return managed_page(
            request, "directory/statistics.html", managed, here="statistics", asked=asked, weeks=weeks, totals=totals,
            drawn=[(group, rules.GROUP_WORDS[group], rules.chart(weeks, group)) for group in _CHARTS],
            kinds=_kinds(weeks), words=rules.GROUP_WORDS,
            left=_left(await queries.left_out(company, first=asked.first, count=asked.weeks)),
            periods=[(weeks, rules.period_words(weeks)) for weeks in rules.periods(asked.most)],
            medians=[(median, totals[median.group], rules.compared(totals[median.group], median.middle))
                     for median in sorted(medians, key=lambda one: (one.category, list(GROUPS).index(one.group)))],
            least=rules.LEAST_COMPANIES, address=managed.address("statistics"),
        )  # fmt: skip

    @get("/weeks.csv")
    async def csv(self, request: Request[Any, Any, Any], managed: ManagedCompany, now: Now) -> Response[str]:
        asked = await _asked(request, managed, now)
        weeks = await queries.weeks(managed.company.id, first=asked.first, count=asked.weeks)
        left = await queries.left_out(managed.company.id, first=asked.first, count=asked.weeks)
        return Response(
            _csv(weeks, left),
            media_type="text/csv; charset=utf-8",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": f'attachment; filename="{managed.company.slug}-statistics.csv"',
            },
        )


async def _asked(request: Request[Any, Any, Any], managed: Managed, now: Now) -> Asked:
    """The period asked for, as far as the plan goes. The publisher's editors see everything."""
    own = permissions.is_member(managed.actor, managed.company.organisation_id)
    limits = await plans.limits(managed.company.id, now=now) if own else EVERYTHING
    offered = rules.periods(limits.statistics_weeks)
    given = dict(reversed(pairs(request))).get("weeks", "")
    usual = _USUAL if _USUAL in offered else offered[-1]
    weeks = next((length for length in offered if str(length) == given), usual)
    first = rules.monday(today(now)) - timedelta(weeks=weeks - 1)
    return Asked(weeks=weeks, first=first, most=limits.statistics_weeks, limits=limits)


def _kinds(weeks: list[Week]) -> list[tuple[Kind, str]]:
    """The columns of the table: those of paid places for whoever has one."""
    paid = any(week.counts.get(kind) for week in weeks for kind in rules.PAID_PLACE)
    return [(kind, words) for kind, words in rules.KIND_WORDS.items() if paid or kind not in rules.PAID_PLACE]


def _left(found: list[queries.LeftOut]) -> list[tuple[str, int, int, int]]:
    """By reason in words: views, searches (paid places among them), clicks that were left out. The most first."""
    rows = []
    for reason, words in rules.REASONS.items():
        views = sum(one.times for one in found if one.reason is reason and one.kind is Kind.VIEW)
        listed = sum(one.times for one in found if one.reason is reason and one.kind in (Kind.LISTED, Kind.LANE))
        clicks = sum(
            one.times for one in found if one.reason is reason and one.kind in (*rules.CLICKS, Kind.LANE_CLICK)
        )
        if views or listed or clicks:
            rows.append((words, views, listed, clicks))
    return sorted(rows, key=lambda row: -(row[1] + row[2] + row[3]))


def _csv(weeks: list[Week], left: list[queries.LeftOut]) -> str:
    """A line for each week; what was left out follows, one line for each kind and reason of the whole period."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(["from", "to", *(kind.value for kind in Kind)])
    for week in weeks:
        writer.writerow([week.first, week.last, *(week.counts.get(kind, 0) for kind in Kind)])
    writer.writerow([])
    writer.writerow(["left out", "reason", "times"])
    order = list(Left)
    for one in sorted(left, key=lambda one: (list(Kind).index(one.kind), order.index(one.reason))):
        writer.writerow([one.kind.value, one.reason.value, one.times])
    return made.getvalue()
