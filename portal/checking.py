"""`portal check`: every tool CI runs, one after the other, with the time each took."""

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console

_STEPS: list[tuple[str, list[str]]] = [
    ("formatting", ["ruff", "format", "--check", "portal", "tests"]),
    ("lint", ["ruff", "check", "portal", "tests"]),
    ("types", ["mypy"]),
    ("import contracts", ["lint-imports", "--no-cache"]),
    ("templates", ["djlint", "--lint", "--quiet", "templates"]),
]
_TESTS = ("tests", [sys.executable, "-m", "pytest", "-q"])


def run_checks(console: Console, *, quick: bool) -> int:
    """0 when everything holds, else 1; all steps run, so that one look shows everything."""
    failed = []
    for name, command in [*_STEPS, *([] if quick else [_TESTS])]:
        started = time.monotonic()
        # The tools lie beside this Python, whether or not its environment is the active one.
        tool = Path(sys.executable).with_name(command[0])
        done = subprocess.run([tool if tool.exists() else command[0], *command[1:]], check=False)  # noqa: S603 (the list above)
        spent = time.monotonic() - started
        mark = "[green]ok[/]" if done.returncode == 0 else "[red]failed[/]"
        console.print(f"{name}: {mark} ({spent:.1f} s)")
        if done.returncode:
            failed.append(name)
    if failed:
        console.print(f"[red]Not well:[/] {', '.join(failed)}")
    return 1 if failed else 0
