"""10,000 companies with 80,000 facts, and what is asked of the directory."""

import random
from datetime import timedelta
from itertools import accumulate

from portal.core import clock, db, times
from portal.directory import saving
from portal.directory.commands.vocabulary import NewTerm, add_terms
from portal.directory.tables.companies import FactSource, StaffBand, TermKind
from portal.directory.values import Profile, ProfileFact, Written
from tests.bench import client

_KINDS = {
    TermKind.CATEGORY: (6, 1), TermKind.CAPABILITY: (40, 3), TermKind.DOSAGE_FORM: (25, 1), TermKind.ROUTE: (12, 1),
    TermKind.THERAPY: (90, 1), TermKind.CERTIFICATE: (15, 1),
}  # fmt: skip
_CITIES = [("Vienna", "AT", 48.2, 16.4), ("Berlin", "DE", 52.5, 13.4), ("Lyon", "FR", 45.8, 4.8), ("Basel", "CH", 47.6, 7.6),
           ("Boston", "US", 42.4, -71.1)]  # fmt: skip
_FIRST = ["Alpen", "Rhein", "Nordic", "Atlas", "Morava", "Tessin", "Isar", "Kilmore", "Halden", "Vantaa"]
_LAST = ["Pharma", "Biologics", "Lyo", "Sterile", "Aseptics", "Fill", "Vials", "Peptides"]


async def companies(count: int = 10_000) -> None:
    """Write them in chunks, as the importer does."""
    now, chance = clock.now(), random.Random(1)
    words = {
        kind: [NewTerm(kind=kind, name=f"{kind.replace('_', ' ')} word {n}") for n in range(many)]
        for kind, (many, _) in _KINDS.items()
    }
    await add_terms([term for terms in words.values() for term in terms])
    for start in range(0, count, 500):
        numbers = range(start, min(count, start + 500))
        profiles = [_profile(n, words, chance) for n in numbers]
        async with db.transaction():
            ids = await saving.create([[f"company-{n}"] for n in numbers], now=now)
            await saving.write(
                [Written(company_id=i, profile=p, origin="bench", at=now) for i, p in zip(ids, profiles, strict=True)]
            )
    await db.execute("ANALYZE")


def _profile(n: int, words: dict[TermKind, list[NewTerm]], chance: random.Random) -> Profile:
    today = times.today(clock.now())
    chosen = [term for kind, (_, each) in _KINDS.items() for term in chance.sample(words[kind], each)]
    facts = tuple(
        ProfileFact(
            id=f"f{at}",
            term=f"{term.kind}:{term.address}",
            source=chance.choice(list(FactSource)),
            confirmed_on=None if term.kind is TermKind.CATEGORY else today - timedelta(days=chance.randrange(420)),
        )
        for at, term in enumerate(chosen)
    )
    city, country, latitude, longitude = _CITIES[n % len(_CITIES)]
    return Profile(
        name=f"{chance.choice(_FIRST)} {chance.choice(_LAST)} {n} GmbH", tagline="Sterile filling for antibodies and conjugates.",
        city=city, region=f"Region {n % 30}", country=country, latitude=latitude, longitude=longitude,
        staff=chance.choice(list(StaffBand)), website=f"https://c{n}.example", facts=facts,
    )  # fmt: skip


def typed(n: int) -> bytes:
    """The n-th keystroke of people who look for a company or a word, one letter more each time, now and then with a typo."""
    first, last = _FIRST[n % 7 % len(_FIRST)], _LAST[n // 11 % len(_LAST)]
    wanted = f"{first} {last}" if n % 3 else f"capability word {n // 13 % 40}"
    letters = list(accumulate(wanted))
    return client.get(f"/companies?q={letters[n % len(letters)].strip().replace(' ', '+')}", HX_Request="true")
