"""What open data shares: which parameters are known, how they are described, what a refusal looks like, tables as CSV
(RFC 4180)."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar.connection import ASGIConnection, Request
from litestar.exceptions import ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter
from litestar.response import Response

from portal.core.errors import Invalid
from portal.web.page_cache import PageRule
from portal.web.query_strings import only

HEADERS = {"Cache-Control": "public, no-cache"}
NO_MOMENT = "Please give a moment such as 2027-02-09T08:00:00Z."


async def known_keys_only(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of the whole application: data whose page rule is `strict` is not given for parameters nobody knows. Pages for
    people are, for addresses get longer on their way."""
    rule: PageRule | None = handler.opt.get("page")
    if rule is not None and rule.strict:
        only(connection, rule.query)


class Problem(msgspec.Struct, frozen=True):
    """Why a request was refused."""

    status: int
    message: str


REFUSED = {400: ResponseSpec(Problem, description="A parameter could not be read", generate_examples=False)}


def gone(what: str) -> dict[int, ResponseSpec]:
    """The description of 404."""
    return {404: ResponseSpec(Problem, description=f"There is no such {what}", generate_examples=False)}


def asks(description: str, **limits: Any) -> Any:
    """A parameter with one value."""
    return QueryParameter(description=description, **limits)


def lists(description: str, most: int, **item: Any) -> Any:
    """Several values; Litestar leaves the limits of the items out of the description, so they are repeated here."""
    items = {"type": "string", **item}
    return QueryParameter(description=description, max_items=most, schema_extra={"items": items})


def one_of(description: str, *values: str) -> Any:
    """One of these values."""
    return QueryParameter(description=description, schema_extra={"type": "string", "enum": list(values)})


def moment(text: str | None) -> datetime | None:
    """The moment asked for. Litestar's own reading takes any number for seconds since 1970."""
    if text is None:
        return None
    try:
        found = msgspec.convert(text, datetime)
        # The ends of the calendar have no moment in UTC everywhere.
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (msgspec.ValidationError, OverflowError) as error:
        raise ValidationException(extra=[{"key": "changed_since"}]) from error


Refusal = Callable[[Request[Any, Any, Any], ValidationException], Response[Problem]]


def unreadable(
    said: Callable[[Request[Any, Any, Any]], Mapping[str, str]],
    wanted: Mapping[str, str],
    keys: Mapping[str, str] | None = None,
) -> Refusal:
    """A handler that says which parameters were refused, in the words the pages use (`said`) or these (`wanted`). `keys` has
    the names of parameters that are called otherwise in our code.
    """

    def handler(request: Request[Any, Any, Any], error: ValidationException) -> Response[Problem]:
        faults = error.extra if isinstance(error.extra, list) else []
        named = dict.fromkeys((keys or {}).get(key, key) for key in (fault.get("key", "") for fault in faults))
        try:
            words = said(request)
        except Invalid as too_many:
            return refused(request, too_many)
        told = " ".join(f"{key}: {words.get(key) or wanted.get(key, 'This cannot be read.')}" for key in named if key)
        return Response(Problem(400, f"Please check the parameters. {told}".strip()[:1000]), status_code=400)

    return handler


def refused(_: Request[Any, Any, Any], error: Invalid) -> Response[Problem]:
    return Response(Problem(400, error.message), status_code=400)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """One line a row. A cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow([_cell(column) for column in columns])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return sheet.getvalue()


def _cell(value: object) -> object:
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not isinstance(value, int | float) else text
