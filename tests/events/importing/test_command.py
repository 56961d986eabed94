"""`portal import events` as a person runs it."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import typer
from typer.testing import CliRunner

from portal.core import db
from portal.events.importing.command_line import import_events_command
from tests.events.importing.made import conference, json_lines

FILE = json_lines(conference(name="A"), conference(name="B", startDate="x"))
WHOLE = [sys.executable, "-m", "portal", "import", "events"]
# The command without the rest of the portal, whose loading would take most of the time.
ALONE = [sys.executable, "-c", """
import contextlib, os, typer
from portal.core import db
from portal.events.importing.command_line import import_events_command
db.configure(os.environ["DATABASE_URL"])
typer.run(import_events_command(contextlib.nullcontext))
"""]  # fmt: skip


async def run(
    *arguments: str, database: str, program: list[str] = ALONE, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "DATABASE_URL": database, "PICCOLO_CONF": "portal.piccolo_conf", "COLUMNS": "120"}
    return await asyncio.to_thread(
        subprocess.run,
        [*program, *arguments],
        env=environment,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=60,
    )


async def test_import_again_and_as_json(database: str, tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    file.write_text(FILE)
    dry = await run(str(file), "--dry-run", database=database)
    assert (dry.returncode, await db.fetch_value("SELECT count(*) FROM event")) == (1, 0)
    assert b"1 created, 0 changed, 0 unchanged. 1 refused. Dry run: nothing was written." in dry.stdout
    first = await run(str(file), database=database)
    assert (first.returncode, await db.fetch_value("SELECT count(*) FROM event")) == (1, 1)
    assert "startDate is not a date we can read: “x”".encode() in first.stdout
    again = await run(str(file), "--json", database=database)
    told = json.loads(again.stdout)
    assert (told["created"], told["unchanged"], told["refused"]) == (0, 1, 1)


async def test_the_portal_s_own_command_reads_standard_input(database: str) -> None:
    done = await run(
        "-", "--source", "mine", "--credit", "Us, CC0",
        database=database, program=WHOLE, stdin=json_lines(conference()).encode(),
    )  # fmt: skip
    assert (done.returncode, done.stderr.count(b"Traceback")) == (0, 0)
    row = await db.fetch_one("SELECT source, credit FROM event")
    assert row is not None
    assert tuple(row) == ("mine", "Us, CC0")


async def test_a_file_that_is_not_there(database: str, tmp_path: Path) -> None:
    nothing = await run(str(tmp_path / "nowhere.csv"), database=database)
    assert (nothing.returncode, b"Nothing could be imported." in nothing.stdout) == (2, True)
    assert b"not read: there is no such file" in nothing.stdout


def test_answers_to_mistakes() -> None:
    app = typer.Typer()
    app.command()(import_events_command(nullcontext))
    for arguments, said in (
        (["x", "--timezone", "Mars/Olympus"], "Mars/Olympus is no time zone"),
        (["x", "--format", "pdf"], "'pdf' is not one of"),
        ([], "Missing argument"),
        (["x", "--horizon", "99"], "less than or equal to 60"),
    ):
        answer = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
        assert (answer.exit_code, said in answer.output) == (2, True), answer.output
