"""What logs may never hold: what people typed, whatever PostgreSQL or Python put into the texts of their errors."""

import asyncio
import gc
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
import structlog

from portal.core import db, logs
from portal.core.settings import Settings, current
from tests.accounts.conftest import AMARA, run_jobs

SAID = ("amara", "brennhof", "Okonjo")
_INSERT = "INSERT INTO account (email, name, timezone, created_at) VALUES ($1, 'Amara Okonjo', 'UTC', now())"
Logged = Callable[[], str]


@contextmanager
def listening(form: str) -> Iterator[Logged]:
    """What is logged inside, in one of the two forms."""
    hook, heard = sys.excepthook, io.StringIO()
    with redirect_stderr(heard):
        logs.set_up(Settings(portal_env="test", log_format=form))  # type: ignore[call-arg, arg-type]
    try:
        yield heard.getvalue
    finally:
        logs.set_up(current())
        sys.excepthook = hook


@pytest.fixture(params=["json", "console"])
def logged(request: pytest.FixtureRequest) -> Iterator[Logged]:
    with listening(request.param) as heard:
        yield heard


def holds_nothing_personal(text: str) -> None:
    assert [word for word in SAID if word.lower() in text.lower()] == [], text


async def caught(sql: str, *values: object) -> Exception:
    with pytest.raises(asyncpg.PostgresError) as found:
        await db.execute(sql, *values)
    return found.value


async def test_errors_of_postgresql_are_told_without_the_rows_in_them(database: str, logged: Logged) -> None:
    await db.execute(_INSERT, AMARA)
    upper = await caught(_INSERT, AMARA.upper())
    twice = await caught(_INSERT, AMARA)
    missing = await caught(_INSERT.replace("'UTC'", "NULL"), AMARA)
    with pytest.raises(asyncpg.DataError) as wrong:
        await db.execute("SELECT $1::int", AMARA)
    for error in (upper, twice, missing, wrong.value):
        structlog.get_logger("test").error("crash", exc_info=error)
    text = logged()
    holds_nothing_personal(text)
    for fact in ("23514", "email_is_lower_case", "UniqueViolationError", "23505", "account_email_key", "23502",
                 "DataError", "portal/core/db.py:"):  # fmt: skip
        assert fact in text


async def test_other_errors_are_told_by_kind_place_and_what_is_behind_them(logged: Logged) -> None:
    class Typed(msgspec.Struct):
        name: str

    def breaking() -> None:
        try:
            int(AMARA)
        except ValueError as error:
            raise KeyError(AMARA) from error

    for broken in (breaking, (AMARA.encode() + b"\xff").decode, lambda: msgspec.json.decode(AMARA, type=Typed)):
        try:
            broken()
        except Exception:
            structlog.get_logger("test").exception("crash")
    try:
        raise ExceptionGroup(AMARA, [ValueError(AMARA), OSError(5, AMARA)])
    except ExceptionGroup as error:
        structlog.get_logger("test").error("crash", exc_info=error)
    text = logged()
    holds_nothing_personal(text)
    for kind in ("KeyError", "ValueError", "UnicodeDecodeError", "DecodeError", "ExceptionGroup", "OSError"):
        assert kind in text
    assert text.count("breaking") >= 2
    assert text.count("tests/core/test_logs.py:") >= 4


def test_pythons_own_words_about_our_names_are_kept(logged: Logged) -> None:
    try:
        current().no_such_setting  # type: ignore[attr-defined]  # noqa: B018
    except AttributeError:
        structlog.get_logger("test").exception("crash")
    assert "no_such_setting" in logged()


async def test_what_other_libraries_log_is_told_without_texts(logged: Logged) -> None:
    async def break_unseen() -> None:
        raise ValueError(AMARA)

    logging.getLogger("pgqueuer").error("Failed to send heartbeat: %s", ValueError(AMARA))
    try:
        raise ValueError(AMARA)
    except ValueError:
        logging.getLogger("pgqueuer").exception("Flush failed, requeuing %d items", 3)
    task: Any = asyncio.create_task(break_unseen())
    await asyncio.wait([task])
    del task
    gc.collect()
    text = logged()
    holds_nothing_personal(text)
    for words in ("Failed to send heartbeat: ValueError", "requeuing 3 items", "Task exception was never retrieved"):
        assert words in text
    assert text.count("break_unseen") == 1


def test_an_error_nobody_caught_is_logged_like_the_others(logged: Logged) -> None:
    try:
        raise ValueError(AMARA)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    text = logged()
    holds_nothing_personal(text)
    assert "the process fell" in text


def test_the_json_form_is_one_object_a_line() -> None:
    with listening("json") as heard:
        try:
            raise OSError(111, AMARA)
        except OSError:
            structlog.get_logger("test").exception("crash", request_id="r1")
    [line] = heard().splitlines()
    entry = json.loads(line)
    [error] = entry.pop("exception")
    assert (error["type"], error["errno"], len(error["frames"])) == ("ConnectionRefusedError", 111, 1)
    assert (entry["event"], entry["level"], entry["request_id"]) == ("crash", "error", "r1")


async def test_a_crashing_request_is_logged_without_what_was_typed(
    altered_database: str, client: httpx.AsyncClient, logged: Logged
) -> None:
    await db.execute("ALTER TABLE account_code ADD CONSTRAINT broken CHECK (email = '')")
    answer = await client.post("/account/sign-in/codes", data={"email": AMARA})
    assert answer.status_code == 500
    text = logged()
    holds_nothing_personal(text + answer.text.replace('value="amara@brennhof.example"', ""))
    assert ("CheckViolationError" in text, "broken" in text, "/account/sign-in/codes" in text) == (True, True, True)


async def test_a_failing_job_leaves_nothing_personal_in_the_log_or_the_queue(
    altered_database: str, client: httpx.AsyncClient, logged: Logged
) -> None:
    await client.post("/account/sign-in/codes", data={"email": AMARA})
    await db.execute("ALTER TABLE mail ADD CONSTRAINT broken CHECK (recipient = '')")
    await run_jobs()
    text = logged()
    holds_nothing_personal(text)
    assert "job failed" in text
    kept = await db.fetch("SELECT traceback::text AS told FROM pgqueuer_log WHERE traceback IS NOT NULL")
    assert len(kept) == 1
    holds_nothing_personal(kept[0]["told"])
    assert "CheckViolationError 23514 mail broken" in kept[0]["told"]


@pytest.mark.parametrize("path", ["/events", "/api/v1/events"])
async def test_a_crash_tells_the_reader_what_to_quote(
    altered_database: str, client: httpx.AsyncClient, path: str
) -> None:
    """The page, the header and the log name the same reference; nothing else of the inside is told."""
    await db.execute("ALTER TABLE event RENAME TO broken")
    with listening("json") as heard:
        answer = await client.get(path)
        lines = [json.loads(line) for line in heard().splitlines()]
    (crash,) = [line for line in lines if line["event"] == "crash"]
    assert answer.status_code == 500
    assert crash["request_id"] == answer.headers["x-request-id"]
    assert answer.text.count(crash["request_id"]) == (1 if path.startswith("/api") else 2)
    assert "relation" not in answer.text
