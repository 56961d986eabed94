"""Records of sources as their files hold them, and what was imported of them."""

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from portal.core import db
from portal.directory.importing.run import CompanyReport, import_companies
from portal.directory.values import Profile

READ = date(2026, 11, 2)


def ror(number: int = 1, name: str = "Tessin Lyo (Switzerland)", **more: Any) -> dict[str, Any]:
    """An organisation of the Research Organization Registry."""
    record = {
        "ror_id": f"https://ror.org/0{number:08x}", "name": name, "aliases": [], "labels": [], "acronyms": [],
        "city": "Bellinzona", "region": "Ticino", "country": "Switzerland", "country_code": "CH", "lat": 46.1, "lng": 9.0,
        "website": "https://tessinlyo.example", "established": 1996, "status": "active", "types": ["company"],
        "relationships": [],
    }  # fmt: skip
    return {**record, **more}


def dpd(code: int = 10, name: str = "HALDEN ASEPTICS INC.", **more: Any) -> dict[str, Any]:
    """A company of Health Canada's database."""
    record = {
        "COMPANY_CODE": code, "MFR_CODE": "", "COMPANY_NAME": name, "COMPANY_TYPE": "DIN OWNER", "SUITE_NUMBER": "",
        "STREET_NAME": "550 PETROLIA ROAD", "CITY_NAME": "TORONTO", "PROVINCE": "ONTARIO", "COUNTRY": "CANADA",
        "POSTAL_CODE": "M3J 2W3", "POST_OFFICE_BOX": "", "PROVINCE_F": "ONTARIO", "COUNTRY_F": "CANADA", "PRODUCTS": 3,
    }  # fmt: skip
    return {**record, **more}


def holder(name: str = "AUBRAC PHARMA (ALLEMAGNE)", **more: Any) -> dict[str, Any]:
    """A holder of French authorisations."""
    record = {
        "holder": name, "products": 2, "marketed_products": 1, "dosage_forms": "collyre en solution; comprimé pelliculé",
        "routes": "ophtalmique; orale", "first_authorisation": "1991-11-22", "last_authorisation": "2001-03-20",
    }  # fmt: skip
    return {**record, **more}


def product(code: int = 63866361, name: str = "ACULAR 0,5 %, collyre en solution", **more: Any) -> dict[str, Any]:
    """A product of the French database."""
    record = {
        "cis_code": code, "name": name, "dosage_form": "collyre en solution", "routes": "ophtalmique;orale",
        "authorisation_status": "Autorisation active", "procedure": "Procédure nationale",
        "marketing_status": "Commercialisée", "authorisation_date_ddmmyyyy": "22/11/1991",
        "holder": "AUBRAC PHARMA (ALLEMAGNE)",
    }  # fmt: skip
    return {**record, **more}


def lines(*records: Any) -> str:
    """JSON lines."""
    return "\n".join(record if isinstance(record, str) else json.dumps(record) for record in records)


def table(*records: dict[str, Any]) -> str:
    """CSV with headings."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()


async def imported(folder: Path, now: datetime, *texts: str, **options: Any) -> CompanyReport:
    """What importing these texts came to, each as a file of its own."""
    files = []
    for n, text in enumerate(texts):
        file = folder / f"list-{n}.txt"
        file.write_text(text, encoding="utf-8")
        files.append(file)
    return await import_companies(files, now=now, **{"read_on": READ, **options})


async def company(slug: str) -> Any:
    """The stored row with its profile read."""
    row = await db.fetch_one("SELECT * FROM company WHERE slug = $1", slug)
    assert row is not None, [r["slug"] for r in await db.fetch("SELECT slug FROM company")]
    return row, msgspec.json.decode(row["profile"], type=Profile)


def counts(report: CompanyReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.refused
