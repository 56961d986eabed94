"""The sponsor's report on paper, made from values."""

from datetime import datetime
from typing import Any

from portal.core.settings import current
from portal.core.times import moment, zone_short
from portal.core.typesetting import dated, typeset
from portal.webinars.queries.sponsor_report import Counted, PollResult, SponsorReport
from portal.webinars.rules.leads import FEW, all_of, withheld
from portal.webinars.values import Room

_MOST_SOURCES = 8


async def sponsor_report_pdf(room: Room, company: str, report: SponsorReport, *, now: datetime) -> bytes:
    """One or two pages: who came, for how long, what they did. Few people are never told apart."""
    counts = report.counts
    enough = counts.came >= FEW
    data = {
        "title": f"Report for {company}: {room.title}",
        "dated": dated(now),
        "webinar": room.title,
        "company": company,
        "when": f"{moment(room.starts_at, room.timezone, 'EEEE d MMMM y, HH:mm')} {zone_short(room.timezone, room.starts_at)}",
        "as_of": f"As of {moment(now, current().site_timezone, 'd MMMM y, HH:mm')}",
        "figures": [
            ["Registered", all_of(counts.told, counts.registered)],
            ["Came", all_of(counts.told_came, counts.came)],
            ["Minutes on average", f"{report.average:.0f}" if enough else f"{FEW} people or more are needed"],
            [f"Questions, {report.answered:,} answered", f"{report.asked:,}"],
            ["Leads who agreed", f"{counts.told:,}"],
            ["Withheld", withheld(counts.registered - counts.told)],
        ],
        "curve": report.curve if enough else [],
        "most": max(report.curve, default=0),
        "minutes": report.minutes,
        "polls": [_poll(poll) for poll in report.polls],
        "taken": [[one.name, _few(one.count)] for one in report.taken],
        "sources": _sources(report.sources),
    }
    return await typeset("sponsor_report", data)


def _poll(poll: PollResult) -> dict[str, Any]:
    """Shares of those who answered; only the number where they are few, or answered in words of their own."""
    told = poll.answered >= FEW
    return {
        "question": poll.question,
        "answered": f"{poll.answered:,} answered" if told else f"{_few(poll.answered).capitalize()} answered",
        "choices": [[one.label, round(100 * one.count / poll.answered)] for one in poll.choices] if told else [],
    }


def _few(count: int) -> str:
    return f"fewer than {FEW}" if 0 < count < FEW else f"{count:,}"


def _sources(sources: list[Counted]) -> list[list[str]]:
    """The largest by name; those of few people together."""
    named = [one for one in sources if one.count >= FEW][:_MOST_SOURCES]
    rest = sum(one.count for one in sources) - sum(one.count for one in named)
    return [[one.name, f"{one.count:,}"] for one in named] + ([["All others", _few(rest)]] if rest else [])
