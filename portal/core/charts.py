"""Charts of columns as numbers; `templates/macros/charts.html` draws them at any width.

Across is in per cent, up and down in pixels.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

_WIDEST = 6.5
"""No column is wider than this, in per cent of the chart: four weeks are no wall."""
_MARKS = 6


class Bar(msgspec.Struct, frozen=True):
    """A column, with what is told when one points at it. `tone` is a class of the style sheet."""

    x: float
    y: float
    width: float
    height: float
    label: str
    tone: str = ""


class Pin(msgspec.Struct, frozen=True):
    """A moment that is marked from top to ground."""

    x: float
    label: str


class Chart(msgspec.Struct, frozen=True):
    """`most` is what the top line means; `marks` say some places below, at their x in per cent. `line` goes across it as the
    points of a polyline in a box of 100 by `height`.
    """

    bars: list[Bar]
    most: int
    marks: list[tuple[float, str]]
    height: int = 140
    line: str = ""
    pins: tuple[Pin, ...] = ()


def columns(
    series: Mapping[str, Sequence[float | None]], labels: Sequence[str], marks: Mapping[int, str], *, height: int = 140,
    touching: bool = False, line: Sequence[tuple[float, float]] = (),
    pins: Iterable[tuple[float, str]] = (),
) -> Chart:  # fmt: skip
    """Columns for each of `labels`: one for each of the `series`, by tone, side by side or, `touching`, at the same place.
    `marks` are by place, `pins` and the points of `line` by place and part of it.
    """
    count = max(1, len(labels))
    known = [value for values in series.values() for value in values if value is not None]
    most = round_up(max([*known, *(value for _, value in line)], default=0))
    step = 100 / count
    gap = 0.0 if touching else min(1.5, step * 0.2)
    wide = step if touching else min(step - gap, _WIDEST)
    each = wide if touching else wide / max(1, len(series))
    bars = [
        _bar(
            n * step + gap / 2 + (0 if touching else turn * each),
            each,
            height * (values[n] or 0) / most,
            height,
            label,
            tone,
        )
        for turn, (tone, values) in enumerate(series.items())
        for n, label in enumerate(labels)
        if values[n] is not None
    ]
    return Chart(
        bars, most, [(round(n * step, 2), words) for n, words in marks.items()], height,
        line=" ".join(f"{at * step:.2f},{height - height * value / most:.1f}" for at, value in line),
        pins=tuple(Pin(round(at * step, 2), label) for at, label in pins),
    )  # fmt: skip


def some(count: int, most: int = _MARKS) -> range:
    """Which of so many places to mark below: no more than fit, evenly."""
    return range(0, count, max(1, -(-count // most)))


def round_up(value: float) -> int:
    """The next of 4, 10, 20, 40, 100, 200, 400 …: a top line that halves into whole numbers."""
    top = 4
    while top < value:
        scale = 10 ** (len(str(top)) - 1)
        top = next(size * scale for size in (2, 4, 10, 20) if size * scale > top)
    return top


def _bar(x: float, width: float, tall: float, height: int, label: str, tone: str) -> Bar:
    return Bar(round(x, 2), round(height - tall, 2), round(width, 2), round(tall, 2), label, tone)
