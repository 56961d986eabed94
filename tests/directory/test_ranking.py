"""The merit order: SQL and rule agree on anything, reasons are true sentences, payment changes nothing."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from portal.core import db
from portal.directory import saving
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.queries import listing
from portal.directory.queries.conditions import Conditions
from portal.directory.queries.merit import ORDER, ranked
from portal.directory.rules import ranking, reasons
from portal.directory.rules.filters import Filters
from portal.directory.rules.ranking import Evidence, Naming, Standing, Strength
from portal.directory.tables.companies import FactSource, TermKind
from portal.directory.values import OtherName, Profile, ProfileFact, Written
from tests.directory.reading import names
from tests.events.hearing import settled
from tests.factories import companies, plans

DAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
TERMS = [
    NewTerm(kind=TermKind.CATEGORY, name="Maker"), NewTerm(kind=TermKind.CAPABILITY, name="Lyo"),
    NewTerm(kind=TermKind.CAPABILITY, name="Vials"), NewTerm(kind=TermKind.CERTIFICATE, name="GMP"),
    NewTerm(kind=TermKind.THERAPY, name="L"), NewTerm(kind=TermKind.THERAPY, name="L01", parent="l"),
    NewTerm(kind=TermKind.FIGURE, name="Lead time"),
]  # fmt: skip
ADDRESSES = [f"{term.kind}:{term.address}" for term in TERMS]
days = st.integers(0, 420).map(lambda age: DAY - timedelta(days=age))
facts = st.builds(
    ProfileFact,
    id=st.just(""),
    term=st.sampled_from(ADDRESSES),
    source=st.sampled_from(FactSource),
    confirmed_on=st.none() | days,
    expires_on=st.none() | st.integers(-40, 200).map(lambda left: DAY + timedelta(days=left)),
)
some_companies = st.lists(
    st.tuples(
        st.sampled_from(["Lonza", "Lonza Biologics AG", "Vetter", "Takeda", "Zeta Ltd", "Åbo Pharma"]),
        st.lists(facts, max_size=6),
        st.lists(st.sampled_from(["武田薬品工業", "Lonza", "TPC"]), max_size=1),
        st.booleans(),
        st.none() | st.integers(0, 400),
    ),
    min_size=1,
    max_size=6,
)
some_filters = st.builds(
    Filters,
    q=st.sampled_from(["", "", "lonza", "Lonza AG", "武田", "ta", "bio"]),
    category=st.sampled_from([(), (), ("maker",)]),
    capability=st.sampled_from([(), ("lyo",), ("lyo", "vials"), ("none",)]),
    therapy=st.sampled_from([(), (), ("l",), ("l01",)]),
    certificate=st.sampled_from([(), (), ("gmp",)]),
    confirmed=st.sampled_from([0, 0, 3, 6]),
)  # fmt: skip
_OWNER = """
INSERT INTO organisation (slug, name, created_at) VALUES ('x', 'X', now())
ON CONFLICT (slug) DO UPDATE SET name = 'X' RETURNING id
"""
Made = tuple[str, list[ProfileFact], list[str], bool, int | None]


async def stored(made: list[Made]) -> list[Standing]:
    """The companies, written in one go."""
    async with db.transaction():
        await db.execute("DELETE FROM company")
        owner = await db.fetch_value(_OWNER)
        ids = await saving.create([[f"c{n}"] for n in range(len(made))], now=AT)
        profiles = [
            Profile(
                name=name,
                names=tuple(OtherName(other) for other in others),
                facts=tuple(ProfileFact(**{**_values(fact), "id": f"f{n}"}) for n, fact in enumerate(given)),
            )
            for name, given, others, _, _ in made
        ]
        await saving.write([Written(company_id=i, profile=p, at=AT) for i, p in zip(ids, profiles, strict=True)])
        for i, (_, _, _, verified, hours) in zip(ids, made, strict=True):
            at = AT if verified else None
            owned = "UPDATE company SET organisation = $2, verified_at = $3, response_hours = $4 WHERE id = $1"
            await db.execute(owned, i, owner if verified else None, at, hours)
    whole = {row["id"]: row["completeness"] for row in await db.fetch("SELECT id, completeness FROM company")}
    return [
        Standing(i, profile, whole[i], verified, hours)
        for i, profile, (_, _, _, verified, hours) in zip(ids, profiles, made, strict=True)
    ]


def _values(fact: ProfileFact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in ProfileFact.__struct_fields__}


async def check(made: list[Made], filters: Filters, version: int) -> None:
    standing = {company.id: company for company in await stored(made)}
    context = await listing.context_of(filters, today=DAY, version=version)
    c = Conditions(context)
    rows = await db.fetch(f"SELECT id, points FROM ({ranked(c)}) r ORDER BY {ORDER}", *c.values)
    found = [standing[row["id"]] for row in rows]
    asked = context.asked
    assert [row["points"] for row in rows] == [
        ranking.total(ranking.evidence(company, asked, DAY)) for company in found
    ]
    assert [company.id for company in found] == [company.id for company in ranking.ordered(found, asked, DAY)]


async def test_sql_and_rule_agree(database: str) -> None:
    await add_terms(TERMS)
    loop = asyncio.get_running_loop()
    tried = 0

    @settings(max_examples=60, deadline=None, database=None, phases=(Phase.explicit, Phase.generate),
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(made=some_companies, filters=some_filters)
    def agree(made: list[Made], filters: Filters) -> None:
        nonlocal tried
        tried += 1
        asyncio.run_coroutine_threadsafe(check(made, filters, tried), loop).result(30)

    await asyncio.to_thread(agree)
    assert tried >= 60


FACT = ProfileFact(id="f", term="capability:lyo", confirmed_on=DAY - timedelta(days=19))
GMP = ProfileFact(
    id="g",
    term="certificate:gmp",
    source=FactSource.EDITOR,
    confirmed_on=date(2026, 10, 28),
    expires_on=date(2027, 1, 15),
)
NAMES = {"capability:lyo": "Capacity", "certificate:gmp": "EU GMP"}


def known(**more: Any) -> Evidence:
    given = {
        "naming": Naming.ELSEWHERE, "asked": 3, "fresh": 3, "strength": Strength.CHECKED, "age": 19, "completeness": 60,
        "verified": True, "response_hours": None, "best": GMP, "newest": FACT,
    }  # fmt: skip
    return Evidence(**{**given, **more})


@pytest.mark.parametrize(
    ("own", "above", "said"),
    [
        ({}, None, "All 3 filters match. EU GMP certificate checked by our editors on 28 Oct. Capacity confirmed 19 days ago."),
        ({"response_hours": 34}, None, "All 3 filters match. EU GMP certificate checked by our editors on 28 Oct. "
         "Capacity confirmed 19 days ago. Answers enquiries in 1.4 days."),
        ({"fresh": 2}, None, "All 3 filters match, one of them on an older fact. EU GMP certificate checked by our editors on "
         "28 Oct. Capacity confirmed 19 days ago."),
        ({"strength": Strength.REGISTER, "best": None, "newest": None}, None,
         "All 3 filters match on register data only. No dated fact is known of it."),
        ({"age": 74}, {}, "Below Isarwerk because half of its evidence was confirmed 74 days ago or earlier."),
        ({"ends": GMP}, {}, "Lower because its EU GMP certificate ends in 53 days and no renewal is on file."),
        ({"strength": Strength.REGISTER}, {"strength": Strength.COMPANY},
         "Nobody at the company has confirmed its facts, so it comes after Isarwerk."),
        ({"verified": False}, {}, "Below Isarwerk, which has proved that its profile is its own."),
        ({"completeness": 10}, {}, "Below Isarwerk because its profile says less (10 against 60 percent)."),
        ({}, {"response_hours": 12}, "Below Isarwerk because nothing is known yet of how soon it answers enquiries."),
        ({}, {"naming": Naming.WHOLE}, "Below Isarwerk, whose name is nearer to what you typed."),
        ({}, {}, "Capacity confirmed 19 days ago."),
        # Points that come to the same: what one lacks the other lacks elsewhere.
        ({"verified": False, "response_hours": 12}, {"completeness": 0},
         "Level with Isarwerk in points, so that the name decides."),
        ({"strength": Strength.NOTHING, "age": None, "best": None, "newest": None}, {"strength": Strength.REGISTER, "age": 360},
         "Below Isarwerk, of which more is known."),
        ({"strength": Strength.NOTHING, "age": None, "best": None, "newest": None}, {"age": 0},
         "Below Isarwerk, which has a checked certificate for it."),
        ({"strength": Strength.NOTHING, "age": None, "best": None, "newest": None}, {"strength": Strength.REGISTER, "age": 0},
         "Below Isarwerk, of which more is known."),
        ({"ends": msgspec.structs.replace(GMP, expires_on=DAY)}, {},
         "Lower because its EU GMP certificate ends today and no renewal is on file."),
    ],
)  # fmt: skip
def test_reasons_are_sentences(own: dict[str, Any], above: dict[str, Any] | None, said: str) -> None:
    before = None if above is None else ("Isarwerk", known(**above))
    found = reasons.why(known(**own), filters=3, names=NAMES, today=DAY, above=before)
    assert (" ".join(found.sentences) if above is None else found.sentences[-1]) == said


known_of_any = st.builds(
    Evidence, naming=st.sampled_from(Naming), asked=st.just(2), fresh=st.integers(0, 2), strength=st.sampled_from(Strength),
    age=st.none() | st.integers(0, 365), completeness=st.integers(0, 100), verified=st.booleans(),
    response_hours=st.none() | st.integers(0, 200), best=st.none() | st.just(GMP), newest=st.none() | st.just(FACT),
    ends=st.none() | st.just(GMP),
)  # fmt: skip


@given(known_of_any, known_of_any)
@settings(max_examples=300)
def test_a_company_is_below_another_for_what_it_lacks_or_by_its_name(one: Evidence, other: Evidence) -> None:
    above, own = sorted((one, other), key=lambda found: -ranking.total(found))
    said = reasons._below(own, "Isarwerk", above, NAMES, DAY)
    level = ranking.total(own) == ranking.total(above)
    assert (said == "") == (ranking.points(own) == ranking.points(above))
    assert (said.startswith("Level with")) == (level and said != "")
    if "Nobody at the company" in said:
        assert (own.strength, above.strength) == (Strength.REGISTER, Strength.COMPANY)


def test_a_line_over_a_run_says_that_companies_are_equal() -> None:
    best, same, last = known(), known(age=80), known(age=300)
    rows = [best, same, same, same, last, last]

    def line(which: str) -> str:
        return f"{which} are equal in all that counts and stand by name."

    three, two = line("These 3 companies"), line("These 2 companies")
    assert reasons.runs(rows) == ["", three, "", "", two, ""]
    assert reasons.runs(rows, before=same, after=best) == ["", three, "", "", two, ""]
    assert reasons.runs(rows[:2], before=best, after=last) == [line("This company and the last of the page before"), ""]
    assert reasons.runs(rows, after=last)[4] == line("These 2 companies and the first of the next page")
    assert reasons.runs([best, same], after=same) == ["", line("This company and the first of the next page")]
    both = line("These 2 companies, the last of the page before and the first of the next page")
    assert reasons.runs([same, same], before=same, after=same) == [both, ""]
    assert (reasons.runs([best, same]), reasons.runs([])) == (["", ""], [])


async def test_weights_are_the_public_table(client: httpx.AsyncClient) -> None:
    page = (await client.get("/companies/how-results-are-ordered")).text
    for factor in ranking.FACTORS:
        assert f'<th scope="row">{factor.title}</th>' in page
        assert f'<td class="r num">{factor.weight}</td>' in page
    assert sum(factor.weight for factor in ranking.FACTORS if factor.name != "name") == 100


async def test_payment_changes_no_byte_of_the_order(app: Litestar, client: httpx.AsyncClient) -> None:
    for n, age in enumerate((40, 3, 90)):
        await companies.make(f"Company {n} GmbH", facts=[("category:Maker", None), ("capability:Lyo", age)])
    last = await companies.make("Payer AG", facts=[("category:Maker", None), ("capability:Lyo", 300)])
    await settled(app)
    paths = ("/companies", "/companies?capability=lyo", "/companies/capability/lyo")

    def merit(page: str) -> str:
        return page[page.index('<section class="firms"') :]

    before = {path: (await client.get(path)).text for path in paths}
    assert names(before["/companies?capability=lyo"])[-1] == "Payer AG"

    await plans.sponsor(last, "maker")
    await settled(app)
    after = {path: (await client.get(path)).text for path in paths}
    for path in paths:
        assert after[path].count('Sponsored: </span><a href="/companies/payer/go/lane"') == 1
        assert '<h2 class="paid" id="lane-h">Sponsored</h2>' in after[path]
        assert merit(after[path]) == merit(before[path])
