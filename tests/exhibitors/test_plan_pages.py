"""Staff draw halls in rows or bring sheets, look before they keep, and change booths one by one."""

import html
import io
import re
import zipfile

import httpx
import pypdf
import pytest

from portal.accounts.actors import PORTAL
from portal.accounts.tables import StaffRole
from portal.core import clock, db
from portal.exhibitors.commands.booking import hold_booth
from portal.exhibitors.commands.giving import give_booth
from portal.exhibitors.plans import Hall, SpotState
from portal.exhibitors.queries import plans
from tests.directory.conftest import SignIn
from tests.factories import exhibitors
from tests.queries import counting
from tests.reading_pdfs import pages

DRAW = {"name": "Hall B", "rows": "B01–B03, 3 × 3 m, prices 2,400", "whole": "yes"}
SHEET = "label,x,y,width,height,price,package,note,kind\nB01,1,1,3,3,2400,,corner,\nB02,4,1,3,3,,,,\nStage,8,1,4,4,,,,stage\n"


@pytest.fixture
async def organiser(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in("judith@sterileline.example", staff=StaffRole.ORGANISER)


def hidden(page: httpx.Response) -> dict[str, str]:
    """What the form below a preview would send."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in found}


async def the_hall(event_id: int) -> Hall:
    (found,) = await plans.halls(event_id, clock.now())
    return found


async def test_rows_are_looked_at_and_then_kept(organiser: httpx.AsyncClient) -> None:
    event_id = (await exhibitors.make()).exhibitor.event_id
    here = f"/staff/events/{event_id}/exhibitors/plans"
    seen = await organiser.post(f"{here}/preview", data=DRAW)
    assert (seen.status_code, seen.text.count('class="spot free"')) == (200, 3)
    assert await db.fetch_value("SELECT count(*) FROM booth") == 0
    kept = await organiser.post(here, data=hidden(seen))
    assert kept.status_code == 303
    hall = await the_hall(event_id)
    assert [(one.label, one.price, one.state) for one in hall.spots] == [
        (label, 240000, SpotState.FREE) for label in ("B01", "B02", "B03")
    ]
    page = await organiser.get(kept.headers["location"])
    assert "Kept: 3 booths added." in page.text
    assert (page.text.count("data-booth="), page.text.count("€2,400.00")) == (3, 3)


async def test_a_csv_file_with_a_stage(organiser: httpx.AsyncClient) -> None:
    event_id = (await exhibitors.make()).exhibitor.event_id
    here = f"/staff/events/{event_id}/exhibitors/plans"
    seen = await organiser.post(
        f"{here}/preview",
        data={"name": "Hall B"},
        files={"file": ("hall.csv", SHEET.replace(",", ";").encode("utf-16"))},
    )
    assert seen.status_code == 200
    await organiser.post(here, data=hidden(seen))
    hall = await the_hall(event_id)
    assert [(one.label, one.note, one.state) for one in hall.spots] == [
        ("B01", "corner", SpotState.FREE), ("B02", "", SpotState.CLOSED),
    ]  # fmt: skip
    assert [one.kind for one in hall.features] == ["stage"]


def workbook(sheet: str) -> bytes:
    """The least XLSX file: the cells of a CSV as inline strings."""
    rows = "".join(
        f'<row r="{n}">'
        + "".join(f'<c t="inlineStr"><is><t>{html.escape(cell)}</t></is></c>' for cell in line.split(","))
        + "</row>"
        for n, line in enumerate(sheet.strip().split("\n"), 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/'
        f'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main'
        f'+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Hall" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return made.getvalue()


async def test_an_xlsx_file(organiser: httpx.AsyncClient) -> None:
    event_id = (await exhibitors.make()).exhibitor.event_id
    here = f"/staff/events/{event_id}/exhibitors/plans"
    seen = await organiser.post(
        f"{here}/preview", data={"name": "Hall B"}, files={"file": ("hall.xlsx", workbook(SHEET))}
    )
    assert (seen.status_code, seen.text.count('class="spot')) == (200, 2)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("hall.xlsx", b"PK\x03\x04 not a workbook", "This XLSX file cannot be read."),
        ("hall.pdf", b"%PDF-1.7\n\x00\x00", "This is neither CSV nor XLSX."),
        ("hall.csv", b"", "The file is empty."),
        ("hall.csv", b"label,x\nB01,1\n", "there is no y and no width and no height."),
        ("hall.csv", b"label,x,y,width,height\nB01,1,1,3,much\n", "No row of this file could be read."),
    ],
)
async def test_files_that_are_none(organiser: httpx.AsyncClient, name: str, data: bytes, words: str) -> None:
    event_id = (await exhibitors.make()).exhibitor.event_id
    here = f"/staff/events/{event_id}/exhibitors/plans"
    answer = await organiser.post(f"{here}/preview", data={"name": "Kept as typed"}, files={"file": (name, data)})
    assert (answer.status_code, words in answer.text, "Kept as typed" in answer.text) == (422, True, True)


async def test_importing_again_keeps_what_is_sold(organiser: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    event_id = stand.exhibitor.event_id
    booths = await exhibitors.hall(event_id, "B01–B03, 3 × 3 m, prices 2,400")
    await give_booth(actor=PORTAL, exhibitor_id=stand.exhibitor.id, booth_id=booths["B01"], note="", now=clock.now())
    hall = await the_hall(event_id)
    here = f"/staff/events/{event_id}/exhibitors/plans/{hall.id}"
    rows = {"rows": "B01–B02, 2 × 2 m, prices 1000\nB10, 3 × 3 m", "version": str(hall.version)}
    seen = await organiser.post(f"{here}/preview", data={**DRAW, **rows})
    for words in ("It stays 3 × 3 m: Isarwerk Biologics GmbH has it.", "1 booth new, 0 changed, 1 gone"):
        assert words in seen.text
    told = hidden(seen)
    assert (await organiser.post(f"{here}/drawing", data=told)).status_code == 303
    left = await the_hall(event_id)
    assert [(one.label, one.width, one.state) for one in left.spots] == [
        ("B01", 300, SpotState.TAKEN), ("B02", 300, SpotState.FREE), ("B10", 300, SpotState.CLOSED),
    ]  # fmt: skip
    again = await organiser.post(f"{here}/drawing", data=told)
    assert (again.status_code, "The plan was changed meanwhile." in again.text) == (409, True)
    with pytest.raises(Exception, match="booth B01 is taken"):
        await db.execute("DELETE FROM booth WHERE id = $1", booths["B01"])


async def test_one_booth_by_its_form_and_by_dragging(organiser: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    event_id = stand.exhibitor.event_id
    booths = await exhibitors.hall(event_id, "B01–B03, 3 × 3 m, prices 2,400")
    hall = await the_hall(event_id)
    here = f"/staff/events/{event_id}/exhibitors/plans/{hall.id}/booths"
    form = {
        "label": "B01",
        "x": "20",
        "y": "2",
        "width": "3",
        "height": "3",
        "price": "",
        "on_sale": "yes",
        "note": "Kept",
    }
    for field, typed in (
        ("label", "B02"),
        ("x", "5"),
        ("width", "0"),
        ("height", "tall"),
        ("price", "dear"),
        ("package", "x"),
    ):
        answer = await organiser.post(f"{here}/{booths['B01']}", data={**form, field: typed})
        assert (answer.status_code, f'id="f-{field}-e"' in answer.text, 'value="Kept"' in answer.text) == (
            422,
            True,
            True,
        ), field
    assert (await organiser.post(f"{here}/{booths['B01']}", data=form)).status_code == 303
    placed = await organiser.post(f"{here}/{booths['B02']}/place", data={"x": "2000", "y": "900"})
    assert (placed.status_code, placed.json()) == (200, {"version": (await the_hall(event_id)).version})
    refused = await organiser.post(f"{here}/{booths['B03']}/place", data={"x": "2100", "y": "1000"})
    assert refused.status_code == 422
    await hold_booth(actor=stand.owner, exhibitor_id=stand.exhibitor.id, booth_id=booths["B03"], now=clock.now())
    renamed = await organiser.post(f"{here}/{booths['B03']}", data={**form, "label": "C03", "x": "30", "width": "3"})
    assert renamed.status_code == 303
    assert await db.fetch_value("SELECT label FROM booth_booking") == "C03"
    assert (await organiser.post(f"{here}/{booths['B03']}", data={**form, "label": "B03", "x": "8"})).status_code == 303
    shrunk = await organiser.post(f"{here}/{booths['B03']}", data={**form, "label": "B03", "x": "30", "width": "2"})
    assert (shrunk.status_code, 'id="f-width-e"' in shrunk.text) == (422, True)
    assert (await organiser.post(f"{here}/{booths['B03']}/removal")).status_code == 409
    assert (await organiser.post(f"{here}/{booths['B02']}/removal")).status_code == 303
    added = await organiser.post(here, data={**form, "label": "B09", "x": "40"})
    assert added.status_code == 303
    hall = await the_hall(event_id)
    assert [(one.label, one.x, one.state) for one in hall.spots] == [
        ("B01", 2000, SpotState.CLOSED), ("B03", 800, SpotState.HELD), ("B09", 4000, SpotState.CLOSED),
    ]  # fmt: skip
    assert hall.width == 4300


async def test_a_hall_is_named_shown_and_removed(organiser: httpx.AsyncClient) -> None:
    event_id = (await exhibitors.make()).exhibitor.event_id
    await exhibitors.hall(event_id)
    await exhibitors.hall(event_id, "C1, 3 × 3 m", name="Hall C")
    one, other = await plans.halls(event_id, clock.now())
    here = f"/staff/events/{event_id}/exhibitors/plans"
    named = await organiser.post(f"{here}/{one.id}", data={"name": "Hall C", "version": str(one.version)})
    assert (named.status_code, 'id="f-name-e"' in named.text) == (422, True)
    shown = await organiser.post(
        f"{here}/{one.id}", data={"name": "Hall A", "public": "yes", "version": str(one.version)}
    )
    assert shown.status_code == 303
    late = await organiser.post(f"{here}/{one.id}", data={"name": "Hall Z", "version": str(one.version)})
    assert (late.status_code, "Hall Z" in late.text) == (409, True)
    assert (await organiser.post(f"{here}/{other.id}/removal")).status_code == 303
    assert [(hall.name, hall.public) for hall in await plans.halls(event_id, clock.now())] == [("Hall A", True)]


async def test_the_print_sheet_names_everybody(organiser: httpx.AsyncClient) -> None:
    stand = await exhibitors.make()
    event_id = stand.exhibitor.event_id
    booths = await exhibitors.hall(event_id)
    await give_booth(actor=PORTAL, exhibitor_id=stand.exhibitor.id, booth_id=booths["B04"], note="", now=clock.now())
    hall = await the_hall(event_id)
    for paper in ("", "?paper=a4"):
        sheet = await organiser.get(f"/staff/events/{event_id}/exhibitors/plans/{hall.id}/sheet.pdf{paper}")
        assert sheet.headers["content-type"] == "application/pdf"
        assert "Isarwerk Biologics GmbH" in " ".join(pages(sheet.content))


@pytest.mark.parametrize(
    ("rows", "paper", "across", "pages_of_plan"),
    [
        ("B01–B10, 3 × 3 m", "", True, 0), ("\n".join(f"B{n}, 3 × 3 m" for n in range(9)), "", False, 0),
        ("\n".join(f"{row}01–{row}24, 3 × 3 m, aisle 3 m" for row in "ABCDEFGHIJKLMNOPQRST"), "?paper=a4", False, 1),
    ],
)  # fmt: skip
async def test_the_print_sheet_lies_as_the_hall_does(
    organiser: httpx.AsyncClient, rows: str, paper: str, across: bool, pages_of_plan: int
) -> None:
    """Of 480 booths the plan has a page of its own, so that it can be read."""
    event_id = (await exhibitors.make()).exhibitor.event_id
    await exhibitors.hall(event_id, rows)
    hall = await the_hall(event_id)
    sheet = await organiser.get(f"/staff/events/{event_id}/exhibitors/plans/{hall.id}/sheet.pdf{paper}")
    box = pypdf.PdfReader(io.BytesIO(sheet.content)).pages[0].mediabox
    assert (box.width > box.height) == across
    assert ["not sold here" in text for text in pages(sheet.content)].index(True) == pages_of_plan


async def test_a_small_hall_and_a_large_one_take_the_same_number_of_queries(organiser: httpx.AsyncClient) -> None:
    counts = []
    for rows in ("B1, 3 × 3 m", "B1–B90, 3 × 3 m"):
        event_id = (await exhibitors.make(f"Company {len(counts)}")).exhibitor.event_id
        await exhibitors.hall(event_id, rows)
        hall = await the_hall(event_id)
        async with counting() as seen:
            page = await organiser.get(f"/staff/events/{event_id}/exhibitors/plans/{hall.id}")
        assert page.status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
