"""Files, folders, standard input, gzip, encodings, formats told by content."""

import gzip
import io
import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from portal.core.importing import opening
from portal.core.importing.values import Unreadable
from portal.events.importing import formats
from portal.events.importing.formats import Format
from tests.events.importing.made import CONTEXT, calendar, conference, json_lines, only


def only_opened(path: Path) -> opening.Opened:
    (opened,) = opening.open_all([path])
    return opened


def test_gzip_is_unpacked_by_content_not_by_name(tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "a.jsonl"):
        (tmp_path / name).write_bytes(gzip.compress(b"hello", mtime=0) + gzip.compress(b" again"))
        opened = only_opened(tmp_path / name)
        assert (opened.name, opened.data, opened.fault) == ("a.jsonl", b"hello again", "")


def test_a_bomb_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.gz"
    with gzip.open(bomb, "wb") as packed:
        for _ in range(40):
            packed.write(bytes(8 * 1024 * 1024))
    assert bomb.stat().st_size < 400_000
    tracemalloc.start()
    opened = only_opened(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (opened.data, opened.fault) == (b"", "unpacked, it is larger than 32 MiB")
    assert most < 160 * 1024 * 1024


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "it is empty"),
        (b" \n ", "it is empty"),
        (gzip.compress(b"hello" * 1000, mtime=0)[:-20], "its gzip packing is broken"),
        (b"\x1f\x8bgarbage", "its gzip packing is broken"),
        (gzip.compress(b"", mtime=0), "it is empty"),
        (b"x" * (opening.MOST_BYTES + 1), "it is larger than 32 MiB"),
    ],
)
def test_what_cannot_be_opened(tmp_path: Path, content: bytes, fault: str) -> None:
    (tmp_path / "a").write_bytes(content)
    assert only_opened(tmp_path / "a").fault == fault


def test_missing_and_forbidden(tmp_path: Path) -> None:
    assert only_opened(tmp_path / "nowhere").fault == "there is no such file"
    (tmp_path / "closed").write_text("x")
    (tmp_path / "closed").chmod(0)
    if os.geteuid() != 0:
        assert only_opened(tmp_path / "closed").fault == "it cannot be read: Permission denied"


def test_folders_in_order_without_hidden_files_and_strangers(tmp_path: Path) -> None:
    for name in ("b.ics", "a.csv.gz", "sub/c.yml", ".hidden.ics", ".git/d.ics", "e.png", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [name for name, _ in opening.found([tmp_path])] == ["a.csv.gz", "b.ics", "sub/c.yml"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(b"piped", mtime=0))))
    (opened,) = opening.open_all(["-"])
    assert (opened.name, opened.data) == ("standard input", b"piped")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    assert opening.text_of("Füllen\r\nLinie €\r".encode(encoding)) == "Füllen\nLinie €\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("x", calendar("DTSTART:20270209T090000Z\nSUMMARY:Füllen").decode(), Format.ICALENDAR),
        ("x.txt", json_lines(conference(name="Füllen")), Format.CONFERENCES),
        ("x", "[" + json_lines(conference(name="Füllen")) + "]", Format.CONFERENCES),
        ("x", "title,start\nFüllen,2027-02-09\n", Format.CSV),
        ("x", "- conference: Füllen 2027\n  place: Online\n  start: 2027-02-09\n", Format.DEADLINES),
        (
            "x",
            '{"path": "a", "front_matter": {"title": "F\\u00fcllen", "starts": "2027-02-09", "location": "online"}}\n',
            Format.FRONT_MATTER,
        ),
    ],
)
def test_formats_are_told_by_content_in_any_encoding(name: str, text: str, kind: Format, encoding: str) -> None:
    told, _, reading = formats.read(name, text.encode(encoding), CONTEXT)
    assert (told, only(reading).facts.title.removesuffix(" 2027")) == (kind, "Füllen")


def test_a_large_array_is_told_by_its_beginning() -> None:
    many = "[" + ",\n".join(json_lines(conference(name=f"C{n}")).strip() for n in range(2000)) + "]"
    assert formats.detect("x", many.encode()) is Format.CONFERENCES


@pytest.mark.parametrize(
    "content", [b"hello", b"\x89PNG\r\n\x1a\n\x00\x00", b'{"a": 1}', b"<html></html>", b"\x00" * 50]
)
def test_strangers_are_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        formats.read("x", content, CONTEXT)


@pytest.mark.parametrize(
    ("name", "text", "source", "credit"),
    [
        (
            "a.jsonl",
            json_lines(conference()),
            "tech-conferences",
            "tech-conferences/conference-data, MIT licence",
        ),
        ("Our List 2027.csv", "title,start\nA,2027-02-09\n", "csv-our-list-2027", ""),
        ("a.ics", calendar("DTSTART:20270209T090000Z").decode(), "icalendar", ""),
    ],
)
def test_every_source_has_a_name_and_where_due_a_credit(name: str, text: str, source: str, credit: str) -> None:
    from portal.events.importing.values import Context
    from tests.events.importing.made import NOW

    _, _, reading = formats.read(name, text.encode(), Context.at(NOW))
    assert (only(reading).facts.source, only(reading).facts.credit) == (source, credit)
    _, _, reading = formats.read(name, text.encode(), Context.at(NOW, source="mine"))
    assert (only(reading).facts.source, only(reading).facts.credit) == ("mine", "")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_one_byte_that_is_not_utf8_costs_its_own_record_only(mark: str) -> None:
    """It made Windows-1252 of every letter in the file."""
    bad = b"F\xfcllen"
    table = f"{mark}title,start\nMüller,2027-02-09\n".encode() + bad + b",2027-02-09\nKr\xc3\xbcger,2027-02-09\n"
    raw = (
        '{"name": "%s", "url": "https://a.example", "startDate": "2027-02-09", "endDate": "2027-02-09", "online": true}'
    )
    good = (mark + raw % "Müller").encode()
    entries = f"{mark}- conference: Müller\n  place: Online\n  start: 2027-02-09\n".encode()
    for data, kind, line in (
        (table, Format.CSV, 3),
        (good + b"\n" + raw.encode() % bad, Format.CONFERENCES, 2),
        (b"[" + good.removeprefix(mark.encode()) + b",\n" + raw.encode() % bad + b"]", Format.CONFERENCES, 2),
        (entries + entries.replace("Müller".encode(), bad).removeprefix(mark.encode()), Format.DEADLINES, 4),
    ):
        told, _, reading = formats.read("x", data, CONTEXT)
        assert told is kind
        assert [(r.line, r.reason) for r in reading.refusals] == [(line, "it is not UTF-8: there is a byte FC")]
        assert reading.rows[0].facts.title.removesuffix(" 2027") == "Müller"
    # Without a letter that only UTF-8 spells, a table is of Windows-1252; JSON never is.
    told, _, reading = formats.read("x", b"title,start\n" + bad + b",2027-02-09\n", CONTEXT)
    assert only(reading).facts.title == "Füllen"
    _, _, reading = formats.read("x", raw.encode() % b"A" + b"\n" + raw.encode() % bad, CONTEXT)
    assert [r.line for r in reading.refusals] == [2]


def test_calendars_keep_their_bytes() -> None:
    data = b"\xef\xbb\xbfSUMMARY:F\xfcllen M\xc3\xbcller"
    assert opening.as_utf8(data) == data[3:]
