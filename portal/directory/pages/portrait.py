"""A company's page as values: what its profile says, cut to what its plan shows, with what registers, events and its own
history add. The public page, previews and drafts all read this."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar.response import Redirect
from litestar.status_codes import HTTP_301_MOVED_PERMANENTLY
from markupsafe import Markup

from portal.core import countries, json_ld, times
from portal.core.errors import NotFound
from portal.core.keeping import Kept
from portal.core.settings import current
from portal.core.text import plain
from portal.directory.inputs import FindAppearances
from portal.directory.queries import about, companies
from portal.directory.queries.companies import KnownCompany
from portal.directory.rules import fact_rows, schema_org
from portal.directory.rules.freshness import Freshness
from portal.directory.rules.showing import Limits, shown
from portal.directory.rules.timeline import Moment, Seen, timeline
from portal.directory.tables.companies import CompanyState, FactSource, TermKind
from portal.directory.values import Appearance, Party, Profile, RelationKind
from portal.media import queries as media
from portal.media.tables import Visibility
from portal.media.values import File
from portal.web.query_strings import may_be_slug
from portal.web.rendering import markup

PUBLIC = (CompanyState.PUBLIC, CompanyState.CLOSED)
RELATIONS = {
    RelationKind.PARENT: "Belongs to",
    RelationKind.CHILD: "Subsidiaries",
    RelationKind.PREDECESSOR: "Was before",
    RelationKind.SUCCESSOR: "Became",
    RelationKind.RELATED: "Related",
}
_TAGS = (TermKind.DOSAGE_FORM, TermKind.ROUTE, TermKind.THERAPY)
_TAG_NAMES = {TermKind.DOSAGE_FORM: "Dosage forms", TermKind.ROUTE: "Routes", TermKind.THERAPY: "Therapy areas"}
_ROR = "https://ror.org/"
_MOST_UPCOMING = 8
_MOST_MOMENTS = 10


async def public_company(slug: str, address: Callable[[str], str]) -> KnownCompany | Redirect:
    """The company of an address as visitors may see it, or the way from a former address to today's (301)."""
    if not may_be_slug(slug):
        raise NotFound("There is no such company.")
    company = await companies.by_slug(slug)
    if company is not None and company.state in PUBLIC:
        return company
    target = await companies.moved_to(slug) if company is None else None
    if target is None:
        raise NotFound("There is no such company. It may never have been listed, or was taken back.")
    return Redirect(address(target), status_code=HTTP_301_MOVED_PERMANENTLY)


class Portrait(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a company's page says, but for a search in its register products."""

    company: KnownCompany
    profile: Profile
    facts: dict[TermKind, list[fact_rows.FactRow]]
    tags: list[tuple[str, TermKind, list[fact_rows.FactRow]]]
    certificates: list[fact_rows.CertificateRow]
    figures: list[fact_rows.Figure]
    files: dict[str, File]
    posts: list[tuple[Any, Markup]]
    place: str
    verified: str
    sources: list[about.Source]
    relatives: list[tuple[str, list[about.Relative]]]
    credits: list[tuple[str, datetime]]
    upcoming: list[Appearance]
    recent: list[Moment]
    older: list[Moment]
    linked: Markup
    description: Markup
    line: str
    checked: str

    @property
    def category(self) -> fact_rows.FactRow | None:
        return next(iter(self.facts[TermKind.CATEGORY]), None)

    @property
    def checked_by_editors(self) -> bool:
        shown = (row for rows in self.facts.values() for row in rows if not row.is_hidden)
        return any(row.fact.source is FactSource.EDITOR for row in shown)

    @property
    def reachable(self) -> bool:
        """Whether there is anything to say under Contact."""
        p = self.profile
        return bool(p.contacts or p.email or p.phone or p.street or p.city or p.region or p.country)

    @property
    def says_what_it_does(self) -> bool:
        return bool(self.facts[TermKind.CAPABILITY] or self.tags or self.description or self.profile.products)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.profile.name.split()[:2] if word[0].isalnum()).upper() or "·"

    def file(self, key: str) -> File | None:
        return self.files.get(key)


_kept: Kept[Portrait] = Kept(1000)


async def portrait(
    company: KnownCompany, limits: Limits, *, appearances: FindAppearances, now: datetime, keep: bool = True
) -> Portrait:
    """The page of a company under these limits, made once for each version of the content and each day. A draft is not
    kept: give `keep=False`."""
    day = times.today(now)
    key = (company.id, limits, day, await about.versions())
    if keep and (kept := _kept.get(key)) is not None:
        return kept
    if not keep:
        return await _made(company, limits, appearances, now, drafted=True)
    # The company was read before the versions were: what is kept under them must not be older than they are.
    fresh = await companies.by_id(company.id) or company
    return _kept.put(key, await _made(fresh, limits, appearances, now, drafted=False))


async def _made(
    company: KnownCompany, limits: Limits, appearances: FindAppearances, now: datetime, *, drafted: bool
) -> Portrait:
    day = times.today(now)
    profile = shown(company.profile, limits)
    revisions = await about.revisions(company.id)
    names = await about.term_names(
        [*(fact.term for fact in profile.facts), *(term for revision in revisions for term in revision.terms)]
    )
    facts = fact_rows.rows(profile, names, day)
    party = Party(
        company_id=company.id,
        organisation_id=company.organisation_id,
        names=(profile.name, *(other.name for other in profile.names)),
    )
    met = await appearances(party)
    sources = await about.sources(company.id)
    relatives = await about.relatives(company.id, company.organisation_id, profile.relations)
    keys = _keys(profile)
    files = await media.by_keys(keys) if drafted else await public_files(keys)
    verified = about.VERIFIED[company.verified_by] if company.verified_by else ""
    moments = timeline(
        profile,
        seen=Seen(
            listed_on=times.today(company.created_at),
            claimed_on=times.today(company.claimed_at) if company.claimed_at else None,
            verified_on=times.today(company.verified_at) if company.verified_at else None,
            verified_words=verified,
            authorised=await about.authorised(company.id),
        ),
        revisions=revisions,
        names=names,
        appearances=met,
        slug=company.slug,
        today=day,
    )
    logo = files.get(profile.logo)
    return Portrait(
        company=company,
        profile=profile,
        facts=facts,
        tags=[(_TAG_NAMES[kind], kind, facts[kind]) for kind in _TAGS if facts[kind]],
        certificates=[fact_rows.certificate(row, day) for row in facts[TermKind.CERTIFICATE]],
        figures=fact_rows.figures(profile, facts[TermKind.FIGURE], company.response_hours),
        files=files,
        posts=[(post, markup(company.texts_html.get("posts", {}).get(post.id, ""))) for post in profile.posts],
        place=", ".join(part for part in (profile.city, countries.name(profile.country)) if part),
        verified=verified,
        sources=sources,
        relatives=[
            (words, these)
            for kind, words in RELATIONS.items()
            if (these := [one for one in relatives if one.kind is kind and one.slug != company.slug])
        ],
        credits=_credits(sources),
        upcoming=sorted(
            (one for one in met if one.until >= day and not one.cancelled), key=lambda one: (one.on, one.title)
        )[:_MOST_UPCOMING],
        recent=moments[:_MOST_MOMENTS],
        older=moments[_MOST_MOMENTS:],
        linked=_linked(company, profile, facts, sources, current().base_url + logo.address if logo else ""),
        description=markup(company.description_html),
        line=_line(profile),
        checked=_checked(facts),
    )


async def public_files(keys: Sequence[str]) -> dict[str, File]:
    """Those of some files that everybody may read."""
    return {key: file for key, file in (await media.by_keys(keys)).items() if file.visibility is Visibility.PUBLIC}


def _credits(sources: list[about.Source]) -> list[tuple[str, datetime]]:
    """Each line of credit once, with the day its source was read last; sources come with the last one first."""
    found: dict[str, datetime] = {}
    for source in sources:
        found.setdefault(source.credit or source.source, source.seen_at)
    return list(found.items())


def _keys(profile: Profile) -> list[str]:
    """Every stored file that the page shows."""
    keys = [
        profile.logo,
        *(picture.file for picture in profile.gallery),
        *(document.file for document in profile.documents),
        *(product.image for product in profile.products),
        *(fact.document for fact in profile.facts),
    ]
    return sorted({key for key in keys if key})


def _linked(
    company: KnownCompany,
    profile: Profile,
    facts: dict[TermKind, list[fact_rows.FactRow]],
    sources: list[about.Source],
    logo: str,
) -> Markup:
    base = current().base_url
    address = f"{base}/companies/{company.slug}"
    made = schema_org.organization(
        profile,
        facts,
        address=address,
        logo=logo,
        identifiers=[(source.source, source.key) for source in sources],
        same_as=[_ROR + source.key for source in sources if source.source == "ror"],
        is_closed=company.state is CompanyState.CLOSED,
        changed_on=times.today(company.changed_at),
    )
    trail = json_ld.trail([("Directory", f"{base}/companies"), (profile.name, address)])
    return markup(json_ld.encoded([made, trail]))


def _line(profile: Profile) -> str:
    """The page in a line, for search results."""
    where = ", ".join(part for part in (profile.city, countries.name(profile.country)) if part)
    return profile.tagline or plain(profile.description, limit=200) or f"{profile.name}{', ' + where if where else ''}."


def _checked(facts: dict[TermKind, list[fact_rows.FactRow]]) -> str:
    """When a capability was confirmed last, in words; empty where none is dated."""
    days = [
        row.fact.confirmed_on
        for row in facts[TermKind.CAPABILITY]
        if row.fact.confirmed_on and row.freshness is not Freshness.EXPIRED
    ]
    return times.day(max(days)) if days else ""


def register_address(slug: str, search: str, number: int) -> str:
    """A page of a company's products in registers."""
    asked = {**({"product": search} if search else {}), **({"page": number} if number > 1 else {})}
    return f"/companies/{slug}{'?' + urlencode(asked) if asked else ''}#register"
