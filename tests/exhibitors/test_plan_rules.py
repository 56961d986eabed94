"""Halls from rows and from sheets, and what laying one over another does to booths somebody has."""

import pytest

from portal.exhibitors.plans import Drawing, DrawnBooth, Hall, Refused, Spot, SpotState
from portal.exhibitors.rules.laying import laid_over
from portal.exhibitors.rules.measures import length, price
from portal.exhibitors.rules.rows import read_rows
from portal.exhibitors.rules.sheets import read_sheet

PACKAGES = {"partner": "partner", "gold days": "gold-days"}
HEAD = ["Label", "X", "Y", "Width", "Height", "Price", "Package", "Note", "Kind"]


def test_rows_stand_below_each_other() -> None:
    found = read_rows(
        "B01–B03, 3 × 3 m, aisle 4 m, prices 2,400\n\nB11 to B12, 3x2.5, gap 1 m, from 5 m, package Partner, note corner",
        currency="EUR", packages=PACKAGES,
    )  # fmt: skip
    assert found.refused == ()
    assert [(one.label, one.x, one.y, one.width, one.height) for one in found.drawing.booths] == [
        ("B01", 200, 200, 300, 300), ("B02", 500, 200, 300, 300), ("B03", 800, 200, 300, 300),
        ("B11", 500, 900, 300, 250), ("B12", 900, 900, 300, 250),
    ]  # fmt: skip
    assert [(one.price, one.package, one.note) for one in found.drawing.booths[2:4]] == [
        (240000, "", ""), (None, "partner", "corner"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("B01–B03", "The size of a booth is missing, such as 3 × 3 m."),
        ("B03–B01, 3 × 3 m", "01 comes before 03."),
        ("B01–C03, 3 × 3 m", "A row has labels of one letter: B01 and C03 do not go together."),
        ("B01–B03, 3 × 3 m, prices cheap", "“cheap” is no price in EUR."),
        ("B01–B03, 3 × 3 m, aisle wide", "“aisle wide” is no length in metres."),
        ("B01–B03, 3 × 3 m, package Silver", "There is no package called “Silver”."),
        ("B01–B03, 3 × 3 m, near the door", "“near the door” is not understood."),
        ("B01–B999, 3 × 3 m", "At most 500 booths are drawn at once."),
    ],
)
def test_rows_that_are_not_understood(line: str, reason: str) -> None:
    found = read_rows(f"A1, 3 × 3 m\n{line}", currency="EUR", packages=PACKAGES)
    assert found.refused == (Refused("Line 2", reason),)
    assert [one.label for one in found.drawing.booths] == ["A1"]


def test_a_label_comes_once() -> None:
    found = read_rows("B1–B2, 3 × 3 m\nb2–b3, 3 × 3 m", currency="EUR", packages={})
    assert found.refused == (Refused("Line 2", "b2: There is another of this label."),)


def test_sheets_name_what_is_in_a_hall() -> None:
    rows = [
        (1, HEAD),
        (2, ["B01", "1", "2.5", "3", "3", "2,400.00", "Gold Days", "power", ""]),
        (3, ["Stage", "10", "0", "6", "4", "", "", "", "stage"]),
        (5, ["B02", "3", "2.5", "3", "3", "0", "", "", "booth"]),
        (6, ["B03", "left", "2.5", "3", "3", "", "", "", ""]),
        (7, ["", "9", "9", "3", "3", "", "", "", ""]),
        (8, ["B04", "20", "0", "3", "0", "", "", "", ""]),
        (9, ["B05", "20", "0", "3", "3", "much", "", "", ""]),
        (10, ["B06", "20", "0", "3", "3", "", "Silver", "", ""]),
        (11, ["Pond", "20", "0", "3", "3", "", "", "", "pond"]),
    ]
    found = read_sheet(rows, currency="EUR", packages=PACKAGES)
    assert found.drawing.booths == (
        DrawnBooth(label="B01", x=100, y=250, width=300, height=300, price=240000, package="gold-days", note="power"),
    )
    assert [(one.kind, one.x, one.width) for one in found.drawing.features] == [("stage", 1000, 600)]
    assert found.refused == (
        Refused("Row 5, B02", "It lies upon B01."),
        Refused("Row 6, B03", "The distance from the left is “left”, which is no length in metres."),
        Refused("Row 7", "It has no label."),
        Refused("Row 8, B04", "It has no area."),
        Refused("Row 9, B05", "“much” is no price in EUR."),
        Refused("Row 10, B06", "There is no package called “Silver”."),
        Refused("Row 11, Pond", "“pond” is no kind we know; there are booth, entrance, stage, food, area, label."),
    )


def test_a_sheet_without_the_columns_is_none() -> None:
    assert read_sheet([], currency="EUR", packages={}).fault == "The file is empty."
    found = read_sheet([(1, ["Stand", "Left", "Top"])], currency="EUR", packages={})
    assert found.fault == "The first row must name the columns; there is no width and no height."


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("2400", 240000),
        ("2,400", 240000),
        ("€2,400.50", 240050),
        ("2 400", 240000),
        ("2.5", 250),
        ("2.345", None),
        ("x", None),
    ],
)
def test_prices(typed: str, minor: int | None) -> None:
    assert price(typed, "EUR") == minor


@pytest.mark.parametrize(
    ("typed", "cm"), [("3", 300), ("2,5 m", 250), ("2.55", 255), ("-1", None), ("1001", None), ("", None)]
)
def test_lengths(typed: str, cm: int | None) -> None:
    assert length(typed) == cm


def spot(label: str, x: int, state: SpotState = SpotState.FREE, width: int = 300) -> Spot:
    return Spot(
        id=x, label=label, x=x, y=0, width=width, height=300, price=1000, package_id=None, package="", package_slug="",
        on_sale=True, note="", state=state, company_name="Isarwerk" if state is not SpotState.FREE else "",
    )  # fmt: skip


def booth(label: str, x: int, width: int = 300, cost: int = 1000) -> DrawnBooth:
    return DrawnBooth(label=label, x=x, y=0, width=width, height=300, price=cost)


def test_what_somebody_has_is_neither_dropped_nor_made_smaller() -> None:
    spots = (spot("A", 0, SpotState.TAKEN), spot("B", 400, SpotState.HELD), spot("C", 800), spot("D", 1200))
    hall = Hall(id=1, slug="b", name="B", width=2000, height=900, public=True, version=1, spots=spots, features=())
    wish = Drawing((booth("A", 0, width=200), booth("D", 1200, cost=2000), booth("E", 450), booth("F", 1600)))
    laying = laid_over(hall, wish, whole=True)
    assert [one.label for one in laying.added] == ["F"]
    assert [before.label for before, _ in laying.changed] == ["D"]
    assert [one.label for one in laying.removed] == ["C"]
    assert laying.refused == (
        Refused("A", "It stays 3 × 3 m: Isarwerk has it."),
        Refused("E", "It lies upon B."),
        Refused("B", "It stays: Isarwerk holds it."),
    )


def test_what_is_sold_may_be_moved_and_made_larger() -> None:
    hall = Hall(
        id=1, slug="b", name="B", width=900, height=900, public=True, version=1, spots=(spot("A", 0, SpotState.TAKEN),),
        features=(),
    )  # fmt: skip
    laying = laid_over(hall, Drawing((booth("A", 100, width=400),)), whole=True)
    assert (len(laying.changed), laying.refused) == (1, ())


def test_added_rows_leave_the_rest() -> None:
    hall = Hall(
        id=1, slug="b", name="B", width=900, height=900, public=True, version=1, spots=(spot("A", 0),), features=()
    )
    laying = laid_over(hall, Drawing((booth("B", 100), booth("C", 400))), whole=False)
    assert ([one.label for one in laying.added], laying.removed) == (["C"], ())
    assert laying.refused == (Refused("B", "It lies upon A."),)


def test_nothing_is_laid_upon_what_is_refused_later() -> None:
    spots = (spot("A", 0), spot("B", 500, SpotState.TAKEN))
    hall = Hall(id=1, slug="b", name="B", width=900, height=900, public=True, version=1, spots=spots, features=())
    laying = laid_over(hall, Drawing((booth("A", 450), booth("B", 900, width=100))), whole=True)
    assert [one.reason[:16] for one in laying.refused] == ["It lies upon B.", "It stays 3 × 3 m"]
    assert laying.changed == ()
