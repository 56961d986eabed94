"""When something is: where the event is, and where the reader is."""

from datetime import datetime

import msgspec

from portal.core import times


class Clocks(msgspec.Struct, frozen=True):
    """The event’s zone, and the reader’s own where they asked for it. Days stay the event’s."""

    zone: str
    own: str = ""

    @property
    def city(self) -> str:
        """How the reader’s zone is called: `New York`."""
        return self.own.rpartition("/")[2].replace("_", " ")

    def at(self, moment: datetime) -> str:
        """`09:00` where the event is; in the hour that comes twice when clocks go back, with the zone’s letters."""
        local = moment.astimezone(times.zone(self.zone))
        said = times.clock(moment, self.zone)
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return f"{said} {times.zone_short(self.zone, moment)}" if twice else said

    def own_at(self, moment: datetime) -> str:
        """The same where the reader is, with the weekday where theirs is another; nothing if they did not ask."""
        if not self.own:
            return ""
        here = moment.astimezone(times.zone(self.own))
        same_day = here.date() == moment.astimezone(times.zone(self.zone)).date()
        return times.moment(moment, self.own, "HH:mm" if same_day else "EEE HH:mm")

    def own_span(self, starts_at: datetime, ends_at: datetime) -> str:
        """`Mon 8 Feb, 19:00–19:40 in New York`; nothing if they did not ask."""
        if not self.own:
            return ""
        begins = times.moment(starts_at, self.own, "EEE d MMM, HH:mm")
        return f"{begins}–{times.clock(ends_at, self.own)} in {self.city}"
