"""Documents typeset by typst, from `templates/pdf`.

Data reaches a template as JSON that the template decodes, never as typst source, so that what people typed stays text.
The same data gives the same bytes: a template dates its document by `data.dated`, never by the clock.
"""

import asyncio
import atexit
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import structlog

from portal.core.settings import Settings, current

_ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = _ROOT / "templates" / "pdf"
FONTS = _ROOT / "static" / "fonts" / "print"
_MOST_SECONDS = 60

_log = structlog.get_logger("typesetting")


class TypesettingFailed(RuntimeError):
    """A template has a fault, or the process that typesets could not be kept alive."""


async def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of `templates/pdf/<template>.typ`. The template sees `data` and, as `data.site`, the publisher's look.

    Raises TypesettingFailed.
    """
    inputs = {"data": msgspec.json.encode({"site": _site(current()), **data}).decode()}
    asked = {"root": str(TEMPLATES), "fonts": str(FONTS), "template": template, "inputs": inputs}
    return await asyncio.get_running_loop().run_in_executor(_line(), _answer, template, msgspec.json.encode(asked))


def dated(at: datetime) -> dict[str, int]:
    """A moment as templates take it for the document's date."""
    utc = at.astimezone(UTC)
    return {name: getattr(utc, name) for name in ("year", "month", "day", "hour", "minute", "second")}


def _site(settings: Settings) -> dict[str, Any]:
    return {
        "name": settings.site_name,
        "address": settings.base_url.partition("://")[2],
        "contact": settings.contact_email,
        "hue": settings.brand_hue,
        "chroma": settings.brand_chroma,
    }


@lru_cache(maxsize=1)
def _line() -> ThreadPoolExecutor:
    """One thread: a document takes milliseconds and megabytes, so a flood of them waits in line as small data."""
    return ThreadPoolExecutor(1, thread_name_prefix="typesetting")


class _Told(msgspec.Struct):
    size: int
    standards: list[str]
    fault: str


def _answer(template: str, asked: bytes) -> bytes:
    try:
        told, made = _ask(asked)
    except OSError:
        # It went home for want of work, or was killed. A document twice in vain is a fault of its own.
        stop()
        try:
            told, made = _ask(asked)
        except OSError as error:
            raise TypesettingFailed(f"{template}: no answer") from error
    if told.fault:
        raise TypesettingFailed(f"{template}: {told.fault}")
    if "a-2a" not in told.standards:
        _log.warning("typesetting.standard_missed", template=template, kept=told.standards)
    return made


_process: subprocess.Popen[bytes] | None = None


def _ask(asked: bytes) -> tuple[_Told, bytes]:
    """Put one question to the process, starting it where there is none; raises OSError when it dies over it."""
    global _process  # noqa: PLW0603 - one for all that this process prints
    if _process is None:
        _process = subprocess.Popen(
            [sys.executable, "-m", "portal.core.typesetter"], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            # Ctrl-C is for whoever asks; the process ends with its standard input.
            start_new_session=True,
        )  # fmt: skip
    process = _process
    assert process.stdin is not None
    assert process.stdout is not None
    limit = threading.Timer(_MOST_SECONDS, process.kill)
    limit.start()
    try:
        process.stdin.write(asked + b"\n")
        process.stdin.flush()
        head = process.stdout.readline()
        if not head:
            raise BrokenPipeError
        told = msgspec.json.decode(head, type=_Told)
        made = process.stdout.read(told.size)
    finally:
        limit.cancel()
    if len(made) < told.size:
        raise BrokenPipeError
    return told, made


@atexit.register
def stop() -> None:
    """Let the process go, if there is one; the next document starts another."""
    global _process  # noqa: PLW0603
    if (process := _process) is None:
        return
    _process = None
    process.kill()
    process.communicate()
