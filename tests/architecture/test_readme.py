"""The README's settings table is the settings; its commands exist."""

from pathlib import Path

from typer.main import get_command

from portal.cli import app
from portal.core.settings import as_markdown

ROOT = Path(__file__).resolve().parents[2]


def test_settings_table_is_current() -> None:
    text = (ROOT / "README.md").read_text()
    table = text.partition("<!-- settings -->\n")[2].partition("\n<!-- /settings -->")[0]
    assert table == as_markdown()


def test_commands_named_in_the_readme_exist() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    text = (ROOT / "README.md").read_text()
    named = {part.split()[0].strip("`") for part in text.split("uv run portal ")[1:]}
    assert named <= known
    assert {"demo", "serve", "worker", "migrate", "import", "check", "staff"} <= known


def test_the_procfile_starts_commands_that_exist_and_means_production() -> None:
    known = get_command(app).commands  # type: ignore[attr-defined]
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert list(lines) == ["release", "web", "worker"]
    for line in lines.values():
        setting, program, command, *options = line.split()
        assert (setting, program, command in known) == ("PORTAL_ENV=${PORTAL_ENV:-production}", "portal", True)
        given = {option for option in options if option.startswith("--")}
        assert given <= {name for parameter in known[command].params for name in parameter.opts}
