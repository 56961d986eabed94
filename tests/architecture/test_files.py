"""Small files, unique table names, no code in packages' front doors, templates that compile and have titles."""

import ast
from pathlib import Path

import pytest

from portal.piccolo_app import APP_CONFIG
from portal.web.rendering import environment

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "portal").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_files_are_small() -> None:
    most = dict.fromkeys([*MODULES, *TEMPLATES], 330) | dict.fromkeys((ROOT / "tests").rglob("*.py"), 420)
    long = {str(p.relative_to(ROOT)): n for p, limit in most.items() if (n := len(p.read_text().splitlines())) > limit}
    assert long == {}


def test_front_doors_hold_a_docstring_and_nothing_else() -> None:
    wrong = []
    for path in MODULES:
        if path.name == "__init__.py":
            tree = ast.parse(path.read_text())
            if len(tree.body) != 1 or ast.get_docstring(tree) is None:
                wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_every_module_says_what_it_is() -> None:
    assert [
        str(path.relative_to(ROOT)) for path in MODULES if ast.get_docstring(ast.parse(path.read_text())) is None
    ] == []


def test_no_imports_inside_functions() -> None:
    wrong = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                wrong += [f"{path.relative_to(ROOT)}:{n.lineno}" for n in inner]
    assert wrong == []


def test_tables_have_unique_names() -> None:
    tables = set(APP_CONFIG.table_classes)
    names = [table.__name__ for table in tables]
    stored = [table._meta.tablename for table in tables]
    assert (len(names), len(stored)) == (len(set(names)), len(set(stored)))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_compile_and_have_titles(path: Path) -> None:
    name = str(path.relative_to(ROOT / "templates"))
    environment().get_template(name)
    source = path.read_text()
    is_page = "{% extends" in source and "mail/base" not in source and not path.name.startswith("_")
    lays_out = "{% block title %}" in source
    assert (
        not is_page or lays_out or path.name in {"focus.html", "area.html", "frame.html", "layout.html", "manage.html"}
    ), "a page needs a title"
    for banned in (" style=", "<style", "onclick=", "javascript:"):
        assert banned not in source or "mail" in name, f"{banned} does not pass our content security policy"
