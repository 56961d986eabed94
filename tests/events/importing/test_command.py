"""`portal import events` as a person runs it."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

from portal.core import db
from tests.events.importing.made import conference, json_lines

FILE = json_lines(conference(name="A"), conference(name="B", startDate="x"))


async def run(*arguments: str, database: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "portal.cli", "import", "events", *arguments]
    environment = {**os.environ, "DATABASE_URL": database, "PICCOLO_CONF": "portal.piccolo_conf", "COLUMNS": "120"}
    return await asyncio.to_thread(
        subprocess.run, command, env=environment, input=stdin, capture_output=True, check=False, timeout=60
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


async def test_standard_input_with_a_source_of_its_own(database: str, tmp_path: Path) -> None:
    done = await run(
        "-", "--source", "mine", "--credit", "Us, CC0", database=database, stdin=json_lines(conference()).encode()
    )
    assert (done.returncode, done.stderr.count(b"Traceback")) == (0, 0)
    row = await db.fetch_one("SELECT source, credit FROM event")
    assert row is not None
    assert tuple(row) == ("mine", "Us, CC0")


async def test_answers_to_mistakes(database: str, tmp_path: Path) -> None:
    nothing = await run(str(tmp_path / "nowhere.csv"), database=database)
    assert (nothing.returncode, b"Nothing could be imported." in nothing.stdout) == (2, True)
    wrong = await run("x", "--timezone", "Mars/Olympus", database=database)
    assert (wrong.returncode, b"Mars/Olympus is no time zone" in wrong.stderr) == (2, True)
    unknown = await run("x", "--format", "pdf", database=database)
    assert (unknown.returncode, unknown.stderr.count(b"Traceback")) == (2, 0)
