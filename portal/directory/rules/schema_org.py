"""A company in schema.org's words. Addresses of mail are left out: they are shown to people only."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from portal.core import countries
from portal.directory.rules.fact_rows import FactRow
from portal.directory.tables.companies import StaffBand, TermKind
from portal.directory.values import Profile, ProfileSite


def organization(
    profile: Profile,
    facts: dict[TermKind, list[FactRow]],
    *,
    address: str,
    logo: str = "",
    identifiers: Iterable[tuple[str, str]] = (),
    same_as: Sequence[str] = (),
    is_closed: bool = False,
    changed_on: date,
) -> dict[str, Any]:
    """The Organization: only what counts today."""
    counting = {kind: [row for row in rows if not row.is_hidden] for kind, rows in facts.items()}
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": address,
        "name": profile.name,
        "alternateName": [other.name for other in profile.names],
        "url": profile.website or address,
        "mainEntityOfPage": {"@type": "WebPage", "@id": address, "dateModified": changed_on.isoformat()},
        "description": profile.tagline,
        "logo": logo,
        "telephone": profile.phone,
        "foundingDate": str(profile.founded) if profile.founded else "",
        "numberOfEmployees": _staff(profile.staff),
        "address": _address(profile.street, profile.postal_code, profile.city, profile.region, profile.country),
        "location": [_place(site) for site in profile.sites],
        "knowsAbout": [row.name for row in counting[TermKind.CAPABILITY]],
        "hasCertification": [_certification(row) for row in counting[TermKind.CERTIFICATE]],
        "identifier": [{"@type": "PropertyValue", "propertyID": source, "value": key} for source, key in identifiers],
        "sameAs": list(same_as),
        "keywords": [row.name for row in counting[TermKind.CATEGORY]],
    }
    if is_closed:
        found["description"] = f"{profile.tagline} This company has closed.".strip()
    return {name: value for name, value in found.items() if value}


def _staff(band: StaffBand | None) -> dict[str, Any]:
    if band is None:
        return {}
    least, _, most = band.value.rstrip("+").partition("-")
    return {"@type": "QuantitativeValue", "minValue": int(least), **({"maxValue": int(most)} if most else {})}


def _address(street: str, postal_code: str, city: str, region: str, country: str | None) -> dict[str, Any]:
    parts = {
        "streetAddress": street, "postalCode": postal_code, "addressLocality": city, "addressRegion": region,
        "addressCountry": country,
    }  # fmt: skip
    known = {name: value for name, value in parts.items() if value}
    return {"@type": "PostalAddress", **known} if known else {}


def _place(site: ProfileSite) -> dict[str, Any]:
    address = _address(site.street, site.postal_code, site.city, site.region, site.country)
    name = site.name or site.city or countries.name(site.country)
    return {"@type": "Place", "name": name, **({"address": address} if address else {})}


def _certification(row: FactRow) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "Certification", "name": row.name}
    if row.fact.issuer:
        found["issuedBy"] = {"@type": "Organization", "name": row.fact.issuer}
    if row.fact.reference:
        found["certificationIdentification"] = row.fact.reference
    if row.fact.expires_on:
        found["expires"] = row.fact.expires_on.isoformat()
    return found
