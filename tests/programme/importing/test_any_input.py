"""Whatever a file holds, it is read or refused: no reader of programmes breaks over it."""

import contextlib
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from portal.core.importing.values import Unreadable
from portal.programme.importing import formats
from portal.programme.importing.formats import Format
from portal.programme.importing.values import Context

CONTEXT = Context(ZoneInfo("Europe/Berlin"))
PIECES = st.sampled_from([
    "<schedule>", "</schedule>", '<day date="2027-01-01">', "</day>", '<event id="1">', "</event>", "<start>09:00</start>",
    "<duration>99:99</duration>", "<title>T</title>", "BEGIN:VEVENT\n", "END:VEVENT\n", "DTSTART:20270101T090000Z\n",
    "SUMMARY:T\n", "RRULE:FREQ=DAILY\n", '{"schedule": {"conference": {"days": [', '{"rooms": {"A": [{"id": 1}]}}', "]}}}",
    '[{"id": 1, "title": "T", "start_date": "9999-12-31T23:59:00+14:00"}]', "title,start,end\n", "T,2027-01-01 09:00,x\n",
    "\x00", "\ud800", "&amp;", "&bad;", "<!DOCTYPE x>", "\ufeff", "null", "[[]]", "0001-01-01T00:00", ",", '"', "\n",
])  # fmt: skip


TEXTS = st.lists(PIECES, max_size=14).map(lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass"))


@given(st.binary(max_size=400) | TEXTS, st.none() | st.sampled_from(Format))
def test_anything_is_read_or_refused(data: bytes, format: Format | None) -> None:
    with contextlib.suppress(Unreadable):
        reading = formats.read(data, CONTEXT, format)[1]
        assert len(reading.rows) + len(reading.refusals) + len(reading.merged) == reading.records
