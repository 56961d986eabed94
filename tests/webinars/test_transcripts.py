"""What was said, from and to WebVTT; chapters as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import Invalid
from portal.webinars.rules import transcripts
from portal.webinars.rules.transcripts import Chapter, Cue

FILE = b"""\xef\xbb\xbfWEBVTT - minutes

NOTE made by hand

1
00:01.000 --> 00:03.500 align:start
<v Anselm Oyelaran>Forty inspections &amp; <i>118</i> findings.
Most of them one chapter.

00:00:04.000 --> 01:00:05.000
Next slide.

00:00:09.000 --> 00:00:08.000
Backwards.
"""


def test_a_file_is_read_with_speakers_and_without_markup() -> None:
    assert transcripts.read(FILE, field="file", seconds=3700) == [
        Cue(1000, 3500, "Anselm Oyelaran", "Forty inspections & 118 findings. Most of them one chapter."),
        Cue(4000, 3_605_000, "", "Next slide."),
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"WEBVTT\n", b"\x89PNG\r\n", "WEBVTT\n\n00:01.000 --> 00:02.000\nä".encode("latin-1"),
     b"1\n00:00:01,000 --> 00:00:02,000\nSRT\n"],
)  # fmt: skip
def test_anything_else_is_refused_beside_the_field(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        transcripts.read(content, field="file", seconds=60)
    assert set(refused.value.fields) == {"file"}


def test_another_film_s_file_is_refused() -> None:
    with pytest.raises(Invalid, match="marked") as refused:
        transcripts.read(FILE, field="file", seconds=2)
    assert refused.value.fields["file"] == "It speaks of 0:04, and the film ends at 0:02."


_CUE = st.builds(
    lambda start, length, who, said: Cue(start, start + length, who, said),
    st.integers(0, 3_000_000), st.integers(1, 60_000), st.sampled_from(["", "Marit Solheim", "A & B <x>"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40),
)  # fmt: skip


@given(st.lists(_CUE, min_size=1, max_size=8))
def test_what_is_written_reads_back(cues: list[Cue]) -> None:
    cues = sorted(cues, key=lambda cue: (cue.starts_ms, cue.ends_ms))
    back = transcripts.read(transcripts.written(cues).encode(), field="file", seconds=4000)
    assert [(c.starts_ms, c.ends_ms) for c in back] == [(c.starts_ms, c.ends_ms) for c in cues]


@pytest.mark.parametrize(
    ("typed", "second"), [("0:00", 0), ("4:05", 245), ("1:04:05", 3845), ("75:00", None), ("4", None)]
)
def test_times_as_people_type_them(typed: str, second: int | None) -> None:
    assert transcripts.second(typed) == second
    if second is not None:
        assert transcripts.clock(second) == typed


def test_chapters_one_to_a_line() -> None:
    typed = "4:05 – What inspectors find\n\n0:00 Welcome\n1:04:05 Your questions"
    made = transcripts.chapters(typed, field="chapters", seconds=4000)
    assert made == [Chapter(0, "Welcome"), Chapter(245, "What inspectors find"), Chapter(3845, "Your questions")]
    assert transcripts.chapters(transcripts.typed(made), field="chapters", seconds=4000) == made


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Welcome", "Line 1 is no time"), ("0:00 A\n0:00 B", "Line 2: there is a chapter"),
        ("9:00 Late", "Line 1: the film ends at 5:00"),
        ("0:00", "Line 1 is no time"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_named(typed: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        transcripts.chapters(typed, field="chapters", seconds=300)
    assert words in refused.value.fields["chapters"]
