"""The print sheet of a hall, made from values."""

from datetime import datetime
from html import escape
from typing import Any

from portal.core.settings import current
from portal.core.times import moment
from portal.core.typesetting import dated, typeset
from portal.exhibitors.plans import Hall, Spot, SpotState

_FILLS = {SpotState.TAKEN: "#dbe9ec", SpotState.HELD: "#ffffff", SpotState.FREE: "#ffffff", SpotState.CLOSED: "#eeeeee"}
_WORDS = {SpotState.HELD: "held", SpotState.FREE: "free", SpotState.CLOSED: "not sold here"}


async def hall_pdf(title: str, hall: Hall, *, paper: str, now: datetime) -> bytes:
    """The plan across A3 or A4, with whoever stands where."""
    data: dict[str, Any] = {
        "dated": dated(now),
        "paper": "a4" if paper == "a4" else "a3",
        "title": f"{hall.name}: {title}",
        "event": title,
        "hall": hall.name,
        "plan": svg(hall),
        "shape": hall.width / hall.height,
        "booths": [[one.label, one.company_name or _WORDS.get(one.state, "")] for one in hall.spots],
        "as_of": f"As of {moment(now, current().site_timezone, 'd MMMM y, HH:mm')}",
    }
    return await typeset("hall", data)


def svg(hall: Hall) -> str:
    """The hall in black on white, each colour written out: a document knows no style sheet."""
    size = max(hall.width, hall.height)
    line = size / 1200
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {hall.width} {hall.height}" font-family="Hanken Grotesk">',
        f'<rect width="{hall.width}" height="{hall.height}" fill="none" stroke="#555555" stroke-width="{line * 2}"/>',
    ]
    for zone in hall.features:
        if zone.kind != "label":
            dashes = f'fill="none" stroke="#777777" stroke-width="{line}" stroke-dasharray="{line * 6}"'
            parts.append(_box(zone.x, zone.y, zone.width, zone.height, dashes))
        parts.append(_words(zone.label, zone.x, zone.y, zone.width, zone.height, size))
    for spot in hall.spots:
        parts += _spot(spot, line, size)
    return "".join([*parts, "</svg>"])


def _spot(one: Spot, line: float, size: int) -> list[str]:
    box = f'fill="{_FILLS[one.state]}" stroke="#222222" stroke-width="{line}"'
    return [
        _box(one.x, one.y, one.width, one.height, box),
        _words(one.label, one.x, one.y, one.width, one.height, size),
    ]


def _box(x: int, y: int, width: int, height: int, look: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" {look}/>'


def _words(text: str, x: int, y: int, width: int, height: int, size: int) -> str:
    letters = min(width * 1.45 / max(len(text), 1), height * 0.5, size / 34)
    return (
        f'<text x="{x + width / 2}" y="{y + height / 2 + letters * 0.35:.1f}" font-size="{letters:.1f}" text-anchor="middle">'
        f"{escape(text)}</text>"
    )
