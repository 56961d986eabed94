"""Words typed into a search: which are looked for as words and which letter by letter; what may have been meant."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import msgspec

MOST_WORDS = 12
_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WITH_SIGNS = re.compile(r"^\.\w|\w[+#]+$")
_HYPHENS = re.compile(r"[-/\u2010-\u2015]")
_NO_PLURAL = ("ss", "us", "is")
_MOST_WAYS = 8


def parted(typed: str) -> tuple[list[str], list[str]]:
    """The words a text search understands, and those it does not: `c++`, `.net`, scripts without blanks (制药)."""
    words = typed.split()[:MOST_WORDS]
    letters = [word for word in words if _WITHOUT_BLANKS.search(word) or _WITH_SIGNS.search(word)]
    return [word for word in words if word not in letters], letters


def variants(word: str) -> list[str]:
    """Other ways to write a word that mean the same: `EU-GMP` in two words, `tablets` as one of them."""
    parts = [part for part in _HYPHENS.split(word) if part]
    apart = [" ".join(_singular(part) or part for part in parts)] if len(parts) > 1 else []
    return apart or ([one] if (one := _singular(word)) else [])


def _singular(word: str) -> str:
    """The beginning that both forms of a word share with some certainty; empty for what is no plural."""
    if len(word) < 5 or not word.lower().endswith("s") or word.lower().endswith(_NO_PLURAL):
        return ""
    return f"{word[:-3]}y" if word.lower().endswith("ies") else word[:-1]


class Near(msgspec.Struct, frozen=True):
    """A word that occurs, or two, near one that was typed; `uses` counts the events that have it."""

    word: str
    uses: int


def distance(one: str, other: str) -> int:
    """Letters to change, add, leave out or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def ways(typed: Sequence[str], known: Iterable[str], near: Mapping[str, Sequence[Near]]) -> list[str]:
    """The words with each unknown one replaced by one that occurs, the likeliest first; none where nothing is near."""
    fine = set(known)
    choices = [[(0, 0, word)] if word in fine else _likeliest(word, near.get(word, ())) for word in typed]
    if not all(choices) or fine.issuperset(typed):
        return []
    found = sorted(
        product(*choices), key=lambda way: (sum(apart for apart, _, _ in way), sum(uses for _, uses, _ in way))
    )
    kept: list[tuple[str, ...]] = []
    for way in found:
        words = tuple(word for _, _, word in way)
        # What begins with words that are there already would be found by them.
        if not any(all(map(str.startswith, words, other)) for other in kept):
            kept.append(words)
    return [" ".join(words) for words in kept[:_MOST_WAYS]]


def _likeliest(word: str, near: Sequence[Near]) -> list[tuple[int, int, str]]:
    """Up to three words by their distance and then by their use (negative, to sort by); a missing blank counts one."""
    most = 1 if len(word) <= 4 else 2 if len(word) <= 8 else 3
    found = [(distance(word, n.word), -n.uses, n.word) for n in near]
    return sorted(way for way in found if way[0] <= most)[:3]
