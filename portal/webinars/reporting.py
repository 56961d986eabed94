"""A webinar's report, part by part: what is counted, put into tables and charts. It names nobody."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec

from portal.core import times
from portal.webinars.queries.report import attendance as attended
from portal.webinars.queries.report import figures as counted
from portal.webinars.queries.report import registrations as registered
from portal.webinars.queries.report import taking_part as done
from portal.webinars.rules.report import attendance, registrations, taking_part
from portal.webinars.rules.report.figures import Beside, Figures, Peers, beside, comparison, usual_shares
from portal.webinars.rules.report.tables import Figure, Section, Table
from portal.webinars.tables.rooms import RoomState
from portal.webinars.values import Room

_HEADLINES = ("registered", "show_up_percent", "came", "median_minutes", "stayed_75_percent", "watched")


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A webinar at a moment, with its own figures and those of others."""

    room: Room
    now: datetime
    own: Figures
    peers: Peers
    beside: dict[str, Beside]
    usual: list[float]
    left_out: int

    @property
    def began(self) -> bool:
        return self.room.live_at is not None

    @property
    def headlines(self) -> tuple[Figure, ...]:
        """What stands out at the top."""
        return tuple(self.figure(key) for key in _HEADLINES)

    @property
    def compared(self) -> str:
        """With what it is compared; while it is on, its own figures still grow."""
        so_far = " This one is still on: its own figures are those so far." if self.room.state is RoomState.LIVE else ""
        return f"{self.peers.told}{so_far if self.peers.enough else ''}"

    @property
    def length(self) -> float:
        """Minutes from going live to the end, or to the one that is planned while it is on."""
        start = self.room.live_at or self.room.starts_at
        end = self.room.ended_at or max(self.now, self.room.ends_at)
        return max(1.0, (end - start).total_seconds() / 60)

    def figure(self, key: str) -> Figure:
        one = self.beside[key]
        return Figure(one.figure.words, one.value, one.told)

    def later(self, what: str) -> str:
        """When something will be here that is not yet."""
        if not self.room.is_on:
            return "This webinar was called off."
        if self.room.state in (RoomState.ENDED, RoomState.REPLAY, RoomState.CLOSED):
            return "This webinar never went live here."
        at = times.moment(self.room.starts_at, self.room.timezone, "EEEE d MMMM, HH:mm")
        return f"{what} will be here from {at} {times.zone_short(self.room.timezone, self.room.starts_at)} on, when it is live."


async def report(room: Room, now: datetime) -> Report:
    peers = await counted.peers(room)
    compared = peers.ids if peers.enough else []
    own, *others = await counted.figures([room.id, *compared], now)
    return Report(
        room=room, now=now, own=own, peers=peers, beside=beside(own, others), usual=usual_shares(others),
        left_out=await counted.left_out(room.id),
    )  # fmt: skip


async def _registrations(of: Report) -> Section:
    days, after = await registered.days(of.room.id, of.now)
    sources = await registered.sources(of.room.id, of.now)
    own = of.own
    more = [
        f"{after.taken:,} came after the start and are not in the curve" if after.taken else "",
        f"{after.given_up:,} were given up after the start" if after.given_up else "",
        f"{own.for_recording:,} of those registered chose the recording" if own.for_recording else "",
        f"{of.left_out:,} of the crew and the publisher’s staff are left out of everything here" if of.left_out else "",
    ]
    return Section(
        key="registrations", title="Registrations", lead=_sentences(more),
        figures=(of.figure("registered"), Figure("Given up", f"{own.given_up:,}"), of.figure("last_week_percent")),
        charts=registrations.curves(days),
        tables=(registrations.by_source(sources, began=of.began and own.measured), registrations.by_day(days)),
    )  # fmt: skip


async def _attendance(of: Report) -> Section:
    title, own, zone = "Attendance", of.own, of.room.timezone
    if not own.measured:
        lead = (
            "It takes place in another service’s room, where nothing is measured. "
            f"{own.handed_over:,} people went there from here. {_corrected(own)}"
        )
        return Section(key="attendance", title=title, lead=lead.strip())
    if not of.began:
        return Section(key="attendance", title=title, later=of.later("The curve by minute, arrivals and losses"))
    minutes = await attended.minutes(of.room.id, of.now)
    happened = await attended.happenings(of.room.id, of.now)
    top = attendance.peak(minutes)
    most = Figure(
        "Most at once", f"{top.here:,}" if top else "–", f"in minute {top.number}" if top and top.here else ""
    )
    return Section(
        key="attendance", title=title, lead=_corrected(own),
        figures=(*map(of.figure, ("show_up_percent", "came", "median_minutes", "mean_minutes")), most),
        charts=(attendance.curve(minutes, happened, of.usual, own.came, zone, whole=of.length),),
        tables=(
            attendance.lost(minutes, happened, zone), attendance.stayed(own), attendance.arrived(own),
            attendance.viewers(own), attendance.by_minute(minutes, happened, zone),
        ),
    )  # fmt: skip


async def _questions(of: Report) -> Section:
    title = "Questions"
    found = await done.asked(of.room.id)
    if not of.began and not found.asked:
        return Section(key="questions", title=title, later=of.later("Questions"))
    return Section(
        key="questions", title=title, figures=(of.figure("questions_per_hundred"), of.figure("answered_percent")),
        tables=(taking_part.questions(found), taking_part.voted(await done.most_voted(of.room.id))),
    )  # fmt: skip


async def _polls(of: Report) -> Section:
    if not of.began:
        return Section(key="polls", title="Polls", later=of.later("What was answered"))
    found = await done.polled(of.room.id, of.now)
    return Section(
        key="polls", title="Polls", figures=(of.figure("polled_percent"),),
        tables=(taking_part.polls(found, of.own), taking_part.results(found)),
    )  # fmt: skip


async def _talk(of: Report) -> Section:
    title = "Chat, reactions, things taken along"
    if not of.began:
        return Section(key="talk", title=title, later=of.later("What people said and took"))
    return Section(
        key="talk", title=title,
        figures=tuple(map(of.figure, ("messages_per_hundred", "reactions_per_hundred", "took_percent"))),
        tables=(
            taking_part.talk(await done.said(of.room.id)), taking_part.taken(await done.taken(of.room.id), of.own),
        ),
    )  # fmt: skip


async def _mails(of: Report) -> Section:
    if not of.began:
        return Section(key="mails", title="Mails", later=of.later("Who came after which mail"))
    return Section(key="mails", title="Mails", tables=(taking_part.mails(await done.mails(of.room.id, of.now)),))


async def _comparison(of: Report) -> Section:
    return Section(key="comparison", title="Beside other webinars", lead=of.compared, tables=(comparison(of.beside),))


def _corrected(own: Figures) -> str:
    """Corrections, apart from what was measured."""
    if not own.corrections:
        return ""
    how = "added" if own.corrected_minutes >= 0 else "taken off"
    return (
        f"Apart from this, staff made {_count(own.corrections, 'correction')}, with "
        f"{_count(abs(own.corrected_minutes), 'minute')} {how} in all; no figure here has them."
    )  # fmt: skip


def _count(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def _sentences(parts: list[str]) -> str:
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts if part)


Part = Callable[[Report], Awaitable[Section]]
PARTS: tuple[tuple[Part, tuple[str, ...]], ...] = (
    (_registrations, ("sources", "registrations")),
    (_attendance, ("losses", "stayed", "arrivals", "viewers", "minutes")),
    (_questions, ("questions", "most-voted")),
    (_polls, ("polls", "poll-results")),
    (_talk, ("chat", "resources")),
    (_mails, ("mails",)),
    (_comparison, ("figures",)),
)
"""The parts in their order, with the keys of their tables."""


async def sections(of: Report) -> list[Section]:
    return [await part(of) for part, _ in PARTS]


async def table(room: Room, now: datetime, key: str) -> Table | None:
    """One table of it; None for a key there is none of, or a table that is not there yet."""
    for part, keys in PARTS:
        if key in keys:
            section = await part(await report(room, now))
            return next((one for one in section.tables if one.key == key), None)
    return None
