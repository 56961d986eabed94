"""The IANA zone of a place, where the place leaves no doubt, and of a zone named in somebody's own way."""

import re
import unicodedata
from functools import lru_cache
from importlib import resources

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from portal.core import times
from portal.events.importing.zone_tables import CITIES, MAIN, REGIONS, REGIONS_SPLIT

# Abbreviations that mean one zone in practice. CST, IST and their like mean several and are left out.
_ABBREVIATIONS = {
    "utc": "UTC", "z": "UTC", "gmt": "UTC", "cet": "Europe/Berlin", "cest": "Europe/Berlin",
    "mez": "Europe/Berlin", "mesz": "Europe/Berlin", "wet": "Europe/Lisbon", "west": "Europe/Lisbon",
    "eet": "Europe/Athens", "eest": "Europe/Athens", "bst": "Europe/London", "est": "America/New_York",
    "edt": "America/New_York", "mdt": "America/Denver", "mst": "America/Denver", "cdt": "America/Chicago",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "jst": "Asia/Tokyo", "kst": "Asia/Seoul",
    "hkt": "Asia/Hong_Kong", "aest": "Australia/Sydney", "aedt": "Australia/Sydney",
    "nzst": "Pacific/Auckland", "nzdt": "Pacific/Auckland",
}  # fmt: skip


_OFFSET = re.compile(
    r"(?P<iana>Etc/GMT)?(?:UTC|GMT)?\s?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?$", re.IGNORECASE
)


def key_of(name: str) -> str:
    """A place's name for comparing: lower-case ASCII words joined by `_`."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in bare if not unicodedata.combining(c)).replace("ø", "o").replace("ł", "l")
    return "_".join(re.findall(r"[a-z0-9-]+", re.sub(r"[.'’]", "", bare)))


def _spread(table: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    return {
        country: {place: zone for zone, places in zones.items() for place in places.split()}
        for country, zones in table.items()
    }


@lru_cache(maxsize=1)
def _by_country() -> dict[str, list[str]]:
    """Country code to its zones, from the list the time zone database comes with."""
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="ascii")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            found.setdefault(country, []).append(zone)
    return found


@lru_cache(maxsize=1)
def _cities() -> dict[str, dict[str, str]]:
    named = {
        country: {key_of(zone.rsplit("/", 1)[-1].replace("_", " ")): zone for zone in zones}
        for country, zones in _by_country().items()
        if len(zones) > 1
    }
    for country, places in _spread(CITIES).items():
        named.setdefault(country, {}).update(places)
    return named


@lru_cache(maxsize=1)
def _regions() -> dict[str, dict[str, str]]:
    return _spread(REGIONS)


@lru_cache(maxsize=4096)
def of_place(country: str | None, city: str = "", region: str = "") -> str:
    """The zone kept there, or `""` where the country has several and the place does not settle which."""
    if not country:
        return ""
    cities, regions = _cities().get(country, {}), _regions().get(country, {})
    town, state = key_of(city), key_of(region)
    if state and (zone := regions.get(state)):
        in_town = cities.get(town, "")
        return in_town if in_town == REGIONS_SPLIT.get(state) else zone
    if town and (zone := cities.get(town) or regions.get(town)):
        return zone
    if country in MAIN:
        return MAIN[country]
    zones = _by_country().get(country, [])
    return zones[0] if len(zones) == 1 else ""


def is_region(country: str | None, name: str) -> bool:
    """True for a state or province of a country whose regions keep different times: `TX`, `Ontario`."""
    return key_of(name) in _regions().get(country or "", {})


@lru_cache(maxsize=1024)
def by_name(name: str) -> str:
    """What zone a name means: IANA, Windows, with a vendor's prefix, `(UTC+01:00) Amsterdam, Berlin`; else `""`."""
    cleaned = name.strip().strip('"').strip()
    if not cleaned or len(cleaned) > 200:
        return ""
    windows = WINDOWS_TO_OLSON.get(cleaned)
    if windows:
        return _ALIASES.get(windows, windows)
    known = _known()
    parts = [part for part in cleaned.casefold().replace(" ", "_").split("/") if part]
    for start in range(len(parts)):
        if found := known.get("/".join(parts[start:])):
            return found
    if found := _ABBREVIATIONS.get(cleaned.casefold()):
        return found
    if offset := _OFFSET.match(cleaned):
        return _fixed(offset)
    offset_free = re.sub(r"^\((?:UTC|GMT)[^)]*\)\s*", "", cleaned)
    if offset_free != cleaned:
        for city in offset_free.split(","):
            if found := _by_last_part().get(key_of(city)):
                return found
    return ""


def _fixed(offset: re.Match[str]) -> str:
    """The zone that keeps an offset of whole hours: `GMT+0200` is `Etc/GMT-2`, whose sign means the other way round."""
    iana, sign, hours, minutes = offset["iana"], offset["sign"], int(offset["hours"]), int(offset["minutes"] or 0)
    if minutes or hours > (12 if (sign == "-") != bool(iana) else 14):
        return ""
    turned = sign if iana else "-" if sign == "+" else "+"
    return f"Etc/GMT{turned}{hours}" if hours else "UTC"


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    return {zone.casefold(): zone for zone in [*times.zone_names(), *_ALIASES]} | {
        alias.casefold(): zone for alias, zone in _ALIASES.items()
    }


# Old names that are still written; the value is today's.
_ALIASES = {
    "US/Eastern": "America/New_York", "US/Central": "America/Chicago", "US/Mountain": "America/Denver",
    "US/Pacific": "America/Los_Angeles", "US/Arizona": "America/Phoenix", "US/Hawaii": "Pacific/Honolulu",
    "US/Alaska": "America/Anchorage", "Etc/UTC": "UTC", "Etc/GMT": "UTC", "GMT": "UTC",
    "Asia/Calcutta": "Asia/Kolkata", "Europe/Kiev": "Europe/Kyiv", "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires", "Japan": "Asia/Tokyo",
    "Singapore": "Asia/Singapore", "Israel": "Asia/Jerusalem", "GB": "Europe/London",
}  # fmt: skip


@lru_cache(maxsize=1)
def _by_last_part() -> dict[str, str]:
    return {key_of(zone.rsplit("/", 1)[-1].replace("_", " ")): zone for zone in times.zone_names()}
