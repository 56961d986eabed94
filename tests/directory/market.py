"""A small market for tests of lists: four companies in three countries."""

from portal.directory.tables.companies import NameKind, StaffBand
from portal.directory.values import OtherName
from tests.factories import companies

MAKER, SUPPLIER = ("category:Manufacturer", None), ("category:Supplier", None)
LYO, VIALS, GMP = ("capability:Lyophilisation", 6), ("capability:Vial filling", 6), ("certificate:EU GMP", 30)


async def open_market() -> None:
    tessin = await companies.make(
        "Tessin Lyo SA", city="Bellinzona", region="Ticino", country="CH", latitude=46.19, longitude=9.02,
        staff=StaffBand.TO_200, facts=[MAKER, LYO, VIALS, GMP],
    )  # fmt: skip
    await companies.verify(tessin)
    await companies.make(
        "Takeda", city="Zürich", region="Zürich", country="CH", latitude=47.37, longitude=8.54, facts=[MAKER, VIALS],
        names=(OtherName("武田薬品工業", NameKind.LABEL, "ja"), OtherName("TPC", NameKind.ACRONYM)),
    )  # fmt: skip
    await companies.make("Aubrac SAS", city="Rodez", country="FR", facts=[SUPPLIER, ("capability:Lyophilisation", 300)])
    await companies.make(
        "Morava s.r.o.", city="Olomouc", country="CZ", facts=[SUPPLIER, ("capability:Lyophilisation", 400)]
    )
