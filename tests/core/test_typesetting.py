"""Typesetting: data stays text, the same data gives the same bytes, and a flood waits its turn."""

import asyncio
import os
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portal.core import typesetting
from portal.core.settings import current
from portal.core.typesetting import TEMPLATES, TypesettingFailed, dated, typeset
from tests.reading_pdfs import pages, squeezed, standards

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def letter(subject: str = "A subject", **changed: Any) -> dict[str, Any]:
    """The data of an invoice with little on it: the shortest document there is."""
    return {
        "title": "Invoice 1", "dated": dated(AT), "name": "Invoice", "number": "1", "corrects": "", "facts": [],
        "subject": subject, "supply": "", "seller": {"lines": ["Seller", "Town"], "marks": [], "email": "a@b.example"},
        "buyer": {"lines": ["Buyer"]}, "lines": [], "note": "", "payment": "",
        "sums": {"net": "0", "taxes": [], "label": "Total", "gross": "0", "currency": "EUR"}, **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        '#import "common.typ": data', "#read(\"other.typ\")", "$x^2$ and $", "]", "[", "\\", "\\n #text(red)[x]",
        '"; #panic() //', "*bold* _it_ `raw` @ref <label> -- ~ ... /* */ // =", "= Heading",
        "{{ data }} {% x %} ${x} %s", "'\"“”",
    ],
)  # fmt: skip
async def test_what_people_typed_prints_as_typed(typed: str) -> None:
    plain = squeezed("\n".join(pages(await typeset("invoice", letter("Marker")))))
    assert squeezed("\n".join(pages(await typeset("invoice", letter(typed))))) == plain.replace(
        "Marker", squeezed(typed)
    )


async def test_documents_can_be_archived_and_read_aloud() -> None:
    assert standards(await typeset("invoice", letter("Ἀθήνα, Київ, Đà Nẵng, Łódź"))) == ["PDF/A-2A", "PDF/UA-1"]


@pytest.mark.parametrize(("typed", "kept"), [("\x07", []), ("\ue000", ["PDF/UA-1"])])
async def test_characters_no_standard_allows_still_print(typed: str, kept: list[str]) -> None:
    made = await typeset("invoice", letter(f"before{typed}after"))
    assert standards(made) == kept
    assert len(pages(made)) == 1


async def test_the_same_data_gives_the_same_bytes_in_a_flood() -> None:
    flood = await asyncio.gather(*(typeset("invoice", letter(f"Subject {n % 3}")) for n in range(60)))
    assert [flood.index(made) for made in flood] == [n % 3 for n in range(60)]
    workers = [thread for thread in threading.enumerate() if thread.name.startswith("typesetting")]
    assert len(workers) == 1


async def test_a_new_process_gives_the_same_bytes() -> None:
    first = await typeset("invoice", letter())
    typesetting.stop()
    assert await typeset("invoice", letter()) == first


async def test_a_process_that_died_is_replaced() -> None:
    first = await typeset("invoice", letter())
    assert typesetting._process is not None
    os.kill(typesetting._process.pid, signal.SIGKILL)
    assert await typeset("invoice", letter()) == first


async def test_typesetting_leaves_the_asking_process_light() -> None:
    """Fonts and layouts live in the process that typesets: what a web process keeps is less than one document's work."""

    def kept() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024

    await typeset("invoice", letter())
    before = kept()
    for n in range(20):
        await typeset("invoice", letter(f"Subject {n}"))
    assert kept() - before < 10
    assert "typst" not in sys.modules


async def test_the_loop_goes_on_meanwhile() -> None:
    lines = [
        {"description": f"Line {n}", "detail": "", "quantity": "1", "unit": "1", "rate": "0", "net": "1"}
        for n in range(800)
    ]
    work = asyncio.create_task(typeset("invoice", letter(lines=lines)))
    turns = 0
    while not work.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert len(pages(await work)) > 10
    assert turns > 10


async def test_faults_of_a_template_are_raised() -> None:
    with pytest.raises(TypesettingFailed, match="invoice: "):
        await typeset("invoice", {"title": "no more than this"})


async def test_the_look_is_the_publishers(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = await typeset("invoice", letter())
    monkeypatch.setenv("SITE_NAME", "Cold Chain #1")
    monkeypatch.setenv("BRAND_HUE", "12")
    current.cache_clear()
    try:
        theirs = await typeset("invoice", letter())
    finally:
        monkeypatch.undo()
        current.cache_clear()
    assert pages(theirs)[0].splitlines()[0] == "Cold Chain #1"
    assert pages(ours)[0].splitlines()[0] == current().site_name


def test_templates_fetch_nothing_from_the_network() -> None:
    assert [path.name for path in TEMPLATES.glob("**/*.typ") if '"@' in path.read_text()] == []
