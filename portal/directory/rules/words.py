"""Words of the vocabulary as people type them: which one is meant, and which may still become of a few letters. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache

import msgspec

_NOT_LISTED = "This is not in the list."


class Word(msgspec.Struct, frozen=True):
    """A word by KIND:SLUG. `label` is its name, with the code behind it where several are called so; `also` is what it is
    called besides."""

    term: str
    label: str
    name: str
    code: str
    also: tuple[str, ...]


def labelled(rows: Iterable[Mapping[str, str]]) -> list[Word]:
    """Words from rows of a kind: `term`, `name`, `code`, and `also` with semicolons between."""
    known = list(rows)
    times = Counter(_key(row["name"]) for row in known)
    found = []
    for row in known:
        term, name, code = row["term"], row["name"], row["code"]
        label = name if times[_key(name)] == 1 else f"{name} ({code or term.partition(':')[2]})"
        others = (other.strip() for other in row["also"].split(";"))
        found.append(Word(term, label, name, code, tuple(filter(None, others))))
    return found


_CALLED: tuple[Callable[[Word], tuple[str, ...]], ...] = (
    lambda word: (word.term, word.label), lambda word: (word.name, word.code), lambda word: word.also,
)  # fmt: skip


def meant(text: str, words: Sequence[Word]) -> tuple[str, str]:
    """(KIND:SLUG, fault) for a word as somebody typed it: by label, name, code, or what it is called besides."""
    if not text:
        return "", "Please choose one from the list."
    typed = _key(text)
    for called in _CALLED:
        found = [word for word in words if typed in map(_key, filter(None, called(word)))]
        if len(found) == 1:
            return found[0].term, ""
        if found:
            return "", f"Several are called so. Which do you mean: {_listed(found)}?"
    names = {_key(word.label): word for word in reversed(words)}
    near = [names[key] for key in get_close_matches(typed, list(names), n=3, cutoff=0.6)]
    if near:
        return "", f"{_NOT_LISTED} Did you mean {_listed(near)}?"
    return "", f"{_NOT_LISTED} Please choose one from it, or write to us if a word is missing."


def beginning(text: str, words: Sequence[Word], *, most: int = 12) -> list[tuple[Word, str]]:
    """Words that typed letters may become, each with what it is also called where that is what begins so. Names that begin
    with the letters come first, then codes, then names with such a word in them, then other names.
    """
    typed = _key(text)
    ranked = []
    for at, word in enumerate(words):
        name, others = _key(word.name), [other for other in word.also if _begins(typed, _key(other))]
        rank = 0 if name.startswith(typed) else 1 if typed and _key(word.code).startswith(typed) else 2
        if rank < 2 or _begins(typed, name):
            ranked.append((rank, word.code if rank == 1 else "", at, word, ""))
        elif others:
            ranked.append((3, "", at, word, others[0]))
    return [(word, other) for *_, word, other in sorted(ranked, key=lambda one: one[:3])[:most]]


def _begins(typed: str, key: str) -> bool:
    """Whether a name, or a word in it, begins with the letters."""
    return f" {typed}" in f" {key}"


@lru_cache(20_000)
def _key(text: str) -> str:
    """Text as it is compared: without accents, capitals and signs."""
    letters = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def _listed(words: Sequence[Word]) -> str:
    names = [f"“{word.label}”" for word in words[:3]]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
