"""Companies of Health Canada's Drug Product Database: CSV, upper case, English and French, one row for each address."""

from portal.core.importing.values import Unreadable
from portal.directory.importing import fields, registers
from portal.directory.importing.values import Context, Reading
from portal.directory.sources import Row, Said
from portal.directory.values import Profile, ProfileSite

SOURCE = "health-canada-dpd"
CREDIT = (
    "Health Canada, Drug Product Database. Contains information licensed under the Open Government Licence – Canada 2.0"
)
HEADINGS = {"COMPANY_CODE", "COMPANY_NAME", "STREET_NAME", "CITY_NAME", "COUNTRY"}


def read(text: str, context: Context) -> Reading:
    """Rows of one company code are one company; its addresses, where they are several, become sites."""
    reading = Reading()
    found: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for line, record in registers.records(text):
        reading.records += 1
        if isinstance(record, Unreadable):
            reading.refuse(line, "", str(record))
        elif not (code := record["COMPANY_CODE"]):
            reading.refuse(line, record["COMPANY_NAME"], "it has no company code")
        else:
            found.setdefault(code, []).append((line, record))
    for code, rows in found.items():
        line, _first = rows[0]
        try:
            reading.rows.append(Row(line, code, Said(profile=_profile([record for _, record in rows]))))
            reading.merged += [other for other, _ in rows[1:]]
        except Unreadable as reason:
            for other, record in rows:
                reading.refuse(other, record["COMPANY_NAME"], str(reason))
    return reading


def _profile(records: list[dict[str, str]]) -> Profile:
    name = fields.within(fields.cased(records[0]["COMPANY_NAME"]), 200, what="name")
    if not name:
        raise Unreadable("it has no name")
    addresses = list(dict.fromkeys(_address(record) for record in records))
    main = addresses[0]
    products = sum(
        registers.counted(record.get("PRODUCTS") or "0", what="the number of products") for record in records
    )
    words = registers.plural(products, "product") + " in Canada"
    return Profile(
        name=name,
        street=main.street,
        postal_code=main.postal_code,
        city=main.city,
        region=main.region,
        country=main.country or None,
        sites=tuple(addresses) if len(addresses) > 1 else (),
        facts=registers.authorisations(SOURCE, products, words),
    )


def _address(record: dict[str, str]) -> ProfileSite:
    """The address; its id is made of it, so that a later extract finds it again."""
    street = fields.cased(record["STREET_NAME"], place=True)
    if suite := record.get("SUITE_NUMBER", ""):
        street = f"{suite}-{street}" if street else suite
    if box := record.get("POST_OFFICE_BOX", ""):
        street = ", ".join(part for part in (street, f"PO Box {box}") if part)
    region = record.get("PROVINCE", "").strip("- ")
    place = {
        "street": fields.within(street, 200, what="street"),
        "postal_code": fields.within(record.get("POSTAL_CODE", ""), 20, what="postal code"),
        "city": fields.within(fields.cased(record["CITY_NAME"], place=True), 120, what="city"),
        "region": fields.within(fields.cased(region, place=True), 120, what="province"),
        "country": fields.land(record["COUNTRY"]) or fields.land(record.get("COUNTRY_F", "")) or "",
    }
    return ProfileSite(id=fields.fact_id(SOURCE, "|".join(place.values())), **place)
