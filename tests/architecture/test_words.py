"""What people read is set as print is: with apostrophes that are curly, and no dot between facts at the beginning of a line."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from portal.web.rendering import environment

ROOT = Path(__file__).resolve().parents[2]
_STRAIGHT = re.compile(r"\w'\w|^'s\b|[a-z]s' [a-z]")
# Not ours, or not read on a page: Stripe's own sentences, and what settings and columns mean, as the README has it.
_OTHERS = "portal/demo/stripe_standin"
_FOR_ENGINEERS = {"description", "help_text", "help"}


def _of_templates() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            for line, kind, text in environment().lex(path.read_text()):
                if kind in ("data", "string"):
                    yield f"{path.relative_to(ROOT)}:{line}", text[1:-1] if kind == "string" else text


def _of_code() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "portal").rglob("*.py")):
        if not str(path.relative_to(ROOT)).startswith(_OTHERS):
            for node in _read(ast.parse(path.read_text())):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", str(node.value)


def _read(node: ast.AST) -> Iterator[ast.Constant]:
    """Texts of a module but for those that only engineers read: docstrings, notes on settings and columns, SQL."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.keyword) and node.arg in _FOR_ENGINEERS:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not re.search(r"\b[A-Z]{4,}\b", node.value):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _read(child)


def test_apostrophes_are_curly() -> None:
    texts = [*_of_templates(), *_of_code()]
    assert len(texts) > 3000
    assert [f"{where}: {text.strip()[:80]}" for where, text in texts if _STRAIGHT.search(text)] == []


def test_a_dot_between_facts_stays_with_the_first() -> None:
    drawn = environment().from_string('<p>{{ ["a", "b"]|join(" · ") }}{% if c %} · <b>{{ c }}</b> ·{% endif %} d</p>')
    assert drawn.render(c="c") == "<p>a\N{NBSP}· b\N{NBSP}· <b>c</b>\N{NBSP}· d</p>"
    assert environment().from_string("Events · {{ site.site_name }}").render().startswith("Events · ")
