"""Zones of places, names of zones, addresses in location fields."""

import pytest

from portal.events.importing import places, zones
from portal.events.tables import EventFormat


@pytest.mark.parametrize(
    ("country", "city", "region", "zone"),
    [
        ("AT", "", "", "Europe/Vienna"),
        ("DE", "Berlin", "", "Europe/Berlin"),
        ("DE", "Büsingen", "", "Europe/Busingen"),
        ("US", "St. Louis", "MO", "America/Chicago"),
        ("US", "St. Petersburg", "FL", "America/New_York"),
        ("US", "El Paso", "TX", "America/Denver"),
        ("US", "Knoxville", "Tennessee", "America/New_York"),
        ("US", "Memphis", "Tennessee", "America/Chicago"),
        ("US", "Washington", "DC", "America/New_York"),
        ("US", "Portland", "", ""),
        ("US", "", "", ""),
        ("CA", "Montréal", "", "America/Toronto"),
        ("AU", "Perth", "", "Australia/Perth"),
        ("BR", "São Paulo", "", "America/Sao_Paulo"),
        ("RU", "Novosibirsk", "", "Asia/Novosibirsk"),
        ("RU", "Somewhere", "", ""),
        ("ID", "Bali", "", "Asia/Makassar"),
        ("PT", "Funchal", "", "Atlantic/Madeira"),
        ("PT", "Braga", "", "Europe/Lisbon"),
        ("XK", "Prishtina", "", "Europe/Belgrade"),
        (None, "Vienna", "", ""),
    ],
)
def test_the_zone_of_a_place(country: str | None, city: str, region: str, zone: str) -> None:
    assert zones.of_place(country, city, region) == zone


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Vienna", "Europe/Vienna"),
        ("europe/vienna", "Europe/Vienna"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/mozilla.org/20050126_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/London", "Europe/London"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern", "Europe/Amsterdam"),
        ("US/Eastern", "America/New_York"),
        ("Etc/UTC", "UTC"),
        ("CET", "Europe/Berlin"),
        ("CST", ""),
        ("GMT+0200", "Etc/GMT-2"),
        ("UTC-05:00", "Etc/GMT+5"),
        ("gmt+14", "Etc/GMT-14"),
        ("GMT-14", ""),
        ("GMT+0530", ""),
        ("UTC+0", "UTC"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("Etc/GMT-14", "Etc/GMT-14"),
        ("Etc/GMT+13", ""),
        ("../../etc/passwd", ""),
        ("", ""),
        ("x" * 5000, ""),
    ],
)
def test_names_of_zones(name: str, zone: str) -> None:
    assert zones.by_name(name) == zone


def test_every_zone_in_the_tables_exists() -> None:
    from portal.core import times
    from portal.events.importing import zone_tables

    named = set(zone_tables.MAIN.values()) | set(zone_tables.REGIONS_SPLIT.values())
    named |= {
        zone for table in (zone_tables.REGIONS, zone_tables.CITIES) for country in table.values() for zone in country
    }
    assert [zone for zone in sorted(named) if str(times.zone(zone)) != zone] == []


@pytest.mark.parametrize(
    ("text", "form", "name", "city", "country"),
    [
        ("Donauhalle, Uferstrasse 14, 1220 Vienna, Austria", EventFormat.IN_PERSON, "Donauhalle", "Vienna", "AT"),
        ("1 Midland Rd, London NW1 1ST", EventFormat.IN_PERSON, "", "London", "GB"),
        ("Room 4", EventFormat.IN_PERSON, "Room 4", "", None),
        ("https://zoom.us/j/1", EventFormat.ONLINE, None, None, None),
        ("Microsoft Teams", EventFormat.ONLINE, None, None, None),
        ("Messe, Berlin, Germany and online", EventFormat.HYBRID, "Messe", "Berlin", "DE"),
        ("Room 4\nhttps://meet.google.com/abc", EventFormat.ONLINE, None, None, None),
    ],
)
def test_location_fields(text: str, form: EventFormat, name: str | None, city: str | None, country: str | None) -> None:
    where = places.of_address(text)
    assert where.format is form
    if name is None:
        assert where.venue is None
    else:
        assert where.venue is not None
        assert (where.venue.name, where.venue.city, where.venue.country) == (name, city, country)


@pytest.mark.parametrize(
    ("text", "name", "city", "region", "zone"),
    [
        ("Vilnius, Lithuania", "", "Vilnius", "", "Europe/Vilnius"),
        ("Austin, TX, USA", "", "Austin", "TX", "America/Chicago"),
        ("UMR Toxalim, INRAE, Toulouse, France", "UMR Toxalim, INRAE", "Toulouse", "", "Europe/Paris"),
        ("Iceland", "", "", "", "Atlantic/Reykjavik"),
        ("Somewhere nice", "", "Somewhere nice", "", ""),
    ],
)
def test_places_of_a_few_words(text: str, name: str, city: str, region: str, zone: str) -> None:
    where = places.of_words(text)
    assert where.venue is not None
    assert (where.venue.name, where.venue.city, where.venue.region, where.zone) == (name, city, region, zone)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (("48.2", "16.37"), (48.2, 16.37)),
        ((91, 0), (None, None)),
        ((0, 0), (None, None)),
        (("nan", "1"), (None, None)),
        ((None, None), (None, None)),
        (("x", []), (None, None)),
    ],
)
def test_coordinates(pair: tuple[object, object], expected: tuple[object, object]) -> None:
    assert places.coordinates(*pair) == expected
