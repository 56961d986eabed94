"""The command line: what it refuses, it refuses in a sentence with an exit code that means something."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from portal.cli import app
from portal.core.settings import current
from portal.directory.commands.vocabulary import shipped
from portal.directory.tables.companies import TermKind
from tests import database as test_database

Run = Callable[..., Result]
# A demo of the reader's own may be running meanwhile; and ports that the system gives to whoever asks may be gone by then.
DEMO = ("demo", "--port", str(20_000 + os.getpid() % 10_000))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command line with some environment; no traceback ever, no password either."""
    monkeypatch.delenv("PORTAL_ENV")
    before = dict(os.environ)

    def ran(*arguments: str, **environment: str) -> Result:
        os.environ.update(environment)
        current.cache_clear()
        result = CliRunner().invoke(app, [*arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "hunter2" not in result.output
        return result

    yield ran
    for name in set(os.environ) - set(before):
        del os.environ[name]
    os.environ.update(before)
    monkeypatch.undo()
    current.cache_clear()


@pytest.fixture(scope="module")
def own_database() -> Iterator[str]:
    """A database that no pool of the test's own is open on: the command line has its own event loops."""
    name = f"cli_{os.getpid()}"
    yield asyncio.run(test_database.copy(name))
    asyncio.run(test_database.drop(name))


def words(result: Result) -> str:
    return " ".join(result.output.split())


def held(address: str) -> list[tuple[str, str]]:
    async def read() -> list[tuple[str, str]]:
        line = await asyncpg.connect(address)
        rows = await line.fetch(
            "SELECT a.email, m.role FROM staff_member m JOIN account a ON a.id = m.account ORDER BY 1, 2"
        )
        await line.close()
        return [tuple(row) for row in rows]

    return asyncio.run(read())


def test_staff_are_added_listed_and_removed(run: Run, own_database: str) -> None:
    use = {"DATABASE_URL": own_database}
    assert words(run("staff", "list", **use)).startswith("Nobody is staff yet.")
    added = run(
        "staff", "add", " Amara@Brennhof.example", "--role", "admin", "--role", "door", "--name", "Amara O.", **use
    )
    assert (added.exit_code, words(added)) == (0, "Amara@Brennhof.example is now admin, door.")
    run("staff", "add", "judith@sterileline.example", "--role", "editor", **use)
    listed = words(run("staff", "list", **use))
    for shown in ("amara@brennhof.example", "Amara O.", "admin", "door", "judith", "editor"):
        assert shown in listed
    one = run("staff", "remove", "amara@brennhof.example", "--role", "door", **use)
    assert (one.exit_code, words(one)) == (0, "amara@brennhof.example is no longer door.")
    rest = run("staff", "remove", "AMARA@brennhof.example", **use)
    assert (rest.exit_code, held(own_database)) == (0, [("judith@sterileline.example", "editor")])
    again = run("staff", "remove", "amara@brennhof.example", **use)
    assert (again.exit_code, words(again)) == (1, "amara@brennhof.example is not staff.")
    missing = run("staff", "remove", "judith@sterileline.example", "--role", "door", **use)
    assert (missing.exit_code, words(missing)) == (1, "Nobody with that address has the role door.")


def test_what_is_no_address_becomes_no_staff(run: Run, own_database: str) -> None:
    before = held(own_database)
    refused = run("staff", "add", "not an address", "--role", "admin", DATABASE_URL=own_database)
    assert (refused.exit_code, "“not an address” is no email address" in words(refused)) == (1, True)
    assert held(own_database) == before


@pytest.mark.parametrize(
    "command", [("staff", "list"), ("migrate",), ("worker",), ("serve",), ("import", "events", "x.csv")]
)
def test_a_database_that_does_not_answer(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, DATABASE_URL="postgresql://portal:hunter2@127.0.0.1:1/portal")
    assert result.exit_code == 69
    assert words(result) == (
        "Database: No PostgreSQL answers at 127.0.0.1:1. Is it running, and is DATABASE_URL right?"
    )


def test_migrating_brings_the_words_of_the_directory(run: Run, own_database: str) -> None:
    async def words_known() -> list[int]:
        line = await asyncpg.connect(own_database)
        counts = await line.fetchrow("SELECT count(*), max(id) FROM term")
        await line.close()
        return [*counts]

    first = run("migrate", DATABASE_URL=own_database)
    assert (first.exit_code, words(first)) == (0, "The database is up to date.")
    loaded = asyncio.run(words_known())
    assert loaded[0] == sum(len(shipped(kind)) for kind in TermKind)
    assert run("migrate", DATABASE_URL=own_database).exit_code == 0
    assert asyncio.run(words_known()) == loaded
    assert words(run("import", "vocabulary", DATABASE_URL=own_database)).startswith("Nothing to do: all")


def test_other_faults_of_the_database(run: Run) -> None:
    unnamed = run("migrate", DATABASE_URL=test_database.named("no_such_database"))
    assert (unnamed.exit_code, "has no database of the name in DATABASE_URL" in words(unnamed)) == (69, True)
    for unreadable in ("postgresql://portal:hunter2@[::1/portal", "postgresql://portal:hunter2@host:port/portal"):
        result = run("migrate", DATABASE_URL=unreadable)
        assert (result.exit_code, result.output.count("\n")) == (69, 1)
    old = run("staff", "list", DATABASE_URL=test_database.named("postgres"))
    assert (old.exit_code, words(old)) == (1, "The database is not up to date. Run `portal migrate` first.")


@pytest.mark.parametrize("command", [("worker",), ("serve",), ("migrate",), ("staff", "list"), DEMO])
def test_settings_that_do_not_hold(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(*command, HOLD_MINUTES="abc", SMTP_URL="ftp://user:hunter2@host", PORTAL_DATA=str(tmp_path / "data"))
    assert result.exit_code == 78
    lines = result.stderr.splitlines()
    assert [line.partition(" must")[0] for line in lines] == ["Settings: SMTP_URL", "Settings: HOLD_MINUTES"]


@pytest.mark.parametrize("value", ["production", "Production "])
def test_the_demo_never_runs_in_production(run: Run, tmp_path: Path, value: str) -> None:
    folder = tmp_path / "data"
    result = run(*DEMO, PORTAL_ENV=value, PORTAL_DATA=str(folder))
    assert (result.exit_code, words(result).startswith("PORTAL_ENV is production")) == (2, True)
    assert not folder.exists()


def test_the_demo_takes_no_live_key(run: Run, tmp_path: Path) -> None:
    result = run(*DEMO, STRIPE_SECRET_KEY="sk_live_51abcdefghijkl", PORTAL_DATA=str(tmp_path))
    assert (result.exit_code, "is a live key, which takes real money" in words(result)) == (78, True)


@pytest.mark.parametrize("options", [(), ("--fresh",)])
def test_the_demo_leaves_foreign_folders_alone(run: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/letter").write_text("Dear mother")
    result = run(*DEMO, *options, PORTAL_DATA=str(tmp_path))
    assert (result.exit_code, "holds things that are not the demo’s" in words(result)) == (2, True)
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*"))] == ["mail", "mail/letter"]
    result = run(*DEMO, *options, PORTAL_DATA=str(tmp_path / "mail/letter"))
    assert (result.exit_code, "is no folder" in words(result)) == (2, True)


def test_a_busy_port_is_told_with_what_to_do(run: Run, tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        result = run("demo", "--port", str(port), PORTAL_DATA=str(tmp_path))
    assert (result.exit_code, words(result)) == (
        2, f"Port {port} is in use by another program. Stop that one, or move the demo: portal demo --port {port + 10}",
    )  # fmt: skip
