"""Forms: what was typed becomes a msgspec struct, or a message beside each field with everything kept.

    class Details(msgspec.Struct):
        email: Annotated[str, field("Work email", kind="email")]
        company: Annotated[str, field("Company", max_length=120)] = ""

    form = await read(request, Details)
    if form.data is None:
        return page(request, "details.html", status=422, form=form)

Files (`kind="file"`) are `Upload`, `Upload | None` or `list[Upload]`; a browser sends them with
`enctype="multipart/form-data"`, and the handler says with `request_max_body_size` how much it takes.

A field without a default must be filled in. Text is tidied (NFC, no control characters, trimmed) before it is checked.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from os import SEEK_END
from types import UnionType
from typing import Annotated, Any, BinaryIO, Generic, Literal, TypeVar, cast, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from email_validator import EmailNotValidError, validate_email
from litestar.connection import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType

from portal.core.errors import DomainError, Invalid
from portal.core.text import many_lines, name_fault, one_line

_MOST_FIELDS = 1000
_UNREADABLE = "This form could not be read."
_NOT_UTF8 = (
    "The form came in a character encoding other than UTF-8, so that letters would be lost. Please send it from the page "
    "itself, with an up-to-date browser."
)

Sent = Mapping[str, Sequence[Any]]
"""The fields of a form as they came in: each with all its values."""
T = TypeVar("T")
Kind = Literal["line", "name", "text", "email", "secret", "choice", "file"]


class Upload:
    """A file that was sent, on disk from a megabyte on. `name` is whatever the sender calls it."""

    def __init__(self, field: str, name: str, file: BinaryIO) -> None:
        self.field = field
        self.name = name
        self.file = file
        self.size = file.seek(0, SEEK_END)
        file.seek(0)


def field(
    label: str,
    *,
    kind: Kind = "line",
    max_length: int | None = None,
    missing: str = "",
    wrong: str = "",
    **limits: Any,
) -> msgspec.Meta:
    """What a form field is. `kind`: `text` keeps line breaks, `secret` is taken as typed, `name` is a person's, which
    our mails open with: it holds no address of a page. `max_length` counts characters, or files; `limits` go to msgspec.Meta.
    """
    most = max_length or {"text": 5000, "email": 254, "file": 20}.get(kind, 200)
    return msgspec.Meta(
        extra={"label": label, "kind": kind, "missing": missing, "wrong": wrong, "most": most, "limits": limits}
    )


class Filled(Generic[T]):
    """A form as it came in: `data` when all was well, `errors` by field, `values` as typed."""

    def __init__(self, values: Mapping[str, Any], errors: dict[str, str] | None = None, data: T | None = None) -> None:
        self.values = dict(values)
        self.errors = errors or {}
        self.data = data

    def value(self, name: str, default: Any = "") -> Any:
        """What was typed, for showing again."""
        return self.values.get(name, default)

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def refuse(self, error: Invalid) -> "Filled[T]":
        """The same form with what a command said about its fields."""
        return Filled(self.values, {**self.errors, **error.fields})


def differences(typed: Filled[Any], stored: Filled[Any], struct: type[Any]) -> list[tuple[str, str]]:
    """What is stored otherwise than it was typed: the label of each field, and what stands there now."""
    found = []
    for info, _, meta in _described(struct):  # type: ignore[arg-type]
        now = stored.value(info.name)
        if info.name in stored.values and meta.get("label") and str(typed.value(info.name)) != str(now):
            found.append((meta["label"], str(now)))
    return found


def blank(**values: Any) -> Filled[Any]:
    """A form nobody has sent yet, with values to start from."""
    return Filled(values)


async def read(request: Request[Any, Any, Any], struct: type[T]) -> Filled[T]:
    """Read and check a sent form. Unknown fields are ignored, repeated ones fill lists."""
    return bind(await sent(request), struct)


async def sent(request: Request[Any, Any, Any], *, most: int = _MOST_FIELDS) -> dict[str, list[Any]]:
    """The fields of a sent form, each with all its values; a body that cannot be read, or has more than so many fields, is
    refused (400). NUL, which PostgreSQL does not store, counts as a blank.

    Litestar's own reading of URL-encoded bodies keeps the last thousand in memory, passwords among them.
    """
    try:
        found = await _fields(request, most)
        # A part may name an encoding of its own, and some of Python's give what UTF-8 cannot say.
        "".join(value for values in found.values() for value in values if isinstance(value, str)).encode()
    except UnicodeError as problem:
        raise DomainError(_NOT_UTF8) from problem
    except (ValueError, LookupError) as problem:
        raise DomainError(_UNREADABLE) from problem
    return {
        name: [value.replace("\0", " ") if isinstance(value, str) else value for value in values]
        for name, values in found.items()
    }


async def _fields(request: Request[Any, Any, Any], most: int) -> dict[str, list[Any]]:
    if request.content_type[0] != RequestEncodingType.URL_ENCODED:
        form = await request.form()
        return {name: form.getall(name) for name in form}
    body = await request.body()
    if body.count(b"&") >= most:
        raise DomainError("This form has too many fields.")
    found: dict[str, list[Any]] = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True, errors="strict"):
        found.setdefault(name, []).append(value)
    return found


def bind(sent: Mapping[str, Sequence[Any]], struct: type[T]) -> Filled[T]:
    """Check values (each a list, as forms send them) against a struct."""
    typed: dict[str, Any] = {}
    good: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for info, kind, meta in _described(struct):  # type: ignore[arg-type]
        if meta.get("kind") == "file":
            _take_files(info, kind, meta, sent, typed, good, errors)
            continue
        given = [value for value in sent.get(info.encode_name, ()) if isinstance(value, str)]
        if get_origin(kind) is list:
            typed[info.name] = [one_line(value) for value in given]
            _take(info.name, typed[info.name], kind, meta, good, errors)
            continue
        raw = given[0] if given else ""
        text = _tidy(raw, meta)
        typed[info.name] = text
        if not text:
            if info.required:
                errors[info.name] = meta.get("missing") or f"Please fill in: {meta.get('label', info.name).lower()}."
        elif len(text) > meta.get("most", 200):
            errors[info.name] = f"Please keep this under {meta['most']} characters; it has {len(text)}."
        else:
            _take(info.name, text, kind, meta, good, errors)
    return Filled(typed, errors, None if errors else struct(**good))


@cache
def _described(struct: type[Any]) -> list[tuple[msgspec.structs.FieldInfo, Any, dict[str, Any]]]:
    return [(info, *_split(info.type)) for info in msgspec.structs.fields(struct)]


def _split(annotation: Any) -> tuple[Any, dict[str, Any]]:
    if get_origin(annotation) is Annotated:
        kind, *metas = get_args(annotation)
        for meta in metas:
            if isinstance(meta, msgspec.Meta) and meta.extra:
                return kind, meta.extra
        return kind, {}
    return annotation, {}


def _tidy(raw: str, meta: dict[str, Any]) -> str:
    match meta.get("kind"):
        case "secret":
            return raw
        case "text":
            return many_lines(raw)
        case _:
            return one_line(raw)


def _take(name: str, value: Any, kind: Any, meta: dict[str, Any], good: dict[str, Any], errors: dict[str, str]) -> None:
    if meta.get("kind") == "email":
        try:
            good[name] = validate_email(value, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            errors[name] = meta.get("wrong") or "Please check the address: it should look like name@company.com."
        return
    if meta.get("kind") == "name" and (fault := name_fault(value)):
        errors[name] = fault
        return
    wanted = Annotated[_plain(kind), msgspec.Meta(**meta["limits"])] if meta.get("limits") else kind
    try:
        good[name] = msgspec.convert(value, wanted, strict=False)
    except msgspec.ValidationError as problem:
        errors[name] = meta.get("wrong") or _words(kind, str(problem))


def _take_files(
    info: msgspec.structs.FieldInfo,
    kind: Any,
    meta: dict[str, Any],
    sent: Mapping[str, Sequence[Any]],
    typed: dict[str, Any],
    good: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """Files cannot be shown again in a form; what is kept of them is what they are called."""
    files = [
        Upload(info.name, value.filename, cast(BinaryIO, value.file))
        for value in sent.get(info.encode_name, ())
        if isinstance(value, UploadFile) and value.filename
    ]
    several = get_origin(kind) is list
    most = meta["most"] if several else 1
    typed[info.name] = ", ".join(one_line(file.name)[:200] for file in files[:most])
    if len(files) > most:
        errors[info.name] = f"Please choose {most} files at most." if several else "Please choose one file."
    elif files:
        good[info.name] = files if several else files[0]
    elif info.required:
        errors[info.name] = meta.get("missing") or "Please choose a file."


def _plain(kind: Any) -> Any:
    """What a field holds that is filled in: `int` for `int | None`."""
    if get_origin(kind) is not UnionType:
        return kind
    return next(k for k in get_args(kind) if k is not type(None))


def _words(kind: Any, problem: str) -> str:
    plain = _plain(kind)
    if plain is int:
        return "Please type a whole number." if "Expected `int`" in problem else _limit(problem)
    if plain is dt.date:
        return "Please give a date such as 2027-02-09."
    if plain is dt.datetime:
        return "Please give a date and time such as 2027-02-09T09:00."
    if "length" in problem:
        return _limit(problem)
    return "Please choose one of the offered values."


def _limit(problem: str) -> str:
    bound = (
        problem.partition(" - ")[0]
        .replace("Expected `int`", "Please type a number")
        .replace("Expected `str`", "Please use text")
    )
    return f"{bound}."
