"""`portal import programme` as a person runs it."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import nullcontext

import typer
from typer.testing import CliRunner

from portal.core import db
from portal.programme.importing.command_line import import_programme_command

TABLE = b"title,start,end,room,speakers\nFirst air,2027-02-09 09:30,10:15,Saal Lobau,Maeve Donnellan\nNo start,,,,\n"


async def run(*arguments: str, database: str) -> subprocess.CompletedProcess[bytes]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "portal", "import", "programme", "-", *arguments],
        env={**os.environ, "DATABASE_URL": database, "PICCOLO_CONF": "portal.piccolo_conf", "COLUMNS": "160"},
        input=TABLE,
        capture_output=True,
        check=False,
        timeout=60,
    )


async def test_a_programme_makes_its_event_and_is_found_again(database: str) -> None:
    nameless = await run("--new", database=database)
    assert (nameless.returncode, b"give the event" in nameless.stdout) == (2, True)
    first = await run("--new", "--title", "Forum", database=database)
    assert (first.returncode, first.stderr.count(b"Traceback")) == (1, 0)
    said = b" ".join(first.stdout.split())
    assert b"1 created, 0 changed, 0 unchanged. 1 refused. Release 1 of /events/forum-2027 has 1." in said
    assert b"start is missing" in first.stdout
    again = await run("--event", "https://portal.example/events/forum-2027/programme", "--json", database=database)
    told = json.loads(again.stdout)
    assert (told["created"], told["unchanged"], told["refused"]) == (0, 1, 1)
    row = await db.fetch_one("SELECT state, starts_at::text AS at FROM event")
    assert row is not None
    assert (row["state"], row["at"]) == ("draft", "2027-02-09 08:30:00+00")
    missing = await run("--event", "nowhere", database=database)
    assert (missing.returncode, b"There is no event at /events/nowhere." in missing.stderr) == (2, True)


def test_answers_to_mistakes() -> None:
    app = typer.Typer()
    app.command()(import_programme_command(nullcontext))
    for arguments, said in (
        (["x", "--new", "--timezone", "Mars/Olympus"], "Mars/Olympus is no time zone"),
        (["x", "--new", "--format", "pdf"], "'pdf' is not one of"),
        (["x"], "either --event with its address, or --new"),
        (["x", "--new", "--event", "y"], "either --event with its address, or --new"),
        ([], "Missing argument"),
    ):
        answer = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
        assert (answer.exit_code, said in answer.output) == (2, True), answer.output
