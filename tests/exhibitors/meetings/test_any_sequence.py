"""Whatever is done in whatever order: what the portal says equals a model of a dozen lines."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts.actors import Actor
from portal.core import clock, db
from portal.core.errors import Conflict, Invalid
from portal.exhibitors.meetings.commands import answering, asking, ending
from portal.exhibitors.meetings.queries import meetings as known
from portal.exhibitors.meetings.values import Visitor
from tests.factories import meetings
from tests.factories.meetings import Fair

_HOURS = (9.0, 9.5)
_steps = st.lists(
    st.tuples(
        # Most meetings begin in one step, so that there are some to do things with.
        st.sampled_from(
            [
                "meet",
                "meet",
                "meet",
                "ask",
                "accept",
                "move",
                "move_own",
                "cancel",
                "cancel_own",
                "absent",
                "came",
                "walk_in",
            ]
        ),
        st.integers(0, 2),
        st.integers(0, 1),
        st.sampled_from(_HOURS),
    ),
    min_size=14,
    max_size=30,
)


class Model:
    """Two hosts, two tables, three visitors. A meeting is [visitor, host, hour, state]; a request is what was asked for."""

    def __init__(self) -> None:
        self.meetings: list[list[Any]] = []
        self.requests: dict[int, tuple[int, float]] = {}

    def free(self, visitor: int | None, host: int, hour: float, but: int | None = None) -> bool:
        there = [
            one for n, one in enumerate(self.meetings) if n != but and one[3] == "planned" and abs(one[2] - hour) < 0.5
        ]
        taken = any(one[1] == host or (visitor is not None and one[0] == visitor) for one in there)
        return not taken and len(there) < 2

    def last(self, state: str, **which: int) -> int | None:
        place = {"visitor": 0, "host": 1}
        found = [
            n for n, one in enumerate(self.meetings)
            if one[3] == state and all(one[place[key]] == value for key, value in which.items())
        ]  # fmt: skip
        return found[-1] if found else None


class Real:
    """The same acts through the commands; a refusal is False."""

    def __init__(self, fair: Fair, hosts: list[Actor], visitors: list[Visitor]) -> None:
        self.fair, self.hosts, self.visitors = fair, hosts, visitors
        self.meetings: list[int] = []
        self.requests: dict[int, int] = {}

    async def tried(self, act: Any) -> Any:
        try:
            return await act or True
        except (Conflict, Invalid):
            return False


async def _step(model: Model, real: Real, act: str, v: int, h: int, hour: float) -> None:
    fair, now = real.fair, clock.now()
    at: dict[str, Any] = {"actor": fair.owner, "exhibitor_id": fair.exhibitor_id}
    if act == "meet" and v not in model.requests:
        await _step(model, real, "ask", v, h, hour)
        await _step(model, real, "accept", v, h, hour)
    elif act == "ask":
        expected = v not in model.requests and model.free(v, h, hour)
        done = await real.tried(fair.ask(real.visitors[v], hour, actor=real.hosts[h]))
        assert bool(done) == expected, act
        if expected:
            model.requests[v], real.requests[v] = (h, hour), done
    elif act == "accept" and v in model.requests:
        host, wanted = model.requests[v]
        expected = model.free(v, host, wanted)
        done = await real.tried(fair.accept(real.requests[v]))
        assert bool(done) == expected, act
        if expected:
            model.requests.pop(v)
            model.meetings.append([v, host, wanted, "planned"])
            real.meetings.append(done)
    elif act in ("move", "move_own") and (n := model.last("planned", visitor=v)) is not None:
        there = model.meetings[n][1:3] == [h, hour]
        expected = model.free(v, h, hour, but=n) and not there
        key = await fair.key(hour, real.hosts[h])
        moving = (
            answering.move(**at, meeting_id=real.meetings[n], key=key, now=now) if act == "move"
            else asking.move_own(visitor=real.visitors[v], meeting_id=real.meetings[n], key=key, now=now)
        )  # fmt: skip
        assert await real.tried(moving) == expected, act
        if expected:
            model.meetings[n][1:3] = [h, hour]
    elif act in ("cancel", "cancel_own") and (n := model.last("planned", visitor=v)) is not None:
        ending_it = (
            ending.cancel(**at, meeting_id=real.meetings[n], words="", now=now) if act == "cancel"
            else ending.cancel_own(visitor=real.visitors[v], meeting_id=real.meetings[n], words="", now=now)
        )  # fmt: skip
        assert await real.tried(ending_it)
        model.meetings[n][3] = "cancelled"
    elif act == "absent" and (n := model.last("planned", visitor=v)) is not None:
        start = fair.at(model.meetings[n][2])
        assert not await real.tried(
            ending.note_absence(**at, meeting_id=real.meetings[n], now=start - timedelta(minutes=1))
        )
        assert await real.tried(ending.note_absence(**at, meeting_id=real.meetings[n], now=start))
        model.meetings[n][3] = "no_show"
    elif act == "came" and (n := model.last("no_show", visitor=v)) is not None:
        expected = model.free(v, *model.meetings[n][1:3], but=n)
        assert await real.tried(ending.note_arrival(**at, meeting_id=real.meetings[n], now=now)) == expected, act
        if expected:
            model.meetings[n][3] = "planned"
    elif act == "walk_in":
        expected = model.free(None, h, hour)
        done = await real.tried(
            answering.sit_down(
                actor=real.hosts[h], exhibitor_id=fair.exhibitor_id, minutes=30, name="Walter", now=fair.at(hour)
            )
        )
        assert bool(done) == expected, act
        if expected:
            model.meetings.append([None, h, hour, "planned"])
            real.meetings.append(done)


async def _same(model: Model, real: Real) -> None:
    found = {one.id: one for one in await known.by_ids(real.meetings)}
    seats = {one.seat_id: n for n, one in enumerate(real.visitors)}
    accounts = {one.account_id: n for n, one in enumerate(real.hosts)}
    said = []
    for number in real.meetings:
        one = found[number]
        hour = one.starts_at.hour + one.starts_at.minute / 60
        said.append([seats.get(one.seat_id or 0), accounts[one.account_id], hour, one.state.value])
    assert said == model.meetings


@given(steps=_steps)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_sequence_of_acts(steps: list[tuple[str, int, int, float]], database: str) -> None:
    await db.execute("TRUNCATE event, account, organisation, company, purchase CASCADE")
    fair = await meetings.fair()
    leni = await fair.member()
    await fair.publish(leni)
    await fair.tables(1)
    visitors = [await fair.visitor(f"v{n}@brennhof.example", f"V {n}") for n in range(3)]
    model, real = Model(), Real(fair, [fair.owner, leni], visitors)
    for act, v, h, hour in steps:
        await _step(model, real, act, v, h, hour)
    await _same(model, real)
