"""How registers' words for forms and routes are said in the vocabulary: the tables shipped in `tables/`."""

import csv
from functools import lru_cache
from pathlib import Path

from portal.directory.commands.vocabulary import shipped
from portal.directory.tables.companies import TermKind

FOLDER = Path(__file__).parent / "tables"


@lru_cache(maxsize=4)
def table(name: str) -> dict[str, tuple[str, ...]]:
    """A register's word to slugs of the vocabulary."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {word: tuple(slugs.split()) for word, slugs in list(csv.reader(file))[1:]}


def words(name: str, given: str) -> tuple[str, ...] | None:
    """The slugs for a word; None where the table does not have it."""
    return table(name).get(" ".join(given.split()).casefold())


@lru_cache(maxsize=len(TermKind))
def _names(kind: TermKind) -> dict[str, str]:
    return {term.address: term.name for term in shipped(kind)}


def name(kind: TermKind, slug: str) -> str:
    """What a shipped word is called."""
    return _names(kind)[slug]
