"""WebVTT (W3C): what was said and when, read from a file and written for the player; and times of a film as people type them."""

import html
import re
from collections.abc import Sequence

import msgspec
import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from portal.core.errors import Invalid
from portal.core.text import one_line

MOST_BYTES = 2_000_000
MOST_CUES = 20_000
_CLOCK = re.compile(r"(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)", re.ASCII)
_CHAPTER = re.compile(r"\s*(\S+)\s+(?:[-–—]\s+)?(\S.*?)\s*", re.ASCII)
_MOST_CHAPTERS = 100


class Cue(msgspec.Struct, frozen=True):
    """One piece of what was said, in milliseconds of the film. `text` is plain."""

    starts_ms: int
    ends_ms: int
    speaker: str
    text: str


class Chapter(msgspec.Struct, frozen=True):
    second: int
    title: str


def read(content: bytes, *, field: str, seconds: int) -> list[Cue]:
    """The cues of a WebVTT file in the order of time; raises Invalid under `field` for anything else."""
    if len(content) > MOST_BYTES:
        raise Invalid({field: "This file is larger than any transcript. Please choose a WebVTT file (.vtt)."})
    try:
        found = webvtt.from_string(content.decode("utf-8-sig").replace("\0", ""))
        cues = [
            Cue(
                _ms(one.start_time), _ms(one.end_time), one_line(one.voice or "")[:200],
                one_line(html.unescape(one.text.replace("\n", " ")))[:1000],
            )
            for one in found.captions
        ]  # fmt: skip
    except (UnicodeDecodeError, MalformedFileError, MalformedCaptionError, ValueError, AttributeError) as refused:
        raise Invalid(
            {field: "This is no WebVTT file: it begins with WEBVTT, and each cue has two times."}
        ) from refused
    cues = [cue for cue in cues if cue.text and cue.ends_ms > cue.starts_ms]
    if not cues:
        raise Invalid({field: "There is nothing said in this file."})
    if len(cues) > MOST_CUES:
        raise Invalid({field: f"More than {MOST_CUES:,} cues are too many for one film."})
    cues.sort(key=lambda cue: (cue.starts_ms, cue.ends_ms))
    if cues[-1].starts_ms > seconds * 1000:
        raise Invalid(
            {field: f"It speaks of {clock(cues[-1].starts_ms // 1000)}, and the film ends at {clock(seconds)}."}
        )
    return cues


def _ms(at: webvtt.models.Timestamp) -> int:
    return ((at.hours * 60 + at.minutes) * 60 + at.seconds) * 1000 + at.milliseconds


def written(cues: Sequence[Cue]) -> str:
    """The cues as a WebVTT file for a player."""
    blocks = [
        f"{_stamp(cue.starts_ms)} --> {_stamp(cue.ends_ms)}\n"
        + (f"<v {html.escape(cue.speaker, quote=False)}>" if cue.speaker else "")
        + html.escape(cue.text, quote=False)
        for cue in cues
    ]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _stamp(ms: int) -> str:
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def clock(second: int) -> str:
    """`4:05`, or `1:04:05`."""
    minutes = f"{second // 60 % 60}:{second % 60:02d}"
    return f"{second // 3600}:{minutes:0>5}" if second >= 3600 else minutes


def second(typed: str) -> int | None:
    """Seconds of a time typed as `4:05` or `1:04:05`; None for anything else."""
    found = _CLOCK.fullmatch(typed.strip())
    return None if found is None else int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])


def signed(typed: str, *, field: str) -> int:
    """Seconds of a time that may lie before the film’s beginning, `-5:00`; 0 for nothing. Raises Invalid under `field`."""
    given = typed.strip().replace("−", "-")
    found = second(given.removeprefix("-")) if given else 0
    if found is None:
        raise Invalid(
            {field: "Please give minutes and seconds, such as 2:30, or -5:00 where the beginning was cut off."}
        )
    return -found if given.startswith("-") else found


def signed_clock(at: int) -> str:
    """Such a time as it is typed; empty for none."""
    return f"{'-' if at < 0 else ''}{clock(abs(at))}" if at else ""


def chapters(typed: str, *, field: str, seconds: int) -> list[Chapter]:
    """Chapters typed one to a line, `0:00 Welcome`; raises Invalid under `field` and names the line."""
    made: dict[int, Chapter] = {}
    for number, line in enumerate(typed.splitlines(), 1):
        if not line.strip():
            continue
        found = _CHAPTER.fullmatch(line)
        at = second(found[1]) if found else None
        if found is None or at is None:
            raise Invalid({field: f"Line {number} is no time and title, such as “4:05 What inspectors find”."})
        if at >= seconds:
            raise Invalid({field: f"Line {number}: the film ends at {clock(seconds)}."})
        if at in made:
            raise Invalid({field: f"Line {number}: there is a chapter at {clock(at)} already."})
        made[at] = Chapter(at, one_line(found[2])[:200])
    if len(made) > _MOST_CHAPTERS:
        raise Invalid({field: f"At most {_MOST_CHAPTERS} chapters, please."})
    return [made[at] for at in sorted(made)]


def typed(chapters: Sequence[Chapter]) -> str:
    """Chapters as they are typed."""
    return "\n".join(f"{clock(chapter.second)} {chapter.title}" for chapter in chapters)
