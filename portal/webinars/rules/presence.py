"""What an open page says of itself, and what counts of it. Only the server's clock does."""

import re
from datetime import datetime, timedelta

import msgspec

GAP_SECONDS = 65
"""Signs of life of a page no further apart are one stay. Pages nobody looks at may speak once a minute only."""
SCRIPTLESS_GAP_SECONDS = 300
"""A page without scripts gives a sign when it is loaded, or when somebody presses a button."""
RELOAD_SECONDS = 15
"""Coming back so soon, or going on another device, is no break."""

_PAGE = re.compile(r"[A-Za-z0-9_-]{8,32}", re.ASCII)
_RANGE = re.compile(r"(\d{1,6})-(\d{1,6})", re.ASCII)
_MOST_RANGES = 50

Stay = tuple[datetime, datetime]
Part = tuple[int, int]


def may_be_page(text: str) -> bool:
    return _PAGE.fullmatch(text) is not None


def counts(*, visible: bool, playing: bool | None) -> bool:
    """Whether an open page is somebody's presence: it was looked at since its last sign, or its sound was on. Of another
    service's player nobody knows (`playing` is None).
    """
    return visible or playing is not False


def parts(said: str) -> list[Part]:
    """The seconds of the recording that a page played, from `12-32,40-60`; what cannot be so is left out."""
    found = (_RANGE.fullmatch(piece) for piece in said.split(",")[:_MOST_RANGES])
    ranges = ((int(one[1]), int(one[2])) for one in found if one is not None)
    return [(first, last) for first, last in ranges if first < last]


class Signs(msgspec.Struct):
    """What one page has said since it was last written down."""

    gap_seconds: int
    stays: list[Stay] = []
    played: list[Part] = []
    playing: list[Stay] = []
    """Real time in which the recording was played, at most: what the server saw of the page decides."""
    second: int | None = None

    def add(self, at: datetime, played: list[Part], second: int | None) -> None:
        """Another sign of life."""
        first, last = self.stays[-1] if self.stays else (at, at)
        if self.stays and abs(at - last) <= timedelta(seconds=self.gap_seconds):
            self.stays[-1] = (min(first, at), max(last, at))
        else:
            self.stays.append((at, at))
        if played:
            self.played += played
            # No further back than the sign before can be: at double speed, or from a page that lies, more is claimed.
            claimed = min(self.gap_seconds, sum(b - a for a, b in played))
            self.playing.append((at - timedelta(seconds=claimed), at))
        if second is not None:
            self.second = second

    def then(self, later: "Signs") -> "Signs":
        """These, and what came afterwards."""
        return Signs(
            self.gap_seconds, self.stays + later.stays, self.played + later.played, self.playing + later.playing,
            self.second if later.second is None else later.second,
        )  # fmt: skip
