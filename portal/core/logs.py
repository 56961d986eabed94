"""Structured logs: one JSON object a line, or lines for people. Personal data and secret addresses stay out.

Log ids, counts, names of routes and of errors; never mail addresses, names of people, bodies or raw paths. The texts of
errors are not logged either: PostgreSQL puts whole rows into them, others what somebody typed.
"""

import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from portal.core.settings import Settings

_ROOT = Path(__file__).resolve().parents[2]
_MOST_FRAMES = 30
_MOST_ERRORS = 8
_FACTS = ("sqlstate", "table_name", "column_name", "constraint_name", "errno")
# Python's own words about names in our code; whatever else derives from these types may say more.
_OF_NAMES = {AttributeError, NameError, UnboundLocalError, ImportError, ModuleNotFoundError, TypeError}
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def told(error: BaseException) -> list[dict[str, Any]]:
    """What may be known of an error and of those behind it: kind, place, and PostgreSQL's name for what was wrong."""
    return [_one(each) for each in _chain(error)][:_MOST_ERRORS]


def in_a_line(error: BaseException) -> str:
    """The same, of the error alone and without its way through the code: `UniqueViolationError 23505 account_email_key`."""
    facts = _one(error)
    frames = facts.pop("frames")
    return " ".join([*map(str, facts.values()), *(f"at {frame}" for frame in frames[-1:])])


def _chain(error: BaseException) -> Iterator[BaseException]:
    yield error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _chain(member)
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if behind is not None:
        yield from _chain(behind)


def _one(error: BaseException) -> dict[str, Any]:
    facts: dict[str, Any] = {"type": type(error).__qualname__}
    if type(error) in _OF_NAMES:
        facts["text"] = str(error)
    facts |= {name: value for name in _FACTS if isinstance(value := getattr(error, name, None), str | int)}
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    return {**facts, "frames": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]}


def _short(filename: str) -> str:
    inside = filename.rpartition("/site-packages/")[2]
    return inside.removeprefix(f"{_ROOT}/")


def _as_data(exc_info: ExcInfo) -> list[dict[str, Any]]:
    return told(exc_info[1])


def _as_lines(exc_info: ExcInfo) -> str:
    lines = []
    for each in told(exc_info[1]):
        frames = each.pop("frames")
        lines += [" ".join(map(str, each.values())), *(f"    {frame}" for frame in frames)]
    return "\n".join(lines)


class _WithoutTexts(logging.Filter):
    """Takes the texts of errors out of what other people's code logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(in_a_line(a) if isinstance(a, BaseException) else a for a in record.args)
        if record.name == "asyncio":
            # The lines after the first describe the task, with the error it ended in.
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        return True


def set_up(settings: Settings) -> None:
    """Route structlog, the standard library's loggers and errors nobody caught to stderr."""
    for_people = settings.log_format == "console"
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_as_lines if for_people else _as_data),
    ]
    last: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if for_people:
        last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_WithoutTexts())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    sys.excepthook = _fell


def _fell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    structlog.get_logger("process").critical("the process fell", error=kind.__name__, exc_info=error)
